/// @file
/// Several requests under way at once, their outcomes taken in order.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <crm/detail/caught.hpp>

namespace crm::inline v0::detail {

/// Runs `work(n, stop)` for each `n` from first to last, `at_once` of them at a time, on threads of its own; `take`
/// answers with the outcomes in this order. No more than `ahead` are under way or wait to be taken: where that is more
/// than `at_once`, a slow one does not hold up the others. When it goes, what is under way is stopped, and waited for.
/// Where no thread can be had, `take` does the work.
template <class Work>
class flight {
 public:
  using outcome = std::invoke_result_t<const Work&, std::int64_t, const std::stop_token&>;

  flight(Work work, std::int64_t first, std::int64_t last, std::size_t at_once, std::size_t ahead,
         const std::stop_token& stop)
      : work_{std::move(work)},
        next_{first},
        taken_{first},
        last_{last},
        slots_(ahead),
        forward_{stop, forward_stop{this}} {
    const auto wanted = std::min(at_once, static_cast<std::size_t>(std::max<std::int64_t>(last - first + 1, 0)));
    const auto start = [&] {
      threads_.reserve(wanted);
      while (threads_.size() < wanted) threads_.emplace_back([this] { carry(); });
    };
    caught(start, [] {});  // those that could be had do all the work
  }
  flight(const flight&) = delete;
  flight& operator=(const flight&) = delete;
  ~flight() {
    stop_.request_stop();
    const std::lock_guard lock{mutex_};
    last_ = next_ - 1;
    changed_.notify_all();
  }

  [[nodiscard]] bool at_end() const noexcept { return taken_ > last_; }
  /// Whose outcome is taken next.
  [[nodiscard]] std::int64_t next() const noexcept { return taken_; }

  /// The next outcome. Requires `!at_end()`. What `work` threw is thrown here.
  [[nodiscard]] outcome take() {
    const std::int64_t wanted = taken_;
    if (threads_.empty()) return ++taken_, work_(wanted, stop_.get_token());
    std::unique_lock lock{mutex_};
    slot& there = slot_of(wanted);
    changed_.wait(lock, [&] { return !std::holds_alternative<std::monostate>(there); });
    slot landed = std::exchange(there, std::monostate{});
    ++taken_;
    lock.unlock();
    changed_.notify_all();
    if (const auto* thrown = std::get_if<std::exception_ptr>(&landed)) std::rethrow_exception(*thrown);
    return std::get<outcome>(std::move(landed));
  }

 private:
  using slot = std::variant<std::monostate, outcome, std::exception_ptr>;
  struct forward_stop {
    flight* to;
    void operator()() const { to->stop_.request_stop(); }
  };

  [[nodiscard]] slot& slot_of(std::int64_t n) noexcept { return slots_[static_cast<std::size_t>(n) % slots_.size()]; }

  /// What each thread does.
  void carry() {
    std::unique_lock lock{mutex_};
    for (;;) {
      changed_.wait(lock, [this] { return next_ > last_ || next_ - taken_ < std::ssize(slots_); });
      if (next_ > last_) return;
      const std::int64_t mine = next_++;
      lock.unlock();
      slot landed = done(mine);
      lock.lock();
      slot_of(mine) = std::move(landed);
      changed_.notify_all();
    }
  }
  [[nodiscard]] slot done(std::int64_t n) noexcept {
    return caught(
        [&] {
          return slot{std::in_place_type<outcome>, work_(n, stop_.get_token())};
        },
        [] {
          return slot{std::in_place_type<std::exception_ptr>, std::current_exception()};
        });
  }

  const Work work_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t next_;   // to be begun
  std::int64_t taken_;  // to be taken; written by the one who takes
  std::int64_t last_;
  std::vector<slot> slots_;
  std::stop_callback<forward_stop> forward_;
  std::vector<std::jthread> threads_;
};

}  // namespace crm::inline v0::detail
