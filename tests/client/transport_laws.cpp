// The laws of transports, on the two that reach a CRM.
#include <crm/crm.hpp>
#include <crm/testing/laws/transport.hpp>

#include "support/catch.hpp"
#include "support/reference_server.hpp"

namespace laws = crm::testing::laws;

TEST_CASE("the in-memory CRM keeps the laws of transports", "[client][laws][concurrency]") {
  CHECK(laws::check_transport(crm::mock_transport<>{}) == laws::none);
}

TEST_CASE("cpp-httplib keeps the laws of transports", "[client][laws][concurrency]") {
  const auto& server = support::reference_server::shared();
  CHECK(laws::check_transport(crm::httplib_transport{server.url()},
                              {.headers = {{"Authorization", "Bearer " + server.api_key()}}}) == laws::none);
}

TEST_CASE("cpp-httplib keeps the laws of transports with one connection", "[client][laws][concurrency]") {
  const auto& server = support::reference_server::shared();
  crm::transport_options options;
  options.max_connections = 1;
  CHECK(laws::check_transport(crm::httplib_transport{server.url(), options},
                              {.headers = {{"Authorization", "Bearer " + server.api_key()}}}) == laws::none);
}
