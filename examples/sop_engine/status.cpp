#include "status.hpp"

#include <crm/model/timestamp.hpp>

#include "engine/database.hpp"
#include "engine/task.hpp"
#include "table.hpp"
#include "terminal.hpp"

namespace sop {

namespace {

std::string awaited(const std::string& state, const sqlite::cursor& row, int due_at) {
  if (state == "paused") return "the CRM";
  if (state == "ready") return "a worker";
  if (state != "waiting") return {};
  const wall_time due{milliseconds{row.integer(due_at)}};
  return to_string(crm::timestamp{std::chrono::floor<std::chrono::seconds>(due)});
}

}  // namespace

std::string status_of(const std::string& database_file) {
  auto db = open_to_read(database_file);
  const sqlite::transaction one_moment{db, sqlite::transaction::kind::read};

  crm_cli::table tasks{{{"id", true}, {"task"}, {"state"}, {"step"}, {"waits until"}, {"last error"}}, {}};
  {
    auto rows = db.query("SELECT id, key, state, step, due_at, last_error FROM tasks ORDER BY id");
    while (rows.next())
      tasks.rows.push_back({std::to_string(rows.integer(0)), rows.text(1), rows.text(2), rows.text(3),
                            awaited(rows.text(2), rows, 4), rows.text(5)});
  }
  std::string text =
      tasks.rows.empty() ? "no tasks\n" : render(tasks, {crm_cli::terminal_width(), crm_cli::wants_bold()});
  auto rows = db.query("SELECT state, count(*) FROM outbox GROUP BY state ORDER BY state");
  for (bool first = true; rows.next(); first = false)
    text.append(first ? "\nmessages: " : ", ").append(std::to_string(rows.integer(1))).append(" ").append(rows.text(0));
  return text.ends_with('\n') ? text : text + '\n';
}

}  // namespace sop
