/// @file
/// Whether a record owns its text, or points into the answer it was read from.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/detail/optional.hpp>
#include <crm/model/fields.hpp>

namespace crm::inline v0::detail {

template <class T>
inline constexpr bool is_span = false;
template <class T>
inline constexpr bool is_span<std::span<const T>> = true;

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

/// A vocabulary's word in either form.
template <class T>
concept word_like = requires(const T& w) {
  typename T::text_type;
  { w.str() } -> std::same_as<std::string_view>;
};

template <class T, class... Outer>
consteval bool borrows() {
  if constexpr ((std::same_as<T, Outer> || ...)) {
    return false;  // a record that holds its own kind: it is asked already
  } else if constexpr (is_optional<T> || is_vector<T>) {
    return borrows<typename T::value_type, Outer...>();
  } else if constexpr (word_like<T>) {
    return std::same_as<typename T::text_type, std::string_view>;
  } else if constexpr (record<T>) {
    return []<std::size_t... I>(std::index_sequence<I...>) {
      return (borrows<field_type_at<T, I>, Outer..., T>() || ...);
    }
    (std::make_index_sequence<field_count<T>>{});
  } else {
    return std::same_as<T, std::string_view> || is_span<T>;
  }
}

}  // namespace crm::inline v0::detail
