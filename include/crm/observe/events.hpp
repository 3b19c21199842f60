/// @file
/// What an observer may be told. (ADR 10, Failure Handling, and Implementation: "Log all CRM calls to TaskEvents".)
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include <crm/error.hpp>
#include <crm/http/message.hpp>
#include <crm/retry/concept.hpp>

/// An event holds what is listed here and nothing else: no credential and nothing of a customer, so no path, no query,
/// no header and no body. Its text is valid only while it is told.
namespace crm::inline v0::events {

/// Which call an event is of.
struct call_id {
  operation op = operation::none;
  http::method method = http::method::get;
  /// The path's template, e.g. `/api/v1/customers/{id}`.
  std::string_view route{};
  /// Of the calls of a client and its copies, from 1. One page of a list is one call.
  std::uint64_t number = 0;
  /// As given to `for_task`; empty outside of a task.
  std::string_view task{};
  /// As given in `call_options`; empty where none was. (W3C Trace Context.)
  std::string_view traceparent{};
};

struct call_started {
  call_id call{};
};

/// One attempt at sending a request, and what came of it.
struct attempt_made {
  call_id call{};
  int number = 1;                 ///< of the call's attempts, from 1
  int status = 0;                 ///< the HTTP status, 0 where no answer arrived
  std::string_view reason{};      ///< why it failed, static text; empty where it succeeded
  std::string_view request_id{};  ///< the answer's `X-Request-Id`
  clock::duration took{};
};

/// Another attempt will follow.
struct retry_scheduled {
  call_id call{};
  int next = 2;               ///< the number of the attempt that follows
  clock::duration delay{};    ///< from now
  std::string_view reason{};  ///< why, static text
};

/// The CRM has asked for a pause, which all calls of the client keep.
struct gate_closed {
  call_id call{};  ///< the call that was told
  int status = 0;  ///< 429 or 503
  milliseconds pause{};
};

/// A pause is over: this call is the first to pass.
struct gate_opened {
  call_id call{};
};

/// A circuit breaker has changed by what a call met. What is done to it by hand is not told.
struct breaker_changed {
  call_id call{};
  breaker_state now = breaker_state::closed;
};

/// A read was answered from its task's cache: no call was made.
struct cache_hit {
  call_id call{};  ///< with the number 0
};

/// The CRM has no such record: a 404. (ADR 10: "Log warning".)
struct not_found {
  call_id call{};
  std::string_view request_id{};
};

/// The CRM does not accept the credential, or not for this: 401 or 403. (ADR 10: "Log error".)
struct credential_failed {
  call_id call{};
  int status = 0;                 ///< 0 where no proof could be had from the credential
  std::string_view request_id{};  ///< of the last answer
  std::uint64_t generation = 0;   ///< which credential: counted up each time one is put in place
};

/// What people must be told: once a generation of the credential, however many calls fail by it. (ADR 10: "Post to
/// #escalations".)
struct escalated {
  static constexpr std::string_view message = "CRM authentication failed \u2014 check credentials";

  call_id call{};  ///< the first to fail
  int status = 0;
  std::string_view request_id{};
  std::uint64_t generation = 0;
};

struct call_finished {
  call_id call{};
  std::optional<errc> error{};  ///< nothing where the CRM answered 2xx
  int status = 0;               ///< the last one, 0 where no answer arrived
  int attempts = 0;             ///< how often the request was sent
  gave_up stopped = gave_up::not_applicable;
  bool outcome_unknown = false;
  std::string_view request_id{};
  clock::duration took{};  ///< waits included
};

}  // namespace crm::inline v0::events
