#include <chrono>
#include <optional>
#include <vector>

#include "support/catch.hpp"

#include <crm/retry/schedule.hpp>

namespace {

using namespace std::chrono_literals;
using crm::milliseconds;
using crm::retry_schedule;

static_assert(crm::retry_policy<retry_schedule>);

}  // namespace

TEST_CASE("a schedule waits as it was told", "[retry]") {
  const auto schedule = retry_schedule::of({5ms, 0ms, 7ms}).value();
  CHECK(schedule.delay(1) == 5ms);
  CHECK(schedule.delay(2) == 0ms);
  CHECK(schedule.delay(3) == 7ms);
  CHECK_FALSE(schedule.delay(4));
  CHECK_FALSE(schedule.delay(0));
  CHECK_FALSE(schedule.delay(-1));
}

TEST_CASE("a schedule without waits never retries", "[retry]") {
  CHECK_FALSE(retry_schedule{}.delay(1));
  CHECK_FALSE(retry_schedule::of({}).value().delay(1));
  CHECK_FALSE(retry_schedule::exponential(0).value().delay(1));
}

TEST_CASE("an exponential schedule is the ADR's unless told otherwise", "[retry]") {
  const auto schedule = retry_schedule::exponential(3).value();
  CHECK(schedule.delay(1) == 2s);
  CHECK(schedule.delay(2) == 4s);
  CHECK(schedule.delay(3) == 8s);
  CHECK_FALSE(schedule.delay(4));
  CHECK(retry_schedule::exponential(3, 100ms, 3).value().delay(3) == 900ms);
}

TEST_CASE("a schedule that makes no sense is refused", "[retry]") {
  CHECK_FALSE(retry_schedule::of({5ms, -1ms}));
  CHECK_FALSE(retry_schedule::exponential(-1));
  CHECK_FALSE(retry_schedule::exponential(21));
  CHECK_FALSE(retry_schedule::exponential(3, 0ms));
  CHECK_FALSE(retry_schedule::exponential(3, -1ms));
  CHECK_FALSE(retry_schedule::exponential(3, 2s, 0));
  CHECK_FALSE(retry_schedule::exponential(3, 2s, 11));
}

TEST_CASE("a wait longer than a day is refused, and no sum overflows", "[retry]") {
  CHECK(retry_schedule::of({milliseconds{24h}}));
  CHECK_FALSE(retry_schedule::of({milliseconds{24h} + 1ms}));
  CHECK_FALSE(retry_schedule::of({milliseconds::max()}));
  CHECK_FALSE(retry_schedule::exponential(20, 2s, 10));
  CHECK_FALSE(retry_schedule::exponential(2, milliseconds::max()));
}
