/// @file
/// Records and attributes to JSON. (RFC 8259.)
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

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

/// `,"name":`, made by the compiler.
template <std::size_t Size>
[[nodiscard]] consteval std::array<char, Size + 4> member_start(std::string_view name) {
  std::array<char, Size + 4> out{',', '"'};
  char* const end = std::copy(name.begin(), name.end(), out.data() + 2);
  end[0] = '"', end[1] = ':';
  return out;
}
template <record T, std::size_t I>
inline constexpr auto member_start_of = [] {
  constexpr std::string_view name = field_names<T>[I];
  static_assert(std::all_of(name.begin(), name.end(), [](char c) { return escaped_size(c) == 1; }),
                "a field's name needs no escape in JSON: rename the field");
  return member_start<name.size()>(name);
}();

/// Of any number, day or moment, with its quotes.
inline constexpr std::size_t most_scalar_size = 32;

/// Adds the room that `put_value` needs for this value.
template <class T>
void measure(room& most, const T& value) {
  if constexpr (v0::detail::is_optional<T>) {
    return value ? measure(most, *value) : most.add(most_scalar_size);
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    most.add_string(value);
  } else if constexpr (requires { value.str(); }) {
    most.add_string(value.str());
  } else if constexpr (record<T>) {
    most.add(2);
    for_each_field(value, [&](auto index, std::string_view, const auto& f) {
      most.add(member_start_of<T, decltype(index)::value>.size());
      measure(most, f);
    });
  } else if constexpr (requires { value.begin(); }) {
    most.add(2);
    for (const auto& item : value) most.add(1), measure(most, item);
  } else {
    most.add(most_scalar_size);
  }
}

/// Writes an object or array: `members()` writes each of what is in it behind a comma.
template <class Members>
void put_enclosed(writer& in, std::string_view brackets, Members members) {
  char* const begin = in.at();
  members();
  if (in.at() == begin) in.put(brackets[0]);
  *begin = brackets[0];  // in place of the first comma
  in.put(brackets[1]);
}

/// Writes any field of a record. Answers whether all text was UTF-8.
template <class T>
bool put_value(writer& in, const T& value) {
  if constexpr (v0::detail::is_optional<T>) {
    if (value) return put_value(in, *value);
    return in.put("null"), true;
  } else if constexpr (std::same_as<T, bool>) {
    return in.put(value ? std::string_view{"true"} : std::string_view{"false"}), true;
  } else if constexpr (std::integral<T>) {
    in.resume_at(std::to_chars(in.at(), in.at() + most_scalar_size, value).ptr);
    return true;
  } else if constexpr (std::same_as<T, season>) {
    return in.resume_at(value.write(in.at())), true;
  } else if constexpr (std::same_as<T, date> || std::same_as<T, timestamp>) {
    in.put('"');
    in.resume_at(value.write(in.at()));
    return in.put('"'), true;
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    return in.put_string(value);
  } else if constexpr (requires { value.str(); }) {
    return in.put_string(value.str());
  } else if constexpr (record<T>) {
    bool sound = true;
    put_enclosed(in, "{}", [&] {
      for_each_field(value, [&](auto index, std::string_view, const auto& f) {
        constexpr auto& start = member_start_of<T, decltype(index)::value>;
        in.put({start.data(), start.size()});
        sound = put_value(in, f) && sound;
      });
    });
    return sound;
  } else if constexpr (requires { value.begin(); }) {
    bool sound = true;
    put_enclosed(in, "[]", [&] {
      for (const auto& item : value) {
        in.put(',');
        sound = put_value(in, item) && sound;
      }
    });
    return sound;
  } else {
    static_assert(v0::detail::never<T>,
                  "a field of this type cannot be encoded: use text, integers, bool, the model's own types, or "
                  "optionals, vectors and Hana structs of these");
  }
}

}  // namespace detail

/// Appends any field of a record. Answers whether all text was UTF-8.
template <class T>
bool append_value(std::string& out, const T& value) {
  detail::room most;
  detail::measure(most, value);
  return detail::append_written(out, most, [&](detail::writer& in) { return detail::put_value(in, value); });
}

/// The body of a write, `{"customer":{…}}`: the named fields alone. Text that is not UTF-8 is refused, and the
/// message names the field, not its content. Memory is allocated once.
template <record T>
[[nodiscard]] result<std::string> encode_attributes(const attributes<T>& named) {
  constexpr std::string_view one = resource<T>::one;
  static_assert(std::all_of(one.begin(), one.end(), [](char c) { return detail::escaped_size(c) == 1; }),
                "the name of a record's envelope needs no escape in JSON: correct resource<T>::one");
  constexpr auto envelope = detail::member_start<one.size()>(one);
  detail::room most;
  most.add(envelope.size() + 3);
  for_each_field(named.values(), [&](auto index, std::string_view, const auto& f) {
    if (!named.names(index)) return;
    most.add(detail::member_start_of<T, decltype(index)::value>.size());
    detail::measure(most, f);
  });
  std::string_view refused;
  std::string body;
  detail::append_written(body, most, [&](detail::writer& in) {
    detail::put_enclosed(in, "{}", [&] {
      in.put({envelope.data(), envelope.size()});
      detail::put_enclosed(in, "{}", [&] {
        for_each_field(named.values(), [&](auto index, std::string_view name, const auto& f) {
          if (!named.names(index)) return;
          constexpr auto& start = detail::member_start_of<T, decltype(index)::value>;
          in.put({start.data(), start.size()});
          if (!detail::put_value(in, f) && refused.empty()) refused = name;
        });
      });
    });
    return true;
  });
  if (!refused.empty()) return invalid_argument(std::string{refused}.append(" is not valid UTF-8"));
  return body;
}

}  // namespace crm::inline v0::json
