#include <crm/retry/jitter.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include <crm/retry/exponential.hpp>
#include <crm/retry/schedule.hpp>

#include "support/catch.hpp"

namespace {

using crm::milliseconds;

static_assert(crm::retry_policy<crm::full_jitter<crm::adr_backoff>>);
static_assert(crm::retry_policy<crm::equal_jitter<crm::retry_schedule>>);
static_assert(crm::wait_dependent<crm::decorrelated_jitter<crm::adr_backoff>>);
static_assert(!crm::wait_dependent<crm::full_jitter<crm::adr_backoff>>);

/// Many draws of the n-th wait.
template <class Policy>
std::vector<milliseconds> draws(const Policy& policy, int retry) {
  std::vector<milliseconds> out;
  for (int i = 0; i < 2'000; ++i) out.push_back(policy.delay(retry).value());
  return out;
}

/// All within the bounds, and some near each of them.
void check_spread(const std::vector<milliseconds>& waits, milliseconds least, milliseconds most) {
  const auto [low, high] = std::minmax_element(waits.begin(), waits.end());
  const milliseconds near = (most - least) / 20;
  CHECK(*low >= least);
  CHECK(*low <= least + near);
  CHECK(*high <= most);
  CHECK(*high >= most - near);
}

}  // namespace

TEST_CASE("full jitter waits from nothing to the whole wait", "[retry]") {
  const crm::full_jitter<crm::adr_backoff> policy{{}, 1};
  check_spread(draws(policy, 1), milliseconds{0}, milliseconds{2'000});
  check_spread(draws(policy, 3), milliseconds{0}, milliseconds{8'000});
  CHECK_FALSE(policy.delay(4));
}

TEST_CASE("equal jitter waits from half the wait to the whole", "[retry]") {
  const crm::equal_jitter<crm::adr_backoff> policy{{}, 1};
  check_spread(draws(policy, 1), milliseconds{1'000}, milliseconds{2'000});
  check_spread(draws(policy, 3), milliseconds{4'000}, milliseconds{8'000});
  CHECK_FALSE(policy.delay(4));
}

TEST_CASE("decorrelated jitter waits from the first wait to thrice the one before, and never above the longest",
          "[retry]") {
  const crm::decorrelated_jitter<crm::exponential_backoff<5, 100, 2, 1'000>> policy{{}, 1};
  std::vector<milliseconds> second, late;
  for (int i = 0; i < 2'000; ++i) {
    second.push_back(policy.delay(2, milliseconds{200}).value());
    late.push_back(policy.delay(5, milliseconds{900}).value());
  }
  check_spread(draws(policy, 1), milliseconds{100}, milliseconds{300});
  check_spread(second, milliseconds{100}, milliseconds{600});
  check_spread(late, milliseconds{100}, milliseconds{1'000});
  CHECK_FALSE(policy.delay(6, milliseconds{100}));
}

TEST_CASE("the same seed draws the same waits, copies share a source, and without a seed sources differ", "[retry]") {
  using policy = crm::full_jitter<crm::exponential_backoff<1, 1'000'000, 2, 1'000'000>>;
  const policy one{{}, 7}, same{{}, 7};
  const auto first = one.delay(1);
  CHECK(first == same.delay(1));
  const policy copy = one;
  CHECK(copy.delay(1) != first);
  CHECK(one.delay(1) != same.delay(1));  // the copy has drawn in between
  std::set<milliseconds> seen;
  for (int i = 0; i < 8; ++i) seen.insert(policy{}.delay(1).value());
  CHECK(seen.size() > 4);
}
