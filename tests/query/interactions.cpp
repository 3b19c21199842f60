#include <chrono>
#include <optional>
#include <string>

#include "support/catch.hpp"

#include <crm/query/interactions.hpp>

namespace {

constexpr crm::timestamp quoted{"2026-03-01T12:00:00Z"};
constexpr auto replies = crm::interactions.since(quoted).direction("inbound");

crm::interaction reply() {
  crm::interaction i{};
  i.direction = crm::direction::inbound;
  i.occurred_at = quoted;
  return i;
}

crm::interaction_filter plain(const crm::interaction_filter& filter) { return filter; }

}  // namespace

TEST_CASE("a direction is a literal, a constant, a text or word, or an optional of one", "[query]") {
  const crm::interaction_filter wanted{.direction = crm::direction::inbound};
  CHECK(plain(crm::interactions.direction("inbound")) == wanted);
  CHECK(plain(crm::interactions.direction(crm::direction::inbound)) == wanted);
  CHECK(plain(crm::interactions.direction(std::string{"inbound"})) == wanted);
  CHECK(plain(crm::interactions.direction(crm::direction{crm::direction::inbound})) == wanted);
  CHECK(plain(crm::interactions.direction(std::optional<std::string>{"inbound"})) == wanted);
  CHECK(plain(crm::interactions.direction(std::optional{crm::direction::inbound})) == wanted);
  CHECK(plain(crm::interactions.direction(std::optional<std::string>{})) == crm::interaction_filter{});
}

TEST_CASE("a moment is a literal, a time met at run time, or an optional of one", "[query]") {
  const crm::interaction_filter wanted{.since = quoted};
  CHECK(plain(crm::interactions.since(crm::timestamp{"2026-03-01T12:00:00Z"})) == wanted);
  CHECK(plain(crm::interactions.since(crm::timestamp::parse("2026-03-01T12:00:00Z").value())) == wanted);
  CHECK(plain(crm::interactions.since(std::optional<crm::timestamp>{})) == crm::interaction_filter{});
}

TEST_CASE("the moment itself counts as since", "[query]") {
  auto i = reply();
  CHECK(replies.matches(i));
  CHECK(plain(replies).matches(i));
  i.occurred_at = crm::timestamp{quoted.utc() - std::chrono::microseconds{1}};
  CHECK_FALSE(replies.matches(i));
  i.occurred_at = crm::timestamp{quoted.utc() + std::chrono::microseconds{1}};
  CHECK(replies.matches(i));
}

TEST_CASE("what went out is no reply", "[query]") {
  auto i = reply();
  i.direction = crm::direction::outbound;
  CHECK_FALSE(replies.matches(i));
}
