/// @file
/// What must hold of every retry policy: the executable form of the comments of `retry/concept.hpp`.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <crm/retry/concept.hpp>
#include <crm/testing/laws/violations.hpp>

namespace crm::inline v0::testing::laws {

namespace detail {

inline constexpr time_point some_day{std::chrono::hours{24}};

template <class P>
void demand_of_delays(ledger& broken, const P& policy) {
  constexpr int many = 1'000;
  milliseconds previous{}, sum{};
  bool over = false;
  for (int n = 1; n <= many; ++n) {
    const auto wait = v0::detail::delay_of(policy, n, previous);
    broken.demand(!(over && wait), "a policy that has given up stays so: no delay(n) follows a delay that was nothing");
    over = over || !wait;
    if (!wait) continue;
    broken.demand(*wait >= milliseconds{0}, "no wait is negative");
    previous = *wait;
    sum += *wait;
  }
  broken.demand(over || sum >= std::chrono::seconds{1},
                "a policy gives up, or waits: a thousand retries do not fit into one second");
}

template <circuit_breaking P>
void demand_of_breaker(ledger& broken, const P& policy) {
  constexpr int many = 10'000;
  std::optional<std::optional<time_point>> refused;
  for (int n = 0; n < many && !refused; ++n) {
    auto entry = policy.enter(some_day);
    if (!entry) {
      refused = entry.error();
    } else {
      (void)entry->failed(some_day);
    }
  }
  if (!broken.demand(refused.has_value(), "a breaker opens: of ten thousand failures in a row one is the last")) return;
  if (!broken.demand(!*refused || **refused > some_day, "an open breaker names a moment to come, or none")) return;
  const time_point later = refused->value_or(some_day + std::chrono::hours{24});
  auto probe = policy.enter(later);
  if (!broken.demand(probe.has_value(), "an open breaker lets a call through from the moment that it named")) return;
  (void)probe->succeeded();
  const P copy = policy;
  broken.demand(copy.enter(later).has_value(), "an answer closes the breaker again, for its copies too");
  for (int n = 0; n < many; ++n)
    if (!broken.demand(policy.enter(later).has_value(), "a permit that was given back counts for nothing")) break;
}

}  // namespace detail

/// Every law; for a policy just made, which is used up by it: its budget is spent.
template <v0::retry_policy P>
[[nodiscard]] violations check_retry(const P& policy) {
  ledger broken{"retry policy"};
  detail::demand_of_delays(broken, policy);
  const P copy = policy;
  detail::demand_of_delays(broken, copy);
  {
    std::array<std::jthread, 4> threads;  // for a sanitizer to look at
    for (auto& thread : threads)
      thread = std::jthread{[&policy] {
        for (int n = 1; n <= 100; ++n) (void)v0::detail::delay_of(policy, n, milliseconds{n});
      }};
  }
  if constexpr (retry_limiting<P>) {
    int spent = 0;
    for (constexpr int many = 2'000'000; spent < many && policy.spend(detail::some_day);) ++spent;
    broken.demand(spent < 2'000'000, "leave to retry runs out, if no call is made");
    broken.demand(!copy.spend(detail::some_day), "copies share what is left of the budget");
  }
  if constexpr (circuit_breaking<P>) detail::demand_of_breaker(broken, policy);
  return broken.take();
}

}  // namespace crm::inline v0::testing::laws
