#include <cstdint>
#include <limits>
#include <sstream>

#include "support/catch.hpp"

#include <crm/model/season.hpp>

namespace {

constexpr crm::season this_year = 2026;
static_assert(this_year.year() == 2026);
static_assert(crm::season{1900} < crm::season{2100});

}  // namespace

TEST_CASE("a season is a year from 1900 to 2100", "[model]") {
  CHECK(crm::season::of(1900).value().year() == 1900);
  CHECK(crm::season::of(2100).value().year() == 2100);
  for (const int year :
       {1899, 2101, 0, -1, 26, -2026, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()}) {
    INFO(year);
    const auto refused = crm::season::of(year);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == crm::errc::invalid_argument);
  }
}

TEST_CASE("a season's bounds hold for integers of every width", "[model]") {
  CHECK(crm::season::of(std::uint64_t{2026}).value() == this_year);
  CHECK(crm::season::of(std::int16_t{2026}).value() == this_year);
  CHECK_FALSE(crm::season::of(std::numeric_limits<std::uint64_t>::max()));
  CHECK_FALSE(crm::season::of(std::numeric_limits<std::int64_t>::min()));
  CHECK_FALSE(crm::season::of((std::int64_t{1} << 32) + 2026));
  // 1900 and 2100 themselves do not fit these.
  CHECK_FALSE(crm::season::of(std::int8_t{26}));
  CHECK_FALSE(crm::season::of(std::uint8_t{210}));
  CHECK_FALSE(crm::season::of(true));
}

TEST_CASE("streaming a season writes its year", "[model]") {
  std::ostringstream out;
  out << this_year;
  CHECK(out.str() == "2026");
}
