/// @file
/// The outbox: outside effects, kept in the transaction that decides on them, and had afterwards. (C. Richardson,
/// "Microservices Patterns", 2018, section 3.3: transactional outbox.)
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/code_word.hpp"
#include "engine/database.hpp"
#include "engine/task.hpp"

namespace sop {

struct message_counts {
  std::int64_t pending = 0, sent = 0, dropped = 0, failed = 0;
};

/// Safe to use from several threads.
class outbox {
 public:
  explicit outbox(database& db) : db_{db} {}

  /// Within the transaction of whoever wants the effect. A key that is there already is the same effect.
  static void add(sqlite::connection& db, std::int64_t task_id, std::string_view sop, const new_message& wanted);
  void add(std::int64_t task_id, std::string_view sop, const new_message& wanted);

  /// What it is called outside.
  [[nodiscard]] std::string id_of(const message& m) const;

  void sent(const message& m);
  /// There is nobody, or no reason, to send it to any more.
  void dropped(const message& m, const failure& why);
  /// With what people are told of it, if anything.
  void failed(const message& m, const failure& why, const std::optional<new_message>& told = {});
  /// To be tried again; the counts of `m` are kept.
  void postponed(const message& m, wall_time until, const failure& why);

  [[nodiscard]] message_counts count(std::string_view sop);

 private:
  database& db_;
};

}  // namespace sop
