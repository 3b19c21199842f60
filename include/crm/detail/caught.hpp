/// @file
/// Dealing with whatever is thrown, in programs with exceptions and without.
#pragma once

#include <utility>

#include <crm/config.hpp>

namespace crm::inline v0::detail {

/// What `work` answers; where it throws, what `otherwise` does, which may ask `std::current_exception`.
template <class Work, class Otherwise>
decltype(auto) caught(Work&& work, [[maybe_unused]] Otherwise&& otherwise) {
#if CRM_CLIENT_HAS_EXCEPTIONS
  try {
    return std::forward<Work>(work)();
  } catch (...) {
    return std::forward<Otherwise>(otherwise)();
  }
#else
  return std::forward<Work>(work)();
#endif
}

}  // namespace crm::inline v0::detail
