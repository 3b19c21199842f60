#include <crm/retry/budget.hpp>

#include <atomic>
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

int spendable(const auto& policy) {
  int count = 0;
  while (policy.spend()) ++count;
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
  CHECK_FALSE(policy.spend());
  policy.count_call();
  CHECK(policy.spend());
  CHECK_FALSE(policy.spend());
  for (int i = 0; i < 1'000; ++i) policy.count_call();
  CHECK(spendable(policy) == 10);
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
