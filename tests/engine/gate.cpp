#include <crm/gate.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using crm::gate;
using crm::time_point;
using verdict = crm::gate::verdict;

const time_point at_first{1'000s};

/// The moment a call is told to wait until; `now` where it may go.
time_point moment(gate& g, gate::place& of_call, time_point now) {
  const auto answer = g.ask(of_call, now);
  REQUIRE(answer.what != verdict::full);
  return answer.what == verdict::pass ? now : answer.when;
}

}  // namespace

TEST_CASE("an open gate lets everybody through", "[engine]") {
  gate g;
  gate::place call{g};
  CHECK(g.ask(call, at_first).what == verdict::pass);
  CHECK(g.ask(call, at_first).what == verdict::pass);
  CHECK_FALSE(g.closed_until(at_first));
}

TEST_CASE("calls behind a closed gate go in the order they came, a pace apart", "[engine]") {
  gate g{{.pace = 100ms}};
  g.close(at_first, 7s);
  gate::place a{g}, b{g}, c{g};
  CHECK(moment(g, a, at_first) == at_first + 7s);
  CHECK(moment(g, b, at_first + 1s) == at_first + 7s + 100ms);
  CHECK(moment(g, c, at_first + 6s) == at_first + 7s + 200ms);
  CHECK(g.closed_until(at_first + 6s) == at_first + 7s + 300ms);

  CHECK(g.ask(a, at_first + 7s - 1ms).what == verdict::wait);
  CHECK(g.ask(a, at_first + 7s).what == verdict::pass);
  CHECK(moment(g, b, at_first + 7s) == at_first + 7s + 100ms);
  CHECK(g.ask(b, at_first + 7s + 100ms).what == verdict::pass);
  CHECK(g.ask(c, at_first + 7s + 200ms).what == verdict::pass);
}

TEST_CASE("the last one through is a pace ahead of a newcomer, and then the gate is open", "[engine]") {
  gate g{{.pace = 100ms}};
  g.close(at_first, 1s);
  gate::place waiting{g}, newcomer{g}, later{g};
  (void)g.ask(waiting, at_first);
  REQUIRE(g.ask(waiting, at_first + 1s).what == verdict::pass);
  CHECK(moment(g, newcomer, at_first + 1s + 10ms) == at_first + 1s + 100ms);
  REQUIRE(g.ask(newcomer, at_first + 1s + 100ms).what == verdict::pass);
  CHECK(g.ask(later, at_first + 2s).what == verdict::pass);
  CHECK_FALSE(g.closed_until(at_first + 2s));
}

TEST_CASE("a newcomer does not overtake those who wait, though the pause is over", "[engine]") {
  gate g{{.pace = 100ms}};
  g.close(at_first, 1s);
  gate::place a{g}, b{g}, newcomer{g};
  (void)g.ask(a, at_first);
  (void)g.ask(b, at_first);
  CHECK(moment(g, newcomer, at_first + 1s) == at_first + 1s + 200ms);
  CHECK(moment(g, b, at_first + 1s) == at_first + 1s + 100ms);
}

TEST_CASE("calls without end do not keep to the pace for ever", "[engine]") {
  const auto threads = GENERATE(std::size_t{1}, std::size_t{4});
  CAPTURE(threads);
  gate g{{.pace = 100ms}};
  g.close(at_first, 1s);
  // Each thread's next call follows upon its last.
  std::vector<std::unique_ptr<gate::place>> calls(threads);
  for (auto& call : calls) {
    call = std::make_unique<gate::place>(g);
    (void)g.ask(*call, at_first);
  }
  int passed = 0;
  const auto run = [&](time_point from, time_point until) {
    for (passed = 0; from < until; from += 1ms)
      for (auto& call : calls)
        if (g.ask(*call, from).what == verdict::pass) {
          ++passed;
          call = std::make_unique<gate::place>(g);
        }
    return passed;
  };
  CHECK(run(at_first, at_first + 1s) == 0);
  // Those who waited through the pause, and who came until the last of them went.
  const auto length = 100ms * threads;
  CHECK(run(at_first + 1s, at_first + 1s + length) == static_cast<int>(threads));
  (void)run(at_first + 1s + length, at_first + 1s + 2 * length);
  CHECK(run(at_first + 2s, at_first + 3s) == 1000 * static_cast<int>(threads));
  CHECK_FALSE(g.closed_until(at_first + 3s));
}

TEST_CASE("a second pause holds back those who wait, and keeps their order", "[engine]") {
  gate g{{.pace = 100ms}};
  g.close(at_first, 1s);
  gate::place a{g}, b{g};
  (void)g.ask(a, at_first);
  (void)g.ask(b, at_first);
  g.close(at_first + 500ms, 10s);
  CHECK(moment(g, a, at_first + 1s) == at_first + 10s + 500ms);
  CHECK(moment(g, b, at_first + 1s) == at_first + 10s + 600ms);
}

TEST_CASE("a shorter pause does not end a longer one", "[engine]") {
  gate g;
  g.close(at_first, 10s);
  g.close(at_first, 1s);
  CHECK(g.closed_until(at_first) == at_first + 10s);
}

TEST_CASE("a pause of no time holds nobody back", "[engine]") {
  gate g{{.pace = 100ms}};
  g.close(at_first, 1s);
  gate::place waiting{g}, newcomer{g}, next{g};
  (void)g.ask(waiting, at_first);
  CHECK(g.ask(waiting, at_first + 1s).what == verdict::pass);
  CHECK(moment(g, newcomer, at_first + 1s) == at_first + 1s + 100ms);
  g.close(at_first + 1s, 0s);
  CHECK(g.ask(next, at_first + 1s + 100ms).what == verdict::pass);
}

TEST_CASE("a pause is never longer than the longest", "[engine]") {
  gate g{{.longest = 5s}};
  g.close(at_first, 24h);
  CHECK(g.closed_until(at_first) == at_first + 5s);
}

TEST_CASE("who leaves the queue makes room for those behind", "[engine]") {
  gate g{{.pace = 100ms, .most_waiting = 2}};
  g.close(at_first, 1s);
  gate::place behind{g}, third{g};
  {
    gate::place leaving{g};
    (void)g.ask(leaving, at_first);
    CHECK(moment(g, behind, at_first) == at_first + 1s + 100ms);
    CHECK(g.ask(third, at_first).what == verdict::full);
    CHECK(g.ask(third, at_first).when == at_first + 1s + 200ms);
  }
  CHECK(g.ask(behind, at_first + 1s).what == verdict::pass);
  CHECK(moment(g, third, at_first + 1s) == at_first + 1s + 100ms);
}

TEST_CASE("those who come late are not let through all at once", "[engine]") {
  gate g{{.pace = 100ms}};
  g.close(at_first, 1s);
  std::vector<std::unique_ptr<gate::place>> calls;
  for (int i = 0; i < 10; ++i) {
    calls.push_back(std::make_unique<gate::place>(g));
    (void)g.ask(*calls.back(), at_first);
  }
  const auto passing = [&](time_point now) {
    return std::count_if(calls.begin(), calls.end(),
                         [&](auto& call) { return g.ask(*call, now).what == verdict::pass; });
  };
  CHECK(passing(at_first + 1h) == 2);  // one whose moment it is, and one to catch up
}

TEST_CASE("many threads ask, wait and leave, and nobody is lost", "[engine][concurrency]") {
  gate g{{.longest = 1h, .pace = 1ms, .most_waiting = 4}};
  std::atomic<int> passed{0}, refused{0};
  {
    std::array<std::jthread, 8> threads;
    for (auto& thread : threads)
      thread = std::jthread{[&] {
        for (int i = 0; i < 500; ++i) {
          const time_point now = at_first + i * 1ms;
          gate::place call{g};
          if (i % 50 == 0) g.close(now, 5ms);
          auto answer = g.ask(call, now);
          if (answer.what == verdict::full) ++refused;
          if (answer.what == verdict::wait && i % 3 != 0) answer = g.ask(call, answer.when);
          if (answer.what == verdict::pass) ++passed;
        }
      }};
  }
  CHECK(passed > 0);
  gate::place last{g};
  CHECK(g.ask(last, at_first + 24h).what == verdict::pass);
  CHECK(refused + passed <= 4'000);
}
