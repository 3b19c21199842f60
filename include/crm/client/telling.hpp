/// @file
/// Telling an observer, and knowing in what it tells back.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include <crm/observe/concept.hpp>

namespace crm::inline v0::detail {

/// The cores whose observers this thread is telling something: one within the other, where observers call clients.
struct telling {
  const void* core;
  const telling* outer;
};
inline thread_local const telling* innermost_telling = nullptr;

[[nodiscard]] inline bool is_telling(const void* core) noexcept {
  const telling* each = innermost_telling;
  while (each != nullptr && each->core != core) each = each->outer;
  return each != nullptr;
}

/// A core's observer, with what is counted for it; of the null observer nothing.
template <observer Observer>
class observed {
 public:
  explicit observed(Observer who) : observer_{std::move(who)} {}

  /// The number of a call that begins.
  [[nodiscard]] std::uint64_t next_call() noexcept { return calls_.fetch_add(1, std::memory_order_relaxed) + 1; }

  template <class Event>
  void tell(const Event& e, const void* core) noexcept {
    if constexpr (observes<Observer, Event>) {
      const telling frame{core, innermost_telling};
      innermost_telling = &frame;
      detail::tell(observer_, e);
      innermost_telling = frame.outer;
    }
  }

  /// Tells of a credential that failed, and of each generation once what people must be told.
  void tell_failed(const events::credential_failed& e, const void* core) noexcept {
    tell(e, core);
    std::uint64_t known = escalated_.load(std::memory_order_relaxed);
    while (known <= e.generation)
      if (escalated_.compare_exchange_weak(known, e.generation + 1, std::memory_order_relaxed))
        return tell(events::escalated{e.call, e.status, e.request_id, e.generation}, core);
  }

 private:
  Observer observer_;
  std::atomic<std::uint64_t> calls_{0};
  std::atomic<std::uint64_t> escalated_{0};  // one more than the newest generation that was
};

template <observer Observer>
  requires observes_nothing<Observer>
class observed<Observer> {
 public:
  explicit observed(const Observer&) noexcept {}

  [[nodiscard]] static std::uint64_t next_call() noexcept { return 0; }
  template <class Event>
  static void tell(const Event&, const void*) noexcept {}
  static void tell_failed(const events::credential_failed&, const void*) noexcept {}
};

}  // namespace crm::inline v0::detail
