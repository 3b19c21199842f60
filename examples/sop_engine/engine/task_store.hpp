/// @file
/// The tasks table: how tasks are made and moved on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/database.hpp"
#include "engine/task.hpp"

namespace sop {

struct round_of_tasks {
  /// The time at which it began, as text: other keys are made of it.
  std::string name;
  wall_time begun_at;
  /// An engine had begun it before, and did not come to its end.
  bool resumed;
};

struct task_counts {
  std::int64_t open = 0;  ///< ready, running or waiting
  std::int64_t paused = 0, done = 0, skipped = 0, failed = 0;

  [[nodiscard]] std::int64_t all() const noexcept { return open + paused + done + skipped + failed; }
};

/// Safe to use from several threads. Whatever it writes of a context is `crm::references_only`.
class task_store {
 public:
  explicit task_store(database& db) : db_{db} {}

  /// The round of this procedure and scope that has not ended, or a new one; with the tasks that `first(round)` names.
  template <class First>
  round_of_tasks begin_round(std::string_view sop, std::string_view scope, First first) {
    return db_.change([&](sqlite::connection& db) {
      const round_of_tasks round = open_round(db, sop, scope);
      for (const new_task& each : first(round)) add(db, each);
      return round;
    });
  }
  void end_rounds(std::string_view sop);

  /// Where a step has brought a task, with its messages and its children: all of it, or nothing.
  void apply(const task& of, const change& what);
  /// Takes back a claim.
  void release(const task& of);

  /// All that are paused may be taken, after what has not been begun yet. Answers how many there were.
  std::int64_t resume_paused(std::string_view sop);
  /// Those that failed begin their step again.
  std::int64_t retry_failed(std::string_view sop);
  /// Those that wait need not wait on. Answers how many there were.
  std::int64_t hurry(std::string_view sop);

  [[nodiscard]] task_counts count(std::string_view sop);
  /// Tasks and messages that have failed since then.
  [[nodiscard]] std::int64_t failed_since(std::string_view sop, wall_time begin);

 private:
  [[nodiscard]] static round_of_tasks open_round(sqlite::connection& db, std::string_view sop, std::string_view scope);
  static void add(sqlite::connection& db, const new_task& made);

  database& db_;
};

}  // namespace sop
