/// @file
/// The error model: what went wrong, how often it was tried, and what a caller may do about it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/config.hpp>

namespace crm::inline v0 {

/// The one clock deadlines and waits are told in. It never jumps; the transport says what time it is.
using clock = std::chrono::steady_clock;
using time_point = clock::time_point;
using milliseconds = std::chrono::milliseconds;

/// What kind of failure an `error` is. (ADR 10, Failure Handling.)
enum class errc : unsigned char {
  invalid_argument,    ///< refused before any I/O: the caller's value cannot be sent
  unreachable,         ///< no answer, or a 5xx, which the ADR treats alike; see `error::status`
  deadline_exceeded,   ///< the call's total time ran out
  cancelled,           ///< the caller's stop token was set
  unauthorized,        ///< 401: the credential is missing, wrong or expired
  forbidden,           ///< 403: the credential may not do this
  not_found,           ///< 404 where an answer was required (`find` answers empty instead)
  conflict,            ///< 409 or 412: the record, or the key, is in another state than assumed
  rejected,            ///< 400, 422 and other 4xx: the CRM refuses the request's content
  rate_limited,        ///< 429 and the wait would be too long; see `error::retry_at`
  bad_response,        ///< the answer breaks HTTP, JSON or the contract
  response_too_large,  ///< the answer is longer than the transport accepts
  tls_failed,          ///< the server's identity could not be verified
  incomplete,          ///< a list changed or looped so that no complete answer could be read
};

[[nodiscard]] constexpr std::string_view to_string(errc code) noexcept {
  switch (code) {
    case errc::invalid_argument: return "invalid argument";
    case errc::unreachable: return "unreachable";
    case errc::deadline_exceeded: return "deadline exceeded";
    case errc::cancelled: return "cancelled";
    case errc::unauthorized: return "unauthorized";
    case errc::forbidden: return "forbidden";
    case errc::not_found: return "not found";
    case errc::conflict: return "conflict";
    case errc::rejected: return "rejected";
    case errc::rate_limited: return "rate limited";
    case errc::bad_response: return "bad response";
    case errc::response_too_large: return "response too large";
    case errc::tls_failed: return "TLS verification failed";
    case errc::incomplete: return "incomplete";
  }
  return "unknown";
}

/// The operations of the contract.
enum class operation : unsigned char { none, query, find, search, create, update };

[[nodiscard]] constexpr std::string_view to_string(operation op) noexcept {
  switch (op) {
    case operation::none: break;
    case operation::query: return "query";
    case operation::find: return "find";
    case operation::search: return "search";
    case operation::create: return "create";
    case operation::update: return "update";
  }
  return "call";
}

/// Why a call was not tried again.
enum class gave_up : unsigned char {
  not_applicable,  ///< the call never reached the point of trying again
  permanent,       ///< trying again would change nothing (a 4xx, a broken answer)
  non_idempotent,  ///< the write may have happened; sending it again could do it twice
  exhausted,       ///< the retry policy allows no further attempt
  budget,          ///< the retry budget of all calls together is used up
  deadline,        ///< the next attempt would begin after the call's deadline
  circuit_open,    ///< not sent: the circuit breaker is open, the CRM is known to be down
  queue_full,      ///< not sent, or not sent again: too many calls wait for the pause to end that the CRM asked for
};

[[nodiscard]] constexpr std::string_view to_string(gave_up why) noexcept {
  switch (why) {
    case gave_up::not_applicable: break;
    case gave_up::permanent: return "permanent";
    case gave_up::non_idempotent: return "non-idempotent";
    case gave_up::exhausted: return "exhausted";
    case gave_up::budget: return "budget exhausted";
    case gave_up::deadline: return "deadline";
    case gave_up::circuit_open: return "circuit open";
    case gave_up::queue_full: return "queue full";
  }
  return "";
}

/// One try of a call that did not succeed.
struct attempt {
  int status = 0;                ///< the HTTP status, 0 where there was no answer
  std::string_view reason;       ///< static text, e.g. "connection refused"
  milliseconds waited_before{};  ///< the backoff before this try

  friend bool operator==(const attempt&, const attempt&) = default;
};

/// A problem details body. (RFC 9457.) It is the server's text and may speak of a customer: it is never
/// part of `error`'s own text, and a caller should not log it.
struct problem {
  std::string type;
  std::string title;
  std::string detail;
  /// What a 422 says of single fields: a JSON pointer or parameter name, and a sentence.
  std::vector<std::pair<std::string, std::string>> fields;

  friend bool operator==(const problem&, const problem&) = default;
};

/// Why a call failed. Its text holds neither a credential nor customer data.
struct error {
  errc code = errc::invalid_argument;
  /// What happened, in the library's own words.
  std::string message;
  operation op = operation::none;
  /// The last HTTP status, 0 where no answer arrived.
  int status = 0;
  gave_up stopped = gave_up::not_applicable;
  /// A write was sent and nobody knows whether it took effect: look before doing it again.
  bool outcome_unknown = false;
  /// Every attempt made, in order.
  std::vector<attempt> attempts;
  /// The earliest time at which trying again makes sense, on the transport's clock.
  std::optional<time_point> retry_at;
  /// The `X-Request-Id` of the last answer, for the CRM's operators.
  std::string request_id;
  /// The body of an `application/problem+json` answer.
  std::optional<problem> details;
  /// How the body of a refusal that is no problem details begins: at most 256 bytes, what is not visible ASCII made
  /// `?`. The server's or a proxy's text, which is not part of `error`'s own; a caller should not log it.
  std::string excerpt;
  /// Where in a body the fault lies, e.g. `$.customers[3].id`; empty where that has no meaning.
  std::string json_path;
  /// Byte offset of the fault in the body, where known.
  std::optional<std::size_t> offset;
};

/// One line: what failed, how, after how many attempts, and under which request id.
[[nodiscard]] inline std::string to_string(const error& e) {
  std::string text;
  if (e.op != operation::none) text.append(to_string(e.op)).append(" failed: ");
  text.append(to_string(e.code));
  if (e.status != 0) text.append(" (HTTP ").append(std::to_string(e.status)).append(")");
  if (!e.message.empty()) text.append(": ").append(e.message);
  if (!e.json_path.empty()) text.append(" at ").append(e.json_path);
  if (e.offset) text.append(", byte ").append(std::to_string(*e.offset));
  if (e.attempts.size() > 1) text.append(", after ").append(std::to_string(e.attempts.size())).append(" attempts");
  if (const auto why = to_string(e.stopped);
      !why.empty() && (e.attempts.size() != 1 || e.stopped == gave_up::budget || e.stopped == gave_up::queue_full))
    text.append(" (").append(why).append(")");
  if (e.outcome_unknown) text.append("; outcome unknown");
  if (!e.request_id.empty()) text.append(" [request ").append(e.request_id).append("]");
  return text;
}

inline std::ostream& operator<<(std::ostream& out, const error& e) { return out << to_string(e); }

/// An error refused before any I/O.
[[nodiscard]] inline error invalid_argument(std::string message) {
  error e;
  e.code = errc::invalid_argument;
  e.message = std::move(message);
  return e;
}

}  // namespace crm::inline v0
