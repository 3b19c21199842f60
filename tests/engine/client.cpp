// Tests include/crm/client.hpp where time matters; what the operations do is in tests/client.
#include <crm/client.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <crm/cache/none.hpp>
#include <crm/retry/budget.hpp>
#include <crm/retry/exponential.hpp>
#include <crm/retry/jitter.hpp>
#include <crm/retry/none.hpp>
#include <crm/testing/mock_transport.hpp>

#include "support/catch.hpp"
#include "support/scripted_network.hpp"
#include "support/scripted_transport.hpp"

namespace {

using namespace std::chrono_literals;
using support::answer;
using support::scripted_transport;

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

/// Says of every refusal that there is another proof, and counts how often it is asked.
struct renewing {
  static constexpr bool carries_credential = true;
  std::shared_ptr<int> asked = std::make_shared<int>(0);
  crm::result<void> ready() const { return {}; }
  crm::result<crm::proof> authorize(crm::http::request&, const crm::send_limits&) const { return crm::proof{1}; }
  bool renew(const crm::proof&, const crm::http::response&) const { return ++*asked > 0; }
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
  const scripted_transport network{{answer(200, R"({"customer":{"id":"other","name":"Other"}})")}};
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}};
  const auto check = [](const auto& outcome, bool unknown) {
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == crm::errc::bad_response);
    CHECK(outcome.error().outcome_unknown == unknown);
  };
  check(client.find("mine"), false);
  check(client.update("mine", crm::customer_patch{}.notes("x")), true);
  CHECK(client.find("other"));

  const scripted_transport calls{
      {answer(200, R"({"interactions":[{"id":"i","customer_id":"other","direction":"inbound","channel":"sms",)"
                   R"("occurred_at":"2026-01-02T03:04:05Z"}],"meta":{"total":1,"page":1,"per_page":25}})")}};
  const crm::basic_crm_client second{calls, crm::no_retry{}, crm::no_cache{}};
  check(second.interactions("mine"), false);
  CHECK(second.interactions("other"));
}

TEST_CASE("an answer that cannot be read names its request", "[engine]") {
  const scripted_transport network{{answer(200, "{")}};
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}};
  const auto found = client.find("mine");
  REQUIRE_FALSE(found);
  CHECK(found.error().code == crm::errc::bad_response);
  CHECK(found.error().status == 200);
  CHECK(found.error().request_id == "r-1");
}

TEST_CASE("of the writes only a create becomes safe to repeat by its key", "[engine]") {
  const scripted_transport network{{support::failure(crm::delivery::unknown)}};
  crm::client_options options;
  options.server_honours_idempotency_keys = true;
  options.deadline = std::chrono::minutes{1};
  const crm::basic_crm_client client{network, crm::exponential_backoff<3>{}, crm::no_cache{}, crm::no_auth{}, options};
  crm::call_options call;
  call.idempotency_key = "key";

  REQUIRE_FALSE(client.update("mine", crm::customer_patch{}.notes("x"), call));
  CHECK(network.requests().size() == 1);
  call.idempotency_key = "another";
  REQUIRE_FALSE(client.create(crm::new_customer{"New"}, call));
  CHECK(network.requests().size() == 1 + 4);
}

TEST_CASE("fault 75, a total outage: with a budget a thousand calls make at most a tenth more attempts, and ten",
          "[engine][faults]") {
  const scripted_transport network{{support::failure(crm::delivery::not_sent)}};
  const crm::basic_crm_client client{network, crm::retry_budget<crm::full_jitter<crm::adr_backoff>>{}, crm::no_cache{}};
  for (int call = 0; call < 1'000; ++call) REQUIRE_FALSE(client.find("anybody"));
  CHECK(network.requests().size() > 1'000 + 100);
  CHECK(network.requests().size() <= 1'000 + 100 + 10);
}

TEST_CASE("an idempotency key is sent quoted, or bare where the server wants it so", "[engine]") {
  for (const auto& [form, sent] : {std::pair{crm::key_form::quoted, "\"key-1\""}, {crm::key_form::bare, "key-1"}}) {
    const scripted_transport network{{answer(201, R"({"customer":{"id":"1","name":"New"}})")}};
    crm::client_options options;
    options.idempotency_key_form = form;
    const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}, crm::no_auth{}, options};
    REQUIRE(client.create(crm::new_customer{"New"}, {.idempotency_key = "key-1"}));
    CHECK(network.requests().front().headers.get("Idempotency-Key") == sent);
  }
}

TEST_CASE("a key given to another request is refused by every copy of the client, before any I/O", "[engine]") {
  const scripted_transport network{{answer(201, R"({"customer":{"id":"1","name":"New"}})")}};
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}};
  const auto task = client.for_task("t");
  const crm::call_options call{.idempotency_key = "key-1"};
  REQUIRE(client.create(crm::new_customer{"New"}, call));
  REQUIRE(task.create(crm::new_customer{"New"}, call));
  const auto other_body = task.create(crm::new_customer{"Other"}, call);
  REQUIRE_FALSE(other_body);
  CHECK(other_body.error().code == crm::errc::invalid_argument);
  CHECK_FALSE(client.update("1", crm::customer_patch{}.name("New"), call));
  CHECK(network.requests().size() == 2);
}

TEST_CASE("a pause that a client was told to keep must make sense", "[engine]") {
  const auto outcome = [](crm::pause_options pause) {
    crm::client_options options;
    options.pause = pause;
    return crm::basic_crm_client<crm::mock_transport<>>::make("http://127.0.0.1", {}, options).has_value();
  };
  CHECK(outcome({}));
  CHECK_FALSE(outcome({.longest = -1ms}));
  CHECK_FALSE(outcome({.longest = 25h}));
  CHECK_FALSE(outcome({.pace = -1ms}));
  CHECK_FALSE(outcome({.pace = 61s}));
}

TEST_CASE("a list that shrank while a task read it is read anew, not from the task's cache", "[engine]") {
  const auto page = [](std::string_view ids, int total, int number) {
    std::string records;
    for (const char id : ids)
      records.append(records.empty() ? "" : ",").append(R"({"id":")").append(1, id).append(R"(","name":"N"})");
    return answer(200, R"({"customers":[)" + records + R"(],"meta":{"total":)" + std::to_string(total) + R"(,"page":)" +
                           std::to_string(number) + R"(,"per_page":2}})");
  };
  const scripted_transport network{{page("ab", 4, 1), page("d", 3, 2), page("bc", 3, 1), page("d", 3, 2)}};
  const crm::basic_crm_client client{network, crm::no_retry{}};
  const auto task = client.for_task("t");
  CHECK(task.query(crm::customers, {.per_page = 2}).value().size() == 3);
  CHECK(network.requests().size() == 4);
  CHECK(task.query(crm::customers, {.per_page = 2}).value().size() == 3);
  CHECK(network.requests().size() == 4);
}

TEST_CASE("a refusal without problem details keeps how it began, outside of the error's own text", "[engine]") {
  const scripted_transport network{{answer(502, "<html>upstream of jane@example.com is dead</html>")}};
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}};
  const auto found = client.find("1");
  REQUIRE_FALSE(found);
  CHECK(found.error().excerpt == "<html>upstream of jane@example.com is dead</html>");
  CHECK_FALSE(found.error().details);
  CHECK_THAT(to_string(found.error()), !Catch::Matchers::Contains("jane"));
}

TEST_CASE("an answer that cannot be read, or is another record's, is not kept for the task", "[engine]") {
  const std::string jane = R"({"customer":{"id":"1","name":"Jane"}})";
  const auto* first = GENERATE("<html>", R"({"customer":{"id":"2","name":"Other"}})");
  const scripted_transport network{{answer(200, first), answer(200, jane)}};
  const crm::basic_crm_client client{network, crm::no_retry{}};
  const auto task = client.for_task("t");
  const auto broken = task.find("1");
  REQUIRE_FALSE(broken);
  CHECK(broken.error().request_id == "r-1");
  CHECK(broken.error().status == 200);
  CHECK(task.find("1").value()->name == "Jane");
  CHECK(task.find("1").value()->name == "Jane");
  CHECK(network.requests().size() == 2);
}

TEST_CASE("a page that cannot be right is not kept for the task", "[engine]") {
  const std::string records = R"({"customers":[{"id":"1","name":"Jane"}],"meta":{"page":1,"per_page":25,"total":)";
  const scripted_transport network{{answer(200, records + "2}}"), answer(200, records + "1}}")}};
  const crm::basic_crm_client client{network, crm::no_retry{}};
  const auto task = client.for_task("t");
  const auto broken = task.query(crm::customers);
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == crm::errc::incomplete);
  CHECK(task.query(crm::customers).value().size() == 1);
}

TEST_CASE("another proof is asked for once a call", "[engine]") {
  const support::scripted_network network{{answer(401)}};
  const renewing by;
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}, by};
  CHECK(client.find("1").error().code == crm::errc::unauthorized);
  CHECK(network.requests().size() == 2);
  CHECK(*by.asked == 1);
}

TEST_CASE("a client that was moved from is as it was", "[engine]") {
  const scripted_transport network{{answer(404)}};
  crm::basic_crm_client client{network, crm::no_retry{}};
  const auto other = std::move(client);
  CHECK(other.find("1"));
  CHECK(client.find("1"));  // NOLINT(bugprone-use-after-move): that is what it is about
}
