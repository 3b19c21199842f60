/// @file
/// Time that passes only when everybody waits, for transports that must not sleep.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <set>
#include <stop_token>
#include <utility>
#include <vector>

#include <crm/transport/concept.hpp>

namespace crm::inline v0::testing {

/// A clock of its own. With nobody registered a wait moves it to the moment waited for, and returns at once: threads
/// then share one time, and a wait of one shortens the waits of the others. With participants registered it moves only
/// when as many threads wait as there are participants, and then to the earliest moment that one of them waits for: so
/// that each of several threads waits for as long as it asked to. Safe to use from several threads.
class virtual_clock {
 public:
  /// Where it begins: late enough that a moment before it can be told.
  static constexpr time_point start{std::chrono::hours{24}};

  /// A place among those who must wait for time to move; given back when it goes. The clock must live as long.
  class participant {
   public:
    explicit participant(virtual_clock& of) : clock_{&of} { clock_->seat(); }
    participant(participant&& other) noexcept : clock_{std::exchange(other.clock_, nullptr)} {}
    participant& operator=(participant&&) = delete;
    ~participant() {
      if (clock_ != nullptr) clock_->leave();
    }

   private:
    virtual_clock* clock_;
  };

  virtual_clock() = default;
  /// `patience` is in real time, see `stalls`.
  explicit virtual_clock(milliseconds patience) : patience_{patience} {}

  /// Take one for each thread before the first of them starts, and move it into its thread.
  [[nodiscard]] participant join() { return participant{*this}; }

  [[nodiscard]] time_point now() const {
    const std::lock_guard lock{mutex_};
    return now_;
  }

  /// A stop asked for before the wait ends it before it begins; one asked for later ends it where it still waits for
  /// others.
  [[nodiscard]] wake wait_until(time_point when, const std::stop_token& stop) { return wait(when, stop, true); }

  /// The same for a transport's own use: an answer that takes its time is no wait of the caller's, see `waits`.
  [[nodiscard]] wake pass_until(time_point when, const std::stop_token& stop) { return wait(when, stop, false); }

  /// Lets time pass without a wait. Requires `by >= 0`.
  void advance(clock::duration by) {
    const std::lock_guard lock{mutex_};
    move_to(now_ + by);
  }

  /// The waits that took time, in the order they began.
  [[nodiscard]] std::vector<milliseconds> waits() const {
    const std::lock_guard lock{mutex_};
    return waits_;
  }

  /// How often time stood still for longer than the patience and was moved all the same: a participant did not wait
  /// here, but for another thread, e.g. for the answer that one had asked for in the same task.
  [[nodiscard]] std::size_t stalls() const {
    const std::lock_guard lock{mutex_};
    return stalls_;
  }

 private:
  [[nodiscard]] wake wait(time_point when, const std::stop_token& stop, bool noted) {
    if (stop.stop_requested()) return wake::stopped;
    std::unique_lock lock{mutex_};
    if (when <= now_) return wake::due;
    if (noted) waits_.push_back(std::chrono::ceil<milliseconds>(when - now_));
    moments_.insert(when);
    move_on();
    while (now_ < when) {
      const time_point before = now_;
      if (changed_.wait_for(lock, stop, patience_, [&] { return now_ >= when; })) break;
      if (stop.stop_requested()) {
        moments_.erase(moments_.find(when));
        return wake::stopped;
      }
      if (now_ != before) continue;
      ++stalls_;
      move_to(*moments_.begin());
    }
    return wake::due;
  }

  void seat() {
    const std::lock_guard lock{mutex_};
    ++participants_;
  }
  void leave() {
    const std::lock_guard lock{mutex_};
    --participants_;
    move_on();
  }

  void move_on() {
    while (!moments_.empty() && moments_.size() >= participants_) move_to(*moments_.begin());
  }
  /// Whoever waits for no longer waits no more, though its thread may not know yet.
  void move_to(time_point when) {
    now_ = when;
    moments_.erase(moments_.begin(), moments_.upper_bound(when));
    changed_.notify_all();
  }

  const milliseconds patience_{1'000};
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  time_point now_ = start;
  std::size_t participants_ = 0;
  std::multiset<time_point> moments_;  // that are waited for
  std::vector<milliseconds> waits_;
  std::size_t stalls_ = 0;
};

}  // namespace crm::inline v0::testing
