/// @file
/// Time that passes only when somebody waits, for transports that must not sleep.
#pragma once

#include <chrono>
#include <mutex>
#include <stop_token>
#include <vector>

#include <crm/transport/concept.hpp>

namespace crm::inline v0::testing {

/// A clock of its own: a wait moves it to the moment waited for and returns at once. Safe to use from several
/// threads, which then share one time: a wait of one shortens the waits of the others.
class virtual_time {
 public:
  /// Where it begins: late enough that a moment before it can be told.
  static constexpr time_point start{std::chrono::hours{24}};

  [[nodiscard]] time_point now() const {
    const std::lock_guard lock{mutex_};
    return now_;
  }

  /// A stop asked for before the wait ends it before it begins. One asked for later comes too late: no real time
  /// passes in which it could.
  [[nodiscard]] wake wait_until(time_point when, const std::stop_token& stop) {
    if (stop.stop_requested()) return wake::stopped;
    const std::lock_guard lock{mutex_};
    if (when > now_) {
      waits_.push_back(std::chrono::ceil<milliseconds>(when - now_));
      now_ = when;
    }
    return wake::due;
  }

  /// Lets time pass without a wait. Requires `by >= 0`.
  void advance(clock::duration by) {
    const std::lock_guard lock{mutex_};
    now_ += by;
  }

  /// The waits that took time, in order.
  [[nodiscard]] std::vector<milliseconds> waits() const {
    const std::lock_guard lock{mutex_};
    return waits_;
  }

 private:
  mutable std::mutex mutex_;
  time_point now_ = start;
  std::vector<milliseconds> waits_;
};

}  // namespace crm::inline v0::testing
