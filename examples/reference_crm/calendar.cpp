#include "calendar.hpp"

#include <array>
#include <cstdio>

namespace reference_crm {

namespace {

using namespace std::chrono;

std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count) {
  if (text.size() < from + count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(from, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<minutes> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return minutes{0};
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto h = digits(text, 1, 2);
  const auto m = digits(text, 4, 2);
  if (!h || !m || *h > 23 || *m > 59) return std::nullopt;
  const auto size = hours{*h} + minutes{*m};
  return text[0] == '-' ? -size : size;
}

}  // namespace

std::optional<sys_days> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto y = digits(text, 0, 4);
  const auto m = digits(text, 5, 2);
  const auto d = digits(text, 8, 2);
  if (!y || !m || !d) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return sys_days{date};
}

bool is_day(std::string_view text) { return parse_day(text).has_value(); }

std::optional<sys_seconds> parse_instant(std::string_view text) {
  const auto date = parse_day(text.substr(0, 10));
  if (!date) return std::nullopt;
  if (text.size() < 20 || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const auto h = digits(text, 11, 2);
  const auto m = digits(text, 14, 2);
  const auto s = digits(text, 17, 2);
  if (!h || !m || !s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;

  std::size_t rest = 19;
  bool fraction = false;
  if (text[rest] == '.') {
    const auto start = ++rest;
    for (; rest < text.size() && text[rest] >= '0' && text[rest] <= '9'; ++rest) fraction |= text[rest] != '0';
    if (rest == start) return std::nullopt;
  }
  const auto offset = parse_offset(text.substr(rest));
  if (!offset) return std::nullopt;
  return sys_seconds{*date} + hours{*h} + minutes{*m} + seconds{*s} + seconds{fraction ? 1 : 0} - *offset;
}

std::string to_day(sys_days when) {
  const year_month_day date{when};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", int{date.year()}, unsigned{date.month()},
                unsigned{date.day()});
  return text.data();
}

std::string to_rfc3339(sys_seconds when) {
  const auto date = floor<days>(when);
  const hh_mm_ss time{when - date};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "T%02d:%02d:%02dZ", static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return to_day(date) + text.data();
}

std::string to_http_date(sys_seconds when) {
  // Not strftime: the names must be English whatever the locale.
  static constexpr std::array week = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array year_names = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto date = floor<days>(when);
  const year_month_day ymd{date};
  const hh_mm_ss time{when - date};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", week[weekday{date}.c_encoding()],
                unsigned{ymd.day()}, year_names[unsigned{ymd.month()} - 1], int{ymd.year()},
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

}  // namespace reference_crm
