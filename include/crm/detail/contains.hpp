/// @file
/// The one search that the model and the filters need: a program that has those alone does without `<algorithm>`.
#pragma once

namespace crm::inline v0::detail {

template <class Range, class T>
[[nodiscard]] constexpr bool contains(const Range& range, const T& wanted) noexcept {
  for (const auto& each : range)
    if (each == wanted) return true;
  return false;
}

}  // namespace crm::inline v0::detail
