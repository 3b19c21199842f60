/// @file
/// How workers take work: a task or a message, by one of them alone.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/database.hpp"
#include "engine/task.hpp"

namespace sop {

struct work_wish {
  enum class kind { message, task };
  kind what;
  std::string sop;
  bool needs_crm;
};

using work = std::variant<message, task>;

/// Safe to use from several threads.
class work_queue {
 public:
  work_queue(database& db, std::string owner) : db_{db}, owner_{std::move(owner)} {}

  /// The first that there is of what is wished for, which nobody else gets. What is due for the longest comes first.
  [[nodiscard]] std::optional<work> claim(const std::vector<work_wish>& wishes, wall_time now = wall_now());
  /// Gives back what an engine had that ended without a word. And nothing waits for longer than a day, as it would
  /// where the clock was ahead and was put back.
  void recover();

  /// Whether anything of this procedure has not ended.
  [[nodiscard]] bool any_open(std::string_view sop);
  /// When the next is due of what was not yet when `claim` looked.
  [[nodiscard]] std::optional<wall_time> next_due(std::string_view sop, wall_time looked);

 private:
  database& db_;
  std::string owner_;
};

}  // namespace sop
