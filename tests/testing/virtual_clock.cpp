#include <crm/testing/virtual_clock.hpp>

#include <array>
#include <chrono>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using crm::testing::virtual_clock;

TEST_CASE("a wait moves virtual time to its moment and takes no real time", "[testing]") {
  virtual_clock time;
  const auto real = std::chrono::steady_clock::now();
  const auto begin = time.now();
  CHECK(time.wait_until(begin + 10h, {}) == crm::wake::due);
  CHECK(time.now() == begin + 10h);
  CHECK(std::chrono::steady_clock::now() - real < 1min);
}

TEST_CASE("a wait for the past is due, and virtual time does not go back", "[testing]") {
  virtual_clock time;
  const auto begin = time.now();
  CHECK(time.wait_until(begin - 1s, {}) == crm::wake::due);
  CHECK(time.wait_until(begin, {}) == crm::wake::due);
  CHECK(time.now() == begin);
  CHECK(time.waits().empty());
}

TEST_CASE("virtual time does not pass by itself", "[testing]") {
  virtual_clock time;
  const auto begin = time.now();
  std::this_thread::sleep_for(2ms);
  CHECK(time.now() == begin);
}

TEST_CASE("a stop already asked for ends a wait before it begins", "[testing]") {
  virtual_clock time;
  const auto begin = time.now();
  std::stop_source stop;
  CHECK(time.wait_until(begin + 1s, stop.get_token()) == crm::wake::due);
  stop.request_stop();
  CHECK(time.wait_until(begin + 1h, stop.get_token()) == crm::wake::stopped);
  CHECK(time.now() == begin + 1s);
}

TEST_CASE("the waits made can be read in their order, in whole milliseconds", "[testing]") {
  virtual_clock time;
  for (const auto wait : {2'000ms, 4'000ms, 8'000ms}) (void)time.wait_until(time.now() + wait, {});
  (void)time.wait_until(time.now() + 1us, {});
  CHECK(time.waits() == std::vector<crm::milliseconds>{2'000ms, 4'000ms, 8'000ms, 1ms});
}

TEST_CASE("time can pass without a wait", "[testing]") {
  virtual_clock time;
  const auto begin = time.now();
  time.advance(90s);
  CHECK(time.now() == begin + 90s);
  CHECK(time.waits().empty());
}

TEST_CASE("threads share one virtual time", "[testing]") {
  virtual_clock time;
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

/// What each of two threads does at which second, in the order of the clock.
std::vector<std::string> diary_of_two(virtual_clock& time) {
  std::mutex mutex;
  std::vector<std::string> diary;
  const auto live = [&](char name, crm::milliseconds step, int steps, virtual_clock::participant) {
    const auto begin = virtual_clock::start;
    for (int i = 1; i <= steps; ++i) {
      (void)time.wait_until(begin + i * step, {});
      const auto second = std::chrono::duration_cast<std::chrono::seconds>(time.now() - begin).count();
      const std::lock_guard lock{mutex};
      diary.push_back(name + std::to_string(second));
    }
  };
  auto a = time.join(), b = time.join();
  std::jthread first{live, 'a', 2s, 4, std::move(a)};
  std::jthread second{live, 'b', 3s, 3, std::move(b)};
  first.join();
  second.join();
  return diary;
}

TEST_CASE("with participants each thread waits for as long as it asked to", "[testing][concurrency]") {
  for (int round = 0; round < 20; ++round) {
    virtual_clock time;
    auto diary = diary_of_two(time);
    REQUIRE(diary.size() == 7);
    // At the sixth second both wake, in any order; then a has two seconds to go, and b three.
    if (diary[3] == "b6") std::swap(diary[3], diary[4]);
    REQUIRE(diary == std::vector<std::string>{"a2", "b3", "a4", "a6", "b6", "a8", "b9"});
    REQUIRE(time.stalls() == 0);
  }
}

TEST_CASE("time does not move while a participant is at work, until it leaves", "[testing][concurrency]") {
  virtual_clock time;
  std::jthread waiting;
  {
    const auto here = time.join();
    waiting = std::jthread{[&time, its = time.join()] { (void)time.wait_until(virtual_clock::start + 1h, {}); }};
    while (time.waits().empty()) std::this_thread::yield();
    CHECK(time.now() == virtual_clock::start);
  }
  waiting.join();
  CHECK(time.now() == virtual_clock::start + 1h);
}

TEST_CASE("a stop ends a wait that waits for others", "[testing][concurrency]") {
  virtual_clock time{1h};
  const auto here = time.join();
  auto its = time.join();
  crm::wake ended{};
  {
    std::jthread waiting{
        [&](const std::stop_token& stop) { ended = time.wait_until(virtual_clock::start + 1h, stop); }};
    while (time.waits().empty()) std::this_thread::yield();
    waiting.request_stop();
  }
  CHECK(ended == crm::wake::stopped);
  CHECK(time.now() == virtual_clock::start);
  // What was waited for is forgotten: it does not count as one that waits.
  {
    std::jthread waiting{[&, seat = std::move(its)] { (void)time.wait_until(virtual_clock::start + 5s, {}); }};
    while (time.waits().size() < 2) std::this_thread::yield();
    CHECK(time.now() == virtual_clock::start);
    CHECK(time.wait_until(virtual_clock::start + 6s, {}) == crm::wake::due);
  }
  CHECK(time.now() == virtual_clock::start + 6s);
}

TEST_CASE("time that stands still is moved in the end, and that is told", "[testing][concurrency]") {
  virtual_clock time{1ms};
  const auto here = time.join(), idle = time.join();
  CHECK(time.wait_until(virtual_clock::start + 1h, {}) == crm::wake::due);
  CHECK(time.now() == virtual_clock::start + 1h);
  CHECK(time.stalls() == 1);
}

}  // namespace
