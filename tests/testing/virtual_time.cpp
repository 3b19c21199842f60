#include <crm/testing/virtual_time.hpp>

#include <array>
#include <chrono>
#include <stop_token>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using crm::testing::virtual_time;

TEST_CASE("a wait moves virtual time to its moment and takes no real time", "[testing]") {
  virtual_time time;
  const auto real = std::chrono::steady_clock::now();
  const auto begin = time.now();
  CHECK(time.wait_until(begin + 10h, {}) == crm::wake::due);
  CHECK(time.now() == begin + 10h);
  CHECK(std::chrono::steady_clock::now() - real < 1min);
}

TEST_CASE("a wait for the past is due, and virtual time does not go back", "[testing]") {
  virtual_time time;
  const auto begin = time.now();
  CHECK(time.wait_until(begin - 1s, {}) == crm::wake::due);
  CHECK(time.wait_until(begin, {}) == crm::wake::due);
  CHECK(time.now() == begin);
  CHECK(time.waits().empty());
}

TEST_CASE("virtual time does not pass by itself", "[testing]") {
  virtual_time time;
  const auto begin = time.now();
  std::this_thread::sleep_for(2ms);
  CHECK(time.now() == begin);
}

TEST_CASE("a stop already asked for ends a wait before it begins", "[testing]") {
  virtual_time time;
  const auto begin = time.now();
  std::stop_source stop;
  CHECK(time.wait_until(begin + 1s, stop.get_token()) == crm::wake::due);
  stop.request_stop();
  CHECK(time.wait_until(begin + 1h, stop.get_token()) == crm::wake::stopped);
  CHECK(time.now() == begin + 1s);
}

TEST_CASE("the waits made can be read in their order, in whole milliseconds", "[testing]") {
  virtual_time time;
  for (const auto wait : {2'000ms, 4'000ms, 8'000ms}) (void)time.wait_until(time.now() + wait, {});
  (void)time.wait_until(time.now() + 1us, {});
  CHECK(time.waits() == std::vector<crm::milliseconds>{2'000ms, 4'000ms, 8'000ms, 1ms});
}

TEST_CASE("time can pass without a wait", "[testing]") {
  virtual_time time;
  const auto begin = time.now();
  time.advance(90s);
  CHECK(time.now() == begin + 90s);
  CHECK(time.waits().empty());
}

TEST_CASE("threads share one virtual time", "[testing]") {
  virtual_time time;
  const auto begin = time.now();
  {
    std::array<std::jthread, 4> threads;
    for (auto& thread : threads)
      thread = std::jthread{[&] {
        for (int i = 0; i < 100; ++i) time.advance(1ms);
      }};
  }
  CHECK(time.now() == begin + 400ms);
}

}  // namespace
