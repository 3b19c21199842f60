/// @file
/// A calendar day. (ISO 8601, `YYYY-MM-DD`.)
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <crm/detail/digits.hpp>
#include <crm/detail/remedy.hpp>
#include <crm/result.hpp>

namespace crm::inline v0 {

namespace detail {

/// Exactly `YYYY-MM-DD`, and a day that exists.
[[nodiscard]] constexpr std::optional<std::chrono::year_month_day> read_day(std::string_view text) noexcept {
  if (text.size() != 10) return std::nullopt;
  const auto century = digit_pairs(text.data(), "0000-00-"), rest = digit_pairs(text.data() + 2, "00-00-00");
  if (!century || !rest) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year{pair_at(*century, 0) * 100 + pair_at(*rest, 0)},
                                        std::chrono::month{static_cast<unsigned>(pair_at(*rest, 3))},
                                        std::chrono::day{static_cast<unsigned>(pair_at(*rest, 6))}};
  if (!day.ok()) return std::nullopt;
  return day;
}

/// A day checked by the compiler. A class of its own between literal and `date`: clang 14 crashes on a
/// braced temporary of a class with a consteval constructor inside a chain of calls.
struct day_literal {
  template <std::size_t N>
  consteval day_literal(const char (&literal)[N]) {
    const auto read = read_day({literal, N - 1});
    if (!read) remedy::a_date_is_written_YYYY_MM_DD_and_exists_in_the_calendar();
    day = *read;
  }
  std::chrono::year_month_day day{};
};

}  // namespace detail

/// A day that exists, from 0000-01-01 to 9999-12-31. A literal is checked by the compiler:
/// `crm::date{"2025-02-30"}` is an error there; text met at run time goes through `parse`.
class date {
 public:
  constexpr explicit date(detail::day_literal literal) noexcept : date{literal.day, checked{}} {}

  /// Requires `day.ok()` and a year from 0 to 9999, or throws `crm::exception`; `of` returns the error.
  explicit date(std::chrono::year_month_day day) : date{of(day).value()} {}

  [[nodiscard]] static result<date> of(std::chrono::year_month_day day) {
    const int year = static_cast<int>(day.year());
    if (!day.ok() || year < 0 || year > 9999) return invalid_argument("not a day of the calendar");
    return date{day, checked{}};
  }

  /// Exactly `YYYY-MM-DD`, and a day that exists.
  [[nodiscard]] static result<date> parse(std::string_view text) {
    if (const auto day = read(text)) return *day;
    return invalid_argument("a date is written YYYY-MM-DD and exists in the calendar");
  }

  /// As `parse`, without a message.
  [[nodiscard]] static constexpr std::optional<date> read(std::string_view text) noexcept {
    const auto day = detail::read_day(text);
    return day ? std::optional{date{*day, checked{}}} : std::nullopt;
  }

  [[nodiscard]] constexpr int year() const noexcept { return year_; }
  [[nodiscard]] constexpr unsigned month() const noexcept { return month_; }
  [[nodiscard]] constexpr unsigned day() const noexcept { return day_; }
  [[nodiscard]] constexpr std::chrono::year_month_day ymd() const noexcept {
    return {std::chrono::year{year_}, std::chrono::month{month_}, std::chrono::day{day_}};
  }

  /// Writes `YYYY-MM-DD`. Answers with where it ends.
  constexpr char* write(char* at) const noexcept {
    at = detail::put_digits(at, year_, 4), *at++ = '-';
    at = detail::put_digits(at, month_, 2), *at++ = '-';
    return detail::put_digits(at, day_, 2);
  }

  friend constexpr auto operator<=>(const date&, const date&) = default;

  [[nodiscard]] friend std::string to_string(const date& d) { return std::string{detail::written{d}.text()}; }
  friend std::ostream& operator<<(std::ostream& out, const date& d) { return out << to_string(d); }

 private:
  struct checked {};
  constexpr date(std::chrono::year_month_day day, checked) noexcept
      : year_{static_cast<short>(static_cast<int>(day.year()))},
        month_{static_cast<unsigned char>(static_cast<unsigned>(day.month()))},
        day_{static_cast<unsigned char>(static_cast<unsigned>(day.day()))} {}

  short year_;
  unsigned char month_;
  unsigned char day_;
};

}  // namespace crm::inline v0
