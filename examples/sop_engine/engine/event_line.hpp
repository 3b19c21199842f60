/// @file
/// What happens to tasks, as lines of the same JSON in which crm's events are written. (docs/events.md, docs/sops.md.)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/task.hpp"
#include "sqlite/sqlite.hpp"

namespace sop {

enum class severity { info, warning, error };

/// An event of the engine's own. What it holds are words of the program, numbers and references.
struct task_event {
  std::string_view name;  ///< e.g. `sop.task.paused`
  std::string_view sop;
  std::string_view step{};
  std::string_view reason{};
  std::string_view template_name{};
};

[[nodiscard]] std::string to_line(std::int64_t task_id, severity how_bad, const task_event& event, wall_time now);

/// Adds a line, of whatever origin, to the table.
void add_event(sqlite::connection& db, const std::string& line, wall_time now);
void add_event(sqlite::connection& db, std::int64_t task_id, severity how_bad, const task_event& event);

}  // namespace sop
