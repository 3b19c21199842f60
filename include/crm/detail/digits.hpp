/// @file
/// Fixed-width decimal digits, read and written, for dates and times.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace crm::inline v0::detail {

/// The number in exactly `count` ASCII digits at `from`, or nothing.
[[nodiscard]] constexpr std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) noexcept {
  if (from + count > text.size()) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(from, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// Appends `value` with leading zeros, at least `width` digits. Requires `value >= 0`.
inline void append_digits(std::string& out, int value, std::size_t width) {
  const std::string text = std::to_string(value);
  if (text.size() < width) out.append(width - text.size(), '0');
  out.append(text);
}

}  // namespace crm::inline v0::detail
