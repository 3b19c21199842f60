#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"

#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/retry/breaker.hpp>
#include <crm/retry/none.hpp>
#include <crm/task/availability.hpp>

#include "support/scripted_transport.hpp"

namespace {

using namespace std::chrono_literals;
using crm::availability_state;
using crm::errc;
using support::answer;

using breaker = crm::circuit_breaker<crm::no_retry, 1, 30'000>;
using tried_client = crm::basic_crm_client<support::scripted_transport, breaker, crm::no_cache>;

tried_client client_of(std::vector<crm::transport_result> script) {
  return tried_client{support::scripted_transport{std::move(script)}};
}

/// Time that a test moves, and a CRM whose answers it holds back.
struct world {
  std::mutex mutex;
  std::condition_variable_any changed;
  crm::time_point now{1h};
  std::multiset<crm::time_point> waited_for;
  std::vector<crm::time_point> sent_at;
  bool down = true;
  bool held = false;

  template <class Condition>
  void await(Condition condition) {
    std::unique_lock lock{mutex};
    changed.wait(lock, condition);
  }
  /// To the next moment that somebody waits for, while the condition holds: who has been woken is not overtaken by
  /// time.
  template <class Condition>
  void move_on_when(Condition condition) {
    std::unique_lock lock{mutex};
    changed.wait(lock, condition);
    move_on(lock);
  }
  void set(bool& what, bool to) {
    const std::lock_guard lock{mutex};
    what = to;
    changed.notify_all();
  }

 private:
  void move_on(const std::unique_lock<std::mutex>&) {
    if (!waited_for.empty()) now = std::max(now, *waited_for.begin());
    changed.notify_all();
  }
};

class held_network {
 public:
  explicit held_network(world& w) : world_{&w} {}

  crm::transport_result send(const crm::http::request&, const crm::send_limits&) {
    std::unique_lock lock{world_->mutex};
    world_->sent_at.push_back(world_->now);
    world_->changed.notify_all();
    world_->changed.wait(lock, [&] { return !world_->held; });
    if (world_->down) return support::failure(crm::delivery::not_sent);
    return answer(404);
  }
  crm::time_point now() const {
    const std::lock_guard lock{world_->mutex};
    return world_->now;
  }
  crm::wake wait_until(crm::time_point when, const std::stop_token& stop) {
    std::unique_lock lock{world_->mutex};
    const auto mine = world_->waited_for.insert(when);
    world_->changed.notify_all();
    const bool due = world_->changed.wait(lock, stop, [&] { return world_->now >= when; });
    world_->waited_for.erase(mine);
    return due ? crm::wake::due : crm::wake::stopped;
  }

 private:
  world* world_;
};

}  // namespace

TEST_CASE("a CRM that nobody has asked yet is taken to be available", "[task]") {
  const tried_client c = client_of({});
  CHECK(crm::availability_of(c) == crm::availability{});
  const crm::availability_monitor monitor{c};
  CHECK(monitor.wait_until_available({}, c.transport_model().now()));
  CHECK(c.transport_model().time().waits().empty());
}

TEST_CASE("a CRM is down while the breaker is open, until a call finds it back", "[task]") {
  const tried_client c = client_of({answer(503), answer(503), answer(404)});
  const crm::availability_monitor monitor{c};
  auto& time = c.transport_model().time();
  CHECK_FALSE(c.find("1"));
  const auto until = time.now() + 30s;
  CHECK(monitor.now() == crm::availability{availability_state::down, until});

  const auto early = monitor.wait_until_available({}, until - 1ms);
  REQUIRE_FALSE(early);
  CHECK(early.error().code == errc::deadline_exceeded);
  CHECK(early.error().retry_at == until);

  CHECK(monitor.wait_until_available({}, until + 1ms));
  CHECK(time.now() == until);
  CHECK(monitor.now() == crm::availability{availability_state::down, until});  // a call may find out
  CHECK_FALSE(c.find("1"));
  CHECK(monitor.now() == crm::availability{availability_state::down, until + 30s});

  CHECK(monitor.wait_until_available({}, until + 1h));
  CHECK(c.find("1"));
  CHECK(monitor.now() == crm::availability{});
}

TEST_CASE("whoever was let go to find out has a second to do so, before another is", "[task]") {
  const tried_client c = client_of({answer(503)});
  const crm::availability_monitor monitor{c};
  auto& time = c.transport_model().time();
  CHECK_FALSE(c.find("1"));
  const auto back = time.now() + 30s;
  CHECK(monitor.wait_until_available({}, back + 1h));
  CHECK_FALSE(crm::availability_monitor{monitor}.wait_until_available({}, back + 999ms));
  CHECK(time.now() == back + 999ms);
  CHECK(monitor.wait_until_available({}, back + 1h));
  CHECK(time.now() == back + 1s);
}

TEST_CASE("a CRM that asks for a pause is rate limited until its end", "[task]") {
  const tried_client c = client_of({answer(429, {}, {{"Retry-After", "10"}})});
  const crm::availability_monitor monitor{c};
  auto& time = c.transport_model().time();
  CHECK_FALSE(c.find("1"));
  const auto until = time.now() + 10s;
  CHECK(monitor.now() == crm::availability{availability_state::rate_limited, until});
  CHECK(monitor.wait_until_available({}, until));
  CHECK(time.now() == until);
  CHECK(monitor.now() == crm::availability{});
}

TEST_CASE("a breaker that was opened by hand is looked at ten times a second", "[task]") {
  const tried_client c = client_of({});
  const crm::availability_monitor monitor{c};
  auto& time = c.transport_model().time();
  c.retry_model().open();
  CHECK(monitor.now() == crm::availability{availability_state::down, {}});
  const auto waited = monitor.wait_until_available({}, time.now() + 1s);
  REQUIRE_FALSE(waited);
  CHECK_FALSE(waited.error().retry_at);
  CHECK(time.waits() == std::vector<crm::milliseconds>(10, 100ms));
  c.retry_model().close();
  CHECK(monitor.wait_until_available({}, time.now()));
}

TEST_CASE("a pause that outlasts the breaker is waited for too", "[task]") {
  const tried_client c = client_of({answer(503, {}, {{"Retry-After", "120"}})});
  const crm::availability_monitor monitor{c};
  auto& time = c.transport_model().time();
  CHECK_FALSE(c.find("1"));
  const auto until = time.now() + 120s;
  time.advance(40s);
  CHECK(monitor.now() == crm::availability{availability_state::down, until});
  CHECK(monitor.wait_until_available({}, until + 1h));
  CHECK(time.now() == until);
}

TEST_CASE("a breaker that is closed by hand lets those go who wait for its time", "[task]") {
  world w;
  const crm::basic_crm_client c{held_network{w}, breaker{}, crm::no_cache{}};
  REQUIRE_FALSE(c.find("1"));
  const auto closed_at = w.now;
  std::jthread waiter{
      [&] { static_cast<void>(crm::availability_monitor{c}.wait_until_available({}, crm::time_point::max())); }};
  w.await([&] { return w.waited_for.size() == 1; });
  c.retry_model().close();
  w.move_on_when([] { return true; });
  waiter.join();
  CHECK(w.now <= closed_at + 1s);
}

TEST_CASE("who is stopped does not take the turn of one who would find out", "[task]") {
  const tried_client c = client_of({answer(503)});
  const crm::availability_monitor monitor{c};
  auto& time = c.transport_model().time();
  CHECK_FALSE(c.find("1"));
  time.advance(30s);
  std::stop_source source;
  source.request_stop();
  CHECK(monitor.wait_until_available(source.get_token(), crm::time_point::max()).error().code == errc::cancelled);
  CHECK(monitor.wait_until_available({}, time.now()));
}

TEST_CASE("a wait for the CRM ends with the stop token", "[task]") {
  const tried_client c = client_of({});
  c.retry_model().open();
  std::stop_source source;
  source.request_stop();
  const auto waited = crm::availability_monitor{c}.wait_until_available(source.get_token(), crm::time_point::max());
  REQUIRE_FALSE(waited);
  CHECK(waited.error().code == errc::cancelled);
}

TEST_CASE("without a breaker a CRM is never taken to be down", "[task]") {
  const crm::basic_crm_client c{support::scripted_transport{{answer(503)}}, crm::no_retry{}, crm::no_cache{}};
  CHECK_FALSE(c.find("1"));
  CHECK(crm::availability_of(c) == crm::availability{});
}

TEST_CASE("of twenty that wait one finds out that the CRM is back, and the others follow 50 ms apart",
          "[task][concurrency]") {
  world w;
  const crm::basic_crm_client c{held_network{w}, breaker{}, crm::no_cache{}};
  const crm::availability_monitor monitor{c};
  REQUIRE_FALSE(c.find("1"));
  w.down = false;
  w.held = true;
  std::atomic<int> found{0}, done{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 20; ++i)
      threads.emplace_back([&, monitor] {
        if (monitor.wait_until_available({}, crm::time_point::max())) found += c.find("1") ? 1 : 0;
        const std::lock_guard lock{w.mutex};
        ++done;
        w.changed.notify_all();
      });
    for (bool asked = false; !asked;)
      w.move_on_when([&] {
        asked = w.sent_at.size() == 2;
        return asked || (w.waited_for.size() == 20 && *w.waited_for.begin() > w.now);
      });
    // One asks, and its answer is held back: the others wait, however long it takes.
    for (int times = 0; times < 50; ++times)
      w.move_on_when(
          [&] { return w.waited_for.size() == 19 && *w.waited_for.begin() > w.now && w.sent_at.size() == 2; });
    w.set(w.held, false);
    while (done < 20) w.move_on_when([&] { return w.waited_for.size() + static_cast<std::size_t>(done) == 20; });
  }
  CHECK(found == 20);
  REQUIRE(w.sent_at.size() == 21);
  for (std::size_t i = 3; i < w.sent_at.size(); ++i) CHECK(w.sent_at[i] - w.sent_at[i - 1] >= 50ms);
}
