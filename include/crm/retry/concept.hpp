/// @file
/// What a retry policy is: how long to wait before trying again, and when to stop.
#pragma once

#include <concepts>
#include <optional>
#include <string_view>

#include <tl/expected.hpp>

#include <crm/error.hpp>

namespace crm::inline v0 {

/// Requires of `P`, for `p` a const lvalue and `n` from 1: `p.delay(n)` is the wait before the n-th retry, or
/// nothing where the policy gives up. Whether a failure may be retried at all is not the policy's to say.
template <class P>
concept retry_policy = std::copy_constructible<P> && requires(const P& p, int n) {
  { p.delay(n) } -> std::same_as<std::optional<milliseconds>>;
};

/// A policy whose waits depend on the wait before: `p.delay(n, previous)`, which is used in place of `p.delay(n)`.
template <class P>
concept wait_dependent = retry_policy<P> && requires(const P& p, int n, milliseconds previous) {
  { p.delay(n, previous) } -> std::same_as<std::optional<milliseconds>>;
};

/// A policy that bounds the retries of all calls together: `p.count_call()` is told of each call, `p.spend(now)`
/// asked for leave to retry. Both come from several threads.
template <class P>
concept retry_limiting = retry_policy<P> && requires(const P& p, time_point now) {
  p.count_call();
  { p.spend(now) } -> std::same_as<bool>;
};

enum class breaker_state : unsigned char {
  closed,     ///< calls are made
  open,       ///< calls are refused
  half_open,  ///< some calls are made, to see whether the CRM is back
};

[[nodiscard]] constexpr std::string_view to_string(breaker_state s) noexcept {
  switch (s) {
    case breaker_state::closed: return "closed";
    case breaker_state::open: return "open";
    case breaker_state::half_open: return "half-open";
  }
  return "";
}

/// A policy that refuses calls while the CRM is known to be down: `p.enter(now)` is a permit, or the moment from which
/// asking again makes sense, if there is one. A permit is told how each attempt of its call went, and is given back
/// when it goes. Its members answer with the state that the policy changed to by them, if it did: `entered()` by the
/// entry. All of it comes from several threads.
template <class P>
concept circuit_breaking = retry_policy<P> && requires(const P& p, typename P::permit& permit, time_point now) {
  { p.enter(now) } -> std::same_as<tl::expected<typename P::permit, std::optional<time_point>>>;
  { permit.entered() } -> std::same_as<std::optional<breaker_state>>;
  { permit.succeeded() } -> std::same_as<std::optional<breaker_state>>;
  { permit.failed(now) } -> std::same_as<std::optional<breaker_state>>;
};

/// What a breaker would say to a call that came now.
struct breaker_outlook {
  breaker_state state = breaker_state::closed;
  bool admits = true;
  /// While it does not, the moment from which asking again makes sense, if there is one.
  std::optional<time_point> until{};
};

/// A breaker that can be looked at without entering: `p.outlook(now)`.
template <class P>
concept has_outlook = circuit_breaking<P> && requires(const P& p, time_point now) {
  { p.outlook(now) } -> std::same_as<breaker_outlook>;
};

/// The order in which policies wrap one another, from the inside: a wrapper names its place in `layer`.
enum class retry_layer : unsigned char { backoff, jitter, budget, breaker };

namespace detail {

template <class P>
inline constexpr retry_layer layer_of = retry_layer::backoff;
template <class P>
  requires requires { P::layer; }
inline constexpr retry_layer layer_of<P> = P::layer;

/// Whether a policy ever retries: a wrapper around one that does not has nothing to do.
template <class P>
concept never_retries = requires {
  requires P::total_wait == milliseconds{0};
};

template <retry_policy P>
[[nodiscard]] std::optional<milliseconds> delay_of(const P& policy, int retry, milliseconds previous) {
  if constexpr (wait_dependent<P>) {
    return policy.delay(retry, previous);
  } else {
    return policy.delay(retry);
  }
}

}  // namespace detail

}  // namespace crm::inline v0
