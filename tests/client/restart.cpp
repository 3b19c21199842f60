// A real server that goes away, comes back, and has enough.
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <crm/crm.hpp>

#include "client/worlds.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using crm::errc;
using suite::ids;
using suite::must;
using suite::refusal_of;

namespace {

using impatient_client = crm::basic_crm_client<crm::httplib_transport, crm::no_retry, crm::task_cache, crm::api_key>;
/// The ADR's three retries, in milliseconds.
using quick_client =
    crm::basic_crm_client<crm::httplib_transport, crm::exponential_backoff<3, 2>, crm::task_cache, crm::api_key>;

template <class Client>
Client client_of(const support::reference_server& server, crm::client_options options = {}) {
  return Client{server.url(), crm::api_key::from_text(server.api_key()), std::move(options)};
}

}  // namespace

TEST_CASE("a server that was killed is unreachable, and serves again with all that was written", "[client][restart]") {
  support::reference_server server;
  const auto client = client_of<impatient_client>(server);
  const std::string city = suite::unique("Powercut");
  const auto made = must(client.create(crm::new_customer{"Survivor"}.city(city)));
  crm::call_options keyed;
  keyed.idempotency_key = "before-the-power-cut";
  const auto under_key = must(client.create(crm::new_customer{"Keyed"}.city(city), keyed));

  server.kill();
  const auto e = refusal_of(client.find(made.id));
  CHECK(e.code == errc::unreachable);
  CHECK(e.status == 0);
  CHECK_FALSE(e.outcome_unknown);
  const auto write = refusal_of(client.create(crm::new_customer{"Nobody"}.city(city)));
  CHECK(write.code == errc::unreachable);
  // Nobody listened, so nothing can have been created.
  CHECK_FALSE(write.outcome_unknown);

  server.start();
  auto found = must(client.find(made.id));
  CHECK(found == made);
  // The key outlives the process, too.
  CHECK(must(client.create(crm::new_customer{"Keyed"}.city(city), keyed)).id == under_key.id);
  CHECK(must(client.query(crm::customers.city(city))).size() == 2);
}

TEST_CASE("while nobody listens a call is tried four times in all, a write too", "[client][restart]") {
  support::reference_server server{{.customers = 0}};
  const auto client = client_of<quick_client>(server);
  server.kill();
  const auto check = [](const crm::error& e) {
    CHECK(e.code == errc::unreachable);
    CHECK(e.stopped == crm::gave_up::exhausted);
    REQUIRE(e.attempts.size() == 4);
    CHECK(e.attempts[0].waited_before == 0ms);
    CHECK(e.attempts[1].waited_before == 2ms);
    CHECK(e.attempts[2].waited_before == 4ms);
    CHECK(e.attempts[3].waited_before == 8ms);
    CHECK_FALSE(e.outcome_unknown);
  };
  check(refusal_of(client.query(crm::customers)));
  check(refusal_of(client.create(crm::new_customer{"Nobody"})));
}

TEST_CASE("a limit of requests is waited out", "[client][restart]") {
  const support::reference_server server{
      {.customers = 3, .api_key = "limited-key", .options = {"--rate-limit", "1", "--rate-burst", "1"}}};
  const auto client = client_of<quick_client>(server);
  const auto begin = crm::clock::now();
  must(client.query(crm::customers));
  must(client.query(crm::customers));
  CHECK(crm::clock::now() - begin >= 500ms);

  // The next is due in about a second, which this call has not.
  crm::call_options call;
  call.deadline = 300ms;
  const auto e = refusal_of(client.query(crm::customers, call));
  CHECK(e.code == errc::rate_limited);
  CHECK(e.status == 429);
  CHECK(e.stopped == crm::gave_up::deadline);
  REQUIRE(e.retry_at);
  CHECK(*e.retry_at > crm::clock::now());
}

TEST_CASE("a server that asks for no key is asked with none", "[client][restart]") {
  const support::reference_server server{{.customers = 3, .api_key = ""}};
  const crm::basic_crm_client client{crm::httplib_transport{server.url()}};
  CHECK(must(client.query(crm::customers)).size() == 4);
}
