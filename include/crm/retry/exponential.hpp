/// @file
/// Exponential backoff with a schedule fixed at compile time. (ADR 10, Failure Handling.)
#pragma once

#include <algorithm>

#include <crm/retry/concept.hpp>

namespace crm::inline v0 {

/// `Retries` further attempts after `FirstMs`, then `Factor` times the wait before, never above `CapMs`.
template <int Retries = 3, int FirstMs = 2'000, int Factor = 2, int CapMs = 60'000>
struct exponential_backoff {
  static_assert(Retries >= 1, "for no retry use crm::no_retry");
  static_assert(FirstMs >= 1, "the first wait is at least a millisecond");
  static_assert(Factor >= 1, "a backoff does not shrink");
  static_assert(CapMs >= FirstMs, "the longest wait is not below the first");

  static constexpr milliseconds longest_wait{CapMs};

  [[nodiscard]] constexpr std::optional<milliseconds> delay(int retry) const noexcept {
    if (retry > Retries) return std::nullopt;
    long long wait = FirstMs;
    for (int i = 1; i < retry && wait < CapMs; ++i) wait *= Factor;
    return milliseconds{std::min<long long>(wait, CapMs)};
  }

  /// The sum of all waits.
  static constexpr milliseconds total_wait = [] {
    milliseconds sum{0};
    for (int retry = 1; retry <= Retries; ++retry) sum += *exponential_backoff{}.delay(retry);
    return sum;
  }();
};

/// Three retries, after 2, 4 and 8 seconds. (ADR 10, Failure Handling, "CRM unreachable".)
using adr_backoff = exponential_backoff<>;
static_assert(adr_backoff::total_wait == std::chrono::seconds{14});

}  // namespace crm::inline v0
