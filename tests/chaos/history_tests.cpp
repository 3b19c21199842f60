// That each check of a history can fail.
#include "chaos/history.hpp"

#include <chrono>
#include <string>
#include <vector>

#include "support/catch.hpp"

using chaos::change;
using chaos::creation;
using chaos::impossible;
using chaos::told;

namespace {

using sentences = std::vector<std::string>;

crm::time_point at(int second) { return crm::time_point{std::chrono::seconds{second}}; }

/// An update of the customer "7" by this name, and what is wrong where the customer is seen so afterwards.
change update(std::string notes, told outcome, int begin, int end) {
  return {
      .id = "7", .notes = notes, .outcome = outcome, .begin = at(begin), .end = at(end), .version = "after " + notes};
}
sentences wrong_at(const std::vector<change>& changes, const std::string& notes, int begin, int end) {
  return impossible(changes, {{"7", notes, at(begin), at(end)}}, {}, "new");
}

}  // namespace

TEST_CASE("a create that succeeded is there once, under its id", "[chaos]") {
  const std::vector<creation> done{{"Ann", told::done, "1"}};
  CHECK(impossible(done, {{"1", "Ann", "", 1}}) == sentences{});
  CHECK(impossible(done, {}) == sentences{"Ann is missing"});
  CHECK(impossible(done, {{"1", "Ann", "", 1}, {"2", "Ann", "", 1}}) == sentences{"Ann is there 2 times"});
  CHECK(impossible(done, {{"2", "Ann", "", 1}}) == sentences{"Ann has another id than was told"});
}

TEST_CASE("a create of unknown outcome is there once or not at all", "[chaos]") {
  const std::vector<creation> perhaps{{"Ann", told::perhaps}};
  CHECK(impossible(perhaps, {}) == sentences{});
  CHECK(impossible(perhaps, {{"1", "Ann", "", 1}}) == sentences{});
  CHECK(impossible(perhaps, {{"1", "Ann", "", 1}, {"2", "Ann", "", 1}}) == sentences{"Ann is there 2 times"});
}

TEST_CASE("what was not done, or not asked for, is not there", "[chaos]") {
  CHECK(impossible({{"Ann", told::not_done}}, {}) == sentences{});
  CHECK(impossible({{"Ann", told::not_done}}, {{"1", "Ann", "", 1}}) == sentences{"Ann is there, and was not done"});
  CHECK(impossible({}, {{"1", "Ann", "", 1}}) == sentences{"Ann was created by nobody"});
}

TEST_CASE("an update that succeeded is seen until a later one", "[chaos]") {
  const std::vector<change> two{update("a", told::done, 1, 2), update("b", told::done, 3, 4)};
  CHECK(wrong_at(two, "new", 0, 1) == sentences{});
  CHECK(wrong_at(two, "new", 2, 5) == sentences{});
  CHECK(wrong_at(two, "new", 3, 5) == sentences{"7 has lost a later update: new"});
  CHECK(wrong_at(two, "a", 4, 6) == sentences{});
  CHECK(wrong_at(two, "a", 5, 6) == sentences{"7 has lost a later update: a"});
  CHECK(wrong_at(two, "b", 5, 6) == sentences{});
  CHECK(wrong_at(two, "b", 1, 2) == sentences{"7 held what was not yet written: b"});
}

TEST_CASE("updates at the same time may take effect in either order", "[chaos]") {
  const std::vector<change> two{update("a", told::done, 1, 4), update("b", told::done, 2, 3)};
  CHECK(wrong_at(two, "a", 5, 6) == sentences{});
  CHECK(wrong_at(two, "b", 5, 6) == sentences{});
}

TEST_CASE("an update of unknown outcome may be seen at any time after it began", "[chaos]") {
  const std::vector<change> two{update("a", told::perhaps, 1, 2), update("b", told::done, 3, 4)};
  CHECK(wrong_at(two, "a", 5, 6) == sentences{});
  CHECK(wrong_at(two, "b", 5, 6) == sentences{});
  CHECK(wrong_at(two, "new", 5, 6) == sentences{"7 has lost a later update: new"});
}

TEST_CASE("what was not done, or not written, is not seen", "[chaos]") {
  CHECK(wrong_at({update("a", told::not_done, 1, 2)}, "a", 3, 4) == sentences{"7 holds what was not done: a"});
  CHECK(wrong_at({update("a", told::done, 1, 2)}, "z", 3, 4) == sentences{"7 holds what nobody wrote: z"});
}

TEST_CASE("a customer has changed as often as updates took effect", "[chaos]") {
  const std::vector<change> two{update("a", told::done, 1, 2), update("b", told::perhaps, 3, 4)};
  const auto held = [&](long version) { return impossible(two, {}, {{"7", "Ann", "a", version}}, "new"); };
  CHECK(held(1) == sentences{"7 was changed less often than was told"});
  CHECK(held(2) == sentences{});
  CHECK(held(3) == sentences{});
  CHECK(held(4) == sentences{"7 was changed more often than it can have been"});
}

TEST_CASE("what a customer holds in the end is looked at like what was read", "[chaos]") {
  CHECK(impossible({update("a", told::done, 1, 2)}, {}, {{"7", "Ann", "new", 2}}, "new") ==
        sentences{"7 has lost a later update: new"});
}

TEST_CASE("a version is made once, and replaced once", "[chaos]") {
  std::vector<change> two{update("a", told::done, 1, 2), update("b", told::done, 3, 4)};
  two[0].based_on = two[1].based_on = "1";
  CHECK(impossible(two, {}, {}, "new") == sentences{"7 was changed twice from the same version: 1"});
  two[1].based_on.clear();
  CHECK(impossible(two, {}, {}, "new") == sentences{});
  two[1].version = two[0].version;
  CHECK(impossible(two, {}, {}, "new") == sentences{"7 got the same version twice: after a"});
}
