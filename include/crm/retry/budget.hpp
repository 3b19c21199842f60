/// @file
/// A bound on the retries of all calls together, so that an outage is not made worse by those who wait for its end.
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include <crm/retry/concept.hpp>

namespace crm::inline v0 {

/// Each call adds `Percent` of a retry to the budget, which holds at most `Burst` and begins full; each retry takes
/// one. Over any number of calls that all fail there are at most `Percent` percent of them, and `Burst`, retries.
/// Once nobody has wanted a retry for `QuietMs` the budget is full again, so that an outage is not held against the
/// calls that come long after it. Copies share one budget, as do the copies of a client.
template <retry_policy Inner, int Percent = 10, int Burst = 10, int QuietMs = 60'000>
class retry_budget {
  static_assert(detail::layer_of<Inner> < retry_layer::budget,
                "a budget wraps a backoff or jitter, and goes inside of a breaker");
  static_assert(!detail::never_retries<Inner>, "there is nothing to budget: crm::no_retry never retries");
  static_assert(Percent >= 0 && Percent <= 1000, "a budget is 0 to 1000 percent of the calls");
  static_assert(Burst >= 0 && Burst <= 1'000'000, "a burst is 0 to 1,000,000 retries");
  static_assert(QuietMs >= 1, "a quiet time is at least a millisecond");

 public:
  static constexpr retry_layer layer = retry_layer::budget;

  retry_budget() = default;
  explicit retry_budget(Inner inner) : inner_{std::move(inner)} {}

  [[nodiscard]] std::optional<milliseconds> delay(int retry) const { return inner_.delay(retry); }
  [[nodiscard]] std::optional<milliseconds> delay(int retry, milliseconds previous) const {
    return detail::delay_of(inner_, retry, previous);
  }

  void count_call() const noexcept { change(Percent); }
  [[nodiscard]] bool spend(time_point now) const noexcept {
    int had = state_->hundredths.load();
    const time_point before = state_->wanted.exchange(now);
    // Only if nobody has spent meanwhile.
    if (now - before >= milliseconds{QuietMs}) state_->hundredths.compare_exchange_strong(had, full);
    return change(-whole);
  }

  /// How many retries are left.
  [[nodiscard]] int left() const noexcept { return state_->hundredths.load(std::memory_order_relaxed) / whole; }

 private:
  static constexpr int whole = 100, full = Burst * whole;

  struct state {
    std::atomic<int> hundredths{full};
    std::atomic<time_point> wanted{time_point{}};  // when somebody last asked for a retry
  };

  /// False, and no change, where there is too little.
  bool change(int by) const noexcept {
    int had = state_->hundredths.load(std::memory_order_relaxed);
    do {
      if (had + by < 0) return false;
    } while (!state_->hundredths.compare_exchange_weak(had, std::min(had + by, full), std::memory_order_relaxed));
    return true;
  }

  Inner inner_{};
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

}  // namespace crm::inline v0
