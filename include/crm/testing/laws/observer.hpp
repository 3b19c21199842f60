/// @file
/// What must hold of every observer: the executable form of `observe/concept.hpp`'s comment.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <crm/config.hpp>
#include <crm/observe/concept.hpp>
#include <crm/testing/laws/violations.hpp>

namespace crm::inline v0::testing::laws {

namespace detail {

/// Texts of an event, which are gone as soon as it was told.
struct passing_texts {
  std::string route = "/api/v1/customers/{id}", task = "a task of more letters than fit into a string itself",
              traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
              reason = "the server failed in a way that takes many letters",
              request_id = "request-0123456789-0123456789";

  [[nodiscard]] events::call_id call() const {
    return {operation::find, http::method::get, route, 7, task, traceparent};
  }
};

/// `f` of every kind of event, with each text filled in.
template <class F>
void with_every_event(F f) {
  using namespace std::chrono_literals;
  const auto told = [&](auto fill) {
    const auto texts = std::make_unique<passing_texts>();
    f(fill(*texts));
  };
  using texts = passing_texts;
  told([](const texts& t) { return events::call_started{t.call()}; });
  told([](const texts& t) { return events::attempt_made{t.call(), 1, 503, t.reason, t.request_id, 12ms}; });
  told([](const texts& t) { return events::retry_scheduled{t.call(), 2, 2s, t.reason}; });
  told([](const texts& t) { return events::gate_closed{t.call(), 429, 7'000ms}; });
  told([](const texts& t) { return events::gate_opened{t.call()}; });
  told([](const texts& t) { return events::breaker_changed{t.call(), breaker_state::open}; });
  told([](const texts& t) { return events::cache_hit{t.call()}; });
  told([](const texts& t) { return events::not_found{t.call(), t.request_id}; });
  told([](const texts& t) { return events::credential_failed{t.call(), 401, t.request_id, 1}; });
  told([](const texts& t) { return events::escalated{t.call(), 401, t.request_id, 1}; });
  told([](const texts& t) {
    return events::call_finished{t.call(), errc::unreachable, 503, 4, gave_up::exhausted, false, t.request_id, 14s};
  });
}

/// Tells an observer, and answers whether it took that calmly.
template <class O, class Event>
bool tell_calmly(O& to, const Event& e) {
  if constexpr (v0::detail::observes<O, Event>) {
#if CRM_CLIENT_HAS_EXCEPTIONS
    try {
      to.on(e);
    } catch (...) {
      return false;
    }
#else
    to.on(e);
#endif
  }
  return true;
}

}  // namespace detail

/// Every law. The observer is told some of everything, by four threads at once too: what it keeps of an event's text,
/// or shares between threads, a sanitizer finds here.
template <v0::observer O>
[[nodiscard]] violations check_observer(O watch) {
  ledger broken{"observer"};
  broken.demand(!v0::detail::all_events::some_overlooked<O>,
                "on() takes events as const: one that takes Event& is never called");
  const auto tell_all = [&] {
    bool calm = true;
    detail::with_every_event([&](const auto& e) { calm = detail::tell_calmly(watch, e) && calm; });
    return calm;
  };
  broken.demand(tell_all(), "on() throws nothing: it would be dropped, and never be seen");
  {
    std::array<std::jthread, 4> threads;
    for (auto& thread : threads)
      thread = std::jthread{[&] {
        for (int i = 0; i < 25; ++i) (void)tell_all();
      }};
  }
  O moved{std::move(watch)};
  bool calm = true;
  detail::with_every_event([&](const auto& e) { calm = detail::tell_calmly(moved, e) && calm; });
  broken.demand(calm, "an observer that was moved, as into a client, is told as before");
  return broken.take();
}

}  // namespace crm::inline v0::testing::laws
