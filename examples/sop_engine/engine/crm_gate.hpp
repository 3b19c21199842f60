/// @file
/// Whether work that needs the CRM is handed out. (ADR 10, Failure Handling: "When the CRM is down, tasks that need
/// customer data pause".)
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace sop {

/// Open until a call finds the CRM unreachable. Then closed, until somebody offers a probe: one worker takes it, and
/// what its call finds opens the gate or closes it again. Safe to use from several threads.
class crm_gate {
 public:
  enum class admission { nothing, probe, all };
  enum class finding {
    available,    ///< the CRM has answered, if only to refuse
    unreachable,  ///< it has not
    none,         ///< nobody asked it
  };

  /// A gate that begins closed asks before it lets everybody through.
  explicit crm_gate(bool open) : now_{open ? place::open : place::closed} {}

  /// What a worker that looks for work may take. `probe` is given to one: it is given back by `report`.
  [[nodiscard]] admission ask();
  void report(admission admitted, finding found);

  [[nodiscard]] bool is_open() const;
  /// False where the wait was ended by the token.
  [[nodiscard]] bool wait_until_closed(const std::stop_token& stop);
  void offer_probe();
  /// Whether the probe found the CRM available.
  [[nodiscard]] bool wait_for_verdict(const std::stop_token& stop);

 private:
  enum class place { open, closed, offered, probing };

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  place now_;
};

}  // namespace sop
