/// @file
/// The in-memory CRM in the place of a network. (ADR 10, Development & Testing Without CRM.)
#pragma once

#include <memory>
#include <stop_token>

#include <crm/http/uri.hpp>
#include <crm/result.hpp>
#include <crm/testing/detail/limits.hpp>
#include <crm/testing/in_memory_crm.hpp>
#include <crm/testing/sample_data.hpp>
#include <crm/testing/virtual_clock.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0 {

/// A transport whose far end is an in-memory CRM, filled from `Data`: a `testing::data_set`, or a `std::array` of
/// `customer_view`. A handle: copies share the CRM and its time, so that a test keeps one and looks at, or changes,
/// what the client sees. It reaches no network, so it has no `base()` and its client needs no credential.
template <const auto& Data = testing::sample_crm>
class mock_transport {
 public:
  mock_transport() : state_{std::make_shared<state>()} {}

  /// As the real one is made; the address and the options mean nothing here.
  [[nodiscard]] static result<mock_transport> make(const http::base_url&, const transport_options&) {
    return mock_transport{};
  }

  /// Answers at once, unless the limits are reached already.
  [[nodiscard]] transport_result send(const http::request& request, const send_limits& limits) {
    if (const auto over = testing::detail::limit_reached(limits, now())) return tl::unexpected{*over};
    return state_->crm.handle(request);
  }

  [[nodiscard]] time_point now() const { return state_->time.now(); }
  [[nodiscard]] wake wait_until(time_point when, const std::stop_token& stop) {
    return state_->time.wait_until(when, stop);
  }

  [[nodiscard]] testing::in_memory_crm& crm() const noexcept { return state_->crm; }
  [[nodiscard]] testing::virtual_clock& time() const noexcept { return state_->time; }

 private:
  struct state {
    testing::in_memory_crm crm{Data};
    testing::virtual_clock time;
  };

  std::shared_ptr<state> state_;
};

static_assert(transport<mock_transport<>> && !networked_transport<mock_transport<>>);

}  // namespace crm::inline v0
