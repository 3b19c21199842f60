#include <chrono>
#include <limits>
#include <optional>
#include <type_traits>

#include "support/catch.hpp"

#include <crm/retry/exponential.hpp>

namespace {

using namespace std::chrono_literals;

static_assert(crm::adr_backoff::total_wait == 14s);
static_assert(crm::adr_backoff{}.delay(1) == 2s && crm::adr_backoff{}.delay(2) == 4s &&
              crm::adr_backoff{}.delay(3) == 8s);
static_assert(!crm::adr_backoff{}.delay(4));
static_assert(crm::retry_policy<crm::adr_backoff>);
static_assert(std::is_empty_v<crm::adr_backoff>);
static_assert(crm::exponential_backoff<2, 1>::total_wait == 3ms);

}  // namespace

TEST_CASE("the default waits 2, 4 and 8 seconds and then gives up", "[retry]") {
  const crm::adr_backoff backoff;
  CHECK(backoff.delay(1) == 2s);
  CHECK(backoff.delay(2) == 4s);
  CHECK(backoff.delay(3) == 8s);
  CHECK_FALSE(backoff.delay(4));
  CHECK_FALSE(backoff.delay(std::numeric_limits<int>::max()));
}

TEST_CASE("no wait is above the cap", "[retry]") {
  const crm::exponential_backoff<8, 2'000, 2, 10'000> backoff;
  CHECK(backoff.delay(3) == 8s);
  CHECK(backoff.delay(4) == 10s);
  CHECK(backoff.delay(8) == 10s);
  CHECK_FALSE(backoff.delay(9));
  CHECK(backoff.total_wait == 64s);
}

TEST_CASE("a thousand retries do not overflow", "[retry]") {
  constexpr int most = std::numeric_limits<int>::max();
  CHECK(crm::exponential_backoff<1000, 2'000, 1000>{}.delay(1000) == 60s);
  CHECK(crm::exponential_backoff<1000, most, most, most>{}.delay(1000) == crm::milliseconds{most});
}

TEST_CASE("a factor of one waits the same each time", "[retry]") {
  const crm::exponential_backoff<3, 500, 1> backoff;
  CHECK(backoff.delay(1) == 500ms);
  CHECK(backoff.delay(3) == 500ms);
}
