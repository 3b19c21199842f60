#include <chrono>
#include <stop_token>
#include <thread>

#include "support/catch.hpp"

#include <crm/transport/steady_time.hpp>

// Nothing here sleeps: a wait ends because its time has passed already or because a stop is asked for.

TEST_CASE("steady time never goes back", "[transport]") {
  const crm::steady_time time;
  const auto before = time.now();
  CHECK(time.now() >= before);
}

TEST_CASE("a wait for a time that has passed is due at once", "[transport]") {
  const crm::steady_time time;
  CHECK(time.wait_until(time.now(), {}) == crm::wake::due);
  CHECK(time.wait_until(crm::time_point{}, {}) == crm::wake::due);
}

TEST_CASE("a wait that was stopped before it began is stopped", "[transport]") {
  const crm::steady_time time;
  std::stop_source source;
  source.request_stop();
  CHECK(time.wait_until(time.now() + std::chrono::hours{1}, source.get_token()) == crm::wake::stopped);
  CHECK(time.wait_until(crm::time_point{}, source.get_token()) == crm::wake::stopped);
}

TEST_CASE("a stop ends a wait of an hour", "[transport]") {
  const crm::steady_time time;
  std::stop_source source;
  std::jthread stopper{[&] { source.request_stop(); }};
  CHECK(time.wait_until(time.now() + std::chrono::hours{1}, source.get_token()) == crm::wake::stopped);
}
