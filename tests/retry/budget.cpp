#include <crm/retry/budget.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

#include <crm/retry/exponential.hpp>
#include <crm/retry/jitter.hpp>

#include "support/catch.hpp"

namespace {

using crm::milliseconds;
using budget = crm::retry_budget<crm::adr_backoff>;

static_assert(crm::retry_policy<budget> && crm::retry_limiting<budget>);
static_assert(crm::wait_dependent<crm::retry_budget<crm::decorrelated_jitter<crm::adr_backoff>>>);

const crm::time_point now{std::chrono::hours{1}};

int spendable(const auto& policy) {
  int count = 0;
  while (policy.spend(now)) ++count;
  return count;
}

}  // namespace

TEST_CASE("a budget waits as the policy inside of it", "[retry]") {
  const budget policy;
  CHECK(policy.delay(1) == milliseconds{2'000});
  CHECK(policy.delay(3) == milliseconds{8'000});
  CHECK_FALSE(policy.delay(4));
}

TEST_CASE("a budget begins full, and is refilled by a tenth of a retry a call", "[retry]") {
  const budget policy;
  CHECK(policy.left() == 10);
  CHECK(spendable(policy) == 10);
  for (int i = 0; i < 9; ++i) policy.count_call();
  CHECK_FALSE(policy.spend(now));
  policy.count_call();
  CHECK(policy.spend(now));
  CHECK_FALSE(policy.spend(now));
  for (int i = 0; i < 1'000; ++i) policy.count_call();
  CHECK(spendable(policy) == 10);
}

TEST_CASE("a budget is full again once nobody has wanted a retry for a minute", "[retry]") {
  const budget policy;
  REQUIRE(spendable(policy) == 10);
  const auto quiet = now + std::chrono::minutes{1};
  CHECK_FALSE(policy.spend(quiet - milliseconds{1}));
  CHECK_FALSE(policy.spend(quiet));  // it was wanted a millisecond ago
  CHECK(policy.spend(quiet + std::chrono::minutes{1}));
  CHECK(policy.left() == 9);
}

TEST_CASE("copies of a budget share it, and threads take no retry twice", "[retry][concurrency]") {
  const crm::retry_budget<crm::adr_backoff, 10, 1'000> policy;
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&taken, copy = policy] { taken += spendable(copy); });
  for (auto& thread : threads) thread.join();
  CHECK(taken == 1'000);
  CHECK(policy.left() == 0);
}
