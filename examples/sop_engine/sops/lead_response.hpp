/// @file
/// SOP 2, Lead response: an inquiry is matched to a customer, or becomes one; the customer is brought up to date; the
/// inquiry is acknowledged.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <crm/query/patch.hpp>

#include "engine/procedure.hpp"
#include "engine/uuid_v5.hpp"
#include "inputs/inbox.hpp"
#include "inputs/mail_text.hpp"

namespace sop {

inline constexpr std::string_view lead_response_name = "lead-response";

[[nodiscard]] inline new_task lead_response_round(const std::string& round) {
  return {"lead-response/round/" + round, std::string{lead_response_name}, "list", false};
}

/// The customer who has this address; nothing where none has. Search is fuzzy, so what it finds is looked at.
template <class Client>
crm::result<std::optional<crm::customer>> with_address(step_context<Client>& c, const std::string& address) {
  const auto found = c.crm.search(address, c.call());
  if (!found) return found.error();
  for (const crm::customer& each : *found)
    if (each.email && normalised_address(*each.email) == address) return std::optional{each};
  return std::optional<crm::customer>{};
}

/// The customer who has this telephone number; nothing where none has, or several.
template <class Client>
crm::result<std::optional<crm::customer>> with_phone(step_context<Client>& c, const std::string& phone) {
  const std::string digits = phone_digits(phone);
  std::optional<crm::customer> one;
  if (digits.size() < 10) return one;
  const auto found = c.crm.search(digits, c.call());
  if (!found) return found.error();
  for (const crm::customer& each : *found) {
    if (!each.phone || phone_digits(*each.phone) != digits) continue;
    if (one) return std::optional<crm::customer>{};
    one = each;
  }
  return one;
}

[[nodiscard]] inline std::vector<crm::service> to_services(const std::vector<std::string>& words) {
  return {words.begin(), words.end()};
}

/// The key follows from the address: two inquiries that race, and one that is worked on again after a crash, make one
/// customer.
template <class Client>
crm::result<crm::customer> create_lead(step_context<Client>& c, const inquiry& asked) {
  crm::new_customer fresh{asked.name};
  fresh.email(asked.address).status(crm::status::lead).source("inquiry");
  if (!asked.phone.empty()) fresh.phone(asked.phone);
  if (!asked.services.empty()) fresh.services(to_services(asked.services));
  crm::call_options call = c.call();
  call.idempotency_key = uuid_v5(engine_namespace, "lead " + asked.address);
  return c.crm.create(fresh, call);
}

template <class Client>
crm::result<outcome> match_inquiry(step_context<Client>& c, inbox& from) {
  const auto asked = from.find(c.context.at("inquiry").template get<std::string>());
  if (!asked) return fail("inquiry cannot be read");
  if (asked->address.empty()) return fail("inquiry without an address");

  auto known = with_address(c, asked->address);
  if (known && !*known) known = with_phone(c, asked->phone);
  if (!known) return known.error();
  if (!*known) {
    const auto made = create_lead(c, *asked);
    if (made) {
      *known = *made;
    } else {
      // Another inquiry from this address, that says other things, was quicker: the key is taken.
      const auto code = made.error().code;
      if (code != crm::errc::rejected && code != crm::errc::conflict && code != crm::errc::invalid_argument)
        return made.error();
      known = with_address(c, asked->address);
      if (!known) return known.error();
      if (!*known) return made.error();
    }
  }
  c.context[crm::customer_reference] = (*known)->id;
  crm::remember(c.context, **known);
  return advance();
}

/// Somebody who was lost is a lead again, and what is asked for is among the services. Nothing is written where
/// nothing changes.
template <class Client>
crm::result<outcome> update_lead(step_context<Client>& c, inbox& from) {
  const auto customer = c.customer();
  if (!customer) return customer.error();
  if (!*customer) return fail("customer not found");
  const auto asked = from.find(c.context.at("inquiry").template get<std::string>());
  if (!asked) return fail("inquiry cannot be read");

  crm::customer_patch changes;
  const crm::customer& now = **customer;
  if (!now.status || *now.status == crm::status::past || *now.status == crm::status::cold)
    changes.status(crm::status::lead);
  auto services = now.services;
  for (const crm::service& each : to_services(asked->services))
    if (std::find(services.begin(), services.end(), each) == services.end()) services.push_back(each);
  if (services.size() != now.services.size()) changes.services(std::move(services));
  if (changes.empty()) return advance();
  const auto updated = c.crm.update(now, changes, c.call());
  if (!updated) return updated.error();
  return advance();
}

template <class Client>
crm::result<outcome> acknowledge_inquiry(step_context<Client>& c) {
  c.send("reply", "lead-acknowledgement",
         json{{"inquiry", c.context.at("inquiry")}, {crm::customer_reference, c.context.at("crm_customer_id")}});
  return done();
}

/// To the address that asked. By the name that the CRM has where that address is the customer's: whoever gives
/// another's telephone number need not learn whose it is.
template <class Client>
crm::result<rendered> render_acknowledgement(const render_context<Client>& from, inbox& inquiries) {
  const auto customer = from.customer();
  if (!customer) return customer.error();
  const auto asked = inquiries.find(from.references.at("inquiry").template get<std::string>());
  std::string address = asked ? asked->address : "";
  if (address.empty() && *customer) address = (*customer)->email.value_or("");
  if (address.empty()) return rendered{nothing{"no e-mail address"}};
  const bool is_theirs =
      *customer && (*customer)->email && normalised_address(*(*customer)->email) == normalised_address(address);
  const std::string name = is_theirs || !asked ? (*customer)->name : asked->name;
  return rendered{mail{name, address, "Your inquiry",
                       "Dear " + name +
                           ",\n\nthank you for writing to us. You will hear from us within a day.\n\n"
                           "Your lawn care team\n"}};
}

template <class Client>
void add_lead_response(registry<Client>& to, inbox& from) {
  const paths again{.otherwise = path::retry_later};
  const auto list = [&from](step_context<Client>& c) -> crm::result<outcome> {
    for (const std::string& each : from.references())
      c.spawn("lead-response/" + each, "match", json{{"inquiry", each}});
    return done();
  };
  to.add({lead_response_name,
          {{"list", needs::nothing, {}, list},
           {"match", needs::crm, again, [&from](step_context<Client>& c) { return match_inquiry(c, from); }},
           {"update", needs::crm, again, [&from](step_context<Client>& c) { return update_lead(c, from); }},
           {"acknowledge", needs::nothing, {}, acknowledge_inquiry<Client>}}});
  to.templates.emplace("lead-acknowledgement",
                       message_template<Client>{needs::crm, [&from](const render_context<Client>& r) {
                                                  return render_acknowledgement(r, from);
                                                }});
}

}  // namespace sop
