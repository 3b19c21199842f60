/// @file
/// A transport that answers as it was told to, and says where it was asked for something else.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/http/uri.hpp>
#include <crm/testing/detail/script.hpp>
#include <crm/testing/script_steps.hpp>
#include <crm/testing/virtual_clock.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::testing {

/// The n-th request gets the n-th step. The conversation is a type, `scripted_transport<reply<503>, timeout,
/// reply<200>>`, or is given as values: `scripted_transport{answer(503), timeout{}, answer(200, body)}`. In virtual
/// time.
///
/// A request that its step does not expect, one after the last step, and a step that is never reached are findings. The
/// first two are told at once, on standard error or to the handler, and the call ends with `errc::bad_response`. A
/// script with findings that nobody asks for, by `findings()` or a handler, ends the program when its last copy goes.
///
/// A handle: copies share the script. Safe to use from several threads, which take the steps in the order they come.
template <class... Steps>
class scripted_transport {
 public:
  scripted_transport() requires(sizeof...(Steps) > 0) : script_{made({step{Steps{}}...})} {}
  explicit scripted_transport(std::vector<step> steps) requires(sizeof...(Steps) == 0)
      : script_{made(std::move(steps))} {}
  scripted_transport(std::initializer_list<step> steps) requires(sizeof...(Steps) == 0)
      : scripted_transport{std::vector<step>(steps)} {}

  [[nodiscard]] transport_result send(const http::request& request, const send_limits& limits) {
    return script_->send(request, limits);
  }
  [[nodiscard]] time_point now() const { return script_->time.now(); }
  [[nodiscard]] wake wait_until(time_point when, const std::stop_token& stop) {
    return script_->time.wait_until(when, stop);
  }

  /// What was not as the script has it: a sentence each, and the differences line by line. Steps that were not reached
  /// are among them from the start: ask when the test is over. Empty where the script was kept.
  [[nodiscard]] std::vector<std::string> findings() const { return script_->findings(); }

  /// Is told of each request that was not expected, at once, e.g. to fail the test there; in place of standard error.
  /// It is called by the thread that sends, and must not call this transport.
  void on_finding(detail::finding_handler handler) const { script_->on_finding(std::move(handler)); }

  /// From now on a step that is not reached is no finding.
  void may_end_early() const { script_->may_end_early(); }

  /// Every request, in order, with headers and body: with the credential too, where there is one.
  [[nodiscard]] std::vector<http::request> requests() const { return script_->requests(); }
  [[nodiscard]] virtual_clock& time() const noexcept { return script_->time; }

  /// Begins anew: forgets what was asked and what was wrong.
  void restart() const { script_->restart(); }

 private:
  [[nodiscard]] static std::shared_ptr<detail::script> made(std::vector<step> steps) {
    return std::make_shared<detail::script>(std::move(steps));
  }

  std::shared_ptr<detail::script> script_;
};

scripted_transport(std::vector<step>)->scripted_transport<>;
scripted_transport(std::initializer_list<step>)->scripted_transport<>;

/// The same, at the far end of a network: so that the client authorizes its requests, and refuses to do so in the
/// clear.
template <class... Steps>
class scripted_network : public scripted_transport<Steps...> {
 public:
  // Not inherited: g++ 12 would not deduce the arguments from a list of one step.
  scripted_network() requires(sizeof...(Steps) > 0) = default;
  explicit scripted_network(std::vector<step> steps) requires(sizeof...(Steps) == 0)
      : scripted_transport<Steps...>{std::move(steps)} {}
  scripted_network(std::initializer_list<step> steps) requires(sizeof...(Steps) == 0)
      : scripted_network{std::vector<step>(steps)} {}

  /// As if the CRM were at this address. Requires that it is one.
  [[nodiscard]] scripted_network at(std::string_view url) const {
    scripted_network other = *this;
    other.base_ = *http::base_url::parse(url);
    return other;
  }
  [[nodiscard]] const http::base_url& base() const noexcept { return base_; }

 private:
  http::base_url base_{.tls = true, .host = "crm.example.com", .port = 443, .prefix = {}};
};

scripted_network(std::vector<step>)->scripted_network<>;
scripted_network(std::initializer_list<step>)->scripted_network<>;

static_assert(transport<scripted_transport<>> && !networked_transport<scripted_transport<>>);
static_assert(networked_transport<scripted_network<reply<200>>>);

}  // namespace crm::inline v0::testing
