// What every client writes: new customers and changes to them, the same over the in-memory CRM and over HTTP.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <crm/crm.hpp>

#include "client/worlds.hpp"
#include "support/catch.hpp"

using crm::errc;
using suite::ids;
using suite::in_memory;
using suite::must;
using suite::over_http;
using suite::refusal_of;

namespace {

/// Every field that can be set, with text that JSON, HTTP and SQL might each trip over.
crm::new_customer full_customer() {
  crm::new_customer fresh{"Zoë \"Zed\" O'Brien-Nguyễn 🐕"};
  fresh.email("zoe@example.com").phone("+1 612 555 0199").address("1 Backslash\\Lane\n2nd line").city("Saint Paul");
  fresh.state("MN").zip("00123").status(crm::status::lead).services({crm::service::mowing, suite::aeration});
  fresh.last_service_date(crm::date{"2024-02-29"}).notes("50% off; DROP TABLE customers; --\t<b>").source("");
  fresh.signed_seasons({2024, 2026});
  return fresh;
}

}  // namespace

TEMPLATE_TEST_CASE("a new customer comes back as it was made, and is found", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const auto made = must(client.create(full_customer()));
  CHECK_FALSE(made.id.empty());
  CHECK_FALSE(made.version.empty());
  CHECK(made.created_at.has_value());

  crm::customer expected;
  full_customer().apply_to(expected);
  expected.id = made.id;
  expected.created_at = made.created_at;
  expected.version = made.version;
  CHECK(made == expected);
  CHECK(must(client.find(made.id)) == made);
}

TEMPLATE_TEST_CASE("a customer may have a name and nothing else", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const auto made = must(client.create(crm::new_customer{"Only A. Name"}));
  CHECK(made.name == "Only A. Name");
  CHECK_FALSE(made.email.has_value());
  CHECK_FALSE(made.status.has_value());
  CHECK_FALSE(made.last_service_date.has_value());
  CHECK(made.services.empty());
  CHECK(made.signed_seasons.empty());
}

TEMPLATE_TEST_CASE("words that nobody knows survive the way there and back", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const std::string status = suite::unique("on sabbatical");
  const std::string service = suite::unique("moss removal");
  const auto made = must(client.create(crm::new_customer{"Rare"}
                                           .status(crm::status{status})
                                           .services(std::vector{crm::service{service}, crm::service{"mowing"}})));
  REQUIRE(made.status);
  CHECK(made.status->str() == status);
  CHECK_FALSE(made.status->is_known());
  REQUIRE(made.services.size() == 2);
  CHECK(made.services[0].str() == service);
  CHECK(made.services[1].is_known());
  CHECK(ids(must(client.query(crm::customers.status(status)))) == std::vector{made.id});
  CHECK(ids(must(client.query(crm::customers.services(service)))) == std::vector{made.id});
}

TEMPLATE_TEST_CASE("the same idempotency key twice makes one customer", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const std::string city = suite::unique("Keytown");
  crm::call_options call;
  call.idempotency_key = "key-" + std::to_string(::getpid()) + "-" + std::to_string(GENERATE(1, 2));

  const auto first = must(client.create(crm::new_customer{"Once"}.city(city), call));
  const auto again = must(client.create(crm::new_customer{"Once"}.city(city), call));
  CHECK(again.id == first.id);
  CHECK(ids(must(client.query(crm::customers.city(city)))) == std::vector{first.id});

  // The client that gave the key knows it; another one learns of it from the CRM.
  const auto before = world.requests();
  CHECK(refusal_of(client.create(crm::new_customer{"Somebody else"}.city(city), call)).code == errc::invalid_argument);
  CHECK(world.requests() == before);
  const auto e = refusal_of(world.client().create(crm::new_customer{"Somebody else"}.city(city), call));
  CHECK(e.code == errc::rejected);
  CHECK(e.status == 422);
  CHECK(e.op == crm::operation::create);
  CHECK_FALSE(e.outcome_unknown);
  CHECK(ids(must(client.query(crm::customers.city(city)))) == std::vector{first.id});
}

TEMPLATE_TEST_CASE("two creates without a key make two customers", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const auto twin = crm::new_customer{"Twin"}.city(suite::unique("Twintown"));
  CHECK(must(client.create(twin)).id != must(client.create(twin)).id);
}

TEMPLATE_TEST_CASE("a write that cannot be sent is refused before any request", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const auto made = must(client.create(crm::new_customer{"Present"}));
  const auto before = world.requests();

  CHECK(refusal_of(client.create(crm::new_customer{""})).code == errc::invalid_argument);
  CHECK(refusal_of(client.create(crm::new_customer{"\xc3\x28"})).code == errc::invalid_argument);
  CHECK(refusal_of(client.update(made.id, crm::customer_patch{})).code == errc::invalid_argument);
  CHECK(refusal_of(client.update(made, crm::customer_patch{})).code == errc::invalid_argument);
  CHECK(refusal_of(client.update(made.id, crm::customer_patch{}.notes("\xff"))).code == errc::invalid_argument);
  auto forged = made;
  forged.version = "\"1\"\r\nX-Evil: 1";
  CHECK(refusal_of(client.update(forged, crm::customer_patch{}.notes("x"))).code == errc::invalid_argument);
  for (const std::string key : {"with space", "quo\"te", "back\\slash", "line\nbreak", "umläut"}) {
    CAPTURE(key);
    crm::call_options call;
    call.idempotency_key = key;
    CHECK(refusal_of(client.create(crm::new_customer{"Keyed"}, call)).code == errc::invalid_argument);
  }
  crm::call_options too_long;
  too_long.idempotency_key = std::string(256, 'k');
  CHECK(refusal_of(client.create(crm::new_customer{"Keyed"}, too_long)).code == errc::invalid_argument);
  CHECK(world.requests() == before);

  too_long.idempotency_key.pop_back();
  too_long.idempotency_key.replace(0, 20, std::to_string(::getpid()) + "-255-keys-long-enough-");
  too_long.idempotency_key.resize(255, 'k');
  CHECK(client.create(crm::new_customer{"Keyed"}, too_long));
}

TEMPLATE_TEST_CASE("an update sets, clears and replaces what it names, and keeps the rest", "[client]", in_memory,
                   over_http) {
  const TestType world;
  const auto client = world.client();
  const auto made = must(client.create(full_customer()));

  SECTION("one field") {
    const auto changed = must(client.update(made.id, crm::customer_patch{}.notes("Called back")));
    CHECK(changed.version != made.version);
    auto expected = made;
    expected.notes = "Called back";
    expected.version = changed.version;
    CHECK(changed == expected);
    CHECK(must(client.find(made.id)) == expected);
  }
  SECTION("many fields at once") {
    auto expected = made;
    const auto patch = crm::customer_patch{}
                           .name("Renamed")
                           .status(crm::status::active)
                           .email(crm::null)
                           .last_service_date(crm::null)
                           .services({crm::service::snow_removal})
                           .signed_seasons({})
                           .phone("1");
    patch.apply_to(expected);
    const auto changed = must(client.update(made.id, patch));
    expected.version = changed.version;
    CHECK(changed == expected);
    CHECK(changed.name == "Renamed");
    CHECK(changed.status == crm::status::active);
    CHECK_FALSE(changed.email.has_value());
    CHECK_FALSE(changed.last_service_date.has_value());
    CHECK(changed.services == std::vector<crm::service>{crm::service::snow_removal});
    CHECK(changed.signed_seasons.empty());
    CHECK(must(client.find(made.id)) == expected);
  }
  SECTION("and clearing what is clear already changes nothing else") {
    const auto changed = must(client.update(made.id, crm::customer_patch{}.status(crm::null)));
    const auto again = must(client.update(made.id, crm::customer_patch{}.status(crm::null)));
    CHECK_FALSE(again.status.has_value());
    CHECK(again.name == changed.name);
  }
}

TEMPLATE_TEST_CASE("an update of nobody is not found", "[client]", in_memory, over_http) {
  const TestType world;
  const auto e = refusal_of(world.client().update("nobody-has-this-id", crm::customer_patch{}.notes("x")));
  CHECK(e.code == errc::not_found);
  CHECK(e.status == 404);
  CHECK(e.op == crm::operation::update);
  CHECK(e.attempts.size() == 1);
  CHECK(e.stopped == crm::gave_up::permanent);
}

TEMPLATE_TEST_CASE("an update of a customer that has changed since is a conflict, and changes nothing", "[client]",
                   in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const auto made = must(client.create(crm::new_customer{"Contested"}.notes("as read")));
  const auto theirs = must(client.update(made, crm::customer_patch{}.notes("theirs")));

  const auto e = refusal_of(client.update(made, crm::customer_patch{}.notes("ours")));
  CHECK(e.code == errc::conflict);
  CHECK(e.status == 412);
  CHECK_FALSE(e.outcome_unknown);
  CHECK(must(client.find(made.id))->notes == "theirs");

  SECTION("with the newer version it is made") {
    const auto ours = must(client.update(theirs, crm::customer_patch{}.notes("ours")));
    CHECK(ours.notes == "ours");
    CHECK(ours.version != theirs.version);
  }
  SECTION("by id alone it is made, too") {
    CHECK(must(client.update(made.id, crm::customer_patch{}.notes("ours"))).notes == "ours");
  }
  SECTION("a customer from a list has no version, and is not held to one") {
    const auto listed = must(client.query(crm::customers));
    const auto it = std::find_if(listed.begin(), listed.end(), [&](const auto& c) { return c.id == made.id; });
    REQUIRE(it != listed.end());
    CHECK(it->version.empty());
    CHECK(must(client.update(*it, crm::customer_patch{}.notes("ours"))).notes == "ours");
  }
}

TEMPLATE_TEST_CASE("what the CRM says of a refused write is in the details, and not in the text", "[client]", in_memory,
                   over_http) {
  const TestType world;
  const auto client = world.client();
  const auto made = must(client.create(crm::new_customer{"Nameless soon"}));
  const auto e = refusal_of(client.update(made.id, crm::customer_patch{}.name("")));
  CHECK(e.code == errc::rejected);
  CHECK(e.status == 422);
  CHECK(e.attempts.size() == 1);
  CHECK_FALSE(e.request_id.empty());
  REQUIRE(e.details);
  CHECK_FALSE(e.details->title.empty());
  REQUIRE(e.details->fields.size() == 1);
  CHECK(e.details->fields[0].first == "/customer/name");
  REQUIRE_FALSE(e.details->fields[0].second.empty());

  const std::string text = to_string(e);
  CHECK_THAT(text, Catch::Matchers::Contains("update failed: rejected (HTTP 422)"));
  CHECK_THAT(text, Catch::Matchers::Contains(e.request_id));
  CHECK_THAT(text, !Catch::Matchers::Contains(e.details->fields[0].second));
  CHECK_THAT(text, !Catch::Matchers::Contains("/customer/name"));
  if (!e.details->detail.empty()) CHECK_THAT(text, !Catch::Matchers::Contains(e.details->detail));
}

TEMPLATE_TEST_CASE("who changes what it filters on skips records page by page; with the ids first it does not",
                   "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const std::string city = suite::unique("Turntown");
  for (int i = 0; i < 6; ++i) must(client.create(crm::new_customer{"Turning"}.city(city).status("past")));
  const auto lapsed = crm::customers.city(city).status("past");
  const auto sign = [&](const std::string& id) { must(client.update(id, crm::customer_patch{}.status("active"))); };
  const auto left = [&] { return must(client.query(lapsed)).size(); };

  SECTION("the trap") {
    bool ended_well = true;
    for (const auto& page : client.pages(lapsed, {.per_page = 2})) {
      ended_well = page.has_value();
      if (page)
        for (const auto& c : page->records()) sign(c.id);
    }
    CHECK(left() > 0);        // some were skipped...
    CHECK_FALSE(ended_well);  // ...and it shows
  }
  SECTION("the safe way") {
    for (const auto& id : must(client.query_ids(lapsed, {.per_page = 2}))) sign(id);
    CHECK(left() == 0);
  }
}
