// The laws of transports, on the two that reach a CRM. (tests/laws/transport.hpp)
#include "laws/transport.hpp"

#include <crm/crm.hpp>

#include "support/catch.hpp"
#include "support/reference_server.hpp"

TEST_CASE("the in-memory CRM keeps the laws of transports", "[client][laws][concurrency]") {
  laws::check_transport(crm::mock_transport<>{});
}

TEST_CASE("cpp-httplib keeps the laws of transports", "[client][laws][concurrency]") {
  const auto& server = support::reference_server::shared();
  laws::check_transport(crm::httplib_transport{server.url()},
                        {.headers = {{"Authorization", "Bearer " + server.api_key()}}});
}

TEST_CASE("cpp-httplib keeps the laws of transports with one connection", "[client][laws][concurrency]") {
  const auto& server = support::reference_server::shared();
  crm::transport_options options;
  options.max_connections = 1;
  laws::check_transport(crm::httplib_transport{server.url(), options},
                        {.headers = {{"Authorization", "Bearer " + server.api_key()}}});
}
