#include <crm/testing/sample_data.hpp>

#include <algorithm>
#include <set>
#include <string_view>

#include <crm/detail/utf8.hpp>

#include "support/catch.hpp"

namespace {

using crm::testing::sample_crm;

template <const auto& Data>
struct takes_data {
  static constexpr auto customers = Data.customers.size();
};
static_assert(takes_data<sample_crm>::customers == 12, "the data set is a template argument");

template <class Records, class Predicate>
bool any(const Records& records, Predicate predicate) {
  return std::any_of(records.begin(), records.end(), predicate);
}
template <class Records>
bool ids_are_unique(const Records& records) {
  std::set<std::string_view> ids;
  for (const auto& each : records) ids.insert(each.id);
  return ids.size() == records.size();
}
bool is_a_customer(std::string_view id) {
  return any(sample_crm.customers, [&](const auto& c) { return c.id == id; });
}

TEST_CASE("the first customer is the ADR's mock customer, with every field of its response format", "[testing]") {
  constexpr const auto& jane = sample_crm.customers[0];
  STATIC_REQUIRE(jane.id == "mock-uuid-1");
  CHECK(jane.name == "Jane Smith");
  CHECK(jane.email == "jane@example.com");
  CHECK(jane.phone == "612-555-1234");
  CHECK(jane.address == "123 Elm St");
  CHECK(jane.city == "Eagan");
  CHECK(jane.state == "MN");
  CHECK(jane.zip == "55122");
  REQUIRE(jane.services.size() == 2);
  CHECK(jane.services[0] == crm::service::fertilizer);
  CHECK(jane.services[1] == crm::service::weed_control);
  CHECK(jane.status == crm::status_view{crm::status::past});
  CHECK(jane.last_service_date == crm::date{"2025-09-15"});
  CHECK(jane.notes == "Prefers email communication");
  CHECK(jane.source == "referral");
  CHECK(jane.created_at == crm::timestamp{"2024-03-10T09:30:00Z"});
  REQUIRE(jane.signed_seasons.size() == 2);
  CHECK(jane.signed_seasons[0].year() == 2024);
  CHECK(jane.signed_seasons[1].year() == 2025);
}

TEST_CASE("every id of the sample is used once, and every reference meets a customer", "[testing]") {
  CHECK(ids_are_unique(sample_crm.customers));
  CHECK(ids_are_unique(sample_crm.invoices));
  CHECK(ids_are_unique(sample_crm.interactions));
  CHECK_FALSE(any(sample_crm.invoices, [](const auto& i) { return !is_a_customer(i.customer_id); }));
  CHECK_FALSE(any(sample_crm.interactions, [](const auto& i) { return !is_a_customer(i.customer_id); }));
}

TEST_CASE("the sample has a customer for each way a customer can be", "[testing]") {
  const auto& customers = sample_crm.customers;
  for (const auto word : {crm::status::active, crm::status::past, crm::status::lead, crm::status::cold})
    CHECK(any(customers, [&](const auto& c) { return c.status && *c.status == word; }));
  CHECK(any(customers, [](const auto& c) { return c.status && !c.status->is_known(); }));
  CHECK(any(customers, [](const auto& c) { return any(c.services, [](const auto& s) { return !s.is_known(); }); }));
  CHECK(any(customers, [](const auto& c) { return !c.email && !c.phone && !c.created_at && c.services.empty(); }));

  const auto signed_for = [](const auto& c, crm::season year) {
    return any(c.signed_seasons, [&](crm::season s) { return s == year; });
  };
  const auto past = [](const auto& c) { return c.status && *c.status == crm::status::past; };
  CHECK(any(customers, [&](const auto& c) { return past(c) && signed_for(c, 2026); }));
  CHECK(any(customers, [&](const auto& c) { return past(c) && !signed_for(c, 2026); }));
  CHECK(any(customers, [](const auto& c) { return c.name.find('\'') != std::string_view::npos; }));
  CHECK(any(customers, [](const auto& c) { return c.name.find("é") != std::string_view::npos; }));
  CHECK_FALSE(any(customers, [](const auto& c) { return !crm::detail::is_utf8(c.name); }));
}

TEST_CASE("the sample has overdue invoices, two currencies and a draft without dates", "[testing]") {
  const auto& invoices = sample_crm.invoices;
  CHECK(any(invoices, [](const auto& i) { return i.status && *i.status == crm::invoice_status::overdue; }));
  CHECK(any(invoices, [](const auto& i) { return i.currency == "USD"; }));
  CHECK(any(invoices, [](const auto& i) { return i.currency == "CAD"; }));
  CHECK(any(invoices, [](const auto& i) { return !i.due_on && !i.issued_on && !i.number; }));
}

}  // namespace
