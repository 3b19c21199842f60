/// @file
/// Text as a JSON string. (RFC 8259, section 7.)
#pragma once

#include <string>
#include <string_view>

#include <crm/detail/utf8.hpp>

namespace crm::inline v0::json {

/// Appends a JSON string: quotes, backslashes and control characters escaped. Answers whether it was UTF-8.
inline bool append_string(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  if (!v0::detail::is_utf8(text)) return false;
  out.push_back('"');
  for (const char c : text) {
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
  }
  out.push_back('"');
  return true;
}

}  // namespace crm::inline v0::json
