/// @file
/// A moment in UTC. (RFC 3339.)
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include <crm/detail/digits.hpp>
#include <crm/detail/remedy.hpp>
#include <crm/model/date.hpp>
#include <crm/result.hpp>

namespace crm::inline v0 {

namespace detail {

using instant = std::chrono::sys_time<std::chrono::microseconds>;

/// The first and the last moment that four digits of a year can write.
inline constexpr instant first_instant = std::chrono::sys_days{std::chrono::year{0} / 1 / 1};
inline constexpr instant last_instant =
    instant{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}} - std::chrono::microseconds{1};

[[nodiscard]] constexpr std::optional<instant> read_instant(std::string_view text) noexcept {
  using namespace std::chrono;
  if (text.size() < 20) return std::nullopt;
  const auto date = packed_day::read({text.data(), 10});
  if (!date) return std::nullopt;
  const auto time = digit_pairs<std::uint64_t>(text.data() + 11, "00:00:00");
  if (!time || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return std::nullopt;
  const int hour = pair_at(*time, 0), minute = pair_at(*time, 3), second = pair_at(*time, 6);
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;  // 60: a leap second
  // In one unit from here on: each sum of two units is a type of its own to compile.
  constexpr auto in_microseconds = [](long long hours, long long minutes, long long seconds) {
    return microseconds{((hours * 60 + minutes) * 60 + seconds) * 1'000'000};
  };
  instant at = instant{sys_days{date->ymd()}} + in_microseconds(hour, minute, second);

  std::string_view rest = text.substr(19);
  if (rest.front() == '.') {
    std::size_t count = 0;
    long long fraction = 0;
    for (rest.remove_prefix(1); !rest.empty() && rest.front() >= '0' && rest.front() <= '9'; rest.remove_prefix(1))
      if (count++ < 6) fraction = fraction * 10 + (rest.front() - '0');
    if (count == 0) return std::nullopt;
    for (; count < 6; ++count) fraction *= 10;
    at += microseconds{fraction};
  }
  if (rest.size() != 1 || (rest.front() | 0x20) != 'z') {
    if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
    const auto oh = digits(rest, 1, 2), om = digits(rest, 4, 2);
    if (!oh || !om || *oh > 23 || *om > 59) return std::nullopt;
    const microseconds offset = in_microseconds(*oh, *om, 0);
    at += rest[0] == '+' ? -offset : offset;
  }
  // An offset or a leap second may lead to a year that four digits cannot write.
  if (at < first_instant || at > last_instant) return std::nullopt;
  return at;
}

/// A moment checked by the compiler; see `day_literal` for why it is a class of its own.
struct instant_literal {
  template <std::size_t N>
  consteval instant_literal(const char (&literal)[N]) {
    const auto read = read_instant({literal, N - 1});
    if (!read) remedy::a_time_is_written_as_in_RFC_3339_for_example_2024_03_10T09_30_00Z();
    at = *read;
  }
  instant at{};
};

}  // namespace detail

/// A moment to the microsecond; the epoch unless given. Any offset is folded into UTC on the way in, and
/// `Z` is written on the way out; fractions beyond microseconds are cut off.
class timestamp {
 public:
  using instant = detail::instant;

  constexpr timestamp() = default;
  /// Of a moment before the year 0 or after 9999, which cannot be written, the nearest that can.
  constexpr explicit timestamp(instant at) noexcept
      : at_{at < detail::first_instant  ? detail::first_instant
            : at > detail::last_instant ? detail::last_instant
                                        : at} {}
  constexpr explicit timestamp(detail::instant_literal literal) noexcept : at_{literal.at} {}

  /// RFC 3339, e.g. `2024-03-10T09:30:00Z` or `2024-03-10T09:30:00.25-06:00`.
  [[nodiscard]] static result<timestamp> parse(std::string_view text) {
    if (const auto moment = read(text)) return *moment;
    return invalid_argument("a time is written as in RFC 3339, e.g. 2024-03-10T09:30:00Z");
  }

  /// As `parse`, without a message.
  [[nodiscard, gnu::flatten]] static constexpr std::optional<timestamp> read(std::string_view text) noexcept {
    const auto at = detail::read_instant(text);
    return at ? std::optional{timestamp{*at}} : std::nullopt;
  }

  [[nodiscard]] constexpr instant utc() const noexcept { return at_; }

  /// Writes `YYYY-MM-DDThh:mm:ssZ`, with six digits of a fraction where there is one. Answers with where it ends.
  constexpr char* write(char* at) const noexcept {
    using namespace std::chrono;
    const auto midnight = floor<days>(at_);
    const year_month_day date{midnight};
    const auto microsecond = (at_ - midnight).count();
    const int second = static_cast<int>(microsecond / 1'000'000), fraction = static_cast<int>(microsecond % 1'000'000);
    at = detail::put_digits(at, static_cast<int>(date.year()), 4), *at++ = '-';
    at = detail::put_digits(at, static_cast<int>(static_cast<unsigned>(date.month())), 2), *at++ = '-';
    at = detail::put_digits(at, static_cast<int>(static_cast<unsigned>(date.day())), 2), *at++ = 'T';
    at = detail::put_digits(at, second / 3600, 2), *at++ = ':';
    at = detail::put_digits(at, second / 60 % 60, 2), *at++ = ':';
    at = detail::put_digits(at, second % 60, 2);
    if (fraction != 0) *at++ = '.', at = detail::put_digits(at, fraction, 6);
    *at++ = 'Z';
    return at;
  }

  friend constexpr auto operator<=>(const timestamp&, const timestamp&) = default;

  [[nodiscard]] friend std::string to_string(const timestamp& t) { return std::string{detail::written{t}.text()}; }
  friend std::ostream& operator<<(std::ostream& out, const timestamp& t) { return out << to_string(t); }

 private:
  instant at_{};
};

}  // namespace crm::inline v0
