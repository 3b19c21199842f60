/// @file
/// Whether the CRM can be used now, for an engine that pauses tasks until it can. (ADR 10, Failure Handling: "When the
/// CRM is down, tasks that need customer data pause".)
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <type_traits>
#include <utility>

#include <crm/error.hpp>
#include <crm/result.hpp>
#include <crm/retry/concept.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0 {

enum class availability_state : unsigned char {
  available,
  rate_limited,  ///< the CRM has asked for a pause
  down,          ///< the circuit breaker is not closed
};

[[nodiscard]] constexpr std::string_view to_string(availability_state s) noexcept {
  switch (s) {
    case availability_state::available: return "available";
    case availability_state::rate_limited: return "rate limited";
    case availability_state::down: return "down";
  }
  return "";
}

struct availability {
  availability_state state = availability_state::available;
  /// From when a call may be made again, as far as is known.
  std::optional<time_point> until{};

  friend bool operator==(const availability&, const availability&) = default;
};

namespace detail {

template <class Client>
[[nodiscard]] availability availability_at(const Client& client, time_point now) {
  using Retry = std::remove_cvref_t<decltype(client.retry_model())>;
  static_assert(has_outlook<Retry> || !circuit_breaking<Retry>,
                "this circuit breaker cannot be looked at: give it outlook(now), see docs/concepts.md, Retry policy");
  const auto pause_ends = client.paused_until();
  if constexpr (has_outlook<Retry>) {
    const breaker_outlook seen = client.retry_model().outlook(now);
    if (seen.state != breaker_state::closed) {
      const auto admits_from = seen.admits ? std::optional{now} : seen.until;
      return {availability_state::down, admits_from ? std::max(admits_from, pause_ends) : admits_from};
    }
  }
  if (pause_ends) return {availability_state::rate_limited, pause_ends};
  return {};
}

}  // namespace detail

/// As the calls of a client and its copies have found the CRM: nobody is asked. Without a circuit breaker among its
/// policies a client never takes the CRM to be down.
template <class Client>
[[nodiscard]] availability availability_of(const Client& client) {
  return detail::availability_at(client, client.transport_model().now());
}

/// Where those wait who need the CRM. A handle: copies share one queue. Safe to use from several threads. Give it the
/// base client: with a task's it would hold that task's cache.
///
/// When the CRM may be back, one of them is let go to find out by its next call, and the others follow once it has
/// found it, 50 ms apart: nobody asks for the sake of asking, and there is no stampede.
template <class Client>
class availability_monitor {
 public:
  explicit availability_monitor(Client client) : client_{std::move(client)}, state_{std::make_shared<state>()} {}

  [[nodiscard]] availability now() const { return availability_of(client_); }

  /// Returns once a call may be made: at once where the CRM is available. `deadline` is in the transport's time.
  /// Errors: `cancelled` by `stop`; `deadline_exceeded`, with `retry_at` where it is known when to come back.
  [[nodiscard]] result<void> wait_until_available(const std::stop_token& stop, time_point deadline) const {
    for (bool waited = false;; waited = true) {
      if (stop.stop_requested()) return ended(errc::cancelled, "the caller asked to stop", {});
      const time_point now = client_.transport_model().now();
      const availability seen = detail::availability_at(client_, now);
      const auto look_again = must_wait(seen, now, waited);
      if (!look_again) return {};
      if (now >= deadline) {
        if (seen.state == availability_state::available) return {};  // only the pace held it back
        return ended(errc::deadline_exceeded, "the CRM did not become available in time", seen.until);
      }
      // A stop is looked at above.
      static_cast<void>(client_.transport_model().wait_until(std::min(*look_again, deadline), stop));
    }
  }

 private:
  /// What the copies share.
  struct state {
    std::mutex mutex;
    time_point next_probe = time_point::min();
    time_point next_release = time_point::min();
  };

  /// When to look again; nothing where the caller may go.
  [[nodiscard]] std::optional<time_point> must_wait(const availability& seen, time_point now, bool waited) const {
    if (seen.state == availability_state::available && !waited) return std::nullopt;
    if (seen.state == availability_state::rate_limited) return seen.until;
    const bool down = seen.state == availability_state::down;
    if (down && !seen.until) return now + often;
    if (down && *seen.until > now) return std::min(*seen.until, now + seldom);
    const std::lock_guard lock{state_->mutex};
    time_point& next = down ? state_->next_probe : state_->next_release;
    if (now < next) return down ? std::min(next, now + often) : next;
    next = now + (down ? patience : pace);
    return std::nullopt;
  }

  [[nodiscard]] static error ended(errc code, std::string_view message, std::optional<time_point> retry_at) {
    error e;
    e.code = code;
    e.message = message;
    e.retry_at = retry_at;
    return e;
  }

  /// How often to look whether it has changed: while somebody finds out, and while it is taken to be down for longer,
  /// for a breaker may be closed by hand.
  static constexpr milliseconds often{100}, seldom{1'000};
  /// How long the one that was let go to find out may take before it makes its call.
  static constexpr milliseconds patience{1'000};
  /// Between two that follow.
  static constexpr milliseconds pace{50};

  Client client_;
  std::shared_ptr<state> state_;
};

}  // namespace crm::inline v0
