/// @file
/// Entity tags in preconditions. (RFC 9110, sections 8.8.3 and 13.1.)
#pragma once

#include <algorithm>
#include <string_view>

namespace crm::inline v0::testing::detail {

enum class tag_comparison : unsigned char {
  strong,  ///< a weak tag never matches: `If-Match`
  weak,    ///< `W/` does not count: `If-None-Match`
};

/// Whether a list of tags, or `*`, names this one. Requires that `tag` is strong and has no comma.
[[nodiscard]] constexpr bool names_tag(std::string_view list, std::string_view tag, tag_comparison how) noexcept {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    std::string_view each = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    each.remove_prefix(std::min(each.find_first_not_of(" \t"), each.size()));
    each = each.substr(0, each.find_last_not_of(" \t") + 1);
    if (how == tag_comparison::weak && each.starts_with("W/")) each.remove_prefix(2);
    if (each == "*" || each == tag) return true;
  }
  return false;
}

}  // namespace crm::inline v0::testing::detail
