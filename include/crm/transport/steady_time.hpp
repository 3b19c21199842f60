/// @file
/// Real time, for transports that reach a real network.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>

#include <crm/transport/concept.hpp>

namespace crm::inline v0 {

/// The steady clock, and waits on it that a stop token ends at once. A base class of real transports.
class steady_time {
 public:
  [[nodiscard]] time_point now() const noexcept { return clock::now(); }

  [[nodiscard]] wake wait_until(time_point when, const std::stop_token& stop) const {
    std::mutex mutex;
    std::condition_variable_any due;
    std::unique_lock lock{mutex};
    due.wait_until(lock, stop, when, [] { return false; });
    return stop.stop_requested() ? wake::stopped : wake::due;
  }
};

}  // namespace crm::inline v0
