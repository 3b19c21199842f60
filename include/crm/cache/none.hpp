/// @file
/// The null cache.
#pragma once

#include <crm/cache/concept.hpp>

namespace crm::inline v0 {

/// Every read asks the CRM.
struct no_cache {
  [[nodiscard]] cached_response lookup(const std::string&) const noexcept { return nullptr; }
  void store(const std::string&, const cached_response&) const noexcept {}
  void clear() const noexcept {}
};

}  // namespace crm::inline v0
