#include "engine/outbox.hpp"

#include <string>

#include <crm/task/context.hpp>

#include "engine/event_line.hpp"
#include "engine/uuid_v5.hpp"

namespace sop {

namespace {

std::int64_t ticks(wall_time at) { return at.time_since_epoch().count(); }

void end(database& db, const message& m, const std::string& state, const std::string& why, severity how_bad,
         std::string_view event, const std::optional<new_message>& told = {}) {
  db.change([&](sqlite::connection& c) {
    c.execute("UPDATE outbox SET state = ?, due_at = NULL, last_error = ?, ended_at = ? WHERE id = ?",
              {state, why, ticks(wall_now()), m.id});
    add_event(c, m.task_id, how_bad, {event, m.sop, {}, why, m.template_name});
    if (told) outbox::add(c, m.task_id, m.sop, *told);
  });
}

}  // namespace

void outbox::add(sqlite::connection& db, std::int64_t task_id, std::string_view sop, const new_message& wanted) {
  db.execute(
      "INSERT OR IGNORE INTO outbox (key, task_id, sop, template, refs, state, needs_crm, due_at, made_at) "
      "VALUES (?, ?, ?, ?, ?, 'pending', ?, 0, ?)",
      {wanted.key, task_id, std::string{sop}, wanted.template_name, crm::references_only(wanted.references).dump(),
       std::int64_t{wanted.needs_crm}, ticks(wall_now())});
}

void outbox::add(std::int64_t task_id, std::string_view sop, const new_message& wanted) {
  db_.change([&](sqlite::connection& db) { add(db, task_id, sop, wanted); });
}

std::string outbox::id_of(const message& m) const { return uuid_v5(db_.name_space(), "message " + m.key); }

void outbox::sent(const message& m) { end(db_, m, "sent", {}, severity::info, "sop.message.sent"); }

void outbox::dropped(const message& m, const failure& why) {
  end(db_, m, "dropped", to_string(why), severity::warning, "sop.message.dropped");
}

void outbox::failed(const message& m, const failure& why, const std::optional<new_message>& told) {
  end(db_, m, "failed", to_string(why), severity::error, "sop.message.failed", told);
}

void outbox::postponed(const message& m, wall_time until, const failure& why) {
  db_.change([&](sqlite::connection& db) {
    db.execute(
        "UPDATE outbox SET state = 'pending', due_at = ?, attempts = ?, outages = ?, last_error = ? WHERE id = ?",
        {ticks(until), std::int64_t{m.attempts}, std::int64_t{m.outages}, to_string(why), m.id});
  });
}

message_counts outbox::count(std::string_view sop) {
  return db_.locked([&](sqlite::connection& db) {
    message_counts counts;
    auto rows = db.query("SELECT state, count(*) FROM outbox WHERE sop = ? GROUP BY state", {std::string{sop}});
    while (rows.next()) {
      const std::string state = rows.text(0);
      auto& counted = state == "sent"      ? counts.sent
                      : state == "dropped" ? counts.dropped
                      : state == "failed"  ? counts.failed
                                           : counts.pending;
      counted += rows.integer(1);
    }
    return counts;
  });
}

}  // namespace sop
