#include <array>
#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <crm/model/invoice.hpp>
#include <crm/model/resource.hpp>

namespace {

constexpr std::array<std::string_view, 8> invoice_fields{"id",       "customer_id", "number", "amount_cents",
                                                         "currency", "status",      "due_on", "issued_on"};
static_assert(crm::field_names<crm::invoice> == invoice_fields);
static_assert(crm::field_names<crm::invoice_view> == invoice_fields);

}  // namespace

TEST_CASE("an invoice has the contract's fields and place", "[model]") {
  STATIC_REQUIRE(crm::resource<crm::invoice>::path == "/api/v1/invoices");
  STATIC_REQUIRE(crm::resource<crm::invoice>::many == "invoices");
  const crm::invoice i{};
  CHECK(i.amount_cents == 0);
  CHECK_FALSE(i.due_on);
}

TEST_CASE("an invoice's status is a vocabulary of its own", "[model]") {
  for (const auto name :
       {crm::invoice_status::draft, crm::invoice_status::open, crm::invoice_status::overdue, crm::invoice_status::paid})
    CHECK(crm::invoice_status{name}.is_known());
  CHECK_FALSE(crm::invoice_status{std::string{"past"}}.is_known());
  CHECK(crm::invoice_status::overdue.str() == "overdue");
}
