#include "engine/event_line.hpp"

#include <crm/model/timestamp.hpp>

namespace sop {

namespace {

constexpr std::string_view to_string(severity s) noexcept {
  switch (s) {
    case severity::info: return "INFO";
    case severity::warning: return "WARN";
    case severity::error: return "ERROR";
  }
  return "";
}

}  // namespace

std::string to_line(std::int64_t task_id, severity how_bad, const task_event& event, wall_time now) {
  nlohmann::ordered_json line{{"time", to_string(crm::timestamp{now})},
                              {"event", event.name},
                              {"severity", to_string(how_bad)},
                              {"task.id", std::to_string(task_id)},
                              {"sop.name", event.sop}};
  const auto add_if = [&](const char* key, std::string_view text) {
    if (!text.empty()) line[key] = text;
  };
  add_if("sop.step", event.step);
  add_if("sop.reason", event.reason);
  add_if("sop.template", event.template_name);
  return line.dump();
}

void add_event(sqlite::connection& db, const std::string& line, wall_time now) {
  db.execute(
      "INSERT INTO task_events (task_id, at, line) VALUES (CAST(json_extract(?1, '$.\"task.id\"') AS INTEGER), ?2, ?1)",
      {line, now.time_since_epoch().count()});
}

void add_event(sqlite::connection& db, std::int64_t task_id, severity how_bad, const task_event& event) {
  const wall_time now = wall_now();
  add_event(db, to_line(task_id, how_bad, event, now), now);
}

}  // namespace sop
