/// @file
/// What a check is run with. The library of rules has no transport of its own: it is given one.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include <crm/http/message.hpp>
#include <crm/result.hpp>
#include <crm/transport/concept.hpp>

namespace crm_check {

struct options {
  /// One exchange; may be called by several threads. Fails by itself when the user asked to stop or the time is over.
  std::function<crm::transport_result(const crm::http::request&)> send;
  /// Adds the credential's headers.
  std::function<crm::result<void>(crm::http::request&)> authorize;
  /// Waits; false where the user asked to stop meanwhile, or the time would be over.
  std::function<bool(std::chrono::seconds)> wait;
  /// Called once, before the customers made are emptied: from now on the three above have a little time of their own,
  /// whoever asked to stop before.
  std::function<void()> begin_cleanup;

  /// Before every path of the contract.
  std::string prefix;
  /// Prove the rules that write, too.
  bool write = false;
  /// An extension that is missing is a failure.
  bool require_extensions = false;
  /// An API key that may read only; empty where there is none.
  std::string read_only_key;
  /// Requests sent without a pause, at most, to meet a rate limit; 0 for none.
  std::size_t burst = 0;
};

}  // namespace crm_check
