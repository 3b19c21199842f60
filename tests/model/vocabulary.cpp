#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>

#include "support/catch.hpp"

#include <crm/model/service.hpp>
#include <crm/model/status.hpp>

namespace {

constexpr crm::service_name aeration = crm::service_name::declare("aeration");
static_assert(aeration.str() == "aeration");
static_assert(crm::status_name{"past"} == crm::status::past);
static_assert(crm::service_view{crm::service::mowing}.is_known() && !crm::service_view{aeration}.is_known());

template <class A, class B>
concept comparable = requires(const A& a, const B& b) {
  a == b;
};

}  // namespace

TEST_CASE("a word that the library does not know is kept as it came", "[model]") {
  const std::string met = "Paused (winter)";
  const crm::status paused{met};
  CHECK(paused.str() == "Paused (winter)");
  CHECK_FALSE(paused.is_known());
  CHECK(crm::status{"past"}.is_known());
  CHECK_FALSE(crm::status{std::string{"Past"}}.is_known());
  CHECK_FALSE(crm::status{}.is_known());
}

TEST_CASE("words compare across their forms", "[model]") {
  const crm::service owned{"mowing"};
  const crm::service_view seen{std::string_view{"mowing"}};
  CHECK(owned == crm::service::mowing);
  CHECK(crm::service::mowing == owned);
  CHECK(owned == seen);
  CHECK(seen == owned);
  CHECK(seen == crm::service::mowing);
  CHECK((owned == "mowing"));
  CHECK(owned != crm::service::fertilizer);
  CHECK(seen != crm::service::fertilizer);
  CHECK_FALSE(owned == crm::service{std::string{"Mowing"}});
}

TEST_CASE("words of different vocabularies do not compare", "[model]") {
  STATIC_REQUIRE(comparable<crm::service, crm::service_view>);
  STATIC_REQUIRE_FALSE(comparable<crm::service, crm::status>);
  STATIC_REQUIRE_FALSE(comparable<crm::service_name, crm::status_name>);
}

TEST_CASE("an owned word outlives the text it was made from", "[model]") {
  crm::service kept;
  {
    const std::string text = "a service with a name too long to be kept inside";
    kept = crm::service_view{std::string_view{text}};
  }
  CHECK(kept.str() == "a service with a name too long to be kept inside");
}

TEST_CASE("a view of a word is made only when asked for", "[model]") {
  STATIC_REQUIRE(std::is_convertible_v<crm::service_view, crm::service>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<crm::service, crm::service_view>);
  STATIC_REQUIRE(std::is_constructible_v<crm::service_view, crm::service>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, crm::service>);
}

TEST_CASE("the contract's words are all known", "[model]") {
  for (const auto name :
       {crm::service::fertilizer, crm::service::weed_control, crm::service::mowing, crm::service::snow_removal})
    CHECK(crm::service{name}.is_known());
  for (const auto name : {crm::status::active, crm::status::past, crm::status::lead, crm::status::cold})
    CHECK(crm::status{name}.is_known());
  CHECK(crm::service::weed_control.str() == "weed_control");
  CHECK(crm::status::cold.str() == "cold");
}

TEST_CASE("streaming a word writes it", "[model]") {
  std::ostringstream out;
  out << crm::status{crm::status::lead} << ' ' << crm::service_view{aeration};
  CHECK(out.str() == "lead aeration");
}
