/// @file
/// Whether work that needs the CRM is handed out. (ADR 10, Failure Handling: "When the CRM is down, tasks that need
/// customer data pause".)
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace sop {

/// Open until a call finds the CRM unreachable; then closed, until somebody has found it available. Safe to use from
/// several threads.
class crm_gate {
 public:
  /// A gate that begins closed has the CRM asked before it lets anybody through.
  explicit crm_gate(bool open) : open_{open} {}

  void open();
  /// Also by who was let through before it last opened: at worst the CRM is asked once more.
  void close();

  [[nodiscard]] bool is_open() const;
  /// False where the wait was ended by the token.
  [[nodiscard]] bool wait_until_closed(const std::stop_token& stop);

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool open_;
};

}  // namespace sop
