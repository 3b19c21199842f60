#include <crm/retry/breaker.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <crm/retry/budget.hpp>
#include <crm/retry/exponential.hpp>
#include <crm/retry/jitter.hpp>
#include <crm/retry/none.hpp>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using crm::breaker_state;
using crm::milliseconds;
using crm::time_point;

using breaker = crm::circuit_breaker<crm::adr_backoff, 3, 30'000>;
const time_point start{1'000s};

static_assert(crm::circuit_breaking<breaker> && !crm::retry_limiting<breaker>);
static_assert(crm::retry_limiting<crm::circuit_breaker<crm::retry_budget<crm::full_jitter<crm::adr_backoff>>>>);
static_assert(crm::wait_dependent<crm::circuit_breaker<crm::decorrelated_jitter<crm::adr_backoff>>>);
static_assert(crm::circuit_breaking<crm::circuit_breaker<crm::no_retry>>);

/// One call that fails `times` times.
void fail(const breaker& policy, time_point now, int times = 1) {
  auto permit = policy.enter(now);
  REQUIRE(permit);
  for (int i = 0; i < times; ++i) permit->failed(now);
}

breaker opened_at_start() {
  breaker policy;
  fail(policy, start, 3);
  REQUIRE(policy.state(start) == breaker_state::open);
  return policy;
}

}  // namespace

TEST_CASE("a breaker waits as the policy inside of it", "[retry]") {
  const breaker policy;
  CHECK(policy.delay(1) == milliseconds{2'000});
  CHECK(policy.delay(3) == milliseconds{8'000});
  CHECK_FALSE(policy.delay(4));
  const crm::circuit_breaker<crm::retry_budget<crm::adr_backoff, 10, 1>> budgeted;
  CHECK(budgeted.spend(start));
  CHECK_FALSE(budgeted.spend(start));
}

TEST_CASE("a breaker opens after so many failures in a row", "[retry]") {
  const breaker policy;
  CHECK(policy.state(start) == breaker_state::closed);
  fail(policy, start, 2);
  policy.enter(start)->succeeded();
  fail(policy, start, 2);
  CHECK(policy.state(start) == breaker_state::closed);
  fail(policy, start);
  CHECK(policy.state(start) == breaker_state::open);
  const auto refused = policy.enter(start + 10s);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == start + 30s);
}

TEST_CASE("an open breaker lets one call find out, and closes when it gets through", "[retry]") {
  const breaker policy = opened_at_start();
  CHECK_FALSE(policy.enter(start + 30s - 1ms));
  CHECK(policy.state(start + 30s) == breaker_state::half_open);
  auto probe = policy.enter(start + 30s);
  REQUIRE(probe);
  const auto second = policy.enter(start + 30s);
  REQUIRE_FALSE(second);
  CHECK_FALSE(second.error());
  probe->succeeded();
  CHECK(policy.state(start + 30s) == breaker_state::closed);
  CHECK(policy.enter(start + 30s));
}

TEST_CASE("a probe that fails opens the breaker for as long again", "[retry]") {
  const breaker policy = opened_at_start();
  fail(policy, start + 40s);
  CHECK(policy.state(start + 69s) == breaker_state::open);
  CHECK(policy.state(start + 70s) == breaker_state::half_open);
  CHECK(policy.enter(start + 70s));
}

TEST_CASE("a probe that ends without an answer gives its permit back", "[retry]") {
  const breaker policy = opened_at_start();
  for (int i = 0; i < 3; ++i) {
    auto probe = policy.enter(start + 30s);
    REQUIRE(probe);
    const auto moved = *std::move(probe);
    CHECK_FALSE(policy.enter(start + 30s));
  }
  CHECK(policy.state(start + 30s) == breaker_state::half_open);
}

TEST_CASE("as many calls find out at once as the breaker says", "[retry]") {
  const crm::circuit_breaker<crm::no_retry, 1, 1'000, 2> policy;
  policy.enter(start)->failed(start);
  const auto a = policy.enter(start + 1s), b = policy.enter(start + 1s);
  CHECK((a && b));
  CHECK_FALSE(policy.enter(start + 1s));
}

TEST_CASE("a failure of a call from before the breaker changed is not counted, a success is", "[retry]") {
  const breaker policy;
  auto old = policy.enter(start);
  fail(policy, start, 3);
  auto probe = policy.enter(start + 30s);
  REQUIRE(probe);
  old->failed(start + 30s);
  CHECK(policy.state(start + 30s) == breaker_state::half_open);
  old->succeeded();
  CHECK(policy.state(start + 30s) == breaker_state::closed);
  // The probe's permit is of that earlier time too: neither its failures nor its return count now.
  probe->failed(start + 30s);
  probe->failed(start + 30s);
  probe->failed(start + 30s);
  CHECK(policy.state(start + 30s) == breaker_state::closed);
}

TEST_CASE("a probe of an earlier half-open time makes no room for another when it ends", "[retry]") {
  const breaker policy = opened_at_start();
  auto old = policy.enter(start + 30s);
  REQUIRE(old);
  policy.close();
  fail(policy, start + 30s, 3);
  const auto probe = policy.enter(start + 60s);
  REQUIRE(probe);
  { const auto gone = *std::move(old); }
  CHECK_FALSE(policy.enter(start + 60s));
}

TEST_CASE("a breaker opened by hand stays so until it is closed by hand", "[retry]") {
  const breaker policy;
  auto under_way = policy.enter(start);
  policy.open();
  CHECK(policy.state(start + 24h) == breaker_state::open);
  const auto refused = policy.enter(start);
  REQUIRE_FALSE(refused);
  CHECK_FALSE(refused.error());
  under_way->succeeded();
  CHECK(policy.state(start) == breaker_state::open);
  policy.close();
  CHECK(policy.state(start) == breaker_state::closed);
  CHECK(policy.enter(start));

  const breaker opened = opened_at_start();
  opened.open();  // and no longer for a time
  CHECK(opened.state(start + 24h) == breaker_state::open);
}

TEST_CASE("a breaker closed by hand counts from the beginning", "[retry]") {
  const breaker policy = opened_at_start();
  policy.close();
  fail(policy, start, 2);
  CHECK(policy.state(start) == breaker_state::closed);
}

TEST_CASE("copies of a breaker are one", "[retry]") {
  const breaker policy, copy = policy;
  fail(policy, start, 3);
  CHECK(copy.state(start) == breaker_state::open);
  copy.close();
  CHECK(policy.state(start) == breaker_state::closed);
}

TEST_CASE("of many threads one finds out, and permits are never lost", "[retry][concurrency]") {
  const breaker policy = opened_at_start();
  std::atomic<int> inside{0}, most{0}, entered{0};
  {
    std::array<std::jthread, 8> threads;
    for (auto& thread : threads)
      thread = std::jthread{[&] {
        for (int i = 0; i < 2'000; ++i) {
          const auto permit = policy.enter(start + 30s);
          if (!permit) continue;
          const int now_inside = ++inside;
          int seen = most;
          while (seen < now_inside && !most.compare_exchange_weak(seen, now_inside)) {}
          ++entered;
          --inside;
        }
      }};
  }
  CHECK(most == 1);
  CHECK(entered > 0);
  CHECK(policy.enter(start + 30s));
}
