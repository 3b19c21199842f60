/// @file
/// SOP 1, Reactivation: past fertilizer and weed-control customers who have not signed for the season get an offer, as
/// a draft, and a note in the CRM.
#pragma once

#include <string>
#include <utility>

#include <crm/query/customers.hpp>
#include <crm/query/patch.hpp>

#include "engine/procedure.hpp"

namespace sop {

inline constexpr std::string_view reactivation_name = "reactivation";

[[nodiscard]] inline auto lapsed(crm::season not_signed_for) {
  return crm::customers.status(crm::status::past)
      .services(crm::service::fertilizer, crm::service::weed_control)
      .not_signed_for_season(not_signed_for);
}

[[nodiscard]] inline crm::result<crm::season> season_in(const json& context) {
  return crm::season::of(context.at("season").get<int>());
}

[[nodiscard]] inline new_task reactivation_round(const std::string& round, int season) {
  return {"reactivation/" + std::to_string(season) + "/" + round, std::string{reactivation_name}, "select", true,
          json{{"season", season}}};
}

/// Ids first, then act: what the steps below change must not move customers between the pages that are being read.
template <class Client>
crm::result<outcome> select_lapsed(step_context<Client>& c) {
  const auto season = season_in(c.context);
  if (!season) return season.error();
  crm::call_options call = c.call();
  static constexpr crm::page_size large{100};
  call.per_page = large;
  const auto ids = c.crm.query_ids(lapsed(*season), call);
  if (!ids) return ids.error();
  for (const std::string& id : *ids)
    c.spawn("reactivation/" + std::to_string(season->year()) + "/" + id, "review",
            json{{"season", season->year()}, {crm::customer_reference, id}});
  return done();
}

/// Much may have changed since the list was read.
template <class Client>
crm::result<outcome> review_lapsed(step_context<Client>& c) {
  const auto season = season_in(c.context);
  if (!season) return season.error();
  const auto customer = c.customer();
  if (!customer) return customer.error();
  if (!*customer) return skip("customer not found");
  if (!lapsed(*season).matches(**customer)) return skip("no longer lapsed");
  return advance();
}

template <class Client>
crm::result<outcome> draft_offer(step_context<Client>& c) {
  if (c.customer_is_gone()) return skip("customer not found");
  const json references{{"season", c.context.at("season")}, {crm::customer_reference, c.context.at("crm_customer_id")}};
  if (c.context.at("customer_email").is_null()) {
    c.send("call", "call-customer",
           json{{"sop", reactivation_name}, {crm::customer_reference, references.at("crm_customer_id")}});
    return skip("no e-mail address");
  }
  c.send("offer", "reactivation-offer", references);
  return advance();
}

/// A line is added to the notes, once: whoever runs this again finds it there.
template <class Client>
crm::result<outcome> note_offer(step_context<Client>& c) {
  const auto customer = c.customer();
  if (!customer) return customer.error();
  if (!*customer) return skip("customer not found");
  const std::string line =
      "Offer for season " + std::to_string(c.context.at("season").template get<int>()) + " drafted";
  std::string notes = (*customer)->notes.value_or("");
  if (notes.find(line) != std::string::npos) return done();
  notes.append(notes.empty() ? "" : "\n").append(line);
  // With the version that was read: what somebody else writes meanwhile is a conflict, and not lost.
  const auto updated = c.crm.update(**customer, crm::customer_patch{}.notes(std::move(notes)), c.call());
  if (!updated) return updated.error();
  return done();
}

template <class Client>
crm::result<rendered> offer(const render_context<Client>& from, const crm::customer& to) {
  const std::string season = std::to_string(from.references.at("season").template get<int>());
  return rendered{mail{to.name, *to.email, "Your lawn in " + season,
                       "Dear " + to.name + ",\n\nwe have looked after your lawn before, and would like to in " +
                           season + ". Shall we put you down for the season?\n\nYour lawn care team\n",
                       true}};
}

template <class Client>
void add_reactivation(registry<Client>& to) {
  const paths again{.otherwise = path::retry_later};
  to.add({reactivation_name,
          {{"select", needs::crm, again, select_lapsed<Client>},
           {"review", needs::crm, again, review_lapsed<Client>},
           {"draft", needs::crm, again, draft_offer<Client>},
           {"record", needs::crm, again, note_offer<Client>}}});
  to.templates.emplace("reactivation-offer", mail_to_customer<Client>(offer<Client>));
}

}  // namespace sop
