/// @file
/// Ctrl-C as a request to stop.
#pragma once

#include <csignal>

#include <atomic>
#include <stop_token>
#include <thread>

namespace crm_cli {

/// While it lives, SIGINT asks the calls that hold its token to stop; a second SIGINT ends the program at once.
/// To be made before other threads are.
class interrupt {
 public:
  interrupt();
  ~interrupt();
  interrupt(const interrupt&) = delete;
  interrupt& operator=(const interrupt&) = delete;

  [[nodiscard]] std::stop_token token() const noexcept { return stop_.get_token(); }

 private:
  void watch();

  std::stop_source stop_;
  std::atomic<bool> over_{false};
  /// As in a background job: then Ctrl-C is meant for others.
  bool ignored_ = false;
  sigset_t before_{};
  std::thread watcher_;
};

}  // namespace crm_cli
