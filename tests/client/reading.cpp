// What every client reads: lists, single records and searches, the same over the in-memory CRM and over HTTP.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/crm.hpp>

#include "client/worlds.hpp"
#include "support/catch.hpp"

using crm::errc;
using suite::ids;
using suite::in_memory;
using suite::must;
using suite::over_http;
using suite::passing;
using suite::refusal_of;

namespace {

/// The query's answer is what the predicate says of all customers, and the filter tells customers apart.
template <class Client, class Filter>
void check_query(const Client& client, const std::vector<crm::customer>& all, const Filter& wanted) {
  const auto expected = passing(all, wanted);
  CHECK_FALSE(expected.empty());
  CHECK(expected.size() < all.size());
  const auto found = must(client.query(wanted));
  CHECK(ids(found) == ids(expected));
  CHECK(found == expected);
}

constexpr auto past = crm::customers.status(crm::status::past);

}  // namespace

TEMPLATE_TEST_CASE("a query answers with those customers that pass its filter", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  suite::add_odd_customers(client);
  const auto all = must(client.query(crm::customers));
  REQUIRE(all.size() > 15);

  SECTION("status") {
    check_query(client, all, past);
    check_query(client, all, crm::customers.status("active"));
    check_query(client, all, crm::customers.status(std::string{"on hold"}));
  }
  SECTION("services: any of them") {
    check_query(client, all, crm::customers.services(crm::service::mowing));
    check_query(client, all, crm::customers.services("fertilizer", "weed_control"));
    check_query(client, all, crm::customers.services(suite::aeration, crm::service::snow_removal));
    check_query(client, all, crm::customers.services(std::vector<std::string>{"mowing", "no such service"}));
  }
  SECTION("not signed for a season") {
    check_query(client, all, crm::customers.not_signed_for_season(2026));
    check_query(client, all, crm::customers.not_signed_for_season(must(crm::season::of(2025))));
  }
  SECTION("last service before a day") {
    check_query(client, all, crm::customers.last_service_before(crm::date{"2025-09-15"}));
    check_query(client, all, crm::customers.last_service_before(crm::date{"2025-09-16"}));
    const auto never = must(client.query(crm::customers.last_service_before(crm::date{"9999-12-31"})));
    CHECK(std::all_of(never.begin(), never.end(), [](const auto& c) { return c.last_service_date.has_value(); }));
    CHECK(never.size() < all.size());
  }
  SECTION("city, whatever stands in its name") {
    check_query(client, all, crm::customers.city("Eagan"));
    for (const auto city : suite::odd_cities) {
      CAPTURE(city);
      check_query(client, all, crm::customers.city(city));
    }
  }
  SECTION("all of them together") {
    check_query(client, all, past.services("fertilizer", "weed_control").not_signed_for_season(2026));
    check_query(client, all, past.services("fertilizer").last_service_before(crm::date{"2026-01-01"}));
    check_query(client, all,
                past.city("Eagan")
                    .services("fertilizer", "mowing")
                    .not_signed_for_season(2027)
                    .last_service_before(crm::date{"2025-12-31"}));
  }
  SECTION("a plain filter, and one with nothing in it") {
    crm::customer_filter plain = past;
    check_query(client, all, plain);
    plain.services.emplace({crm::service{crm::service::fertilizer}});
    plain.not_signed_for_season = crm::season{2026};
    check_query(client, all, plain);
    CHECK(ids(must(client.query(crm::customer_filter{}))) == ids(all));
    CHECK(ids(must(client.query(crm::customers.city(std::optional<std::string>{})))) == ids(all));
  }
  SECTION("a filter that nobody passes") { CHECK(must(client.query(crm::customers.city("Nowhere at all"))).empty()); }
}

TEMPLATE_TEST_CASE("a filter that could mean everybody by mistake is refused before any request", "[client]", in_memory,
                   over_http) {
  const TestType world;
  const auto client = world.client();
  const auto before = world.requests();
  CHECK(refusal_of(client.query(crm::customers.city(std::string{}))).code == errc::invalid_argument);
  CHECK(refusal_of(client.query(crm::customers.services(std::vector<std::string>{}))).code == errc::invalid_argument);
  CHECK(refusal_of(client.query(crm::customers.city(std::string{"\xff"}))).code == errc::invalid_argument);
  CHECK(refusal_of(client.query(crm::customers.services(std::string{"a,b"}))).code == errc::invalid_argument);
  CHECK(refusal_of(client.query(crm::customers.city(std::string{}))).op == crm::operation::query);
  CHECK(world.requests() == before);
}

TEMPLATE_TEST_CASE("lists may travel in brackets, and then hold a comma", "[client]", in_memory, over_http) {
  const TestType world;
  crm::client_options options;
  options.lists = crm::list_style::brackets;
  const auto client = world.client(options);
  const std::string both = suite::unique("rake, bag");
  const auto made = must(client.create(
      crm::new_customer{"Comma"}.services(std::vector{crm::service{both}, crm::service{crm::service::mowing}})));
  CHECK(ids(must(client.query(crm::customers.services(both)))) == std::vector{made.id});
  const auto some = must(client.query(crm::customers.services("mowing", "fertilizer")));
  CHECK(ids(some) == ids(must(world.client().query(crm::customers.services("mowing", "fertilizer")))));
}

TEMPLATE_TEST_CASE("a query collects all pages, each record once, whatever their size", "[client]", in_memory,
                   over_http) {
  const TestType world;
  const auto client = world.client();
  const std::string city = suite::unique("Pagetown");
  std::vector<std::string> made;
  for (int i = 0; i < 15; ++i) made.push_back(must(client.create(crm::new_customer{"Resident"}.city(city))).id);
  std::sort(made.begin(), made.end());

  const auto size = GENERATE(1, 7, 15, 100);
  CAPTURE(size);
  crm::call_options call;
  call.per_page = must(crm::page_size::of(size));
  const auto before = world.requests();
  auto found = ids(must(client.query(crm::customers.city(city), call)));
  CHECK(world.requests() - before == static_cast<std::size_t>((15 + size - 1) / size));
  std::sort(found.begin(), found.end());
  CHECK(found == made);
}

TEMPLATE_TEST_CASE("the order of a list does not depend on its pages", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  crm::call_options seven;
  seven.per_page = 7;
  CHECK(ids(must(client.query(crm::customers, seven))) == ids(must(client.query(crm::customers))));
}

TEMPLATE_TEST_CASE("a list with more pages than allowed is incomplete, not short", "[client]", in_memory, over_http) {
  const TestType world;
  crm::client_options options;
  options.max_pages = 2;
  crm::call_options call;
  call.per_page = 1;
  const auto e = refusal_of(world.client(options).query(crm::customers, call));
  CHECK(e.code == errc::incomplete);
  CHECK(e.op == crm::operation::query);
}

TEMPLATE_TEST_CASE("a customer is found by id, and nobody is nobody", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const auto all = must(client.query(crm::customers));
  for (const auto& listed : {all.front(), all[all.size() / 2], all.back()}) {
    auto found = must(client.find(listed.id));
    REQUIRE(found);
    CHECK_FALSE(found->version.empty());
    found->version.clear();
    CHECK(*found == listed);
  }
  CHECK(must(client.find("nobody-has-this-id")) == std::nullopt);
  CHECK(must(client.find("é")) == std::nullopt);
}

TEMPLATE_TEST_CASE("an id that could be another path is refused before any request", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  using namespace std::string_view_literals;
  const auto id = GENERATE(values<std::string_view>({"", ".", "..", "a/b", "../admin", "a\\b", "a?b=c", "a#b", "a%2fb",
                                                     "a b", " a", "a\tb", "a\r\nHost: evil", "a\0b"sv, "a\x7f"}));
  CAPTURE(id);
  const auto before = world.requests();
  const auto check = [&](const crm::error& e) {
    CHECK(e.code == errc::invalid_argument);
    CHECK(e.attempts.empty());
  };
  check(refusal_of(client.find(id)));
  check(refusal_of(client.update(id, crm::customer_patch{}.notes("x"))));
  check(refusal_of(client.interactions(id)));
  check(refusal_of(client.find(std::string(257, 'a'))));
  check(refusal_of(client.find("search")));
  check(refusal_of(client.update("search", crm::customer_patch{}.notes("x"))));
  CHECK(world.requests() == before);
}

TEMPLATE_TEST_CASE("a search forgives case, accents and one wrong letter, and knows phone numbers", "[client]",
                   in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const auto holds = [](const std::vector<crm::customer>& found, auto test) {
    return std::any_of(found.begin(), found.end(), test);
  };
  const auto named = [](std::string_view part) {
    return [part](const crm::customer& c) { return c.name.find(part) != std::string::npos; };
  };

  const auto smiths = must(client.search("smyth"));
  CHECK(holds(smiths, named("Smith")));
  CHECK(holds(must(client.search("JOSE")), named("José")));
  CHECK(holds(must(client.search("jane smith")), named("Jane Smith")));
  const auto jane = [](const crm::customer& c) { return c.phone == "612-555-1234"; };
  CHECK(holds(must(client.search("6125551234")), jane));
  CHECK(holds(must(client.search("(612) 555-1234")), jane));
  CHECK(holds(must(client.search("jane@example.com")), jane));
  CHECK(must(client.search("zzqxzzqx")).empty());

  SECTION("the best match comes first") {
    const auto near = must(client.create(crm::new_customer{"Quilfeather"}));
    const auto exact = must(client.create(crm::new_customer{"Quillfeather"}));
    const auto found = ids(must(client.search("quillfeather")));
    const auto at = [&](const std::string& id) { return std::find(found.begin(), found.end(), id); };
    REQUIRE(at(exact.id) != found.end());
    REQUIRE(at(near.id) != found.end());
    CHECK(at(exact.id) < at(near.id));
  }
  SECTION("all pages are collected") {
    crm::call_options call;
    call.per_page = 1;
    CHECK(ids(must(client.search("smith", call))) == ids(must(client.search("smith"))));
  }
  SECTION("text that says nothing is refused before any request") {
    const auto before = world.requests();
    CHECK(refusal_of(client.search("")).code == errc::invalid_argument);
    CHECK(refusal_of(client.search("\xc3")).code == errc::invalid_argument);
    CHECK(refusal_of(client.search("")).op == crm::operation::search);
    CHECK(world.requests() == before);
  }
}

TEMPLATE_TEST_CASE("invoices are listed by status, customer and day", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const auto all = must(client.invoices());
  REQUIRE(all.size() > 3);
  const auto check = [&](const auto& wanted) {
    const auto expected = passing(all, wanted);
    CHECK_FALSE(expected.empty());
    CHECK(expected.size() < all.size());
    CHECK(must(client.invoices(wanted)) == expected);
    const crm::invoice_filter plain = wanted;
    CHECK(must(client.template query<crm::invoice>(plain)) == expected);
  };
  const auto overdue = crm::invoices.status(crm::invoice_status::overdue);
  check(overdue);
  check(crm::invoices.customer_id(all.front().customer_id));
  check(crm::invoices.due_before(crm::date{"2025-12-01"}));
  check(overdue.due_before(crm::date{"2026-02-01"}));
  check(overdue.customer_id(passing(all, overdue).front().customer_id));
  CHECK(must(client.invoices(crm::invoices.customer_id("nobody"))).empty());
  CHECK(must(client.invoices(crm::invoices.status(std::string{"written off"}))).empty());
}

TEMPLATE_TEST_CASE("a customer's interactions are listed by time and direction", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  // Somebody to whom there was talk in both directions.
  std::optional<std::string> chatty;
  std::vector<crm::interaction> all;
  for (const auto& c : must(client.query(crm::customers))) {
    all = must(client.interactions(c.id));
    CHECK(std::all_of(all.begin(), all.end(), [&](const auto& i) { return i.customer_id == c.id; }));
    const bool in = !passing(all, crm::interactions.direction("inbound")).empty();
    const bool out = !passing(all, crm::interactions.direction("outbound")).empty();
    if (in && out) {
      chatty = c.id;
      break;
    }
  }
  REQUIRE(chatty);
  CHECK(std::is_sorted(all.begin(), all.end(),
                       [](const auto& a, const auto& b) { return a.occurred_at < b.occurred_at; }));

  const auto check = [&](const auto& wanted) {
    CHECK(must(client.interactions(*chatty, wanted)) == passing(all, wanted));
  };
  check(crm::interactions.direction(crm::direction::inbound));
  check(crm::interactions.direction("outbound"));
  // The moment itself counts, and the second after it does not.
  check(crm::interactions.since(all.back().occurred_at));
  CHECK(must(client.interactions(*chatty, crm::interactions.since(all.back().occurred_at))).size() >= 1);
  const crm::timestamp later{all.back().occurred_at.utc() + std::chrono::seconds{1}};
  CHECK(must(client.interactions(*chatty, crm::interactions.since(later))).empty());
  check(crm::interactions.since(all.front().occurred_at).direction("inbound"));

  const auto e = refusal_of(client.interactions("nobody-has-this-id"));
  CHECK(e.code == errc::not_found);
  CHECK(e.status == 404);
}

TEMPLATE_TEST_CASE("pages are fetched as they are looked at", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const auto all = must(client.query(crm::customers));
  crm::call_options call;
  call.per_page = 5;
  const auto before = world.requests();
  const auto asked = [&] { return world.requests() - before; };

  auto pages = client.pages(crm::customers, call);
  CHECK(asked() == 0);

  SECTION("no further than the loop goes") {
    std::vector<std::string> seen;
    for (auto& page : pages) {
      REQUIRE(page);
      REQUIRE(page->meta());
      CHECK(page->meta()->per_page == 5);
      CHECK(page->meta()->total == static_cast<std::int64_t>(all.size()));
      for (const auto& c : page->records()) seen.push_back(c.id);
      if (seen.size() == 10) break;
    }
    CHECK(asked() == 2);
    CHECK(seen == ids(std::vector(all.begin(), all.begin() + 10)));
  }
  SECTION("to the end, and not beyond") {
    std::size_t records = 0;
    for (auto& page : pages) {
      REQUIRE(page);
      records += page->records().size();
    }
    CHECK(records == all.size());
    CHECK(asked() == (all.size() + 4) / 5);
  }
  SECTION("from a page in the middle") {
    call.first_page = 2;
    std::vector<std::string> seen;
    for (auto& page : client.pages(crm::customers, call)) {
      REQUIRE(page);
      for (const auto& c : page->records()) seen.push_back(c.id);
      break;
    }
    CHECK(seen == ids(std::vector(all.begin() + 5, all.begin() + 10)));
    CHECK(asked() == 1);
  }
}

TEMPLATE_TEST_CASE("a page of views keeps the text they point into", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  suite::add_odd_customers(client);
  const auto all = must(client.query(crm::customers));

  crm::call_options call;
  call.per_page = 7;
  std::vector<crm::page<crm::customer_view>> kept;
  for (auto& page : client.template pages<crm::customer_view>(crm::customers, call))
    kept.push_back(must(std::move(page)));

  // The client, the range and later pages are gone or past; the text must not be.
  std::size_t i = 0;
  for (const auto& page : kept)
    for (const crm::customer_view& view : page.records()) {
      REQUIRE(i < all.size());
      const crm::customer& owned = all[i++];
      CHECK(view.id == owned.id);
      CHECK(view.name == owned.name);
      CHECK(view.city.has_value() == owned.city.has_value());
      if (view.city) CHECK(*view.city == *owned.city);
      CHECK(view.notes.has_value() == owned.notes.has_value());
      if (view.notes) CHECK(*view.notes == *owned.notes);
      CHECK(std::equal(view.services.begin(), view.services.end(), owned.services.begin(), owned.services.end()));
      CHECK(std::equal(view.signed_seasons.begin(), view.signed_seasons.end(), owned.signed_seasons.begin(),
                       owned.signed_seasons.end()));
    }
  CHECK(i == all.size());
}

TEMPLATE_TEST_CASE("a filter that cannot be sent is the one result of its pages", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const auto before = world.requests();
  int results = 0;
  for (auto& page : client.pages(crm::customers.city(std::string{}))) {
    ++results;
    CHECK(refusal_of(std::move(page)).code == errc::invalid_argument);
  }
  CHECK(results == 1);
  CHECK(world.requests() == before);
}
