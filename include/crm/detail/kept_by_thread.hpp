/// @file
/// What a thread keeps from one call to the next.
#pragma once

#include <type_traits>

namespace crm::inline v0::detail {

/// A `T` of the calling thread's; none where the thread is past its end, as it is in the destructor of a static object.
template <class T>
[[nodiscard]] T* kept_by_thread() noexcept(std::is_nothrow_default_constructible_v<T>) {
  thread_local bool gone = false;  // destroyed by nobody, so that it may be asked to the last
  struct keeper {
    T value{};
    ~keeper() { gone = true; }
  };
  if (gone) return nullptr;
  thread_local keeper one;
  return &one.value;
}

}  // namespace crm::inline v0::detail
