/// @file
/// SOP 3, Quote follow-up: a customer who has not responded since a quote was sent is reminded of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <crm/query/customers.hpp>
#include <crm/query/interactions.hpp>

#include "engine/procedure.hpp"
#include "engine/uuid_v5.hpp"
#include "inputs/quotes.hpp"

namespace sop {

inline constexpr std::string_view quote_follow_up_name = "quote-follow-up";

/// Without quotes from a file some are made up, one for each customer who is a lead.
[[nodiscard]] inline new_task quote_follow_up_round(const std::string& round, bool from_file, int reminder) {
  return {"quote-follow-up/round/" + round, std::string{quote_follow_up_name}, from_file ? "list" : "sample",
          !from_file, json{{"reminder", reminder}}};
}

/// One task for each reminder of each quote.
template <class Client>
void follow(step_context<Client>& c, const quote& sent) {
  const json& reminder = c.context.at("reminder");
  c.spawn("quote-follow-up/" + sent.number + "/" + sent.customer_id + "/" + reminder.dump(), "check",
          json{{"quote", sent.number},
               {"sent_at", to_string(sent.sent_at)},
               {"reminder", reminder},
               {crm::customer_reference, sent.customer_id}});
}

template <class Client>
crm::result<outcome> sample_quotes(step_context<Client>& c) {
  constexpr crm::timestamp sent_at{"2026-02-02T09:00:00Z"};
  const auto leads = c.crm.query_ids(crm::customers.status(crm::status::lead), c.call());
  if (!leads) return leads.error();
  for (const std::string& id : *leads)
    follow(c, {"sample-" + uuid_v5(engine_namespace, "quote " + id).substr(0, 8), id, sent_at});
  return done();
}

template <class Client>
crm::result<outcome> check_response(step_context<Client>& c) {
  const auto sent_at = crm::timestamp::parse(c.context.at("sent_at").template get<std::string>());
  if (!sent_at) return sent_at.error();
  const auto wanted = crm::interactions.direction("inbound").since(*sent_at);
  const auto responses =
      c.crm.interactions(c.context.at("crm_customer_id").template get<std::string>(), wanted, c.call());
  if (!responses && responses.error().code == crm::errc::not_found) return skip("customer not found");
  if (!responses) return responses.error();
  if (!all_match(wanted, *responses)) return fail(about_others);
  if (!responses->empty()) return done("has responded");
  return advance();
}

template <class Client>
crm::result<outcome> remind_of_quote(step_context<Client>& c) {
  if (c.customer_is_gone()) return skip("customer not found");
  const json& customer = c.context.at("crm_customer_id");
  if (c.context.at("customer_email").is_null()) {
    c.send("call", "call-customer", json{{"sop", quote_follow_up_name}, {crm::customer_reference, customer}});
    return skip("no e-mail address");
  }
  c.send("reminder", "quote-reminder", json{{"quote", c.context.at("quote")}, {crm::customer_reference, customer}});
  return done();
}

template <class Client>
crm::result<rendered> quote_reminder(const render_context<Client>& from, const crm::customer& to) {
  const auto number = from.references.at("quote").template get<std::string>();
  return rendered{mail{to.name, *to.email, "Our quote " + number,
                       "Dear " + to.name + ",\n\nhave you had time to look at our quote " + number +
                           "? We are happy to answer questions.\n\nYour lawn care team\n"}};
}

template <class Client>
void add_quote_follow_up(registry<Client>& to, std::vector<quote> quotes) {
  const paths again{.otherwise = path::retry_later};
  // Where it cannot be known whether somebody has responded, better no reminder.
  const paths in_doubt{.otherwise = path::retry_later, .after_retries = path::skip};
  const auto list = [quotes = std::move(quotes)](step_context<Client>& c) -> crm::result<outcome> {
    for (const quote& each : quotes) follow(c, each);
    return done();
  };
  to.add({quote_follow_up_name,
          {{"list", needs::nothing, {}, list},
           {"sample", needs::crm, again, sample_quotes<Client>},
           {"check", needs::crm, in_doubt, check_response<Client>},
           {"remind", needs::crm, again, remind_of_quote<Client>}}});
  to.templates.emplace("quote-reminder", mail_to_customer<Client>(quote_reminder<Client>));
}

}  // namespace sop
