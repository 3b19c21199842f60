#include <array>
#include <string_view>
#include <type_traits>

#include "support/catch.hpp"

#include <crm/model/customer.hpp>
#include <crm/model/resource.hpp>

namespace {

using names = std::array<std::string_view, 15>;
constexpr names customer_fields{"id",     "name",       "email",         "phone",  "address",           "city",
                                "state",  "zip",        "services",      "status", "last_service_date", "notes",
                                "source", "created_at", "signed_seasons"};
static_assert(crm::field_names<crm::customer> == customer_fields);
static_assert(crm::field_names<crm::customer_view> == customer_fields);

}  // namespace

TEST_CASE("a customer has the contract's fields, and a view of one the same", "[model]") {
  CHECK(crm::field_count<crm::customer> == 15);
  STATIC_REQUIRE(std::is_trivially_destructible_v<crm::customer_view>);
  STATIC_REQUIRE_FALSE(std::is_trivially_destructible_v<crm::customer>);
}

TEST_CASE("a new customer value has an id and a name and nothing else", "[model]") {
  const crm::customer c{};
  CHECK(c.id.empty());
  CHECK(c.services.empty());
  CHECK_FALSE(c.status);
  CHECK_FALSE(c.last_service_date);
  CHECK(c.version.empty());
}

TEST_CASE("the version is no field of the body", "[model]") {
  CHECK(crm::field_index<crm::customer>("version") == crm::field_count<crm::customer>);
}

TEST_CASE("customers are equal if every field is, the version included", "[model]") {
  crm::customer a{};
  a.id = "1";
  auto b = a;
  CHECK(a == b);
  b.version = "\"2\"";
  CHECK_FALSE(a == b);
  b = a;
  b.signed_seasons.push_back(2026);
  CHECK_FALSE(a == b);
}

TEST_CASE("a customer is where the contract keeps customers", "[model]") {
  using R = crm::resource<crm::customer>;
  STATIC_REQUIRE(R::path == "/api/v1/customers");
  STATIC_REQUIRE(R::search_path == "/api/v1/customers/search");
  STATIC_REQUIRE(R::many == "customers");
  STATIC_REQUIRE(R::one == "customer");
  STATIC_REQUIRE(crm::has_resource<crm::customer_view>);
  STATIC_REQUIRE_FALSE(crm::has_resource<int>);
  CHECK(R::read_only == std::array<std::string_view, 2>{"id", "created_at"});
}
