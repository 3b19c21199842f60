/// @file
/// What an exchange is told of its operation, and what it asks of whoever performs it.
#pragma once

#include <optional>
#include <variant>

#include <crm/error.hpp>
#include <crm/retry/concept.hpp>

namespace crm::inline v0 {

/// What must be true of an operation before it may be sent twice. (RFC 9110, section 9.2.)
struct operation_traits {
  operation op = operation::none;
  /// Changes nothing: may always be sent again.
  bool safe = true;
  /// Carries a key under which the server is known to act once.
  bool keyed = false;
  /// Asks whether a copy is still current: a 304 says so. (RFC 9110, section 15.4.5.)
  bool conditional = false;
};

/// Send the request, or send it again.
struct send_step {};
/// Wait, then report `on_waited`.
struct wait_step {
  time_point until;
};
/// Nothing more to do: `take()` the outcome.
struct done_step {};
using next_step = std::variant<send_step, wait_step, done_step>;

/// What a step changed for all calls of the client, for an observer.
struct exchange_news {
  bool gate_opened = false;
  std::optional<milliseconds> gate_closed{};
  std::optional<breaker_state> breaker{};
};

}  // namespace crm::inline v0
