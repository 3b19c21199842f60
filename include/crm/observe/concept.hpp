/// @file
/// What an observer is: it is told what becomes of calls, and changes nothing. (ADR 10, Failure Handling: "Log
/// warning", "Log error".)
#pragma once

#include <concepts>
#include <optional>
#include <string_view>

#include <crm/error.hpp>

namespace crm::inline v0 {

/// What an observer may be told. An event holds no credential and nothing of a customer: no path, no query, no body.
/// Its text is valid only while it is told.
namespace events {

/// One attempt at sending a request, and what came of it.
struct attempt_made {
  operation op = operation::none;
  int number = 1;                            ///< of the call's attempts, from 1
  int status = 0;                            ///< the HTTP status, 0 where no answer arrived
  std::string_view reason{};                 ///< why it failed, static text; empty where it succeeded
  std::optional<milliseconds> next_after{};  ///< when the next attempt follows, if one does
  std::string_view request_id{};             ///< the answer's `X-Request-Id`
  milliseconds took{};
};

/// The CRM has no such record: a 404. (ADR 10: "Log warning".)
struct not_found {
  operation op = operation::none;
  std::string_view request_id{};
};

/// The CRM does not accept the credential, or not for this: 401 or 403. (ADR 10: "Log error".)
struct credential_failed {
  operation op = operation::none;
  int status = 0;
  std::string_view request_id{};
};

}  // namespace events

namespace detail {

template <class O, class Event>
concept observes = requires(O& o, const Event& e) {
  o.on(e);
};

template <class O>
concept observes_something =
    observes<O, events::attempt_made> || observes<O, events::not_found> || observes<O, events::credential_failed>;

/// The null observer says so.
template <class O>
concept observes_nothing = requires {
  requires O::observes_nothing;
};

}  // namespace detail

/// Requires of `O`, for `o` an lvalue and `e` a const lvalue of one event type at least: `o.on(e)`. Events it has no
/// `on` for are not told. It is called from the threads that make the calls, several at once, and between their
/// attempts: it should be quick. What it throws is dropped. It must not call the client it observes; such a call is
/// refused.
template <class O>
concept observer = std::move_constructible<O> &&(detail::observes_something<O> || detail::observes_nothing<O>);

namespace detail {

template <observer O, class Event>
void tell(O& o, const Event& e) noexcept {
  if constexpr (observes<O, Event>) {
#if CRM_CLIENT_HAS_EXCEPTIONS
    try {
      o.on(e);
    } catch (...) {  // NOLINT(bugprone-empty-catch): an observer never harms a call
    }
#else
    o.on(e);
#endif
  }
}

}  // namespace detail

}  // namespace crm::inline v0
