/// @file
/// What an observer is: it is told what becomes of calls, and changes nothing.
#pragma once

#include <concepts>

#include <crm/detail/caught.hpp>
#include <crm/observe/events.hpp>

namespace crm::inline v0 {

namespace detail {

template <class O, class Event>
concept observes = requires(O& o, const Event& e) {
  o.on(e);
};
/// Would be passed over: `on` takes the event as something it could change.
template <class O, class Event>
concept overlooks = !observes<O, Event> && requires(O & o, Event& e) {
  o.on(e);
};

template <class... Events>
struct event_list {
  template <class O>
  static constexpr bool some_observed = (observes<O, Events> || ...);
  template <class O>
  static constexpr bool some_overlooked = (overlooks<O, Events> || ...);
};
using all_events = event_list<events::call_started, events::attempt_made, events::retry_scheduled, events::gate_closed,
                              events::gate_opened, events::breaker_changed, events::cache_hit, events::not_found,
                              events::credential_failed, events::escalated, events::call_finished>;

/// The null observer says so.
template <class O>
concept observes_nothing = requires {
  requires O::observes_nothing;
};

}  // namespace detail

/// Requires of `O`, for `o` an lvalue and `e` a const lvalue of one event type at least: `o.on(e)`. Events it has no
/// `on` for are not told. It is called from the threads that make the calls, several at once, and between their
/// attempts: it should be quick. What it throws is dropped. It must not call the client it observes; such a call is
/// refused.
template <class O>
concept observer = std::move_constructible<O> &&(detail::all_events::some_observed<O> || detail::observes_nothing<O>);

namespace detail {

template <class O, class Event>
void tell(O& o, const Event& e) noexcept {
  if constexpr (observes<O, Event>) {
    caught([&] { o.on(e); }, [] {});  // an observer never harms a call
  }
}

}  // namespace detail

}  // namespace crm::inline v0
