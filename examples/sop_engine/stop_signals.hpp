/// @file
/// Ctrl-C and SIGTERM as a request to stop.
#pragma once

#include <csignal>

#include <atomic>
#include <stop_token>
#include <thread>

namespace sop {

/// While it lives, SIGINT and SIGTERM set its token; a second one ends the program at once, which the engine takes as
/// it takes any other kill. To be made before other threads are.
class stop_signals {
 public:
  stop_signals();
  ~stop_signals();
  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;

  [[nodiscard]] std::stop_token token() const noexcept { return stop_.get_token(); }

 private:
  void watch();

  std::stop_source stop_;
  std::atomic<bool> over_{false};
  std::thread watcher_;
};

}  // namespace sop
