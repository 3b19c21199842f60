// Tests include/crm/client.hpp where time matters; what the operations do is in tests/client.
#include <crm/client.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <crm/cache/none.hpp>
#include <crm/retry/budget.hpp>
#include <crm/retry/exponential.hpp>
#include <crm/retry/jitter.hpp>
#include <crm/retry/none.hpp>
#include <crm/testing/mock_transport.hpp>
#include <crm/testing/virtual_time.hpp>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;

/// A CRM that answers every request as it was told to.
struct scripted_transport {
  std::shared_ptr<int> asked = std::make_shared<int>(0);
  crm::transport_result answer;

  crm::transport_result send(const crm::http::request&, const crm::send_limits&) { return ++*asked, answer; }
  crm::time_point now() { return time->now(); }
  crm::wake wait_until(crm::time_point when, const std::stop_token& stop) { return time->wait_until(when, stop); }

  std::shared_ptr<crm::testing::virtual_time> time = std::make_shared<crm::testing::virtual_time>();
};

crm::http::response answer(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}, {"X-Request-Id", "r-1"}}, std::move(body)};
}

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

TEST_CASE("an answer about another record is refused, and a write's outcome is then unknown", "[engine]") {
  scripted_transport network;
  network.answer = answer(200, R"({"customer":{"id":"other","name":"Other"}})");
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}};
  const auto check = [](const auto& outcome, bool unknown) {
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == crm::errc::bad_response);
    CHECK(outcome.error().outcome_unknown == unknown);
  };
  check(client.find("mine"), false);
  check(client.update("mine", crm::customer_patch{}.notes("x")), true);
  CHECK(client.find("other"));

  network.answer =
      answer(200, R"({"interactions":[{"id":"i","customer_id":"other","direction":"inbound","channel":"sms",)"
                  R"("occurred_at":"2026-01-02T03:04:05Z"}],"meta":{"total":1,"page":1,"per_page":25}})");
  const crm::basic_crm_client second{network, crm::no_retry{}, crm::no_cache{}};
  check(second.interactions("mine"), false);
  CHECK(second.interactions("other"));
}

TEST_CASE("an answer that cannot be read names its request", "[engine]") {
  scripted_transport network;
  network.answer = answer(200, "{");
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}};
  const auto found = client.find("mine");
  REQUIRE_FALSE(found);
  CHECK(found.error().code == crm::errc::bad_response);
  CHECK(found.error().status == 200);
  CHECK(found.error().request_id == "r-1");
}

TEST_CASE("of the writes only a create becomes safe to repeat by its key", "[engine]") {
  scripted_transport network;
  network.answer =
      tl::unexpected{crm::transport_failure{crm::errc::unreachable, crm::delivery::unknown, "the connection broke"}};
  crm::client_options options;
  options.server_honours_idempotency_keys = true;
  options.deadline = std::chrono::minutes{1};
  const crm::basic_crm_client client{network, crm::exponential_backoff<3>{}, crm::no_cache{}, crm::no_auth{}, options};
  crm::call_options call;
  call.idempotency_key = "key";

  REQUIRE_FALSE(client.update("mine", crm::customer_patch{}.notes("x"), call));
  CHECK(std::exchange(*network.asked, 0) == 1);
  REQUIRE_FALSE(client.create(crm::new_customer{"New"}, call));
  CHECK(*network.asked == 4);
}

TEST_CASE("fault 75, a total outage: with a budget a thousand calls make at most a tenth more attempts, and ten",
          "[engine][faults]") {
  scripted_transport network;
  network.answer =
      tl::unexpected{crm::transport_failure{crm::errc::unreachable, crm::delivery::not_sent, "connection refused"}};
  const crm::basic_crm_client client{network, crm::retry_budget<crm::full_jitter<crm::adr_backoff>>{}, crm::no_cache{}};
  for (int call = 0; call < 1'000; ++call) REQUIRE_FALSE(client.find("anybody"));
  CHECK(*network.asked > 1'000 + 100);
  CHECK(*network.asked <= 1'000 + 100 + 10);
}
