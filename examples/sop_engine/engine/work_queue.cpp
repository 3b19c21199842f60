#include "engine/work_queue.hpp"

namespace sop {

namespace {

std::int64_t ticks(wall_time at) { return at.time_since_epoch().count(); }

std::optional<work> find_message(sqlite::connection& db, const work_wish& wish, wall_time now) {
  auto rows = db.query(
      "SELECT id, key, task_id, template, refs, attempts, outages, made_at FROM outbox "
      "WHERE sop = ? AND needs_crm = ? AND due_at <= ? ORDER BY due_at, id LIMIT 1",
      {wish.sop, std::int64_t{wish.needs_crm}, ticks(now)});
  if (!rows.next()) return std::nullopt;
  return message{.id = rows.integer(0),
                 .key = rows.text(1),
                 .task_id = rows.integer(2),
                 .sop = wish.sop,
                 .template_name = rows.text(3),
                 .needs_crm = wish.needs_crm,
                 .references = json::parse(rows.text(4)),
                 .attempts = static_cast<int>(rows.integer(5)),
                 .outages = static_cast<int>(rows.integer(6)),
                 .made_at = wall_time{milliseconds{rows.integer(7)}}};
}

std::optional<work> find_task(sqlite::connection& db, const work_wish& wish, wall_time now) {
  auto rows = db.query(
      "SELECT id, key, step, context, failures, outages FROM tasks "
      "WHERE sop = ? AND needs_crm = ? AND due_at <= ? ORDER BY due_at, id LIMIT 1",
      {wish.sop, std::int64_t{wish.needs_crm}, ticks(now)});
  if (!rows.next()) return std::nullopt;
  return task{.id = rows.integer(0),
              .key = rows.text(1),
              .sop = wish.sop,
              .step = rows.text(2),
              .needs_crm = wish.needs_crm,
              .context = json::parse(rows.text(3)),
              .failures = static_cast<int>(rows.integer(4)),
              .outages = static_cast<int>(rows.integer(5))};
}

}  // namespace

std::optional<work> work_queue::claim(const std::vector<work_wish>& wishes, wall_time now) {
  const auto find = [&](sqlite::connection& db) -> std::optional<work> {
    for (const work_wish& each : wishes) {
      auto found = each.what == work_wish::kind::message ? find_message(db, each, now) : find_task(db, each, now);
      if (found) return found;
    }
    return std::nullopt;
  };
  return db_.claim(find, [&](sqlite::connection& db, const work& found) {
    if (const auto* letter = std::get_if<message>(&found)) {
      db.execute("UPDATE outbox SET state = 'sending', due_at = NULL WHERE id = ?", {letter->id});
      return;
    }
    const task& taken = std::get<task>(found);
    db.execute("UPDATE tasks SET state = 'running', due_at = NULL, owner = ?, changed_at = ? WHERE id = ?",
               {owner_, ticks(now), taken.id});
  });
}

void work_queue::recover() {
  const auto latest = ticks(wall_now() + std::chrono::days{1});
  db_.change([&](sqlite::connection& db) {
    for (const char* each :
         {"UPDATE tasks SET due_at = ?1 WHERE due_at > ?1", "UPDATE outbox SET due_at = ?1 WHERE due_at > ?1"})
      db.execute(each, {latest});
    db.execute("UPDATE tasks SET state = 'ready', due_at = 0, owner = NULL WHERE state = 'running'");
    db.execute("UPDATE outbox SET state = 'pending', due_at = 0 WHERE state = 'sending'");
  });
}

bool work_queue::any_open(std::string_view sop) {
  return db_.locked([&](sqlite::connection& db) {
    return db.number(
               "SELECT EXISTS (SELECT 1 FROM tasks WHERE sop = ?1 AND state NOT IN ('done', 'skipped', 'failed')) OR "
               "EXISTS (SELECT 1 FROM outbox WHERE sop = ?1 AND state IN ('pending', 'sending'))",
               {std::string{sop}}) != 0;
  });
}

std::optional<wall_time> work_queue::next_due(std::string_view sop, wall_time looked) {
  return db_.locked([&](sqlite::connection& db) -> std::optional<wall_time> {
    const auto due = db.number(
        "SELECT min(due_at) FROM (SELECT due_at FROM tasks WHERE sop = ?1 AND due_at > ?2 UNION ALL "
        "SELECT due_at FROM outbox WHERE sop = ?1 AND due_at > ?2)",
        {std::string{sop}, ticks(looked)});
    if (due == 0) return std::nullopt;
    return wall_time{milliseconds{due}};
  });
}

}  // namespace sop
