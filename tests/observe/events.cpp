// What is told of a call, from its beginning to its end.
#include <crm/observe/events.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <crm/auth/api_key.hpp>
#include <crm/auth/none.hpp>
#include <crm/cache/none.hpp>
#include <crm/cache/task_cache.hpp>
#include <crm/client.hpp>
#include <crm/retry/breaker.hpp>
#include <crm/retry/exponential.hpp>
#include <crm/retry/none.hpp>

#include "support/catch.hpp"
#include "support/scripted_network.hpp"

namespace {

using namespace std::chrono_literals;
using support::answer;
using support::jane_body;
namespace events = crm::events;
using lines = std::vector<std::string>;

std::string ms(crm::clock::duration d) {
  return std::to_string(std::chrono::duration_cast<crm::milliseconds>(d).count());
}

/// A call's id, kept beyond its event.
struct kept_id {
  crm::operation op;
  crm::http::method method;
  std::string route;
  std::uint64_t number;
  std::string task, traceparent;

  friend bool operator==(const kept_id&, const kept_id&) = default;
};

/// Each event in a line: the call's number and what the event adds.
struct recorder {
  std::shared_ptr<lines> seen = std::make_shared<lines>();
  std::shared_ptr<std::vector<kept_id>> calls = std::make_shared<std::vector<kept_id>>();

  void add(const events::call_id& call, const std::string& text) const {
    seen->push_back(std::to_string(call.number) + " " + text);
    calls->push_back({call.op, call.method, std::string{call.route}, call.number, std::string{call.task},
                      std::string{call.traceparent}});
  }
  void on(const events::call_started& e) const { add(e.call, "started"); }
  void on(const events::attempt_made& e) const {
    add(e.call, "attempt " + std::to_string(e.number) + " status " + std::to_string(e.status) + " " +
                    std::string{e.reason} + " took " + ms(e.took));
  }
  void on(const events::retry_scheduled& e) const {
    add(e.call, "attempt " + std::to_string(e.next) + " in " + ms(e.delay) + " for " + std::string{e.reason});
  }
  void on(const events::gate_closed& e) const {
    add(e.call, "gate closed by " + std::to_string(e.status) + " for " + ms(e.pause));
  }
  void on(const events::gate_opened& e) const { add(e.call, "gate opened"); }
  void on(const events::breaker_changed& e) const { add(e.call, "breaker " + std::string{to_string(e.now)}); }
  void on(const events::cache_hit& e) const { add(e.call, "cached"); }
  void on(const events::not_found& e) const { add(e.call, "not found [" + std::string{e.request_id} + "]"); }
  void on(const events::credential_failed& e) const {
    add(e.call, "credential " + std::to_string(e.generation) + " failed by " + std::to_string(e.status));
  }
  void on(const events::escalated& e) const { add(e.call, std::string{events::escalated::message}); }
  void on(const events::call_finished& e) const {
    add(e.call, "finished " + std::string{e.error ? to_string(*e.error) : "well"} + " status " +
                    std::to_string(e.status) + " attempts " + std::to_string(e.attempts) + " " +
                    std::string{to_string(e.stopped)} + (e.outcome_unknown ? " unknown" : "") + " [" +
                    std::string{e.request_id} + "] took " + ms(e.took));
  }
};

/// A credential that no proof can be had from.
struct refused_auth {
  static constexpr bool carries_credential = true;
  [[nodiscard]] static crm::result<void> ready() { return {}; }
  [[nodiscard]] static std::uint64_t generation() { return 7; }
  [[nodiscard]] static crm::result<crm::proof> authorize(crm::http::request&, const crm::send_limits&) {
    crm::error e;
    e.code = crm::errc::unauthorized;
    return e;
  }
};

template <class Network, class Retry = crm::adr_backoff>
auto client_of(const Network& network, const recorder& seen, Retry retry = {}, crm::client_options options = {}) {
  return crm::basic_crm_client{
      network, retry, crm::task_cache{}, crm::api_key::from_text("hunter2"), std::move(options), seen};
}

}  // namespace

TEST_CASE("a call is told from its start to its end", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{support::failure(crm::delivery::unknown), answer(200, jane_body)}};
  REQUIRE(client_of(network, seen).find("1"));
  CHECK(*seen.seen == lines{"1 started", "1 attempt 1 status 0 the connection broke took 0",
                            "1 attempt 2 in 2000 for the connection broke", "1 attempt 2 status 200  took 0",
                            "1 finished well status 200 attempts 2  [r-1] took 2000"});
}

TEST_CASE("events name the operation, the path's template, the task and the trace, and each call has its number",
          "[observe]") {
  const recorder seen;
  const support::scripted_network network{{answer(404)}};
  const auto client = client_of(network, seen, crm::no_retry{});
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const crm::call_options traced{.traceparent = trace};
  const auto task = client.for_task("reactivation-2026");
  const auto is = [&](crm::operation op, crm::http::method method, std::string route, std::uint64_t number,
                      std::string of_task, std::string in_trace) {
    CHECK(seen.calls->back() == kept_id{op, method, std::move(route), number, std::move(of_task), std::move(in_trace)});
  };
  using crm::operation, crm::http::method;
  (void)client.find("jane@example.com");
  is(operation::find, method::get, "/api/v1/customers/{id}", 1, "", "");
  (void)task.query(crm::customers.city("Eagan"), traced);
  is(operation::query, method::get, "/api/v1/customers", 2, "reactivation-2026", trace);
  CHECK(network.requests().back().headers.get("traceparent") == trace);
  (void)task.search("jane");
  is(operation::search, method::get, "/api/v1/customers/search", 3, "reactivation-2026", "");
  CHECK_FALSE(network.requests().back().headers.get("traceparent"));
  (void)task.create(crm::new_customer{"Jane"});
  is(operation::create, method::post, "/api/v1/customers", 4, "reactivation-2026", "");
  (void)task.update("1", crm::customer_patch{}.notes("x"));
  is(operation::update, method::patch, "/api/v1/customers/{id}", 5, "reactivation-2026", "");
  (void)task.invoices();
  is(operation::query, method::get, "/api/v1/invoices", 6, "reactivation-2026", "");
  (void)task.interactions("1");
  is(operation::query, method::get, "/api/v1/customers/{id}/interactions", 7, "reactivation-2026", "");
  for (const auto& page : task.pages(crm::customers)) CHECK_FALSE(page);
  is(operation::query, method::get, "/api/v1/customers", 8, "reactivation-2026", "");
}

TEST_CASE("a traceparent that is none is refused before anything is sent", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{answer(200, jane_body)}};
  const auto client = client_of(network, seen);
  for (const auto* bad : {"x", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                          "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX: y"}) {
    const auto refused = client.find("1", {.traceparent = bad});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == crm::errc::invalid_argument);
  }
  const auto twice = client.find("1", {.headers = {{"TraceParent", "x"}}});
  REQUIRE_FALSE(twice);
  CHECK(network.requests().empty());
  CHECK(seen.seen->empty());
}

TEST_CASE("a traceparent that is none is refused where the answer is kept too", "[observe]") {
  const recorder seen;
  const auto task = client_of(support::scripted_network{{answer(200, jane_body)}}, seen).for_task("task-1");
  REQUIRE(task.find("1"));
  seen.seen->clear();
  const auto refused = task.find("1", {.traceparent = "jane@example.com"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == crm::errc::invalid_argument);
  CHECK(refused.error().op == crm::operation::find);
  CHECK(seen.seen->empty());
}

TEST_CASE("a 404 is told as such, with the request id", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{answer(404)}};
  CHECK(client_of(network, seen).find("1").has_value());
  CHECK(*seen.seen == lines{"1 started", "1 attempt 1 status 404 refused took 0", "1 not found [r-1]",
                            "1 finished not found status 404 attempts 1 permanent [r-1] took 0"});
}

TEST_CASE("a pause is told when it begins, and when the first call passes after it", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{answer(429, {}, {{"Retry-After", "7"}}), answer(200, jane_body)}};
  const auto client = client_of(network, seen);
  REQUIRE(client.find("1"));
  REQUIRE(client.find("1"));
  CHECK(*seen.seen == lines{"1 started", "1 attempt 1 status 429 rate limited took 0", "1 gate closed by 429 for 7000",
                            "1 attempt 2 in 7000 for rate limited", "1 gate opened", "1 attempt 2 status 200  took 0",
                            "1 finished well status 200 attempts 2  [r-1] took 7000", "2 started",
                            "2 attempt 1 status 200  took 0", "2 finished well status 200 attempts 1  [r-1] took 50"});
}

TEST_CASE("a breaker's changes are told by the calls that bring them about", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{answer(500), answer(500), answer(200, jane_body)}};
  const auto client = client_of(network, seen, crm::circuit_breaker<crm::no_retry, 2, 30'000>{});
  CHECK_FALSE(client.find("1"));
  CHECK_FALSE(client.find("1"));
  CHECK_FALSE(client.find("1"));
  network.time().advance(30s);
  CHECK(client.find("1"));
  lines of_breaker;
  for (const auto& line : *seen.seen)
    if (line.find("breaker") != std::string::npos || line.find("finished") != std::string::npos)
      of_breaker.push_back(line);
  CHECK(of_breaker == lines{"1 finished unreachable status 500 attempts 1 exhausted [r-1] took 0", "2 breaker open",
                            "2 finished unreachable status 500 attempts 1 exhausted [r-1] took 0",
                            "3 finished unreachable status 0 attempts 0 circuit open [] took 0", "4 breaker half-open",
                            "4 breaker closed", "4 finished well status 200 attempts 1  [r-1] took 0"});
}

TEST_CASE("an answer from the task's cache is told, and is no call", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{answer(200, jane_body)}};
  const auto task = client_of(network, seen).for_task("t");
  REQUIRE(task.find("1"));
  REQUIRE(task.find("1"));
  CHECK(seen.seen->back() == "0 cached");
  CHECK(seen.calls->back().route == "/api/v1/customers/{id}");
  CHECK(seen.calls->back().task == "t");
  CHECK(network.requests().size() == 1);
}

TEST_CASE("a write whose outcome nobody knows is told as that", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{support::failure(crm::delivery::unknown)}};
  CHECK_FALSE(client_of(network, seen).create(crm::new_customer{"Jane"}));
  CHECK(seen.seen->back() == "1 finished unreachable status 0 attempts 1 non-idempotent unknown [] took 0");
}

TEST_CASE("people are told of a failed credential once a generation, however many calls fail by it", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{answer(401), answer(403), answer(401)}};
  const auto key = crm::api_key::from_text("hunter2");
  const crm::basic_crm_client client{network, crm::adr_backoff{}, crm::task_cache{}, key, {}, seen};
  const auto copy = client.for_task("t");
  CHECK_FALSE(client.find("1"));
  CHECK_FALSE(copy.find("1"));
  CHECK_FALSE(copy.find("2"));
  const std::string words{"CRM authentication failed \xE2\x80\x94 check credentials"};
  lines of_credential;
  for (const auto& line : *seen.seen)
    if (line.find("redential") != std::string::npos) of_credential.push_back(line);
  CHECK(of_credential == lines{"1 credential 1 failed by 401", "1 " + words, "2 credential 1 failed by 403",
                               "3 credential 1 failed by 401"});

  REQUIRE(key.replace(crm::secret::from_text("hunter3")));
  CHECK_FALSE(client.find("1"));
  CHECK_FALSE(client.find("1"));
  const auto count = std::count_if(seen.seen->begin(), seen.seen->end(),
                                   [&](const std::string& line) { return line.ends_with(words); });
  CHECK(count == 2);
}

TEST_CASE("a client without a credential escalates too, once", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{answer(401)}};
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}, crm::no_auth{}, {}, seen};
  CHECK_FALSE(client.find("1"));
  CHECK_FALSE(client.find("1"));
  CHECK(std::count_if(seen.seen->begin(), seen.seen->end(), [](const std::string& line) {
          return line.find("check credentials") != std::string::npos;
        }) == 1);
}

TEST_CASE("of many threads that fail by one credential, one escalates", "[observe][concurrency]") {
  struct counter {
    std::shared_ptr<std::atomic<int>> failed = std::make_shared<std::atomic<int>>(0),
                                      escalated = std::make_shared<std::atomic<int>>(0);
    void on(const events::credential_failed&) const { ++*failed; }
    void on(const events::escalated&) const { ++*escalated; }
  };
  struct refusing_network {
    crm::http::base_url where = crm::http::base_url::parse("https://crm.example.com").value();
    static crm::transport_result send(const crm::http::request&, const crm::send_limits&) { return answer(401); }
    static crm::time_point now() { return crm::testing::virtual_clock::start; }
    static crm::wake wait_until(crm::time_point, const std::stop_token&) { return crm::wake::due; }
    const crm::http::base_url& base() const { return where; }
  };
  const counter seen;
  const crm::basic_crm_client client{
      refusing_network{}, crm::no_retry{}, crm::no_cache{}, crm::api_key::from_text("hunter2"), {}, seen};
  std::atomic<int> refused{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i)
      threads.emplace_back([&refused, task = client.for_task(std::to_string(i))] {
        for (int call = 0; call < 50; ++call) refused += task.find("1") ? 0 : 1;
      });
  }
  CHECK(refused == 800);
  CHECK(*seen.failed == 800);
  CHECK(*seen.escalated == 1);
}

TEST_CASE("a call that is refused before any I/O is not told", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{answer(200, jane_body)}};
  CHECK_FALSE(client_of(network, seen).find(""));
  CHECK_FALSE(client_of(network, seen).find("1", {.deadline = 0ms}));
  CHECK(seen.seen->empty());
}

TEST_CASE("a pause is told as long as it is kept", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{answer(429, {}, {{"Retry-After", "1000"}})}};
  CHECK_FALSE(client_of(network, seen).find("1"));
  CHECK(std::count(seen.seen->begin(), seen.seen->end(), "1 gate closed by 429 for 300000") == 1);
}

TEST_CASE("a credential that no proof can be had from is told with its generation and no status", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{answer(200, jane_body)}};
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}, refused_auth{}, {}, seen};
  CHECK_FALSE(client.find("1"));
  CHECK(seen.seen->at(1) == "1 credential 7 failed by 0");
  CHECK(seen.seen->back() == "1 finished unauthorized status 0 attempts 0  [] took 0");
}

TEST_CASE("what is wrong with a call is told before a cache is asked too", "[observe]") {
  const recorder seen;
  const support::scripted_network network{{answer(200, jane_body)}};
  const auto task = client_of(network, seen).for_task("t");
  REQUIRE(task.find("1"));
  CHECK_FALSE(task.find("1", {.deadline = 0ms}));
  CHECK(task.find("1"));
}
