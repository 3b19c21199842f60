/// @file
/// A circuit breaker: while the CRM is known to be down, a call fails at once instead of waiting for it.
/// (M. Nygard, "Release It!", 2nd edition, 2018, chapter 5.)
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <tl/expected.hpp>

#include <crm/retry/concept.hpp>

namespace crm::inline v0 {

namespace detail {

/// What the copies of a breaker share.
class breaker_switch {
 public:
  struct limits {
    int failures;
    milliseconds open_for;
    int probes;
  };

  /// A pass for one call. A permit of an earlier time, before the breaker last changed, counts no failure: it tells of
  /// a CRM that was asked before.
  class permit {
   public:
    permit(std::shared_ptr<breaker_switch> of, std::uint64_t period, bool probe,
           std::optional<breaker_state> entered) noexcept
        : of_{std::move(of)}, period_{period}, probe_{probe}, entered_{entered} {}
    permit(permit&&) noexcept = default;
    permit& operator=(permit&&) = delete;
    ~permit() {
      if (of_ != nullptr && probe_) of_->give_back(period_);
    }

    [[nodiscard]] std::optional<breaker_state> entered() const noexcept { return entered_; }
    /// The CRM has answered.
    std::optional<breaker_state> succeeded() { return of_->succeeded(); }
    /// The CRM could not be reached, or failed.
    std::optional<breaker_state> failed(time_point now) { return of_->failed(period_, now); }

   private:
    std::shared_ptr<breaker_switch> of_;
    std::uint64_t period_;
    bool probe_;
    std::optional<breaker_state> entered_;
  };

  explicit breaker_switch(limits chosen) noexcept : limits_{chosen} {}

  [[nodiscard]] static tl::expected<permit, std::optional<time_point>> enter(std::shared_ptr<breaker_switch> self,
                                                                             time_point now) {
    const std::lock_guard lock{self->mutex_};
    if (self->state_at(now) == breaker_state::open) return tl::unexpected{self->until_};
    std::optional<breaker_state> entered;
    if (self->state_ == breaker_state::open) entered = self->change_to(breaker_state::half_open);
    const bool probe = self->state_ == breaker_state::half_open;
    if (probe && self->probing_ >= self->limits_.probes) return tl::unexpected{std::optional<time_point>{}};
    if (probe) ++self->probing_;
    const auto period = self->period_;
    return permit{std::move(self), period, probe, entered};
  }

  [[nodiscard]] breaker_outlook outlook(time_point now) const {
    const std::lock_guard lock{mutex_};
    const breaker_state state = state_at(now);
    if (state == breaker_state::open) return {state, false, until_};
    return {state, state_ != breaker_state::half_open || probing_ < limits_.probes};
  }

  /// Open until it is closed by hand.
  void open() {
    const std::lock_guard lock{mutex_};
    change_to(breaker_state::open);
    until_.reset();
  }
  void close() {
    const std::lock_guard lock{mutex_};
    change_to(breaker_state::closed);
  }

 private:
  [[nodiscard]] breaker_state state_at(time_point now) const {
    const bool over = state_ == breaker_state::open && until_ && now >= *until_;
    return over ? breaker_state::half_open : state_;
  }
  breaker_state change_to(breaker_state next) {
    state_ = next;
    ++period_;
    failures_ = 0;
    probing_ = 0;
    return next;
  }

  std::optional<breaker_state> succeeded() {
    const std::lock_guard lock{mutex_};
    failures_ = 0;
    // Whoever reached it has: but what was opened by hand stays so.
    const bool by_hand = state_ == breaker_state::open && !until_;
    if (state_ == breaker_state::closed || by_hand) return std::nullopt;
    return change_to(breaker_state::closed);
  }
  std::optional<breaker_state> failed(std::uint64_t period, time_point now) {
    const std::lock_guard lock{mutex_};
    if (period != period_ || state_ == breaker_state::open) return std::nullopt;
    if (state_ == breaker_state::closed && ++failures_ < limits_.failures) return std::nullopt;
    until_ = now + limits_.open_for;
    return change_to(breaker_state::open);
  }
  void give_back(std::uint64_t period) noexcept {
    const std::lock_guard lock{mutex_};
    if (period == period_) --probing_;
  }

  const limits limits_;
  mutable std::mutex mutex_;
  breaker_state state_ = breaker_state::closed;
  std::uint64_t period_ = 0;         // counts changes
  int failures_ = 0;                 // in a row, while closed
  int probing_ = 0;                  // calls let through while half-open
  std::optional<time_point> until_;  // while open: nothing if by hand
};

}  // namespace detail

/// Opens after `Failures` attempts in a row that did not reach the CRM or met a 5xx. While open, calls are refused with
/// `gave_up::circuit_open`; after `OpenMs` up to `Probes` calls at once find out whether it is back. A 404, a 401 and
/// other refusals are answers, and the caller's own deadline or stop tells nothing of the CRM.
///
/// A call is admitted once, at its start: one that is under way when the breaker opens keeps to its schedule.
/// Copies share one state, as do the copies of a client.
template <retry_policy Inner, int Failures = 5, int OpenMs = 30'000, int Probes = 1>
class circuit_breaker {
  static_assert(detail::layer_of<Inner> < retry_layer::breaker, "a breaker goes around everything else, and only once");
  static_assert(Failures >= 1, "a breaker opens after one failure at least");
  static_assert(OpenMs >= 1, "a breaker stays open for a millisecond at least");
  static_assert(Probes >= 1, "at least one call must find out whether the CRM is back");

 public:
  static constexpr retry_layer layer = retry_layer::breaker;
  using permit = detail::breaker_switch::permit;

  circuit_breaker() = default;
  explicit circuit_breaker(Inner inner) : inner_{std::move(inner)} {}

  [[nodiscard]] std::optional<milliseconds> delay(int retry) const { return inner_.delay(retry); }
  [[nodiscard]] std::optional<milliseconds> delay(int retry, milliseconds previous) const {
    return detail::delay_of(inner_, retry, previous);
  }
  void count_call() const noexcept requires retry_limiting<Inner> { inner_.count_call(); }
  [[nodiscard]] bool spend(time_point now) const noexcept requires retry_limiting<Inner> { return inner_.spend(now); }

  [[nodiscard]] tl::expected<permit, std::optional<time_point>> enter(time_point now) const {
    return detail::breaker_switch::enter(switch_, now);
  }

  [[nodiscard]] breaker_outlook outlook(time_point now) const { return switch_->outlook(now); }
  [[nodiscard]] breaker_state state(time_point now) const { return outlook(now).state; }
  /// Refuses every call until `close`.
  void open() const { switch_->open(); }
  void close() const { switch_->close(); }

 private:
  Inner inner_{};
  std::shared_ptr<detail::breaker_switch> switch_ =
      std::make_shared<detail::breaker_switch>(detail::breaker_switch::limits{Failures, milliseconds{OpenMs}, Probes});
};

}  // namespace crm::inline v0
