#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"

#include <crm/result.hpp>

namespace {

using text = crm::result<std::string>;

crm::error no(std::string why) { return crm::invalid_argument(std::move(why)); }

}  // namespace

TEST_CASE("a result is a value or an error", "[base]") {
  const text good{"yes"};
  CHECK(good);
  CHECK(good.has_value());
  CHECK(*good == "yes");
  CHECK(good->size() == 3);

  const text bad{no("why")};
  CHECK_FALSE(bad);
  CHECK_FALSE(bad.has_value());
  CHECK(bad.error().message == "why");
}

TEST_CASE("a result keeps the value category of what is asked of it", "[base]") {
  STATIC_REQUIRE(std::is_same_v<decltype(*std::declval<text&>()), std::string&>);
  STATIC_REQUIRE(std::is_same_v<decltype(*std::declval<const text&>()), const std::string&>);
  STATIC_REQUIRE(std::is_same_v<decltype(std::declval<text&>().value()), std::string&>);
  STATIC_REQUIRE(std::is_same_v<decltype(std::declval<const text&>().value()), const std::string&>);
  STATIC_REQUIRE(std::is_same_v<decltype(std::declval<text&>().error()), crm::error&>);
  STATIC_REQUIRE(std::is_same_v<decltype(std::declval<const text&>().error()), const crm::error&>);
}

TEST_CASE("a result that is going gives by value, so that a range-for over it does not dangle", "[base]") {
  STATIC_REQUIRE(std::is_same_v<decltype(std::declval<text>().value()), std::string>);
  STATIC_REQUIRE(std::is_same_v<decltype(*std::declval<text>()), std::string>);
  STATIC_REQUIRE(std::is_same_v<decltype(std::declval<text>().error()), crm::error>);

  const auto make = [] {
    return crm::result<std::vector<std::string>>{std::vector<std::string>(3, "a text too long to be kept inside")};
  };
  std::size_t seen = 0;
  for (const auto& each : make().value()) seen += each.size();
  CHECK(seen == 3 * 33);
}

TEST_CASE("a value is moved out of a result that is going, not copied", "[base]") {
  crm::result<std::unique_ptr<int>> held{std::make_unique<int>(7)};
  const std::unique_ptr<int> out = std::move(held).value();
  CHECK(*out == 7);
  CHECK(*std::move(crm::result<std::unique_ptr<int>>{std::make_unique<int>(8)}).value() == 8);
}

TEST_CASE("asking for a value that is not there throws the error", "[base]") {
  auto bad = text{no("the id is empty")};
  CHECK_THROWS_AS(bad.value(), crm::exception);
  CHECK_THROWS_AS(std::as_const(bad).value(), crm::exception);
  CHECK_THROWS_AS(std::move(bad).value(), std::runtime_error);

  try {
    crm::result<void>{no("nothing done")}.value();
    FAIL("no exception");
  } catch (const crm::exception& thrown) {
    CHECK(std::string{thrown.what()} == "invalid argument: nothing done");
    CHECK(thrown.error().code == crm::errc::invalid_argument);
  }
}

TEST_CASE("value_or stands in for what is not there", "[base]") {
  CHECK(text{"a"}.value_or("b") == "a");
  CHECK(text{no("")}.value_or("b") == "b");
  const text kept{"a"};
  CHECK(kept.value_or("b") == "a");
  CHECK(*kept == "a");
}

TEST_CASE("and_then goes on with the value, and passes an error by", "[base]") {
  const auto length = [](const std::string& s) -> crm::result<std::size_t> {
    if (s.empty()) return no("empty");
    return s.size();
  };
  const text abc{"abc"}, nothing{""}, bad{no("first")};
  CHECK(abc.and_then(length).value() == 3);
  CHECK(nothing.and_then(length).error().message == "empty");
  CHECK(bad.and_then(length).error().message == "first");
  CHECK(text{"abcd"}.and_then([](std::string&& s) -> crm::result<std::size_t> { return s.size(); }).value() == 4);
  CHECK(text{no("first")}.and_then(length).error().message == "first");
}

TEST_CASE("transform makes a result of a plain function", "[base]") {
  const auto twice = [](const std::string& s) { return s + s; };
  const text a{"a"}, bad{no("first")};
  CHECK(a.transform(twice).value() == "aa");
  CHECK(bad.transform(twice).error().message == "first");
  CHECK(text{"b"}.transform([](std::string&& s) { return s.size(); }).value() == 1);
  CHECK(text{no("second")}.transform(twice).error().message == "second");
}

TEST_CASE("or_else makes something of an error, and leaves a value alone", "[base]") {
  const auto mend = [](crm::error e) -> text { return "mended " + e.message; };
  CHECK(text{no("x")}.or_else(mend).value() == "mended x");
  CHECK(text{"whole"}.or_else(mend).value() == "whole");
  CHECK(text{no("x")}.or_else([](crm::error) -> text { return no("y"); }).error().message == "y");
}

TEST_CASE("a result of bool is not confused with whether there is one", "[base]") {
  const crm::result<bool> no_but_sound{false};
  CHECK(no_but_sound.has_value());
  CHECK_FALSE(*no_but_sound);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<crm::result<bool>, bool>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<crm::result<bool>, crm::result<int>>);
}

TEST_CASE("a result of void is done unless it holds an error", "[base]") {
  CHECK(crm::result<void>{});
  CHECK_NOTHROW(crm::result<void>{}.value());
  const crm::result<void> bad{no("x")};
  CHECK_FALSE(bad.has_value());
  CHECK(bad.error().message == "x");
}
