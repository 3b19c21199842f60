/// @file
/// Fields that may be optional in one record and plain in another.
#pragma once

#include <optional>

namespace crm::inline v0::detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// A pointer to the field's value, or null where it has none.
template <class T>
[[nodiscard]] constexpr const T* present(const T& value) noexcept {
  return &value;
}
template <class T>
[[nodiscard]] constexpr const T* present(const std::optional<T>& value) noexcept {
  return value ? &*value : nullptr;
}

}  // namespace crm::inline v0::detail
