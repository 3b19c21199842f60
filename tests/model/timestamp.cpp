#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>

#include "support/catch.hpp"

#include <crm/model/timestamp.hpp>

namespace {

using namespace std::chrono;

constexpr crm::timestamp half_past_nine{"2024-03-10T09:30:00Z"};
static_assert(half_past_nine.utc() == sys_days{year{2024} / 3 / 10} + hours{9} + minutes{30});
static_assert(crm::timestamp{"2024-03-10T03:30:00-06:00"} == half_past_nine);
static_assert(!crm::timestamp::read("2024-03-10T24:00:00Z"));

std::string normal(std::string_view text) { return to_string(crm::timestamp::parse(text).value()); }

}  // namespace

TEST_CASE("any offset is folded into UTC", "[model]") {
  CHECK(normal("2024-03-10T09:30:00Z") == "2024-03-10T09:30:00Z");
  CHECK(normal("2024-03-10t09:30:00z") == "2024-03-10T09:30:00Z");
  CHECK(normal("2024-03-10 09:30:00Z") == "2024-03-10T09:30:00Z");
  CHECK(normal("2024-03-10T09:30:00+00:00") == "2024-03-10T09:30:00Z");
  CHECK(normal("2024-03-10T09:30:00-00:00") == "2024-03-10T09:30:00Z");
  CHECK(normal("2024-03-10T09:30:00+05:45") == "2024-03-10T03:45:00Z");
  CHECK(normal("2024-03-10T09:30:00-06:00") == "2024-03-10T15:30:00Z");
  CHECK(normal("2024-12-31T23:59:59-23:59") == "2025-01-01T23:58:59Z");
  CHECK(normal("2024-03-01T00:00:00+00:01") == "2024-02-29T23:59:00Z");
}

TEST_CASE("fractions are kept to the microsecond and cut off beyond", "[model]") {
  CHECK(normal("2024-03-10T09:30:00.5Z") == "2024-03-10T09:30:00.500000Z");
  CHECK(normal("2024-03-10T09:30:00.000001Z") == "2024-03-10T09:30:00.000001Z");
  CHECK(normal("2024-03-10T09:30:00.9999999Z") == "2024-03-10T09:30:00.999999Z");
  CHECK(normal("2024-03-10T09:30:00.000Z") == "2024-03-10T09:30:00Z");
  CHECK(normal("2024-03-10T09:30:00.25-06:00") == "2024-03-10T15:30:00.250000Z");
  CHECK(normal("2024-03-10T09:30:00." + std::string(1000, '1') + "Z") == "2024-03-10T09:30:00.111111Z");
}

TEST_CASE("a leap second is the first second of what follows", "[model]") {
  CHECK(normal("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00Z");
  CHECK_FALSE(crm::timestamp::parse("2016-12-31T23:59:61Z"));
}

TEST_CASE("a time is read strictly", "[model]") {
  using namespace std::string_view_literals;
  for (const auto text : {""sv,
                          "2024-03-10"sv,
                          "2024-03-10T"sv,
                          "2024-03-10T..."sv,
                          "2024-03-10T09:30:00"sv,
                          "2024-03-10T09:30Z"sv,
                          "2024-03-10T9:30:00Z"sv,
                          "2024-02-30T09:30:00Z"sv,
                          "2025-02-29T09:30:00Z"sv,
                          "2024-13-10T09:30:00Z"sv,
                          "2024-03-10T24:00:00Z"sv,
                          "2024-03-10T09:60:00Z"sv,
                          "2024-03-10_09:30:00Z"sv,
                          "2024-03-10T09.30.00Z"sv,
                          "2024/03/10T09:30:00Z"sv,
                          "2024-03-10T09:30:00.Z"sv,
                          "2024-03-10T09:30:00,5Z"sv,
                          "2024-03-10T09:30:00ZZ"sv,
                          "2024-03-10T09:30:00Z "sv,
                          " 2024-03-10T09:30:00Z"sv,
                          "2024-03-10T09:30:00+0600"sv,
                          "2024-03-10T09:30:00+06"sv,
                          "2024-03-10T09:30:00+24:00"sv,
                          "2024-03-10T09:30:00+06:60"sv,
                          "2024-03-10T09:30:00+6:000"sv,
                          "2024-03-10T09:30:00 +06:00"sv,
                          "2024-03-10T09:30:00.5"sv,
                          "2024-03-10T09:30:00Z\0"sv,
                          "2024-03-10T-9:30:00Z"sv}) {
    INFO("'" << text << "'");
    const auto refused = crm::timestamp::parse(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == crm::errc::invalid_argument);
  }
}

TEST_CASE("times reach from year 0000 to 9999 in UTC, for others could not be written", "[model]") {
  CHECK(normal("0000-01-01T00:00:00Z") == "0000-01-01T00:00:00Z");
  CHECK(normal("9999-12-31T23:59:59.999999Z") == "9999-12-31T23:59:59.999999Z");
  CHECK_FALSE(crm::timestamp::parse("0000-01-01T00:00:00+00:01"));
  CHECK_FALSE(crm::timestamp::parse("9999-12-31T23:59:00-00:01"));
  CHECK_FALSE(crm::timestamp::parse("9999-12-31T23:59:60Z"));
  CHECK(to_string(crm::timestamp{crm::timestamp::instant::min()}) == "0000-01-01T00:00:00Z");
  CHECK(to_string(crm::timestamp{crm::timestamp::instant::max()}) == "9999-12-31T23:59:59.999999Z");
}

TEST_CASE("a time before 1970 is written as it was read", "[model]") {
  CHECK(normal("1969-12-31T23:59:59.75Z") == "1969-12-31T23:59:59.750000Z");
}

TEST_CASE("a timestamp is the epoch unless given, and compares as a moment", "[model]") {
  CHECK(to_string(crm::timestamp{}) == "1970-01-01T00:00:00Z");
  CHECK(crm::timestamp{} < half_past_nine);
  CHECK(crm::timestamp{half_past_nine.utc()} == half_past_nine);
  CHECK(crm::timestamp{half_past_nine.utc() + microseconds{1}} > half_past_nine);
}
