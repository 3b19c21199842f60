/// @file
/// What goes on beside a procedure and needs no customer data, so that it goes on while the CRM is down: memory
/// maintenance, and notes to Slack. (ADR 10, Failure Handling.)
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include <crm/observe/events.hpp>

#include "engine/outbox.hpp"
#include "engine/procedure.hpp"
#include "engine/task_store.hpp"
#include "engine/work_queue.hpp"

namespace sop {

inline constexpr std::string_view maintenance_name = "memory-maintenance";
inline constexpr std::string_view notification_name = "slack-notification";

/// What they look at, and how often. They end when the procedure does.
struct background_work {
  database& db;
  work_queue& queue;
  task_store& tasks;
  outbox& messages;
  std::string of;
  milliseconds every;
};

[[nodiscard]] inline std::vector<new_task> background_round(const std::string& sop, const std::string& round) {
  const auto one = [&](std::string_view name, std::string_view step) {
    return new_task{std::string{name} + "/" + sop + "/" + round, std::string{name}, std::string{step}};
  };
  return {one(maintenance_name, "tidy"), one(notification_name, "tell")};
}

[[nodiscard]] inline outcome once_more(background_work& beside) {
  return beside.queue.any_open(beside.of) ? wait(beside.every) : done();
}

/// Old events go, and the log of writes goes into the database.
inline void tidy(database& db) {
  constexpr std::chrono::days kept{30};
  db.change([&](sqlite::connection& c) {
    c.execute("DELETE FROM task_events WHERE at < ?", {(wall_now() - kept).time_since_epoch().count()});
  });
  db.locked([](sqlite::connection& c) { c.script("PRAGMA optimize; PRAGMA wal_checkpoint(PASSIVE)"); });
}

/// How the procedure stands, where that has changed.
template <class Client>
crm::result<outcome> tell_progress(step_context<Client>& c, background_work& beside) {
  const task_counts tasks = beside.tasks.count(beside.of);
  const message_counts sent = beside.messages.count(beside.of);
  const json now{{"sop", beside.of},
                 {"open", tasks.open},
                 {"paused", tasks.paused},
                 {"done", tasks.done},
                 {"skipped", tasks.skipped},
                 {"failed", tasks.failed},
                 {"messages", sent.pending + sent.sent + sent.dropped + sent.failed}};
  if (c.context.value("told", json::object()) != now) {
    const int number = c.context.value("number", 0) + 1;
    c.send("progress-" + std::to_string(number), "progress", now);
    c.context["told"] = now;
    c.context["number"] = number;
  }
  return once_more(beside);
}

inline rendered render_progress(const json& now) {
  std::string text = now.at("sop").get<std::string>() + ":";
  for (const char* each : {"done", "skipped", "failed", "open", "paused"})
    text.append(" ").append(now.at(each).dump()).append(" ").append(each).append(",");
  text.back() = ';';
  return post{"#sop-engine", text.append(" ").append(now.at("messages").dump()).append(" messages")};
}

/// What people are told of failures and of customers whom a mail does not reach: references, so that they can look.
inline rendered render_escalation(const json& of) {
  return post{"#escalations", of.at("sop").get<std::string>() + ": " + of.at("what").get<std::string>() +
                                  " fails: " + of.at("reason").get<std::string>() + " (task " + of.at("task").dump() +
                                  ", and perhaps more; see sop_engine status)"};
}
inline rendered render_credential(const json& of) {
  const int status = of.at("status").get<int>();
  return post{"#escalations", std::string{crm::events::escalated::message} +
                                  (status == 0 ? " (no answer" : " (HTTP " + std::to_string(status)) + ", " +
                                  of.at("operation").get<std::string>() + ", task " + of.at("task").dump() + ")"};
}
inline rendered render_call(const json& of) {
  return post{"#sales", of.at("sop").get<std::string>() + ": customer " + of.at("crm_customer_id").get<std::string>() +
                            " has no e-mail address, please call"};
}

template <class Client>
void add_background(registry<Client>& to, background_work& beside) {
  const paths again{.otherwise = path::retry_later};
  to.add({maintenance_name, {{"tidy", needs::nothing, again, [&beside](step_context<Client>&) -> crm::result<outcome> {
                                tidy(beside.db);
                                return once_more(beside);
                              }}}});
  to.add({notification_name,
          {{"tell", needs::nothing, again, [&beside](step_context<Client>& c) { return tell_progress(c, beside); }}}});
  const auto add = [&](const char* name, rendered (*render)(const json&)) {
    to.templates.emplace(name, message_template<Client>{needs::nothing, [render](const render_context<Client>& from) {
                                                          return crm::result<rendered>{render(from.references)};
                                                        }});
  };
  add("progress", render_progress);
  add("failed", render_escalation);
  add("credential-failed", render_credential);
  add("call-customer", render_call);
}

}  // namespace sop
