/// @file
/// The observer of the CRM's client: all its events in the table of events (ADR 10: "Log all CRM calls to TaskEvents"),
/// and one message to people where the credential fails.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <crm/observe/task_events.hpp>

#include "engine/event_line.hpp"
#include "engine/outbox.hpp"

namespace sop {

/// Where crm's lines go: each at once, in a transaction of its own, so that a call is on record before it goes on.
struct event_table {
  database* db;

  void operator()(std::string_view line) const {
    db->locked([&](sqlite::connection& c) { add_event(c, std::string{line}, wall_now()); });
  }
};

class journal {
 public:
  /// `round` tells one refusal of a credential from the next, after a restart too.
  journal(database& db, outbox& messages, std::string sop, std::string round)
      : lines_{event_table{&db}}, messages_{&messages}, sop_{std::move(sop)}, round_{std::move(round)} {}

  template <class Event>
    requires requires(crm::task_events<event_table>& lines, const Event& e) { lines.on(e); }
  void on(const Event& e) {
    lines_.on(e);
    if constexpr (std::same_as<Event, crm::events::escalated>) escalate(e);
  }

 private:
  void escalate(const crm::events::escalated& e) const {
    std::int64_t task = 0;
    std::from_chars(e.call.task.data(), e.call.task.data() + e.call.task.size(), task);
    messages_->add(task, sop_,
                   {sop_ + "/" + round_ + "/credential/" + std::to_string(e.generation), "credential-failed", false,
                    json{{"status", e.status}, {"operation", to_string(e.call.op)}, {"task", task}}});
  }

  crm::task_events<event_table> lines_;
  outbox* messages_;
  std::string sop_, round_;
};

}  // namespace sop
