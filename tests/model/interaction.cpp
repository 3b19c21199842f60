#include <array>
#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <crm/model/interaction.hpp>
#include <crm/model/resource.hpp>

namespace {

// No body text: what was said stays in the CRM.
constexpr std::array<std::string_view, 5> interaction_fields{"id", "customer_id", "direction", "channel",
                                                             "occurred_at"};
static_assert(crm::field_names<crm::interaction> == interaction_fields);
static_assert(crm::field_names<crm::interaction_view> == interaction_fields);

}  // namespace

TEST_CASE("an interaction has the contract's fields and lies below its customer", "[model]") {
  STATIC_REQUIRE(crm::resource<crm::interaction>::path == "/api/v1/customers");
  STATIC_REQUIRE(crm::resource<crm::interaction>::sub_path == "/interactions");
  const crm::interaction i{};
  CHECK(i.occurred_at == crm::timestamp{});
  CHECK_FALSE(i.channel);
}

TEST_CASE("an interaction comes in or goes out", "[model]") {
  CHECK(crm::direction{crm::direction::inbound}.str() == "inbound");
  CHECK(crm::direction{crm::direction::outbound}.str() == "outbound");
  CHECK(crm::channel{"sms"}.is_known());
  CHECK_FALSE(crm::channel{std::string{"fax"}}.is_known());
}
