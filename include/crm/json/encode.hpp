/// @file
/// Records and attributes to JSON. (RFC 8259.)
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <crm/detail/never.hpp>
#include <crm/detail/optional.hpp>
#include <crm/json/string.hpp>
#include <crm/model/date.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/resource.hpp>
#include <crm/model/season.hpp>
#include <crm/model/timestamp.hpp>
#include <crm/query/patch.hpp>
#include <crm/result.hpp>

namespace crm::inline v0::json {

namespace detail {

/// A field's name as it stands in an object, `"name":`, made by the compiler.
template <record T, std::size_t I>
inline constexpr auto member_name = [] {
  constexpr std::string_view name = field_names<T>[I];
  static_assert(std::all_of(name.begin(), name.end(), [](char c) { return escaped_size(c) == 1; }),
                "a field's name needs no escape in JSON: rename the field");
  std::array<char, name.size() + 3> out{};
  out.front() = '"';
  std::copy(name.begin(), name.end(), out.begin() + 1);
  out[name.size() + 1] = '"';
  out.back() = ':';
  return out;
}();

template <record T, std::size_t I>
void append_name(std::string& out) {
  out.append(member_name<T, I>.data(), member_name<T, I>.size());
}

}  // namespace detail

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
    for_each_field(value, [&](auto index, std::string_view, const auto& f) {
      if (index != 0) out.push_back(',');
      detail::append_name<T, decltype(index)::value>(out);
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

/// The most bytes that `append_value` appends of this value.
template <class T>
[[nodiscard]] std::size_t most_size(const T& value) {
  constexpr std::size_t scalar = 32;  // of any number, day or moment, with its quotes
  if constexpr (v0::detail::is_optional<T>) {
    return value ? most_size(*value) : scalar;
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    return string_size(value);
  } else if constexpr (requires { value.str(); }) {
    return string_size(value.str());
  } else if constexpr (record<T>) {
    std::size_t size = 2;
    for_each_field(value,
                   [&](auto, std::string_view name, const auto& f) { size += string_size(name) + 2 + most_size(f); });
    return size;
  } else if constexpr (requires { value.begin(); }) {
    std::size_t size = 2;
    for (const auto& item : value) size += 1 + most_size(item);
    return size;
  } else {
    return scalar;
  }
}

/// The body of a write, `{"customer":{…}}`: the named fields alone. Text that is not UTF-8 is refused, and the
/// message names the field, not its content. Memory is allocated once.
template <record T>
[[nodiscard]] result<std::string> encode_attributes(const attributes<T>& named) {
  std::size_t most = string_size(resource<T>::one) + 5;
  for_each_field(named.values(), [&](auto index, std::string_view name, const auto& f) {
    if (named.names(index)) most += name.size() + 4 + most_size(f);
  });
  std::string out;
  out.reserve(most);
  out.push_back('{');
  append_string(out, resource<T>::one);
  out.append(":{");
  std::string_view refused;
  bool first = true;
  for_each_field(named.values(), [&](auto index, std::string_view name, const auto& f) {
    if (!named.names(index)) return;
    if (!std::exchange(first, false)) out.push_back(',');
    detail::append_name<T, decltype(index)::value>(out);
    if (!append_value(out, f) && refused.empty()) refused = name;
  });
  if (!refused.empty()) return invalid_argument(std::string{refused}.append(" is not valid UTF-8"));
  out.append("}}");
  return out;
}

}  // namespace crm::inline v0::json
