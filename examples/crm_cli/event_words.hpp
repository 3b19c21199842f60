/// @file
/// What `-v` says.
#pragma once

#include <crm/observe/events.hpp>

namespace crm_cli {

/// An observer that tells of events in words, a line each on standard error. As the events, the lines hold no path, no
/// query, no credential and nothing of a customer.
struct event_words {
  void on(const crm::events::call_started& e) const;
  void on(const crm::events::attempt_made& e) const;
  void on(const crm::events::retry_scheduled& e) const;
  void on(const crm::events::gate_closed& e) const;
  void on(const crm::events::gate_opened& e) const;
  void on(const crm::events::cache_hit& e) const;
  void on(const crm::events::not_found& e) const;
  void on(const crm::events::credential_failed& e) const;
  void on(const crm::events::escalated& e) const;
  void on(const crm::events::call_finished& e) const;
};

}  // namespace crm_cli
