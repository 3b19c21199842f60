/// @file
/// How long a server asks to be left alone. (RFC 9110, sections 5.6.7 and 10.2.3.)
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

#include <crm/detail/digits.hpp>

namespace crm::inline v0::http {

/// `Sun, 06 Nov 1994 08:49:37 GMT`: the one form servers may send. (RFC 9110, section 5.6.7, IMF-fixdate.) The date
/// alone counts, not the name of its day.
[[nodiscard]] inline std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) noexcept {
  using namespace std::chrono;
  constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
      text[19] != ':' || text[22] != ':' || text.substr(25) != " GMT")
    return std::nullopt;
  const auto d = v0::detail::digits(text, 5, 2), y = v0::detail::digits(text, 12, 4),
             h = v0::detail::digits(text, 17, 2), m = v0::detail::digits(text, 20, 2),
             s = v0::detail::digits(text, 23, 2);
  unsigned month_number = 0;
  for (unsigned i = 0; i < months.size(); ++i)
    if (text.substr(8, 3) == months[i]) month_number = i + 1;
  if (!d || !y || !h || !m || !s || month_number == 0 || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
  const year_month_day date{year{*y}, month{month_number}, day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date} + hours{*h} + minutes{*m} + seconds{*s};
}

/// The wait a `Retry-After` asks for: seconds, or a date told by the server's own `Date`, so that no clock here
/// matters. Nothing where it is absent, malformed or past; at most a day.
[[nodiscard]] inline std::optional<std::chrono::seconds> retry_after(std::optional<std::string_view> value,
                                                                     std::optional<std::string_view> date) noexcept {
  using namespace std::chrono;
  constexpr seconds most = days{1};
  if (!value) return std::nullopt;
  long long count = 0;
  const auto [end, status] = std::from_chars(value->data(), value->data() + value->size(), count);
  if (end == value->data() + value->size() && status != std::errc::invalid_argument) {
    if (value->front() == '-') return std::nullopt;
    return status == std::errc::result_out_of_range ? most : std::min(seconds{count}, most);
  }
  if (!date) return std::nullopt;
  const auto until = parse_http_date(*value), now = parse_http_date(*date);
  if (!until || !now || *until <= *now) return std::nullopt;
  return std::min<seconds>(*until - *now, most);
}

}  // namespace crm::inline v0::http
