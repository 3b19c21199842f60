/// @file
/// Records and attributes to JSON. (RFC 8259.)
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <crm/detail/never.hpp>
#include <crm/detail/optional.hpp>
#include <crm/detail/utf8.hpp>
#include <crm/model/date.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/resource.hpp>
#include <crm/model/season.hpp>
#include <crm/model/timestamp.hpp>
#include <crm/query/patch.hpp>
#include <crm/result.hpp>

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

/// Appends any field of a record. Answers whether all text was UTF-8.
template <class T>
bool append_value(std::string& out, const T& value) {
  if constexpr (v0::detail::is_optional<T>) {
    if (value) return append_value(out, *value);
    out.append("null");
    return true;
  } else if constexpr (std::same_as<T, bool>) {
    out.append(value ? "true" : "false");
    return true;
  } else if constexpr (std::integral<T>) {
    out.append(std::to_string(value));
    return true;
  } else if constexpr (std::same_as<T, season>) {
    out.append(std::to_string(value.year()));
    return true;
  } else if constexpr (std::same_as<T, date> || std::same_as<T, timestamp>) {
    return append_string(out, to_string(value));
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    return append_string(out, value);
  } else if constexpr (requires { value.str(); }) {
    return append_string(out, value.str());
  } else if constexpr (record<T>) {
    bool sound = true;
    out.push_back('{');
    for_each_field(value, [&](auto index, std::string_view name, const auto& f) {
      if (index != 0) out.push_back(',');
      sound = append_string(out, name) && sound;
      out.push_back(':');
      sound = append_value(out, f) && sound;
    });
    out.push_back('}');
    return sound;
  } else if constexpr (requires { value.begin(); }) {
    bool sound = true;
    out.push_back('[');
    for (bool first = true; const auto& item : value) {
      if (!std::exchange(first, false)) out.push_back(',');
      sound = append_value(out, item) && sound;
    }
    out.push_back(']');
    return sound;
  } else {
    static_assert(v0::detail::never<T>,
                  "a field of this type cannot be encoded: use text, integers, bool, the model's own types, or "
                  "optionals, vectors and Hana structs of these");
  }
}

/// The body of a write, `{"customer":{…}}`: the named fields alone. Text that is not UTF-8 is refused, and the
/// message names the field, not its content.
template <record T>
[[nodiscard]] result<std::string> encode_attributes(const attributes<T>& named) {
  std::string out = "{";
  append_string(out, resource<T>::one);
  out.append(":{");
  std::string_view refused;
  bool first = true;
  for_each_field(named.values(), [&](auto index, std::string_view name, const auto& f) {
    if (!named.names(index)) return;
    if (!std::exchange(first, false)) out.push_back(',');
    append_string(out, name);
    out.push_back(':');
    if (!append_value(out, f) && refused.empty()) refused = name;
  });
  if (!refused.empty()) return invalid_argument(std::string{refused}.append(" is not valid UTF-8"));
  out.append("}}");
  return out;
}

}  // namespace crm::inline v0::json
