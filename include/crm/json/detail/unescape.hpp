/// @file
/// The escapes of a JSON string. (RFC 8259, section 7.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace crm::inline v0::json::detail {

/// The four hexadecimal digits at the beginning of the text, as a number; nothing where they are not.
[[nodiscard]] constexpr std::optional<std::uint32_t> read_code_unit(std::string_view text) noexcept {
  if (text.size() < 4) return std::nullopt;
  std::uint32_t unit = 0;
  for (const char c : text.substr(0, 4)) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !((c | 0x20) >= 'a' && (c | 0x20) <= 'f')) return std::nullopt;
    unit = unit * 16 + static_cast<std::uint32_t>(digit ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return unit;
}

/// Writes a character, from one to four bytes, and gives the place behind it. (RFC 3629.)
[[nodiscard]] constexpr char* write_utf8(char* out, std::uint32_t code_point) noexcept {
  const auto trailing = [&](unsigned shift) { return static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU)); };
  if (code_point < 0x80) {
    *out++ = static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    *out++ = static_cast<char>(0xC0U | code_point >> 6U);
    *out++ = trailing(0);
  } else if (code_point < 0x10000) {
    *out++ = static_cast<char>(0xE0U | code_point >> 12U);
    *out++ = trailing(6);
    *out++ = trailing(0);
  } else {
    *out++ = static_cast<char>(0xF0U | code_point >> 18U);
    *out++ = trailing(12);
    *out++ = trailing(6);
    *out++ = trailing(0);
  }
  return out;
}

/// What the text between two quotes stands for, written to `place`, which has room for as much as the text has bytes;
/// nothing where an escape is not one of JSON, or is half of a surrogate pair. Linear.
[[nodiscard]] constexpr std::optional<std::string_view> unescape(std::string_view text, char* const place) noexcept {
  char* out = place;
  while (!text.empty()) {
    if (text.front() != '\\') {
      *out++ = text.front();
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 2) return std::nullopt;
    const char kind = text[1];
    text.remove_prefix(2);
    switch (kind) {
      case '"':
      case '\\':
      case '/': *out++ = kind; break;
      case 'b': *out++ = '\b'; break;
      case 'f': *out++ = '\f'; break;
      case 'n': *out++ = '\n'; break;
      case 'r': *out++ = '\r'; break;
      case 't': *out++ = '\t'; break;
      case 'u': {
        auto code_point = read_code_unit(text);
        if (!code_point || (*code_point >= 0xDC00 && *code_point <= 0xDFFF)) return std::nullopt;
        text.remove_prefix(4);
        if (*code_point >= 0xD800 && *code_point <= 0xDBFF) {
          const auto low = text.starts_with("\\u") ? read_code_unit(text.substr(2)) : std::nullopt;
          if (!low || *low < 0xDC00 || *low > 0xDFFF) return std::nullopt;
          code_point = 0x10000 + ((*code_point - 0xD800) << 10U) + (*low - 0xDC00);
          text.remove_prefix(6);
        }
        out = write_utf8(out, *code_point);
        break;
      }
      default: return std::nullopt;
    }
  }
  return std::string_view{place, static_cast<std::size_t>(out - place)};
}

}  // namespace crm::inline v0::json::detail
