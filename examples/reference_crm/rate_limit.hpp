#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <optional>

namespace reference_crm {

/// So many requests a second, and a burst of some more after a quiet time.
class token_bucket {
 public:
  using clock = std::chrono::steady_clock;

  token_bucket(double tokens_per_second, double burst)
      : tokens_per_second_(tokens_per_second), burst_(burst), tokens_(burst), filled_at_(clock::now()) {}

  /// Takes a token; or the whole seconds, at least 1, until there is one.
  std::optional<std::chrono::seconds> take() {
    const std::scoped_lock lock(mutex_);
    const auto now = clock::now();
    const double passed = std::chrono::duration<double>(now - filled_at_).count();
    tokens_ = std::min(burst_, tokens_ + passed * tokens_per_second_);
    filled_at_ = now;
    if (tokens_ >= 1.0) {
      tokens_ -= 1.0;
      return std::nullopt;
    }
    const double wait = std::ceil((1.0 - tokens_) / tokens_per_second_);
    return std::chrono::seconds(static_cast<std::chrono::seconds::rep>(std::max(1.0, wait)));
  }

 private:
  double tokens_per_second_;
  double burst_;
  double tokens_;
  clock::time_point filled_at_;
  std::mutex mutex_;
};

}  // namespace reference_crm
