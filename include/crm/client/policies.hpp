/// @file
/// What a client says to a type that is no policy.
#pragma once

#include <crm/auth/concept.hpp>
#include <crm/cache/concept.hpp>
#include <crm/observe/concept.hpp>
#include <crm/retry/concept.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::detail {

/// True, or the program does not compile and the message names what is missing.
template <class Transport, class RetryPolicy, class CachePolicy, class Auth, class Observer>
consteval bool are_policies() {
  static_assert(transport<Transport>, "Transport needs send, now and wait_until: see docs/concepts.md, Transport");
  static_assert(retry_policy<RetryPolicy>, "RetryPolicy needs delay: see docs/concepts.md, Retry policy");
  static_assert(cache_policy<CachePolicy>,
                "CachePolicy needs lookup, store and clear: see docs/concepts.md, Cache policy");
  static_assert(auth_policy<Auth>, "Auth needs carries_credential, ready and authorize: see docs/concepts.md, Auth");
  static_assert(observer<Observer>,
                "Observer needs on(event) for an event of crm::events: see docs/concepts.md, Observer");
  return true;
}

}  // namespace crm::inline v0::detail
