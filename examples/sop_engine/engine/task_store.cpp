#include "engine/task_store.hpp"

#include <crm/model/timestamp.hpp>
#include <crm/task/context.hpp>

#include "engine/event_line.hpp"
#include "engine/outbox.hpp"

namespace sop {

namespace {

using std::string;

std::int64_t ticks(wall_time at) { return at.time_since_epoch().count(); }
std::int64_t now_ticks() { return ticks(wall_now()); }

/// The one way of a context into the database.
string persisted(const json& context) { return crm::references_only(context).dump(); }

/// How a task's new state is told.
std::pair<std::string_view, severity> told_as(const change& what) {
  switch (what.now) {
    case task_state::running: return {"sop.task.advanced", severity::info};
    case task_state::ready: return {"sop.task.released", severity::info};
    case task_state::waiting: return {"sop.task.waiting", what.failures > 0 ? severity::warning : severity::info};
    case task_state::paused: return {"sop.task.paused", severity::warning};
    case task_state::done: return {"sop.task.done", severity::info};
    case task_state::skipped: return {"sop.task.skipped", severity::warning};
    case task_state::failed: return {"sop.task.failed", severity::error};
  }
  return {};
}

}  // namespace

round_of_tasks task_store::open_round(sqlite::connection& db, std::string_view sop, std::string_view scope) {
  const auto named = [](wall_time begun, bool resumed) {
    return round_of_tasks{to_string(crm::timestamp{begun}), begun, resumed};
  };
  {
    auto rows = db.query("SELECT begun_at FROM rounds WHERE sop = ? AND scope = ? AND ended_at IS NULL",
                         {string{sop}, string{scope}});
    if (rows.next()) return named(wall_time{milliseconds{rows.integer(0)}}, true);
  }
  const wall_time now = wall_now();
  db.execute("INSERT INTO rounds (sop, scope, begun_at) VALUES (?, ?, ?)", {string{sop}, string{scope}, ticks(now)});
  return named(now, false);
}

void task_store::end_rounds(std::string_view sop) {
  db_.change([&](sqlite::connection& db) {
    db.execute("UPDATE rounds SET ended_at = ? WHERE sop = ? AND ended_at IS NULL", {now_ticks(), string{sop}});
  });
}

void task_store::add(sqlite::connection& db, const new_task& made) {
  const auto now = now_ticks();
  const int added = db.execute(
      "INSERT OR IGNORE INTO tasks (key, sop, step, state, needs_crm, due_at, context, made_at, changed_at) "
      "VALUES (?, ?, ?, 'ready', ?, 0, ?, ?, ?)",
      {made.key, made.sop, made.step, std::int64_t{made.needs_crm}, persisted(made.context), now, now});
  if (added != 0) add_event(db, db.last_insert_rowid(), severity::info, {"sop.task.made", made.sop, made.step});
}

void task_store::apply(const task& of, const change& what) {
  db_.change([&](sqlite::connection& db) {
    std::optional<std::int64_t> due;
    if (what.due_at) due = ticks(*what.due_at);
    db.execute(
        "UPDATE tasks SET step = ?, state = ?, needs_crm = ?, due_at = ?, context = ?, failures = ?, outages = ?, "
        "last_error = ?, "
        "owner = iif(?2 = 'running', owner, NULL), changed_at = ? WHERE id = ?",
        {what.step, string{to_string(what.now)}, std::int64_t{what.needs_crm}, sqlite::to_sql(due),
         persisted(what.context), std::int64_t{what.failures}, std::int64_t{what.outages}, what.reason, now_ticks(),
         of.id});
    for (const new_message& each : what.messages) outbox::add(db, of.id, of.sop, each);
    for (const new_task& each : what.children) add(db, each);
    const auto [event, how_bad] = told_as(what);
    add_event(db, of.id, how_bad, {event, of.sop, of.step, what.reason});
  });
}

void task_store::release(const task& of) {
  db_.change([&](sqlite::connection& db) {
    db.execute("UPDATE tasks SET state = 'ready', due_at = 0, owner = NULL WHERE id = ? AND state = 'running'",
               {of.id});
  });
}

std::int64_t task_store::resume_paused(std::string_view sop) {
  return db_.change([&](sqlite::connection& db) {
    std::vector<std::pair<std::int64_t, string>> paused;
    {
      auto rows = db.query("SELECT id, step FROM tasks WHERE sop = ? AND state = 'paused'", {string{sop}});
      while (rows.next()) paused.emplace_back(rows.integer(0), rows.text(1));
    }
    for (const auto& [id, step] : paused) {
      db.execute("UPDATE tasks SET state = 'ready', due_at = ?1, changed_at = ?1 WHERE id = ?2", {now_ticks(), id});
      add_event(db, id, severity::info, {"sop.task.resumed", sop, step});
    }
    return static_cast<std::int64_t>(paused.size());
  });
}

std::int64_t task_store::retry_failed(std::string_view sop) {
  return db_.change([&](sqlite::connection& db) {
    const auto again = db.execute(
        "UPDATE tasks SET state = 'ready', due_at = 0, failures = 0, outages = 0, changed_at = ? WHERE sop = ? AND "
        "state = 'failed'",
        {now_ticks(), string{sop}});
    db.execute(
        "UPDATE outbox SET state = 'pending', due_at = 0, attempts = 0, outages = 0 WHERE sop = ? AND state = 'failed'",
        {string{sop}});
    return std::int64_t{again};
  });
}

std::int64_t task_store::hurry(std::string_view sop) {
  return db_.change([&](sqlite::connection& db) {
    return std::int64_t{
        db.execute("UPDATE tasks SET state = 'ready', due_at = 0 WHERE sop = ? AND state = 'waiting'", {string{sop}})};
  });
}

task_counts task_store::count(std::string_view sop) {
  return db_.locked([&](sqlite::connection& db) {
    task_counts counts;
    auto rows = db.query("SELECT state, count(*) FROM tasks WHERE sop = ? GROUP BY state", {string{sop}});
    while (rows.next()) {
      const string state = rows.text(0);
      auto& counted = state == "paused"    ? counts.paused
                      : state == "done"    ? counts.done
                      : state == "skipped" ? counts.skipped
                      : state == "failed"  ? counts.failed
                                           : counts.open;
      counted += rows.integer(1);
    }
    return counts;
  });
}

std::int64_t task_store::failed_since(std::string_view sop, wall_time begin) {
  return db_.locked([&](sqlite::connection& db) {
    return db.number(
        "SELECT (SELECT count(*) FROM tasks WHERE sop = ?1 AND state = 'failed' AND changed_at >= ?2) + "
        "(SELECT count(*) FROM outbox WHERE sop = ?1 AND state = 'failed' AND ended_at >= ?2)",
        {string{sop}, ticks(begin)});
  });
}

}  // namespace sop
