/// @file
/// A filter whose query string is made by the compiler.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <crm/query/filter.hpp>
#include <crm/query/render.hpp>

namespace crm::inline v0 {

namespace detail {

/// Text of the compiler's making; of what is beyond the room only the size is kept.
template <std::size_t Room>
struct fixed_text {
  std::array<char, Room> bytes{};
  std::size_t size = 0;

  constexpr void push_back(char c) {
    if (size < Room) bytes[size] = c;
    ++size;
  }
  constexpr void append(std::string_view text) {
    for (const char c : text) push_back(c);
  }
  [[nodiscard]] constexpr std::string_view view() const noexcept { return {bytes.data(), size}; }
};

/// The target of a list, path and query.
template <std::size_t Room, class R, const auto& Filter, list_style Lists>
[[nodiscard]] consteval fixed_text<Room> target_of_filter() {
  fixed_text<Room> target;
  target.append(R::path);
  query_writer out{target, Lists};
  render<R>(out, Filter);
  if (out.refused()) remedy::this_filter_holds_a_value_that_cannot_be_sent();
  return target;
}
template <class R, const auto& Filter, list_style Lists>
inline constexpr auto prepared_target =
    target_of_filter<target_of_filter<0, R, Filter, Lists>().size, R, Filter, Lists>();

}  // namespace detail

/// The filter `Filter`, a constant of static storage, whose target is a constant too: nothing is encoded where it is
/// sent.
template <const auto& Filter>
  requires filter<std::remove_cvref_t<decltype(Filter)>>
struct prepared_filter {
  using kind = typename std::remove_cvref_t<decltype(Filter)>::kind;

  template <class F>
  static constexpr void for_each_term(F&& f) {
    Filter.for_each_term(f);
  }
  template <record T>
  [[nodiscard]] static constexpr bool matches(const T& r) noexcept {
    return v0::matches(Filter, r);
  }

  /// The target of the list at `R::path`.
  template <class R>
  [[nodiscard]] static constexpr std::string_view target(list_style lists) noexcept {
    return lists == list_style::comma ? detail::prepared_target<R, Filter, list_style::comma>.view()
                                      : detail::prepared_target<R, Filter, list_style::brackets>.view();
  }
};

/// `client.query(crm::prepared<lapsed>)`, where `lapsed` is a constexpr filter of namespace scope, or a static one.
template <const auto& Filter>
inline constexpr prepared_filter<Filter> prepared{};

}  // namespace crm::inline v0
