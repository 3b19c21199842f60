// The laws of transports, on the two that reach a CRM.
#include <stop_token>
#include <thread>

#include <crm/crm.hpp>
#include <crm/testing/laws/transport.hpp>

#include "support/any_transport.hpp"
#include "support/catch.hpp"
#include "support/reference_server.hpp"

namespace {

namespace laws = crm::testing::laws;

/// In real time: the only one in which a stop can come too late.
struct cannot_be_woken {
  crm::mock_transport<> inner{};
  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    return inner.send(request, limits);
  }
  crm::time_point now() { return crm::clock::now(); }
  crm::wake wait_until(crm::time_point when, const std::stop_token& stop) {
    if (stop.stop_requested()) return crm::wake::stopped;
    std::this_thread::sleep_until(when);
    return crm::wake::due;
  }
};

}  // namespace

TEST_CASE("the in-memory CRM keeps the laws of transports", "[client][laws][concurrency]") {
  CHECK(laws::check_transport(crm::mock_transport<>{}) == laws::none);
}

TEST_CASE("a transport over HTTP keeps the laws of transports", "[client][laws][concurrency]") {
  const auto& server = support::reference_server::shared();
  CHECK(laws::check_transport(support::any_transport{server.url()},
                              {.headers = {{"Authorization", "Bearer " + server.api_key()}}}) == laws::none);
}

TEST_CASE("a transport over HTTP keeps the laws of transports with one connection", "[client][laws][concurrency]") {
  const auto& server = support::reference_server::shared();
  crm::transport_options options;
  options.max_connections = 1;
  CHECK(laws::check_transport(support::any_transport{server.url(), options},
                              {.headers = {{"Authorization", "Bearer " + server.api_key()}}}) == laws::none);
}

TEST_CASE("a transport that sleeps through a stop is told apart", "[client][laws]") {
  auto asleep = cannot_be_woken{};
  CHECK(laws::check_transport_time(asleep) == laws::violations{"transport: a stop asked for during a wait ends it"});
}
