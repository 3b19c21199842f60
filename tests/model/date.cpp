#include <chrono>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>

#include "support/catch.hpp"

#include <crm/model/date.hpp>

namespace {

using namespace std::chrono;

// Literals are checked by the compiler: these lines are the test.
constexpr crm::date leap_day{"2024-02-29"};
static_assert(leap_day.year() == 2024 && leap_day.month() == 2 && leap_day.day() == 29);
static_assert(crm::date{"2000-02-29"} < crm::date{"2000-03-01"});
static_assert(crm::date{"2025-12-31"} < crm::date{"2026-01-01"});
static_assert(leap_day.ymd() == year_month_day{year{2024}, month{2}, day{29}});
static_assert(!crm::date::read("2025-02-29") && crm::date::read("2024-02-29"));

}  // namespace

TEST_CASE("a date is read and written as YYYY-MM-DD", "[model]") {
  for (const auto* text : {"0000-01-01", "0999-12-31", "1970-01-01", "2024-02-29", "2025-09-15", "9999-12-31"}) {
    INFO(text);
    const auto read = crm::date::parse(text);
    REQUIRE(read);
    CHECK(to_string(*read) == text);
  }
}

TEST_CASE("a day that is not in the calendar is no date", "[model]") {
  for (const auto* text : {"2025-02-29", "2025-02-30", "1900-02-29", "2100-02-29", "2025-04-31", "2025-00-01",
                           "2025-13-01", "2025-01-00", "2025-01-32"}) {
    INFO(text);
    CHECK_FALSE(crm::date::parse(text));
  }
  CHECK(crm::date::parse("2000-02-29"));
  CHECK(crm::date::parse("1600-02-29"));
}

TEST_CASE("a date is read strictly", "[model]") {
  using namespace std::string_view_literals;
  for (const auto text : {""sv, "2025"sv, "2025-9-15"sv, "2025-09-5"sv, "25-09-15"sv, "12025-09-15"sv, "2025/09/15"sv,
                          "2025-09-15 "sv, " 2025-09-15"sv, "2025-09-15T00:00:00Z"sv, "20250915"sv, "2025-0a-15"sv,
                          "-025-09-15"sv, "+025-09-15"sv, "2025-+9-15"sv, "2025-09-15\0"sv,
                          "2025\0"
                          "09-15"sv,
                          "\xD9\xA2"
                          "025-09-1"sv}) {
    INFO("'" << text << "'");
    const auto refused = crm::date::parse(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == crm::errc::invalid_argument);
    CHECK_FALSE(crm::date::read(text));
  }
}

TEST_CASE("every day of four hundred years is read as itself and the next day is later", "[model]") {
  int wrong = 0;
  crm::date before{"1999-12-31"};
  for (sys_days each{year{2000} / 1 / 1}; each < sys_days{year{2400} / 1 / 1}; each += days{1}) {
    const auto made = crm::date::of(year_month_day{each});
    if (!made || crm::date::read(to_string(*made)) != *made || *made <= before) ++wrong;
    if (made) before = *made;
  }
  CHECK(wrong == 0);
}

TEST_CASE("a chrono day becomes a date if it exists and has four digits of year", "[model]") {
  CHECK(to_string(crm::date{year{2025} / 9 / 15}) == "2025-09-15");
  CHECK(crm::date::of(year{0} / 1 / 1));
  CHECK(crm::date::of(year{9999} / 12 / 31));
  CHECK_FALSE(crm::date::of(year{10000} / 1 / 1));
  CHECK_FALSE(crm::date::of(year{-1} / 12 / 31));
  CHECK_FALSE(crm::date::of(year{2025} / 2 / 30));
  CHECK_FALSE(crm::date::of(year_month_day{year::min(), month{0}, day{0}}));
  CHECK_THROWS_AS((crm::date{year{2025} / 2 / 30}), crm::exception);
}

TEST_CASE("dates compare as days do", "[model]") {
  const crm::date a{"2025-09-15"}, b{"2025-10-01"};
  CHECK(a < b);
  CHECK(b > a);
  CHECK(a == crm::date{"2025-09-15"});
  CHECK(crm::date{"2024-12-31"} < crm::date{"2025-01-01"});
}

TEST_CASE("text does not become a date unasked", "[model]") {
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, crm::date>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<crm::date, std::string>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<const char*, crm::date>);
}

TEST_CASE("streaming a date writes it", "[model]") {
  std::ostringstream out;
  out << crm::date{"0007-08-09"};
  CHECK(out.str() == "0007-08-09");
}
