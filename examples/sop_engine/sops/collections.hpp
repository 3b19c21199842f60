/// @file
/// SOP 5, Collections: customers with overdue invoices are reminded, once a period, of all of theirs together.
#pragma once

#include <set>
#include <string>
#include <utility>

#include <crm/query/invoices.hpp>

#include "engine/procedure.hpp"
#include "sops/money.hpp"

namespace sop {

inline constexpr std::string_view collections_name = "collections";

[[nodiscard]] inline new_task collections_round(const std::string& round, const std::string& period) {
  return {"collections/" + period + "/" + round, std::string{collections_name}, "survey", true,
          json{{"period", period}}};
}

template <class Client>
crm::result<outcome> survey_overdue(step_context<Client>& c) {
  crm::call_options call = c.call();
  static constexpr crm::page_size large{100};
  call.per_page = large;
  const auto wanted = crm::invoices.status("overdue");
  const auto overdue = c.crm.invoices(wanted, call);
  if (!overdue) return overdue.error();
  if (!all_match(wanted, *overdue)) return fail(about_others);
  std::set<std::string> debtors;
  totals sums;
  for (const crm::invoice& each : *overdue) {
    debtors.insert(each.customer_id);
    if (!add_to(sums, each.currency, each.amount_cents)) return fail("amounts too large to add");
  }
  const auto period = c.context.at("period").template get<std::string>();
  for (const std::string& id : debtors)
    c.spawn("collections/" + period + "/" + id, "remind", json{{"period", period}, {crm::customer_reference, id}});
  c.send("totals", "collections-totals",
         json{{"invoices", overdue->size()}, {"debtors", debtors.size()}, {"totals", sums}});
  return done();
}

template <class Client>
crm::result<outcome> remind_debtor(step_context<Client>& c) {
  const json& customer = c.context.at("crm_customer_id");
  if (c.customer_is_gone()) return fail("customer not found");  // who owes money: somebody must look
  if (c.context.at("customer_email").is_null()) {
    c.send("call", "call-customer", json{{"sop", collections_name}, {crm::customer_reference, customer}});
    return skip("no e-mail address");
  }
  c.send("reminder", "payment-reminder", json{{crm::customer_reference, customer}});
  return done();
}

/// What is overdue when the message is sent, and not what was when it was decided on.
template <class Client>
crm::result<rendered> payment_reminder(const render_context<Client>& from, const crm::customer& to) {
  const auto wanted = crm::invoices.status("overdue").customer_id(to.id);
  const auto overdue = from.crm.invoices(wanted, from.call());
  if (!overdue) return overdue.error();
  if (!all_match(wanted, *overdue)) return rendered{refusal{about_others}};
  if (overdue->empty()) return rendered{nothing{"nothing is overdue"}};
  std::string list;
  totals sums;
  for (const crm::invoice& each : *overdue) {
    list.append("  ").append(each.number.value_or("without number")).append("  ");
    list.append(each.due_on ? "due " + to_string(*each.due_on) + "  " : "");
    list.append(to_text(each.currency, each.amount_cents)).append("\n");
    if (!add_to(sums, each.currency, each.amount_cents)) return rendered{refusal{"amounts too large to add"}};
  }
  for (const auto& [currency, sum] : sums) list.append("  Together ").append(to_text(currency, sum)).append("\n");
  return rendered{mail{to.name, *to.email, "Payment reminder",
                       "Dear " + to.name + ",\n\nwe have not received payment of:\n\n" + list +
                           "\nIf it is on its way, please disregard this.\n\nYour lawn care team\n"}};
}

template <class Client>
crm::result<rendered> render_totals(const render_context<Client>& from) {
  std::string text = "collections: " + from.references.at("invoices").dump() + " invoices of " +
                     from.references.at("debtors").dump() + " customers are overdue";
  std::string_view separator = ": ";
  for (const auto& [currency, sum] : from.references.at("totals").items()) {
    text.append(separator).append(to_text(currency, sum.template get<std::int64_t>()));
    separator = ", ";
  }
  return rendered{post{"#collections", text}};
}

template <class Client>
void add_collections(registry<Client>& to) {
  const paths again{.otherwise = path::retry_later};
  to.add(
      {collections_name,
       {{"survey", needs::crm, again, survey_overdue<Client>}, {"remind", needs::crm, again, remind_debtor<Client>}}});
  to.templates.emplace("payment-reminder", mail_to_customer<Client>(payment_reminder<Client>));
  to.templates.emplace("collections-totals", message_template<Client>{needs::nothing, render_totals<Client>});
}

}  // namespace sop
