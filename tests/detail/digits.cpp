#include <array>
#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <crm/detail/digits.hpp>

using crm::detail::digits;

TEST_CASE("exactly so many digits are read", "[detail]") {
  STATIC_REQUIRE(digits("2026", 0, 4) == 2026);
  STATIC_REQUIRE(digits("2026-05", 5, 2) == 5);
  CHECK(digits("0000", 0, 4) == 0);
}

TEST_CASE("anything but digits is nothing", "[detail]") {
  for (const auto* text : {"+1", "-1", " 1", "1 ", "1a", "", "1", "/0", "0:"}) {
    INFO("'" << text << "'");
    CHECK_FALSE(digits(text, 0, 2));
  }
  CHECK_FALSE(digits("12", 1, 2));
  CHECK_FALSE(digits("12", 2, 1));
  CHECK_FALSE(digits("12", 3, 1));
}

TEST_CASE("digits are written with leading zeros and never cut", "[detail]") {
  std::string out = "x";
  crm::detail::append_digits(out, 7, 2);
  crm::detail::append_digits(out, 0, 1);
  crm::detail::append_digits(out, 12345, 4);
  CHECK(out == "x07012345");
}

TEST_CASE("digits of a width are written into memory that is there", "[detail]") {
  constexpr auto written = [] {
    std::array<char, 7> out{'x', 'x', 'x', 'x', 'x', 'x', 'x'};
    char* at = crm::detail::put_digits(out.data(), 7, 4);
    at = crm::detail::put_digits(at, 12, 2);
    return out;
  }();
  STATIC_REQUIRE(std::string_view{written.data(), written.size()} == "000712x");
}
