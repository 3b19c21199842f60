/// @file
/// An observer that looks through every member of every event.
#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <crm/observe/concept.hpp>
#include <crm/observe/several.hpp>
#include <crm/observe/task_events.hpp>

#include "leaks/scan.hpp"

namespace leaks {

/// The scan must live as long. Each event is taken to pieces: a member more does not compile here.
class watcher {
 public:
  explicit watcher(scan& to) : scan_{&to} {}

  void on(const crm::events::call_started& e) const {
    const auto& [call] = e;
    all("call_started", call);
  }
  void on(const crm::events::attempt_made& e) const {
    const auto& [call, number, status, reason, request_id, took] = e;
    all("attempt_made", call, number, status, reason, request_id, took);
  }
  void on(const crm::events::retry_scheduled& e) const {
    const auto& [call, next, delay, reason] = e;
    all("retry_scheduled", call, next, delay, reason);
  }
  void on(const crm::events::gate_closed& e) const {
    const auto& [call, status, pause] = e;
    all("gate_closed", call, status, pause);
  }
  void on(const crm::events::gate_opened& e) const {
    const auto& [call] = e;
    all("gate_opened", call);
  }
  void on(const crm::events::breaker_changed& e) const {
    const auto& [call, now] = e;
    all("breaker_changed", call, now);
  }
  void on(const crm::events::cache_hit& e) const {
    const auto& [call] = e;
    all("cache_hit", call);
  }
  void on(const crm::events::not_found& e) const {
    const auto& [call, request_id] = e;
    all("not_found", call, request_id);
  }
  void on(const crm::events::credential_failed& e) const {
    const auto& [call, status, request_id, generation] = e;
    all("credential_failed", call, status, request_id, generation);
  }
  void on(const crm::events::escalated& e) const {
    const auto& [call, status, request_id, generation] = e;
    all("escalated", call, status, request_id, generation, crm::events::escalated::message);
  }
  void on(const crm::events::call_finished& e) const {
    const auto& [call, error, status, attempts, stopped, unknown, request_id, took] = e;
    all("call_finished", call, error, status, attempts, stopped, unknown, request_id, took);
  }

 private:
  template <class... Members>
  void all(std::string_view event, const Members&... members) const {
    scan_->met(event);
    (one(event, members), ...);
  }
  template <class T>
  void one(std::string_view event, const T& member) const {
    if constexpr (std::same_as<T, crm::events::call_id>) {
      const auto& [op, method, route, number, task, traceparent] = member;
      (one(event, op), one(event, method), one(event, route), one(event, number), one(event, task));
      one(event, traceparent);
    } else if constexpr (std::convertible_to<T, std::string_view>) {
      scan_->look(event, member);
    } else if constexpr (std::is_enum_v<T>) {
      scan_->look(event, to_string(member));
    } else if constexpr (std::is_arithmetic_v<T>) {
      scan_->look(event, std::to_string(member));
    } else if constexpr (requires { member.count(); }) {
      scan_->look(event, std::to_string(member.count()));
    } else {
      if (member) one(event, *member);
    }
  }

  scan* scan_;
};

template <class... Events>
consteval bool watches_all(crm::detail::event_list<Events...>) {
  return (crm::detail::observes<watcher, Events> && ...);
}
static_assert(watches_all(crm::detail::all_events{}), "the watcher has no on() for some event");

/// A wall clock whose digits are nobody's.
struct still_clock {
  static std::chrono::system_clock::time_point now() { return std::chrono::system_clock::time_point{}; }
};

/// Looks through the lines that are written of the events.
struct line_reader {
  scan* to;
  void operator()(std::string_view line) const { to->look("task_events", line); }
};
using lines = crm::task_events<line_reader, still_clock>;

using everything_told = crm::several_observers<watcher, lines>;
[[nodiscard]] inline everything_told watch(scan& to) { return everything_told{watcher{to}, lines{line_reader{&to}}}; }

}  // namespace leaks
