/// @file
/// A calendar day. (ISO 8601, `YYYY-MM-DD`.)
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <crm/config.hpp>
#include <crm/detail/digits.hpp>
#include <crm/detail/remedy.hpp>
#include <crm/result.hpp>

namespace crm::inline v0 {

namespace detail {

/// A day that exists, in one number: what is copied and compared most is in one register then. Later days are greater.
class packed_day {
 public:
  /// Exactly `YYYY-MM-DD`, and a day that exists.
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] static constexpr std::optional<packed_day> read(
      std::string_view text) noexcept {
    if (text.size() != 10) return std::nullopt;
    const auto century = digit_pairs<std::uint64_t>(text.data(), "0000-00-");
    if (!century) return std::nullopt;
    const auto rest = digit_pairs<std::uint64_t>(text.data() + 2, "00-00-00");
    if (!rest) return std::nullopt;
    const int year = pair_at(*century, 0) * 100 + pair_at(*rest, 0);
    const auto month = static_cast<unsigned>(pair_at(*rest, 3)), day = static_cast<unsigned>(pair_at(*rest, 6));
    const bool in_every_month = month - 1 < 12 && day - 1 < 28;
    if (!in_every_month && !ymd_of(year, month, day).ok()) return std::nullopt;
    return packed_day{year, month, day};
  }

  constexpr packed_day() = default;
  constexpr packed_day(int year, unsigned month, unsigned day) noexcept
      : bits_{static_cast<std::uint32_t>(year) << 9U | month << 5U | day} {}

  [[nodiscard]] constexpr int year() const noexcept { return static_cast<int>(bits_ >> 9U); }
  [[nodiscard]] constexpr unsigned month() const noexcept { return bits_ >> 5U & 15U; }
  [[nodiscard]] constexpr unsigned day() const noexcept { return bits_ & 31U; }
  [[nodiscard]] constexpr std::chrono::year_month_day ymd() const noexcept { return ymd_of(year(), month(), day()); }

  friend constexpr auto operator<=>(const packed_day&, const packed_day&) = default;

 private:
  [[nodiscard]] static constexpr std::chrono::year_month_day ymd_of(int year, unsigned month, unsigned day) noexcept {
    return {std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  }

  std::uint32_t bits_ = 0;
};

/// A day checked by the compiler. A class of its own between literal and `date`: clang 14 crashes on a
/// braced temporary of a class with a consteval constructor inside a chain of calls.
struct day_literal {
  template <std::size_t N>
  consteval day_literal(const char (&literal)[N]) {
    const auto read = packed_day::read({literal, N - 1});
    if (!read) remedy::a_date_is_written_YYYY_MM_DD_and_exists_in_the_calendar();
    day = *read;
  }
  packed_day day{};
};

}  // namespace detail

/// A day that exists, from 0000-01-01 to 9999-12-31. A literal is checked by the compiler:
/// `crm::date{"2025-02-30"}` is an error there; text met at run time goes through `parse`.
class date {
 public:
  constexpr explicit date(detail::day_literal literal) noexcept : day_{literal.day} {}

  /// Requires `day.ok()` and a year from 0 to 9999, or throws `crm::exception`; `of` returns the error.
  explicit date(std::chrono::year_month_day day) : date{of(day).value()} {}

  [[nodiscard]] static result<date> of(std::chrono::year_month_day day) {
    const int year = static_cast<int>(day.year());
    if (!day.ok() || year < 0 || year > 9999) return invalid_argument("not a day of the calendar");
    return date{detail::packed_day{year, static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day())}};
  }

  /// Exactly `YYYY-MM-DD`, and a day that exists.
  [[nodiscard]] static result<date> parse(std::string_view text) {
    if (const auto day = read(text)) return *day;
    return invalid_argument("a date is written YYYY-MM-DD and exists in the calendar");
  }

  /// As `parse`, without a message.
  [[nodiscard]] static constexpr std::optional<date> read(std::string_view text) noexcept {
    const auto day = detail::packed_day::read(text);
    return day ? std::optional{date{*day}} : std::nullopt;
  }

  [[nodiscard]] constexpr int year() const noexcept { return day_.year(); }
  [[nodiscard]] constexpr unsigned month() const noexcept { return day_.month(); }
  [[nodiscard]] constexpr unsigned day() const noexcept { return day_.day(); }
  [[nodiscard]] constexpr std::chrono::year_month_day ymd() const noexcept { return day_.ymd(); }

  /// Writes `YYYY-MM-DD`. Answers with where it ends.
  constexpr char* write(char* at) const noexcept {
    at = detail::put_digits(at, year(), 4), *at++ = '-';
    at = detail::put_digits(at, static_cast<int>(month()), 2), *at++ = '-';
    return detail::put_digits(at, static_cast<int>(day()), 2);
  }

  friend constexpr auto operator<=>(const date&, const date&) = default;

  [[nodiscard]] friend std::string to_string(const date& d) { return std::string{detail::written{d}.text()}; }
  friend std::ostream& operator<<(std::ostream& out, const date& d) { return out << to_string(d); }

 private:
  constexpr explicit date(detail::packed_day day) noexcept : day_{day} {}

  detail::packed_day day_;
};

}  // namespace crm::inline v0
