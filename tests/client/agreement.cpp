// One filter, three answers: the predicate's, the in-memory CRM's and the reference CRM's, which is SQL. All three are
// given the same customers, and must agree on every filter.
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/crm.hpp>

#include "client/two_crms.hpp"
#include "client/worlds.hpp"
#include "support/catch.hpp"

using suite::chooser;
using suite::ids;
using suite::must;
using suite::passing;
using suite::two_crms;

namespace {

constexpr std::array<std::string_view, 7> statuses{"active", "past", "lead", "cold", "prospect", "on hold", "ACTIVE"};
constexpr std::array<std::string_view, 7> services{"fertilizer", "weed_control", "mowing",      "snow_removal",
                                                   "aeration",   "Mowing",       "no such 100%"};
constexpr std::array<std::string_view, 4> usual_cities{"Eagan", "Saint Paul", "Edina", "EAGAN"};

crm::customer_filter random_filter(chooser& random, const std::vector<crm::customer>& all) {
  crm::customer_filter f;
  if (random.one_in(2)) f.status = crm::status{std::string{random.of(statuses)}};
  if (random.one_in(2)) {
    auto& list = f.services.emplace();
    for (auto count = 1 + random.below(3); count > 0; --count)
      list.push_back(crm::service{std::string{random.of(services)}});
  }
  if (random.one_in(2)) f.not_signed_for_season = must(crm::season::of(2022 + random.below(6)));
  if (random.one_in(3)) {
    f.last_service_before = random.day();
    // A day on which somebody was served tells "before" from "until".
    if (const auto& served = random.of(all).last_service_date; served && random.one_in(2))
      f.last_service_before = served;
  }
  if (random.one_in(4)) {
    f.city = random.one_in(2) ? std::string{random.of(usual_cities)} : std::string{random.of(suite::odd_cities)};
    if (const auto city = random.of(all).city; city && random.one_in(2)) f.city = city;
  }
  return f;
}

std::string description(const crm::customer_filter& f) {
  std::string target;
  crm::query_writer out{target};
  crm::render<crm::resource<crm::customer>>(out, f);
  return target;
}

}  // namespace

TEST_CASE("the two CRMs hold the same customers, in the same order", "[client][agreement]") {
  const two_crms crms;
  REQUIRE(crms.customers.size() > 200);
  REQUIRE(crms.invoices.size() > 100);
  REQUIRE(crms.interactions.size() > 50);
  CHECK(must(crms.mock.query(crm::customers)) == crms.customers);
  CHECK(must(crms.mock.invoices()) == crms.invoices);
}

namespace {

void check_random_customer_filters(unsigned seed) {
  const two_crms crms;
  chooser random{seed};
  std::size_t some = 0, matches = 0;
  for (int round = 0; round < 150; ++round) {
    const auto wanted = random_filter(random, crms.customers);
    CAPTURE(round, description(wanted));
    const auto expected = passing(crms.customers, wanted);
    const auto by_mock = must(crms.mock.query(wanted, crms.call));
    const auto by_sql = must(crms.real.query(wanted, crms.call));
    REQUIRE(ids(by_mock) == ids(expected));
    REQUIRE(ids(by_sql) == ids(expected));
    REQUIRE(by_mock == expected);
    REQUIRE(by_sql == expected);
    some += expected.empty() || expected.size() == crms.customers.size() ? 0 : 1;
    matches += expected.size();
  }
  // The filters were worth asking.
  CHECK(some > 75);
  CHECK(matches > 500);
}

}  // namespace

// Two halves, so that neither takes long under a sanitizer.
TEST_CASE("the predicate, the in-memory CRM and SQL agree on random customer filters", "[client][agreement]") {
  check_random_customer_filters(20260208);
}
TEST_CASE("the predicate, the in-memory CRM and SQL agree on other random customer filters", "[client][agreement]") {
  check_random_customer_filters(20100710);
}

TEST_CASE("they agree on random invoice filters", "[client][agreement]") {
  const two_crms crms;
  chooser random;
  constexpr std::array<std::string_view, 5> words{"draft", "open", "overdue", "paid", "written off"};
  std::size_t some = 0;
  for (int round = 0; round < 100; ++round) {
    CAPTURE(round);
    crm::invoice_filter wanted;
    if (random.one_in(2)) wanted.status = crm::invoice_status{std::string{random.of(words)}};
    if (random.one_in(3)) wanted.customer_id = random.of(crms.invoices).customer_id;
    if (random.one_in(2)) {
      wanted.due_before = random.day();
      if (const auto due = random.of(crms.invoices).due_on; due && random.one_in(2)) wanted.due_before = due;
    }
    const auto expected = passing(crms.invoices, wanted);
    REQUIRE(must(crms.mock.invoices(wanted, crms.call)) == expected);
    REQUIRE(must(crms.real.invoices(wanted, crms.call)) == expected);
    some += expected.empty() || expected.size() == crms.invoices.size() ? 0 : 1;
  }
  CHECK(some > 40);
}

TEST_CASE("they agree on random interaction filters", "[client][agreement]") {
  const two_crms crms;
  chooser random;
  std::size_t some = 0;
  for (int round = 0; round < 100; ++round) {
    CAPTURE(round);
    const auto& whose = random.of(crms.interactions).customer_id;
    crm::interaction_filter wanted;
    if (random.one_in(2)) wanted.direction = crm::direction{std::string{random.one_in(2) ? "inbound" : "outbound"}};
    if (random.one_in(2)) wanted.since = random.of(crms.interactions).occurred_at;
    std::vector<crm::interaction> theirs;
    for (const auto& i : crms.interactions)
      if (i.customer_id == whose) theirs.push_back(i);
    const auto expected = passing(theirs, wanted);
    REQUIRE(must(crms.mock.interactions(whose, wanted, crms.call)) == expected);
    REQUIRE(must(crms.real.interactions(whose, wanted, crms.call)) == expected);
    some += expected.empty() || expected.size() == theirs.size() ? 0 : 1;
  }
  CHECK(some > 10);
}

TEST_CASE("both CRMs refuse the same requests with the same status", "[client][agreement]") {
  const two_crms crms;
  // Past the client, which would not send these.
  crm::httplib_transport wire{support::reference_server::shared().url()};
  auto& memory = crms.mock.transport_model();
  const std::string key = "Bearer " + support::reference_server::shared().api_key();
  const auto& id = crms.customers.front().id;
  struct request {
    crm::http::method method;
    std::string target;
    std::string body;
  };
  using crm::http::method;
  const std::string list = "/api/v1/customers";
  const std::vector<request> requests{
      {method::get, list + "?page=0", ""},
      {method::get, list + "?page=x", ""},
      {method::get, list + "?per_page=101", ""},
      {method::get, list + "?per_page=0", ""},
      {method::get, list + "?page=1000", ""},
      {method::get, list + "?status=", ""},
      {method::get, list + "?status=past&status=lead", ""},
      {method::get, list + "?services=", ""},
      {method::get, list + "?services=a,,b", ""},
      {method::get, list + "?services[]=mowing&services[]=aeration", ""},
      {method::get, list + "?not_signed_for_season=soon", ""},
      {method::get, list + "?last_service_before=2025-02-30", ""},
      {method::get, list + "?city=%FF", ""},
      {method::get, list + "?city=%2", ""},
      {method::get, list + "/search", ""},
      {method::get, list + "/search?q=", ""},
      {method::get, list + "/nobody", ""},
      {method::get, list + "/" + id, ""},
      {method::get, list + "/" + id + "/interactions?since=yesterday", ""},
      {method::get, list + "/" + id + "/interactions?since=2026-01-20", ""},
      {method::get, list + "/" + id + "/interactions?direction=sideways", ""},
      {method::get, list + "/nobody/interactions", ""},
      {method::get, list + "/" + id + "/nothing", ""},
      {method::get, "/api/v1/invoices?due_before=x", ""},
      {method::get, "/api/v2/customers", ""},
      {method::post, list, "{}"},
      {method::post, list, "{\"customer\":{}}"},
      {method::post, list, "{\"customer\":{\"name\":\"\"}}"},
      {method::post, list, "{\"customer\":{\"name\":null}}"},
      {method::post, list, "{\"customer\":{\"name\":7}}"},
      {method::post, list, "{\"customer\":{\"name\":\"A\",\"id\":\"mine\"}}"},
      {method::post, list, "{\"customer\":{\"name\":\"A\",\"created_at\":\"2024-03-10T09:30:00Z\"}}"},
      {method::post, list, "{\"customer\":{\"name\":\"A\",\"unknown\":1}}"},
      {method::post, list, "{\"customer\":{\"name\":\"A\",\"services\":\"mowing\"}}"},
      {method::post, list, "{\"customer\":{\"name\":\"A\",\"services\":[\"\"]}}"},
      {method::post, list, "{\"customer\":{\"name\":\"A\",\"services\":[null]}}"},
      {method::post, list, "{\"customer\":{\"name\":\"A\",\"signed_seasons\":[\"2025\"]}}"},
      {method::post, list, "{\"customer\":{\"name\":\"A\",\"last_service_date\":\"2025-02-30\"}}"},
      {method::post, list, "{\"customer\":{\"name\":\"A\"}"},
      {method::post, list, "{\"customer\":{\"name\":\"A\",\"name\":\"B\"}}"},
      {method::post, list, "{\"customer\":{\"name\":\"A\"},\"customer\":{\"name\":\"B\"}}"},
      {method::post, list, "[]"},
      {method::post, list, ""},
      {method::patch, list + "/nobody", "{\"customer\":{\"name\":\"A\"}}"},
      {method::patch, list + "/" + id, "{\"customer\":{}}"},
      {method::patch, list + "/" + id, "{\"customer\":{\"name\":null}}"},
      {method::patch, list + "/" + id, "{\"customer\":{\"id\":\"other\"}}"},
      {method::patch, list, "{\"customer\":{\"name\":\"A\"}}"},
      {method::post, list + "/" + id, "{\"customer\":{\"name\":\"A\"}}"},
  };
  int refused = 0;
  for (const auto& [how, target, body] : requests) {
    CAPTURE(target, body);
    crm::http::request out{how, target, {{"Authorization", key}, {"Content-Type", "application/json"}}, body};
    const crm::send_limits limits{crm::clock::now() + std::chrono::seconds{10}, {}};
    const auto real = wire.send(out, limits);
    const auto mock = memory.send(out, {});
    REQUIRE(real);
    REQUIRE(mock);
    CHECK(real->status == mock->status);
    CHECK(real->headers.get("Content-Type") == mock->headers.get("Content-Type"));
    CHECK(mock->headers.get("X-Request-Id").has_value());
    refused += real->status >= 400 ? 1 : 0;
  }
  CHECK(refused > 35);
}
