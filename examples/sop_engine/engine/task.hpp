/// @file
/// What the engine keeps of tasks and of messages: references, never a customer's data.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace sop {

using nlohmann::json;
using std::chrono::milliseconds;

/// The wall clock: what is kept must mean the same after a restart.
using wall_time = std::chrono::sys_time<milliseconds>;
[[nodiscard]] inline wall_time wall_now() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

enum class task_state {
  ready,    ///< a worker may take it
  running,  ///< a worker has it
  waiting,  ///< until a moment
  paused,   ///< until the CRM is available
  done,
  skipped,  ///< ended without its purpose, and nobody need look
  failed,   ///< ended, and somebody must look
};

[[nodiscard]] constexpr std::string_view to_string(task_state s) noexcept {
  switch (s) {
    case task_state::ready: return "ready";
    case task_state::running: return "running";
    case task_state::waiting: return "waiting";
    case task_state::paused: return "paused";
    case task_state::done: return "done";
    case task_state::skipped: return "skipped";
    case task_state::failed: return "failed";
  }
  return "";
}
[[nodiscard]] constexpr bool has_ended(task_state s) noexcept { return s >= task_state::done; }

/// A task to be made, unless there is one of this key.
struct new_task {
  std::string key;
  std::string sop;
  std::string step;
  bool needs_crm = false;
  json context = json::object();
};

/// A task that a worker has taken.
struct task {
  std::int64_t id = 0;
  std::string key;
  std::string sop;
  std::string step;
  bool needs_crm = false;
  json context;
  /// Of this step, in a row; and how often the CRM answered it with 5xx.
  int failures = 0, outages = 0;
};

/// An outside effect to be had once for its key: a template's name and references, from which the text is made when it
/// is sent.
struct new_message {
  std::string key;
  std::string template_name;
  bool needs_crm = false;
  json references = json::object();
};

/// A message that a worker has taken.
struct message {
  std::int64_t id = 0;
  std::string key;
  std::int64_t task_id = 0;
  std::string sop;
  std::string template_name;
  bool needs_crm = false;
  json references;
  /// How often it could not be sent, and how often the CRM answered it with 5xx.
  int attempts = 0, outages = 0;
  wall_time made_at{};
};

/// What a step has come to, all of it in one transaction.
struct change {
  task_state now = task_state::done;
  /// The step that the task is at from now on.
  std::string step;
  bool needs_crm = false;
  json context;
  std::optional<wall_time> due_at{};
  std::string reason{};
  int failures = 0, outages = 0;
  std::vector<new_message> messages{};
  std::vector<new_task> children{};
};

}  // namespace sop
