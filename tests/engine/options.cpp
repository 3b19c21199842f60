#include <chrono>

#include "support/catch.hpp"

#include <crm/options.hpp>
#include <crm/retry/exponential.hpp>

TEST_CASE("the default deadline leaves room for the default backoff", "[engine]") {
  const crm::client_options options;
  CHECK(options.deadline > crm::adr_backoff::total_wait);
  CHECK(options.transport.connect_timeout + options.transport.read_timeout < options.deadline);
}

TEST_CASE("nothing is assumed of the CRM or the network unless said", "[engine]") {
  const crm::client_options options;
  CHECK_FALSE(options.server_honours_idempotency_keys);
  CHECK_FALSE(options.allow_insecure_credentials);
  CHECK(options.lists == crm::list_style::comma);
  CHECK(options.transport.max_body == 4U * 1024 * 1024);
  CHECK(options.transport.max_idle == std::chrono::seconds{4});
  CHECK(crm::http::is_field_value(options.user_agent));
}

TEST_CASE("a call asks for the first page of 25 and sends no header of its own", "[engine]") {
  const crm::call_options call;
  CHECK(call.per_page.value() == 25);
  CHECK(call.first_page.value() == 1);
  CHECK(call.headers.empty());
  CHECK(call.idempotency_key.empty());
  CHECK_FALSE(call.deadline);
  CHECK_FALSE(call.stop.stop_possible());
}
