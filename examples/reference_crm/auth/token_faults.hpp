#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

namespace reference_crm {

/// What the token endpoint is told to do wrong, for tests of clients. Safe from many threads.
class token_faults {
 public:
  struct fault {
    std::optional<int> status = {};     ///< Answered in place of what was asked for.
    std::chrono::milliseconds hang{0};  ///< Passes before anything else.
  };

  /// The next `count` token requests meet it. It takes the place of the one before.
  void arm(fault what, int count) {
    const std::scoped_lock lock(mutex_);
    armed_ = what;
    left_ = count;
  }

  /// What the following answers say in `expires_in`: null leaves it out.
  void say_expires_in(nlohmann::json value) {
    const std::scoped_lock lock(mutex_);
    expires_in_ = std::move(value);
  }

  void reset() {
    const std::scoped_lock lock(mutex_);
    left_ = 0;
    expires_in_.reset();
  }

  fault take() {
    const std::scoped_lock lock(mutex_);
    if (left_ == 0) return {};
    --left_;
    return armed_;
  }

  std::optional<nlohmann::json> expires_in() const {
    const std::scoped_lock lock(mutex_);
    return expires_in_;
  }

  /// Ends early when the server does.
  void hang(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    ending_.wait_for(lock, time, [this] { return released_; });
  }

  /// Ends every hang, those to come too.
  void release() {
    const std::scoped_lock lock(mutex_);
    released_ = true;
    ending_.notify_all();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable ending_;
  bool released_ = false;
  fault armed_;
  int left_ = 0;
  std::optional<nlohmann::json> expires_in_;
};

}  // namespace reference_crm
