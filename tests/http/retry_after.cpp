#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <crm/http/retry_after.hpp>

namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using crm::http::parse_http_date;
using crm::http::retry_after;

constexpr std::string_view noon = "Sun, 22 Nov 2026 12:00:00 GMT";

}  // namespace

TEST_CASE("an HTTP date is read in the one form servers may send", "[http]") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == sys_days{year{1994} / 11 / 6} + 8h + 49min + 37s);
  CHECK(parse_http_date("Thu, 29 Feb 2024 23:59:60 GMT") == sys_days{year{2024} / 3 / 1} + 0s);
  CHECK(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT") == sys_seconds{});
}

TEST_CASE("every month of an HTTP date is known", "[http]") {
  unsigned number = 0;
  for (const auto* month : {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}) {
    INFO(month);
    CHECK(parse_http_date(std::string{"Sun, 06 "} + month + " 1994 08:49:37 GMT") ==
          sys_days{year{1994} / month_day{std::chrono::month{++number}, day{6}}} + 8h + 49min + 37s);
  }
}

TEST_CASE("any other form of date is nothing", "[http]") {
  for (const auto* text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 30 Feb 2025 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun; 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z         "}) {
    INFO(text);
    CHECK_FALSE(parse_http_date(text));
  }
}

TEST_CASE("the marks between the parts of an HTTP date are the ones it has", "[http]") {
  const std::string sound = "Sun, 06 Nov 1994 08:49:37 GMT";
  REQUIRE(parse_http_date(sound));
  for (std::size_t i = 0; i < sound.size(); ++i) {
    if (sound[i] != ' ' && sound[i] != ',' && sound[i] != ':') continue;
    std::string other = sound;
    other[i] = '-';
    INFO(other);
    CHECK_FALSE(parse_http_date(other));
  }
}

TEST_CASE("a wait is told in seconds", "[http]") {
  CHECK(retry_after("120", {}) == 120s);
  CHECK(retry_after("0", {}) == 0s);
  CHECK(retry_after("007", {}) == 7s);
}

TEST_CASE("a wait is told by a date, counted from the server's own", "[http]") {
  CHECK(retry_after("Sun, 22 Nov 2026 12:00:30 GMT", noon) == 30s);
  CHECK(retry_after("Mon, 23 Nov 2026 11:59:59 GMT", noon) == 24h - 1s);
  CHECK_FALSE(retry_after("Sun, 22 Nov 2026 12:00:30 GMT", {}));
  CHECK_FALSE(retry_after("Sun, 22 Nov 2026 12:00:30 GMT", "yesterday"));
}

TEST_CASE("a wait that is absent, negative, garbage or past is none", "[http]") {
  CHECK_FALSE(retry_after({}, noon));
  for (const auto* value :
       {"", "-1", "-0", "-99999999999999999999", "+5", "5s", "5 ", " 5", "1.5", "soon", "0x10",
        "Sun, 22 Nov 2026 12:00:00 GMT", "Sun, 22 Nov 2026 11:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"}) {
    INFO("'" << value << "'");
    CHECK_FALSE(retry_after(value, noon));
  }
}

TEST_CASE("no wait is longer than a day", "[http]") {
  CHECK(retry_after("1000000000", {}) == 24h);
  CHECK(retry_after("9223372036854775807", {}) == 24h);
  CHECK(retry_after("99999999999999999999999999", {}) == 24h);
  CHECK(retry_after("Fri, 31 Dec 9999 23:59:59 GMT", noon) == 24h);
}
