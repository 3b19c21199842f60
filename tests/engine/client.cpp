// Tests include/crm/client.hpp where time matters; what the operations do is in tests/client.
#include <crm/client.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <crm/cache/none.hpp>
#include <crm/retry/none.hpp>
#include <crm/testing/mock_transport.hpp>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;

/// The in-memory CRM behind a network on which each exchange takes a while.
struct slow_transport {
  crm::mock_transport<> inner{};
  std::chrono::milliseconds latency{400};

  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    inner.time().advance(latency);
    return inner.send(request, limits);
  }
  crm::time_point now() { return inner.now(); }
  crm::wake wait_until(crm::time_point when, const std::stop_token& stop) { return inner.wait_until(when, stop); }
};

}  // namespace

TEST_CASE("a call's deadline holds for all pages of a list together", "[engine]") {
  const slow_transport network;
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}};
  crm::call_options call;
  call.per_page = 1;

  call.deadline = 1s;
  const auto late = client.query(crm::customers, call);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == crm::errc::deadline_exceeded);
  CHECK(late.error().op == crm::operation::query);
  CHECK(network.inner.crm().requests().size() == 2);  // the third would have been answered too late

  call.deadline = 10s;
  CHECK(client.query(crm::customers, call).value().size() == network.inner.crm().customers().size());
}

TEST_CASE("the client's own deadline holds for each page of a list", "[engine]") {
  const slow_transport network;
  crm::client_options options;
  options.deadline = 1s;
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}, crm::no_auth{}, options};
  crm::call_options call;
  call.per_page = 1;
  CHECK(client.query(crm::customers, call).value().size() == network.inner.crm().customers().size());
}
