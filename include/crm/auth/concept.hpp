/// @file
/// What an auth policy is: it proves to the CRM who asks. (ADR 10, Authentication with CRM.)
#pragma once

#include <concepts>
#include <cstdint>

#include <crm/http/message.hpp>
#include <crm/result.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0 {

/// By what a request was authorized.
struct proof {
  /// Which credential: counted up each time one is put in place. 0 where there is none.
  std::uint64_t credential = 0;
  /// Which of the tokens that were got by it, for policies that get them.
  std::uint64_t token = 0;

  friend bool operator==(const proof&, const proof&) = default;
};

/// Requires of `A`:
///  - `A::carries_credential`: whether requests will hold something to protect.
///  - `a.ready()`: an error where the credential cannot be used; asked once, when a client is made.
///  - `a.authorize(request, limits)`: adds the proof, as headers behind those that are there, to a request that is
///    otherwise complete, and says which it is;
///    asked for each attempt, by several threads, only where the transport reaches a network. It may take time, within
///    the limits. An error that says `unreachable` or `rate_limited` is met like one of the CRM's own, by trying again.
/// A policy whose credential can be replaced says by `a.generation()` which is in place: it tells of which one a
/// failure was, and a task's cache answers to the one it was filled by alone.
template <class A>
concept auth_policy = std::move_constructible<A> &&
    requires(const A& a, http::request& request, const send_limits& limits) {
  { A::carries_credential } -> std::convertible_to<bool>;
  { a.ready() } -> std::same_as<result<void>>;
  { a.authorize(request, limits) } -> std::same_as<result<proof>>;
};

/// The null policy says so, and is not asked.
template <class A>
concept null_auth = auth_policy<A> && requires {
  requires A::proves_nothing;
};

/// A policy that may have, or get, another proof: `a.renew(refused, answer)`, asked once a call after a 401, says
/// whether the request is worth sending again. It takes no time.
template <class A>
concept renewing_auth = auth_policy<A> && requires(const A& a, const proof& refused, const http::response& answer) {
  { a.renew(refused, answer) } -> std::same_as<bool>;
};

}  // namespace crm::inline v0
