/// @file
/// Observers composed.
#pragma once

#include <tuple>
#include <utility>

#include <crm/observe/concept.hpp>

namespace crm::inline v0 {

/// Tells each of its observers what it observes, in order. One that throws keeps nothing from the others.
template <observer... Each>
class several_observers {
  static_assert((!detail::all_events::some_overlooked<Each> && ...),
                "an observer's on takes an event that it could change, and would not be called: take it by const "
                "reference");

 public:
  several_observers() = default;
  explicit several_observers(Each... each) requires(sizeof...(Each) > 0) : each_{std::move(each)...} {}

  template <class Event>
  void on(const Event& e) requires(detail::observes<Each, Event> || ...) {
    std::apply([&](auto&... each) { (detail::tell(each, e), ...); }, each_);
  }

 private:
  std::tuple<Each...> each_;
};

}  // namespace crm::inline v0
