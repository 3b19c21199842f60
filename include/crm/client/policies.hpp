/// @file
/// What a client says to a type that is no policy.
#pragma once

#include <crm/auth/concept.hpp>
#include <crm/cache/concept.hpp>
#include <crm/observe/concept.hpp>
#include <crm/retry/concept.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::detail {

// What has the name of something and not its shape would be passed over in silence.

template <class P>
concept limits_partly =
    !retry_limiting<P> && (
                              requires(const P& p, time_point now) { p.spend(now); } ||
                              requires(const P& p) { p.spend(); } || requires(const P& p) { p.count_call(); });
template <class P>
concept breaks_partly = !circuit_breaking<P> && (
                                                    requires(const P& p, time_point now) { p.enter(now); } ||
                                                    requires(const P& p) { p.enter(); });

template <class A>
concept renews_partly = !renewing_auth<A> && requires {
  &A::renew;
};

/// True, or the program does not compile and the message names what is missing.
template <class Transport, class RetryPolicy, class CachePolicy, class Auth, class Observer>
consteval bool are_policies() {
  static_assert(transport<Transport>, "Transport needs send, now and wait_until: see docs/concepts.md, Transport");
  static_assert(retry_policy<RetryPolicy>, "RetryPolicy needs delay: see docs/concepts.md, Retry policy");
  static_assert(
      !limits_partly<RetryPolicy>,
      "RetryPolicy has count_call or spend, but not both as crm::retry_limiting wants them: they would not be "
      "called");
  static_assert(!breaks_partly<RetryPolicy>,
                "RetryPolicy has enter, but not as crm::circuit_breaking wants it: it would not be called");
  static_assert(cache_policy<CachePolicy>,
                "CachePolicy needs lookup, store and forget: see docs/concepts.md, Cache policy");
  static_assert(auth_policy<Auth>, "Auth needs carries_credential, ready and authorize: see docs/concepts.md, Auth");
  static_assert(!renews_partly<Auth>, "Auth has renew, but not as crm::renewing_auth wants it: it would not be called");
  static_assert(observer<Observer>,
                "Observer needs on(event) for an event of crm::events: see docs/concepts.md, Observer");
  static_assert(
      !all_events::some_overlooked<Observer>,
      "Observer's on takes an event that it could change, and would not be called: take it by const reference");
  return true;
}

}  // namespace crm::inline v0::detail
