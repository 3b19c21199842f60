#include <optional>
#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <crm/query/invoices.hpp>

namespace {

constexpr auto overdue = crm::invoices.status("overdue").customer_id("17").due_before(crm::date{"2026-03-01"});

constexpr crm::invoice_view bill(std::optional<crm::date> due = crm::date{"2026-02-28"}) {
  crm::invoice_view i{};
  i.customer_id = "17";
  i.status = crm::basic_invoice_status<std::string_view>{crm::invoice_status::overdue};
  i.due_on = due;
  return i;
}
constexpr crm::invoice_view changed_bill(auto change) {
  auto i = bill();
  change(i);
  return i;
}

constexpr auto as_overdue = bill();
constexpr auto of_another = changed_bill([](auto& i) { i.customer_id = "18"; });
constexpr auto paid =
    changed_bill([](auto& i) { i.status = crm::basic_invoice_status<std::string_view>{crm::invoice_status::paid}; });
constexpr auto never_due = bill({});
constexpr auto due_that_day = bill(crm::date{"2026-03-01"});
static_assert(overdue.matches(as_overdue));
static_assert(!overdue.matches(of_another) && !overdue.matches(paid));
static_assert(!overdue.matches(never_due) && !overdue.matches(due_that_day));

crm::invoice_filter plain(const crm::invoice_filter& filter) { return filter; }

}  // namespace

TEST_CASE("an invoice's status is a literal, a constant, a text or word, or an optional of one", "[query]") {
  const crm::invoice_filter wanted{.status = crm::invoice_status::overdue};
  CHECK(plain(crm::invoices.status("overdue")) == wanted);
  CHECK(plain(crm::invoices.status(crm::invoice_status::overdue)) == wanted);
  CHECK(plain(crm::invoices.status(std::string{"overdue"})) == wanted);
  CHECK(plain(crm::invoices.status(crm::invoice_status{crm::invoice_status::overdue})) == wanted);
  CHECK(plain(crm::invoices.status(std::optional<std::string>{"overdue"})) == wanted);
  CHECK(plain(crm::invoices.status(std::optional{crm::invoice_status::overdue})) == wanted);
  CHECK(plain(crm::invoices.status(std::optional<std::string>{})) == crm::invoice_filter{});
}

TEST_CASE("an invoice's customer is a literal, a text, or an optional of one", "[query]") {
  const crm::invoice_filter wanted{.customer_id = "17"};
  CHECK(plain(crm::invoices.customer_id("17")) == wanted);
  CHECK(plain(crm::invoices.customer_id(std::string{"17"})) == wanted);
  CHECK(plain(crm::invoices.customer_id(std::optional<std::string>{"17"})) == wanted);
  CHECK(plain(crm::invoices.customer_id(std::optional<std::string>{})) == crm::invoice_filter{});
}

TEST_CASE("a due date is compared with a literal, a date met at run time, or an optional of one", "[query]") {
  const crm::invoice_filter wanted{.due_before = crm::date{"2026-03-01"}};
  CHECK(plain(crm::invoices.due_before(crm::date{"2026-03-01"})) == wanted);
  CHECK(plain(crm::invoices.due_before(crm::date::parse("2026-03-01").value())) == wanted);
  CHECK(plain(crm::invoices.due_before(std::optional<crm::date>{})) == crm::invoice_filter{});
}

TEST_CASE("an invoice filter of every term becomes the plain value with every member", "[query]") {
  const crm::invoice_filter all{
      .status = crm::invoice_status::overdue, .customer_id = "17", .due_before = crm::date{"2026-03-01"}};
  CHECK(plain(overdue) == all);
  CHECK(all.matches(bill()));
  CHECK(crm::invoice_filter{}.matches(crm::invoice{}));
}

TEST_CASE("an invoice without a status matches no status", "[query]") {
  CHECK_FALSE(crm::invoices.status("overdue").matches(crm::invoice{}));
}

TEST_CASE("an invoice without a due date never matches", "[query]") {
  crm::invoice i{};
  CHECK_FALSE(crm::invoices.due_before(crm::date{"9999-12-31"}).matches(i));
  i.due_on = crm::date{"2026-01-01"};
  CHECK(crm::invoices.due_before(crm::date{"9999-12-31"}).matches(i));
}
