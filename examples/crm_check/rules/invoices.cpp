#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "agreement.hpp"
#include "rules.hpp"

namespace crm_check::proofs {

namespace {

using crm::invoice;

const sample<invoice>& some_invoices(session& crm) {
  const auto& all = crm.invoices();
  require(!all.records.empty(), "no customer has an invoice");
  return all;
}

}  // namespace

void invoices_can_be_read(session& crm) {
  if (crm.get(invoices_path, terms{}).status() == 404) throw extension_missing("the CRM has no invoices");
  crm.list<invoice>(invoices_path, {}, 500);
}

void invoices_by_status(session& crm) {
  const auto& all = some_invoices(crm);
  const auto word = [](const invoice& each) {
    return each.status ? std::optional{std::string{each.status->str()}} : std::nullopt;
  };
  const auto status = most_common(all.records, word);
  require(status.has_value(), "no invoice has a status");
  must_agree(crm, all, invoices_path, {{"status", *status}}, [&](const invoice& each) { return word(each) == status; });
  must_agree(crm, all, invoices_path, {{"status", "no_such_status"}}, [](const invoice&) { return false; });
}

void invoices_of_a_customer(session& crm) {
  const auto& all = some_invoices(crm);
  const auto whose = all.records.front().customer_id;
  must_agree(crm, all, invoices_path, {{"customer_id", whose}},
             [&](const invoice& each) { return each.customer_id == whose; });
  must_agree(crm, all, invoices_path, {{"customer_id", std::string{unknown_id}}}, [](const invoice&) { return false; });
}

void invoices_due_before(session& crm) {
  const auto& all = some_invoices(crm);
  std::vector<crm::date> days;
  for (const auto& each : all.records)
    if (each.due_on) days.push_back(*each.due_on);
  require(!days.empty(), "no invoice has a `due_on`");
  std::sort(days.begin(), days.end());
  const auto day = days[days.size() / 2];
  must_agree(crm, all, invoices_path, {{"due_before", to_string(day)}},
             [&](const invoice& each) { return each.due_on && *each.due_on < day; });
}

void invoices_bad_day_is_422(session& crm) {
  crm.invoices();
  for (const auto* wrong : {"yesterday", "2026-02-30"})
    crm.get(invoices_path, terms{{"due_before", wrong}}).must_be(422);
}

void invoices_come_in_order(session& crm) {
  must_come_in_order(some_invoices(crm).records, [](const invoice& each) { return std::tie(each.issued_on, each.id); });
}

}  // namespace crm_check::proofs
