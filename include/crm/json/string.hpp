/// @file
/// Text as a JSON string. (RFC 8259, section 7.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <crm/detail/utf8.hpp>

namespace crm::inline v0::json {

namespace detail {

/// Whether a byte stands for itself in a JSON string, whatever is around it.
[[nodiscard]] constexpr bool is_plain(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// How many bytes at the beginning are plain. Eight are looked at together.
[[nodiscard]] inline std::size_t plain_prefix(std::string_view text) noexcept {
  constexpr std::uint64_t each = 0x0101010101010101U, high = 0x80 * each;
  const auto has_zero = [](std::uint64_t bytes) { return (bytes - each) & ~bytes & high; };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, 8);
    const std::uint64_t controls = (bytes - 0x20 * each) & ~bytes & high;
    if (((bytes & high) | controls | has_zero(bytes ^ '"' * each) | has_zero(bytes ^ '\\' * each)) != 0) break;
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

/// The size of what stands for this byte.
[[nodiscard]] constexpr std::size_t escaped_size(char c) noexcept {
  if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t') return 2;
  return static_cast<unsigned char>(c) < 0x20 ? 6 : 1;
}

}  // namespace detail

/// The size of the JSON string of a text, quotes included.
[[nodiscard]] inline std::size_t string_size(std::string_view text) noexcept {
  std::size_t size = 2 + detail::plain_prefix(text);
  for (const char c : text.substr(size - 2)) size += detail::escaped_size(c);
  return size;
}

/// Appends a JSON string: quotes, backslashes and control characters escaped. Answers whether it was UTF-8.
inline bool append_string(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::size_t plain = detail::plain_prefix(text);
  if (plain != text.size() && !v0::detail::is_utf8(text.substr(plain))) return false;
  out.push_back('"');
  while (out.append(text.substr(0, plain)), plain != text.size()) {
    const char c = text[plain];
    switch (c) {
      case '"': out.append("\\\""); break;
      case '\\': out.append("\\\\"); break;
      case '\n': out.append("\\n"); break;
      case '\r': out.append("\\r"); break;
      case '\t': out.append("\\t"); break;
      default:
        if (const auto byte = static_cast<unsigned char>(c); byte < 0x20) {
          out.append("\\u00").append({hex[byte >> 4U], hex[byte & 15U]});
        } else {
          out.push_back(c);
        }
    }
    text.remove_prefix(plain + 1);
    plain = detail::plain_prefix(text);
  }
  out.push_back('"');
  return true;
}

}  // namespace crm::inline v0::json
