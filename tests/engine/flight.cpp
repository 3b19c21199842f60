#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <vector>

#include "support/catch.hpp"

#include <crm/client/flight.hpp>

namespace {

using crm::detail::flight;

/// Something that happened, which others can wait for.
class announcement {
 public:
  void set() {
    const std::lock_guard lock{mutex_};
    happened_ = true;
    changed_.notify_all();
  }
  /// False where a stop comes first.
  bool wait(const std::stop_token& stop = {}) {
    std::unique_lock lock{mutex_};
    return changed_.wait(lock, stop, [this] { return happened_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool happened_ = false;
};

template <class Work>
std::vector<std::int64_t> all(flight<Work>& of) {
  std::vector<std::int64_t> taken;
  while (!of.at_end()) taken.push_back(of.take());
  return taken;
}

}  // namespace

TEST_CASE("outcomes are taken in order, whichever comes first", "[engine][concurrency]") {
  announcement later_one_is_done;
  auto work = [&](std::int64_t n, const std::stop_token&) {
    if (n == 3) later_one_is_done.set();
    if (n == 1) later_one_is_done.wait();
    return n;
  };
  flight<decltype(work)> three{work, 1, 4, 3, 3, {}};
  CHECK(all(three) == std::vector<std::int64_t>{1, 2, 3, 4});
}

TEST_CASE("no more are under way or wait to be taken than may be", "[engine][concurrency]") {
  std::atomic<std::int64_t> taken{0}, most_ahead{0};
  auto work = [&](std::int64_t n, const std::stop_token&) {
    const std::int64_t ahead = n - taken;
    for (auto seen = most_ahead.load(); seen < ahead && !most_ahead.compare_exchange_weak(seen, ahead);) {}
    return n;
  };
  flight<decltype(work)> two{work, 1, 200, 2, 2, {}};
  while (!two.at_end()) {
    REQUIRE(two.take() == taken + 1);
    ++taken;
  }
  // One is counted as taken after it was.
  CHECK(most_ahead <= 3);
}

TEST_CASE("one that is slow does not hold up the others", "[engine][concurrency]") {
  announcement fifth_is_done;
  auto work = [&](std::int64_t n, const std::stop_token&) {
    if (n == 5) fifth_is_done.set();
    if (n == 1) fifth_is_done.wait();
    return n;
  };
  flight<decltype(work)> two{work, 1, 6, 2, 5, {}};
  CHECK(all(two).size() == 6);
}

TEST_CASE("so many are under way at once", "[engine][concurrency]") {
  std::atomic<int> begun{0};
  announcement all_begun;
  auto work = [&](std::int64_t n, const std::stop_token&) {
    if (++begun == 4) all_begun.set();
    all_begun.wait();
    return n;
  };
  flight<decltype(work)> four{work, 1, 4, 4, 4, {}};
  CHECK(all(four).size() == 4);
}

TEST_CASE("what the work throws is thrown where its outcome is taken", "[engine][concurrency]") {
  auto work = [](std::int64_t n, const std::stop_token&) {
    if (n == 2) throw std::runtime_error{"two"};
    return n;
  };
  flight<decltype(work)> some{work, 1, 3, 2, 2, {}};
  CHECK(some.take() == 1);
  CHECK_THROWS_WITH(some.take(), "two");
  CHECK(some.take() == 3);
  CHECK(some.at_end());
}

TEST_CASE("a stop reaches what is under way", "[engine][concurrency]") {
  std::stop_source stop;
  announcement begun, never;
  auto work = [&](std::int64_t, const std::stop_token& stopped) {
    begun.set();
    return never.wait(stopped);
  };
  flight<decltype(work)> one{work, 1, 1, 1, 1, stop.get_token()};
  begun.wait();
  stop.request_stop();
  CHECK_FALSE(one.take());
}

TEST_CASE("what is under way when nobody wants it any more is stopped, and nothing further is begun",
          "[engine][concurrency]") {
  std::atomic<int> begun{0};
  announcement two_begun, never;
  auto work = [&](std::int64_t, const std::stop_token& stopped) {
    if (++begun == 2) two_begun.set();
    return never.wait(stopped);
  };
  std::optional<flight<decltype(work)>> two;
  two.emplace(work, 1, 100, 2, 2, std::stop_token{});
  two_begun.wait();
  two.reset();
  CHECK(begun == 2);
}

TEST_CASE("of nothing there is nothing to take", "[engine]") {
  auto work = [](std::int64_t n, const std::stop_token&) { return n; };
  const flight<decltype(work)> none{work, 0, -1, 8, 8, {}};
  CHECK(none.at_end());
}
