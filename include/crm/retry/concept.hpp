/// @file
/// What a retry policy is: how long to wait before trying again, and when to stop.
#pragma once

#include <concepts>
#include <optional>

#include <crm/error.hpp>

namespace crm::inline v0 {

/// Requires of `P`, for `p` a const lvalue and `n` from 1: `p.delay(n)` is the wait before the n-th retry, or
/// nothing where the policy gives up. Whether a failure may be retried at all is not the policy's to say.
template <class P>
concept retry_policy = std::copy_constructible<P> && requires(const P& p, int n) {
  { p.delay(n) } -> std::same_as<std::optional<milliseconds>>;
};

}  // namespace crm::inline v0
