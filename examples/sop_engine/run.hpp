/// @file
/// A run of a procedure. Which CRM it is about is one template argument.
#pragma once

#include <unistd.h>

#include <iostream>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <crm/crm.hpp>

#include "engine/breaker.hpp"
#include "engine/engine.hpp"
#include "engine/journal.hpp"
#include "engine/lock.hpp"
#include "engine/work_queue.hpp"
#include "inputs/inbox.hpp"
#include "inputs/quotes.hpp"
#include "say.hpp"
#include "settings.hpp"
#include "sinks/mail_drop.hpp"
#include "sinks/webhook.hpp"
#include "sops/background.hpp"
#include "sops/collections.hpp"
#include "sops/lead_response.hpp"
#include "sops/quote_follow_up.hpp"
#include "sops/reactivation.hpp"

namespace sop {

/// `crm::crm_client` or `crm::mock_crm_client`, with retries from the command line, and the engine's observer.
template <class Transport>
using client_on = crm::basic_crm_client<Transport, chosen_breaker, crm::task_cache, crm::api_key, journal>;

/// What rounds of this procedure are told apart by.
inline std::string scope_of(const run_settings& s) {
  if (s.sop == reactivation_name) return std::to_string(s.season);
  if (s.sop == quote_follow_up_name)
    return "reminder " + std::to_string(s.reminder) + (s.quotes ? ", file" : ", samples");
  if (s.sop == collections_name) return s.period;
  return s.inbox ? "inbox" : "samples";
}

/// The task that a round begins with, under a name of its own.
inline new_task first_task(const run_settings& s, const std::string& name) {
  if (s.sop == reactivation_name) return reactivation_round(name, s.season);
  if (s.sop == quote_follow_up_name) return quote_follow_up_round(name, s.quotes.has_value(), s.reminder);
  if (s.sop == collections_name) return collections_round(name, s.period);
  return lead_response_round(name);
}

/// A round that is gone on with has its tasks; but a file or an inbox may hold more by now, and is listed anew.
inline std::vector<new_task> first_tasks(const run_settings& s, const round_of_tasks& round) {
  if (round.resumed && (s.quotes || s.inbox))
    return {first_task(s, round.name + "/" + to_string(crm::timestamp{wall_now()}))};
  if (round.resumed) return {};
  auto first = background_round(s.sop, round.name);
  first.push_back(first_task(s, round.name));
  return first;
}

template <class Client>
Client make_client(const run_settings& s, journal observer) {
  crm::client_options options;
  options.server_honours_idempotency_keys = true;
  options.user_agent = "sop_engine/" CRM_CLIENT_VERSION_STRING;
  options.transport.max_connections = s.workers + 1;
  auto schedule = crm::retry_schedule::exponential(3, milliseconds{s.retry_first_ms}).value();
  const char* url = s.url.empty() ? "https://mock.invalid" : s.url.c_str();
  auto made =
      Client::make(url, crm::api_key::from_env(s.api_key_env), std::move(options),
                   chosen_breaker{std::move(schedule), static_cast<breaker_pause>(s.breaker_ms)}, std::move(observer));
  if (!made) throw unusable("the CRM's client cannot be made: " + made.error().message);
  return *std::move(made);
}

/// Customers for the in-memory CRM to have besides its samples.
inline void add_customers(crm::testing::in_memory_crm& to, int count) {
  for (int i = 1; i <= count; ++i) {
    crm::customer one;
    one.id = "lapsed-" + std::to_string(i);
    one.name = "Lapsed Customer " + std::to_string(i);
    one.email = "lapsed." + std::to_string(i) + "@example.com";
    one.status = crm::status::past;
    one.services = {crm::service{crm::service::fertilizer}};
    to.put(std::move(one));
  }
}

inline std::string summary_of(const std::string& sop, const task_counts& tasks, const message_counts& messages) {
  std::string text = sop + ": " + std::to_string(tasks.done) + " done, " + std::to_string(tasks.skipped) +
                     " skipped, " + std::to_string(tasks.failed) + " failed";
  if (tasks.open + tasks.paused > 0)
    text += ", " + std::to_string(tasks.open) + " open, " + std::to_string(tasks.paused) + " paused";
  return text + "; messages: " + std::to_string(messages.sent) + " sent, " + std::to_string(messages.dropped) +
         " dropped, " + std::to_string(messages.failed) + " failed" +
         (messages.pending > 0 ? ", " + std::to_string(messages.pending) + " pending" : "");
}

template <class Transport>
exit_code run(const run_settings& s, const std::stop_token& stop) {
  using client_type = client_on<Transport>;
  fault_points faults{s.fault_point};
  const engine_lock lock{s.database_file};
  database db{s.database_file, faults};
  const std::string crm = s.url.empty() ? "mock" : without_credentials(s.url);
  if (!s.moved) db.refuse_others(crm);
  work_queue queue{db, "process " + std::to_string(::getpid())};
  task_store tasks{db};
  outbox messages{db};
  mail_drop mails{s.mail_drop, s.from, faults};
  std::unique_ptr<post_sink> posts = std::make_unique<spoken_posts>(say);
  if (s.webhook_env) posts = std::make_unique<webhook>(crm::secret::from_env(*s.webhook_env));
  inbox inquiries{s.inbox};
  std::vector<quote> quotes;
  if (s.quotes) quotes = read_quotes(*s.quotes);

  queue.recover();
  if (s.retry_failed) tasks.retry_failed(s.sop);
  const auto round =
      tasks.begin_round(s.sop, scope_of(s), [&](const round_of_tasks& begun) { return first_tasks(s, begun); });

  const auto client = make_client<client_type>(s, journal{db, messages, s.sop, round.name});
  db.bind_to(crm);  // not before: an address that cannot be used is no CRM's
  if constexpr (!crm::networked_transport<Transport>) add_customers(client.transport_model().crm(), s.mock_customers);
  background_work beside{db, queue, tasks, messages, s.sop, s.background_every};
  registry<client_type> known;
  add_reactivation(known);
  add_lead_response(known, inquiries);
  add_quote_follow_up(known, std::move(quotes));
  add_collections(known);
  add_background(known, beside);

  engine<client_type> works{client,
                            {queue, tasks, messages},
                            known,
                            {mails, *posts},
                            faults,
                            {s.sop,
                             {std::string{maintenance_name}, std::string{notification_name}},
                             s.workers,
                             {round.name, milliseconds{s.retry_first_ms}}},
                            say};
  const auto summary = [&] { return summary_of(s.sop, tasks.count(s.sop), messages.count(s.sop)); };
  const auto show_summary = [&] {
    if (shows_progress()) show_progress(summary());
  };
  show_summary();  // at once: a short run is over before it would be shown again
  works.run(stop, show_summary);
  show_progress("");
  if (s.count_fault_points) std::cout << "fault points: " << faults.passed() << '\n';
  std::cout << summary() << std::endl;
  if (!works.finished()) {
    say("stopped; start it again to go on");
    return exit_code::interrupted;
  }
  // All of the round, also what an engine came to that was killed meanwhile.
  const bool attention = tasks.failed_since(s.sop, round.begun_at) > 0;
  tasks.end_rounds(s.sop);
  return attention ? exit_code::attention : exit_code::done;
}

}  // namespace sop
