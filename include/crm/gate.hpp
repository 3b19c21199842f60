/// @file
/// The pause a CRM asks for, kept by all calls of a client together. (ADR 10, Failure Handling, "CRM rate limited".)
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <crm/error.hpp>

namespace crm::inline v0 {

/// How a pause is kept.
struct pause_options {
  /// A pause never lasts longer, whatever the CRM asks for; then one call may ask again.
  milliseconds longest{300'000};
  /// Between two calls that waited, once it is over.
  milliseconds pace{50};
  /// Calls that wait at once; a further one fails.
  std::size_t most_waiting = 256;
};

/// Open, or closed until a moment. Calls that come while it is closed queue: each has its own moment, in the order they
/// came, `pace` apart. So do calls that come until the last of those has gone; whoever comes later passes at once, or a
/// busy client would keep to the pace for ever. It reads no clock and makes nobody wait: it is told the time, and
/// answers with a moment. Safe to use from several threads.
class gate {
 public:
  explicit gate(pause_options options = {}) : options_{options} {}

  /// One call's place in the queue, left when it goes.
  class place {
   public:
    explicit place(gate& at) noexcept : gate_{&at} {}
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place() { leave(); }

    void leave() noexcept {
      if (ticket_ != 0) gate_->remove(*this);
    }

   private:
    friend gate;
    gate* gate_;
    std::uint64_t ticket_ = 0;
  };

  enum class verdict : unsigned char { pass, wait, full };
  struct answer {
    verdict what = verdict::pass;
    /// When to ask again; of a full queue, when that may be worth it.
    time_point when{};
    /// The first to pass after a pause.
    bool opened = false;
  };

  /// May this call be sent? If not yet, it has a place in the queue from now on. O(1) while open, else O(waiting).
  [[nodiscard]] answer ask(place& of_call, time_point now) {
    if (!busy_.load(std::memory_order_acquire)) return {};
    const std::lock_guard lock{mutex_};
    if (of_call.ticket_ == 0) {
      if (now >= open_from_) {
        if (waiting_.empty()) busy_.store(false, std::memory_order_release);
        return passed();
      }
      if (!add(of_call)) return {verdict::full, moment_of(waiting_.size())};
      if (now < pause_end_) open_from_ = moment_of(waiting_.size());
    }
    const auto found = find(of_call);
    const time_point moment = moment_of(static_cast<std::size_t>(found - waiting_.begin()));
    if (now < moment) return {verdict::wait, moment};
    waiting_.erase(found);
    of_call.ticket_ = 0;
    // Who comes late delays those behind by a pace at most.
    next_ = std::max(next_, now - options_.pace) + options_.pace;
    return passed();
  }

  /// Holds back every call that asks from now on, for this long. Answers how long it does, if it was open: nobody has
  /// passed since an earlier pause where it was not.
  std::optional<milliseconds> close(time_point now, milliseconds pause) {
    pause = std::min(pause, options_.longest);
    if (pause <= milliseconds{0}) return std::nullopt;
    const std::lock_guard lock{mutex_};
    pause_end_ = std::max(pause_end_, now + pause);
    next_ = std::max(next_, pause_end_);
    open_from_ = std::max(open_from_, moment_of(waiting_.size()));
    busy_.store(true, std::memory_order_release);
    return std::exchange(closed_, true) ? std::nullopt : std::optional{pause};
  }

  /// Until when a call that came now would wait; nothing while the gate is open.
  [[nodiscard]] std::optional<time_point> closed_until(time_point now) const {
    const std::lock_guard lock{mutex_};
    const time_point moment = moment_of(waiting_.size());
    return now < open_from_ && now < moment ? std::optional{moment} : std::nullopt;
  }

 private:
  [[nodiscard]] answer passed() noexcept { return {verdict::pass, {}, std::exchange(closed_, false)}; }
  [[nodiscard]] time_point moment_of(std::size_t rank) const {
    return next_ + options_.pace * static_cast<milliseconds::rep>(rank);
  }
  [[nodiscard]] bool add(place& of_call) {
    if (waiting_.size() >= options_.most_waiting) return false;
    waiting_.push_back(last_ticket_ + 1);
    of_call.ticket_ = ++last_ticket_;
    return true;
  }
  [[nodiscard]] std::vector<std::uint64_t>::iterator find(const place& of_call) {
    return std::lower_bound(waiting_.begin(), waiting_.end(), of_call.ticket_);
  }
  void remove(place& of_call) noexcept {
    const std::lock_guard lock{mutex_};
    waiting_.erase(find(of_call));
    of_call.ticket_ = 0;
  }

  const pause_options options_;
  std::atomic<bool> busy_{false};  // closed, or somebody waits
  mutable std::mutex mutex_;
  bool closed_ = false;  // nobody has passed since
  time_point pause_end_ = time_point::min();
  time_point open_from_ = time_point::min();  // who comes from then on does not wait
  time_point next_ = time_point::min();       // when the first of those who wait may go
  std::vector<std::uint64_t> waiting_;        // tickets, in the order they were given
  std::uint64_t last_ticket_ = 0;
};

}  // namespace crm::inline v0
