// Input: a Retry-After, and behind the first newline, where there is one, a Date.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include <crm/http/retry_after.hpp>

#include "fuzz/demand.hpp"

namespace {

using fuzz::demand;
using namespace std::chrono_literals;

/// The same moment by way of the C library, for a date that was taken.
std::time_t moment_of(std::string_view taken) {
  std::tm t{};
  std::array<char, 4> month{};
  const int read = std::sscanf(std::string{taken}.c_str() + 4, " %2d %3c %4d %2d:%2d:%2d GMT", &t.tm_mday, month.data(),
                               &t.tm_year, &t.tm_hour, &t.tm_min, &t.tm_sec);
  demand(read == 6, "a date has six parts");
  const std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  t.tm_mon = static_cast<int>(months.find(month.data()) / 3);
  t.tm_year -= 1900;
  const std::tm given = t;
  const std::time_t made = ::timegm(&t);
  // What the C library had to carry over was no day of the calendar.
  if (given.tm_sec < 60)
    demand(t.tm_mday == given.tm_mday && t.tm_mon == given.tm_mon && t.tm_hour == given.tm_hour, "a date exists");
  return made;
}

void check_date(std::string_view text) {
  if (const auto date = crm::http::parse_http_date(text))
    demand(date->time_since_epoch().count() == moment_of(text), "a date is the moment it says");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  const auto newline = input.find('\n');
  const std::string_view value = input.substr(0, newline);
  std::optional<std::string_view> date;
  if (newline != std::string_view::npos) date = input.substr(newline + 1);

  check_date(value);
  if (date) check_date(*date);
  const auto wait = crm::http::retry_after(value, date);
  if (wait) demand(*wait >= 0s && *wait <= 24h, "a wait is from nothing to a day");
  if (const auto undated = crm::http::retry_after(value, std::nullopt))
    demand(wait == undated, "a wait in seconds does not depend on the date");
  demand(!crm::http::retry_after(std::nullopt, date), "without the header there is no wait");
  return 0;
}
