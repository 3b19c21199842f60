/// @file
/// Walking a record's fields: the library's one use of Boost.Hana's struct adaptation.
///
/// Any struct that Hana knows (`BOOST_HANA_ADAPT_STRUCT`, `BOOST_HANA_ADAPT_ADT`, `BOOST_HANA_DEFINE_STRUCT`)
/// is a record; its field names are the JSON keys.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/hana/accessors.hpp>
#include <boost/hana/at.hpp>
#include <boost/hana/concept/struct.hpp>
#include <boost/hana/first.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/second.hpp>
#include <boost/hana/string.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/unpack.hpp>

namespace crm::inline v0 {

/// Text as a template argument.
template <std::size_t N>
struct fixed_string {
  consteval fixed_string(const char (&literal)[N]) {
    for (std::size_t i = 0; i < N; ++i) chars[i] = literal[i];
  }
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {chars, N - 1}; }

  char chars[N]{};
};

/// A struct whose fields Hana can walk.
template <class T>
concept record = boost::hana::Struct<T>::value;

namespace detail {

template <auto Member>
struct member_access {
  template <class Record>
  constexpr decltype(auto) operator()(Record&& r) const noexcept {
    return (std::forward<Record>(r).*Member);
  }
};

/// One row of a field list for `boost::hana::accessors_impl`, which a macro cannot write for a template.
template <fixed_string Name, auto Member>
constexpr auto field_row() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return boost::hana::make_pair(boost::hana::string_c<Name.chars[I]...>, member_access<Member>{});
  }
  (std::make_index_sequence<Name.view().size()>{});
}

/// A name's characters. Hana keeps them too, but in a variable that is not inline: GCC makes it local to each
/// translation unit, and a program of several, each pointing to it from an inline variable, does not link.
template <char... Chars>
inline constexpr char name_storage[sizeof...(Chars) + 1]{Chars..., '\0'};

template <char... Chars>
constexpr std::string_view name_view(boost::hana::string<Chars...>) noexcept {
  return {name_storage<Chars...>, sizeof...(Chars)};
}

/// Hana's list of a record's fields, made once.
template <record T>
inline constexpr auto field_rows = boost::hana::accessors<T>();

}  // namespace detail

/// The names of a record's fields, in order.
template <record T>
inline constexpr auto field_names = boost::hana::unpack(detail::field_rows<T>, [](auto... row) {
  return std::array<std::string_view, sizeof...(row)>{detail::name_view(boost::hana::first(row))...};
});

template <record T>
inline constexpr std::size_t field_count = field_names<T>.size();

/// The position of a name among a record's fields, `field_count<T>` where there is none.
template <record T>
[[nodiscard]] constexpr std::size_t field_index(std::string_view name) noexcept {
  std::size_t i = 0;
  while (i < field_count<T> && field_names<T>[i] != name) ++i;
  return i;
}

template <class T, fixed_string Name>
inline constexpr bool has_field = field_index<T>(Name.view()) < field_count<T>;

/// A record's field by position.
template <std::size_t I, class T>
[[nodiscard]] constexpr decltype(auto) field_at(T&& r) noexcept {
  return boost::hana::second(boost::hana::at_c<I>(detail::field_rows<std::remove_cvref_t<T>>))(std::forward<T>(r));
}

/// A record's field by name; a name the record lacks does not compile.
template <fixed_string Name, class T>
[[nodiscard]] constexpr decltype(auto) field(T&& r) noexcept {
  using Record = std::remove_cvref_t<T>;
  static_assert(has_field<Record, Name>,
                "this record has no field of that name: correct the name, or adapt the field with Hana");
  return field_at<field_index<Record>(Name.view())>(std::forward<T>(r));
}

template <record T, std::size_t I>
using field_type_at = std::remove_cvref_t<decltype(field_at<I>(std::declval<T&>()))>;

/// `f(integral_constant<I>, name, field)` for every field in order.
template <class T, class F>
constexpr void for_each_field(T&& r, F&& f) {
  using Record = std::remove_cvref_t<T>;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (f(std::integral_constant<std::size_t, I>{}, field_names<Record>[I], field_at<I>(r)), ...);
  }
  (std::make_index_sequence<field_count<Record>>{});
}

}  // namespace crm::inline v0
