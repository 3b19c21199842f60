#include <string>
#include <string_view>
#include <type_traits>

#include "support/catch.hpp"

#include <crm/client/target.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/interaction.hpp>
#include <crm/query/customers.hpp>
#include <crm/query/interactions.hpp>
#include <crm/query/prepared.hpp>

namespace {

using crm::list_style;
using customers_of = crm::resource<crm::customer>;

constexpr auto fed_and_weeded = crm::customers.status(crm::status::past)
                                    .services(crm::service::fertilizer, crm::service::weed_control)
                                    .not_signed_for_season(2026)
                                    .last_service_before(crm::date{"2025-11-01"})
                                    .city("S\xC3\xA3o Paulo & 1");
constexpr auto answers =
    crm::interactions.since(crm::timestamp{"2026-03-01T12:00:00.25-06:00"}).direction(crm::direction::inbound);

// By the compiler, or this does not compile.
static_assert(crm::prepared<fed_and_weeded>.target<customers_of>(list_style::comma) ==
              "/api/v1/customers?status=past&services=fertilizer,weed_control&not_signed_for_season=2026&"
              "last_service_before=2025-11-01&city=S%C3%A3o%20Paulo%20%26%201");
static_assert(crm::prepared<fed_and_weeded>.target<customers_of>(list_style::brackets) ==
              "/api/v1/customers?status=past&services%5B%5D=fertilizer&services%5B%5D=weed_control&"
              "not_signed_for_season=2026&last_service_before=2025-11-01&city=S%C3%A3o%20Paulo%20%26%201");
static_assert(crm::prepared<crm::customers>.target<customers_of>(list_style::comma) == "/api/v1/customers");

struct peoples_crm : crm::customer_resource {
  static constexpr std::string_view path = "/people", status_parameter = "state";
};
constexpr auto past = crm::customers.status(crm::status::past);
static_assert(crm::prepared<past>.target<peoples_crm>(list_style::comma) == "/people?state=past");

/// The target as it is made of the same filter while the program runs.
template <class R>
std::string at_run_time(const auto& wanted, list_style lists) {
  return crm::detail::list_target<R>(R::path, wanted, lists).value();
}

}  // namespace

TEST_CASE("a prepared filter's target is the compiler's text itself, neither written nor copied", "[query]") {
  for (const auto lists : {list_style::comma, list_style::brackets}) {
    const auto made = crm::prepared<fed_and_weeded>.target<customers_of>(lists);
    const auto sent = crm::detail::list_target<customers_of>(crm::prepared<fed_and_weeded>, lists);
    REQUIRE(sent);
    CHECK(sent->data() == made.data());
    CHECK(sent->size() == made.size());
    CHECK(made == at_run_time<customers_of>(fed_and_weeded, lists));
  }
}

TEST_CASE("a prepared filter's query follows a path met at run time", "[query]") {
  using R = crm::resource<crm::interaction>;
  const auto sent =
      crm::detail::list_target<R>("/api/v1/customers/17/interactions", crm::prepared<answers>, list_style::comma);
  CHECK(sent.value() == "/api/v1/customers/17/interactions?since=2026-03-01T18%3A00%3A00.250000Z&direction=inbound");
}

TEST_CASE("a prepared filter is a filter, and passes what its own passes", "[query]") {
  STATIC_REQUIRE(crm::filter<crm::prepared_filter<fed_and_weeded>>);
  STATIC_REQUIRE(std::is_empty_v<crm::prepared_filter<fed_and_weeded>>);
  crm::customer jane{};
  jane.status = crm::status::past;
  CHECK(crm::prepared<past>.matches(jane));
  CHECK(crm::matches(crm::prepared<past>, jane));
  jane.status = crm::status::lead;
  CHECK_FALSE(crm::prepared<past>.matches(jane));
  CHECK(at_run_time<customers_of>(crm::prepared<past>, list_style::comma) == "/api/v1/customers?status=past");
}
