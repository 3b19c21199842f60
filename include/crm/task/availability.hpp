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
  if constexpr (has_outlook<std::remove_cvref_t<decltype(client.retry_model())>>) {
    const breaker_outlook seen = client.retry_model().outlook(now);
    if (seen.state != breaker_state::closed)
      return {availability_state::down, seen.admits ? std::optional{now} : seen.until};
  }
  if (const auto until = client.paused_until()) return {availability_state::rate_limited, until};
  return {};
}

}  // namespace detail

/// As the calls of a client and its copies have found the CRM: nobody is asked. Without a circuit breaker among its
/// policies a client never takes the CRM to be down.
template <class Client>
[[nodiscard]] availability availability_of(const Client& client) {
  return detail::availability_at(client, client.transport_model().now());
}

/// Where those wait who need the CRM. A handle: copies share one queue. Safe to use from several threads.
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
    bool waited = false;
    for (;;) {
      const time_point now = client_.transport_model().now();
      const availability seen = detail::availability_at(client_, now);
      const auto wait = must_wait(seen, now, waited);
      if (!wait) return {};
      if (stop.stop_requested()) return ended(errc::cancelled, "the caller asked to stop", {});
      if (now >= deadline)
        return ended(errc::deadline_exceeded, "the CRM did not become available in time", seen.until);
      waited = true;
      // The stop is looked at above.
      static_cast<void>(client_.transport_model().wait_until(std::min(*wait, deadline), stop));
    }
  }

 private:
  /// What the copies share.
  struct state {
    std::mutex mutex;
    time_point next_probe = time_point::min();
    time_point next_release = time_point::min();
  };

  /// Until when to wait before looking again; nothing where the caller may go.
  [[nodiscard]] std::optional<time_point> must_wait(const availability& seen, time_point now, bool waited) const {
    if (seen.state != availability_state::available && seen.until != now)
      return std::max(seen.until.value_or(now + poll), now + milliseconds{1});
    if (!waited && seen.state == availability_state::available) return std::nullopt;
    const std::lock_guard lock{state_->mutex};
    const bool probes = seen.state == availability_state::down;
    time_point& next = probes ? state_->next_probe : state_->next_release;
    if (now < next) return next;
    next = now + (probes ? patience : pace);
    return std::nullopt;
  }

  [[nodiscard]] static error ended(errc code, std::string_view message, std::optional<time_point> retry_at) {
    error e;
    e.code = code;
    e.message = message;
    e.retry_at = retry_at;
    return e;
  }

  /// How often to look where it is not known when something changes.
  static constexpr milliseconds poll{100};
  /// How long the one that was let go to find out may take before it makes its call.
  static constexpr milliseconds patience{1'000};
  /// Between two that follow.
  static constexpr milliseconds pace{50};

  Client client_;
  std::shared_ptr<state> state_;
};

}  // namespace crm::inline v0
