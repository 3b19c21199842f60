// What a single call, and a task, can be told; and what a refusal tells the caller.
#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/crm.hpp>

#include "client/worlds.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using crm::errc;
using suite::ids;
using suite::in_memory;
using suite::must;
using suite::over_http;
using suite::refusal_of;

namespace {

/// Every operation once, with these options; the errors they end with. Requires that all end with one.
template <class Client>
std::vector<crm::error> errors_of_all(const Client& client, const crm::call_options& call) {
  std::vector<crm::error> errors;
  errors.push_back(refusal_of(client.query(crm::customers, call)));
  errors.push_back(refusal_of(client.find("some-id", call)));
  errors.push_back(refusal_of(client.search("smith", call)));
  errors.push_back(refusal_of(client.create(crm::new_customer{"New"}, call)));
  errors.push_back(refusal_of(client.update("some-id", crm::customer_patch{}.notes("x"), call)));
  errors.push_back(refusal_of(client.invoices(crm::invoices, call)));
  errors.push_back(refusal_of(client.interactions("some-id", crm::interactions, call)));
  errors.push_back(refusal_of(client.find_many(std::vector<std::string>{"some-id"}, call).front()));
  auto pages = client.pages(crm::customers, call);
  errors.push_back(refusal_of(std::move(*pages.begin())));
  return errors;
}

constexpr std::array operations{crm::operation::query,  crm::operation::find,   crm::operation::search,
                                crm::operation::create, crm::operation::update, crm::operation::query,
                                crm::operation::query,  crm::operation::find,   crm::operation::query};

/// All end with this code, name their operation, and reach no server.
template <class World>
void check_unsent(const World& world, const crm::call_options& call, errc code) {
  const auto client = world.client();
  const auto before = world.requests();
  const auto errors = errors_of_all(client, call);
  for (std::size_t i = 0; i < errors.size(); ++i) {
    CAPTURE(i);
    CHECK(errors[i].code == code);
    CHECK(errors[i].op == operations[i]);
    CHECK(errors[i].status == 0);
    CHECK_FALSE(errors[i].outcome_unknown);
  }
  CHECK(world.requests() == before);
}

}  // namespace

TEMPLATE_TEST_CASE("a deadline that leaves no time, or is none, is refused", "[client]", in_memory, over_http) {
  const TestType world;
  crm::call_options call;
  call.deadline = GENERATE(0ms, -1ms, 24h + 1ms, crm::milliseconds::min(), crm::milliseconds::max());
  check_unsent(world, call, errc::invalid_argument);

  crm::client_options options;
  options.deadline = *call.deadline;
  CHECK_THROWS_AS(world.client(options), crm::exception);
}

TEMPLATE_TEST_CASE("a stop asked for already ends every call before it is sent", "[client]", in_memory, over_http) {
  const TestType world;
  std::stop_source stop;
  stop.request_stop();
  crm::call_options call;
  call.stop = stop.get_token();
  check_unsent(world, call, errc::cancelled);
}

TEMPLATE_TEST_CASE("headers that are the client's own, or no headers, are refused", "[client]", in_memory, over_http) {
  const TestType world;
  const auto header = GENERATE(values<crm::http::header>({{"Authorization", "Bearer other"},
                                                          {"authorization", "Bearer other"},
                                                          {"Host", "evil.example"},
                                                          {"Content-Length", "0"},
                                                          {"Content-Type", "text/plain"},
                                                          {"Transfer-Encoding", "chunked"},
                                                          {"Connection", "close"},
                                                          {"Accept-Encoding", "gzip"},
                                                          {"Idempotency-Key", "\"k\""},
                                                          {"IF-MATCH", "*"},
                                                          {"If-None-Match", "\"tag\""},
                                                          {"Range", "bytes=0-1"},
                                                          {"TE", "trailers"},
                                                          {"Expect", "100-continue"},
                                                          {"X-Split", "a\r\nX-Evil: 1"},
                                                          {"X-Nul", std::string{"a\0b", 3}},
                                                          {"X-Edge", " a"},
                                                          {"Bad Name", "a"},
                                                          {"", "a"}}));
  CAPTURE(header.name);
  crm::call_options call;
  call.headers.push_back(header);
  check_unsent(world, call, errc::invalid_argument);
  // The value may be a secret that went astray.
  if (header.name == "Authorization")
    for (const auto& e : errors_of_all(world.client(), call))
      CHECK_THAT(to_string(e), !Catch::Matchers::Contains("other"));
}

TEMPLATE_TEST_CASE("an idempotency key belongs to a write", "[client]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  crm::call_options call;
  call.idempotency_key = "key";
  const auto before = world.requests();
  CHECK(refusal_of(client.query(crm::customers, call)).code == errc::invalid_argument);
  CHECK(refusal_of(client.find("some-id", call)).code == errc::invalid_argument);
  CHECK(world.requests() == before);
}

TEMPLATE_TEST_CASE("a caller's request id travels to the CRM and comes back with the error", "[client]", in_memory,
                   over_http) {
  const TestType world;
  crm::call_options call;
  call.headers.push_back({"X-Request-Id", "trace-7f3a"});
  const auto e = refusal_of(world.client().update("nobody-has-this-id", crm::customer_patch{}.notes("x"), call));
  CHECK(e.code == errc::not_found);
  CHECK(e.request_id == "trace-7f3a");
  CHECK_THAT(to_string(e), Catch::Matchers::Contains("trace-7f3a"));

  const auto unasked = refusal_of(world.client().update("nobody-has-this-id", crm::customer_patch{}.notes("x")));
  CHECK_FALSE(unasked.request_id.empty());
  CHECK(unasked.request_id != "trace-7f3a");
}

TEMPLATE_TEST_CASE("within a task a read is asked once, until something is written", "[client]", in_memory, over_http) {
  const TestType world;
  const auto base = world.client();
  const auto made = must(base.create(crm::new_customer{"Cached"}.city(suite::unique("Cachetown"))));
  const auto wanted = crm::customers.city(*made.city);
  const auto task = base.for_task("test");
  auto before = world.requests();
  /// Requests since the last look.
  const auto asked = [&] {
    const auto now = world.requests();
    return now - std::exchange(before, now);
  };

  SECTION("the base client keeps nothing") {
    for (int i = 0; i < 2; ++i) {
      must(base.find(made.id));
      CHECK(asked() == 1);
      must(base.query(wanted));
      CHECK(asked() == 1);
    }
  }
  SECTION("every read is kept") {
    for (const std::size_t requests : {1U, 0U, 0U}) {
      CHECK(must(task.find(made.id))->name == "Cached");
      CHECK(asked() == requests);
      CHECK(ids(must(task.query(wanted))) == std::vector{made.id});
      CHECK(asked() == requests);
      CHECK_FALSE(must(task.search("smith")).empty());
      CHECK(asked() == requests);
      CHECK(must(task.interactions(made.id)).empty());
      CHECK(asked() == requests);
      CHECK(must(task.invoices(crm::invoices.customer_id(made.id))).empty());
      CHECK(asked() == requests);
      for (auto& page : task.pages(crm::customers.city(*made.city).status("past"))) CHECK(page);
      CHECK(asked() == requests);
    }
  }
  SECTION("another filter is another read") {
    must(task.query(wanted));
    must(task.query(wanted.not_signed_for_season(2026)));
    CHECK(asked() == 2);
  }
  SECTION("what was not there is asked again") {
    CHECK_FALSE(must(task.find("nobody-has-this-id")));
    CHECK_FALSE(must(task.find("nobody-has-this-id")));
    CHECK(asked() == 2);
  }
  SECTION("a task sees what it has written itself") {
    must(task.find(made.id));
    must(task.query(wanted));
    asked();
    must(task.update(made.id, crm::customer_patch{}.name("Fresh")));
    CHECK(asked() == 1);
    CHECK(must(task.find(made.id))->name == "Fresh");
    CHECK(must(task.query(wanted)).front().name == "Fresh");
    CHECK(asked() == 2);

    const auto second = must(task.create(crm::new_customer{"Second"}.city(*made.city)));
    CHECK(must(task.query(wanted)).size() == 2);
  }
  SECTION("a write that was refused may have been made all the same") {
    must(task.find(made.id));
    asked();
    crm::customer older = made;
    older.version = "\"of-another-state\"";
    CHECK(refusal_of(task.update(older, crm::customer_patch{}.notes("x"))).code == errc::conflict);
    must(task.find(made.id));
    CHECK(asked() == 2);
  }
  SECTION("a write to another record leaves this one kept") {
    must(task.find(made.id));
    asked();
    refusal_of(task.update("nobody-has-this-id", crm::customer_patch{}.notes("x")));
    must(task.find(made.id));
    CHECK(asked() == 1);
  }
  SECTION("a read with a header of the caller's own is neither kept nor served") {
    crm::call_options tenant;
    tenant.headers.push_back({"X-Tenant", "north"});
    must(task.find(made.id, tenant));
    must(task.find(made.id));
    CHECK(asked() == 2);
    must(task.find(made.id, tenant));
    CHECK(asked() == 1);
    must(task.find(made.id));
    CHECK(asked() == 0);
  }
  SECTION("copies of a task's client share what was read") {
    const auto copy = task;
    must(task.find(made.id));
    must(copy.find(made.id));
    CHECK(asked() == 1);
    must(copy.update(made.id, crm::customer_patch{}.name("By the copy")));
    CHECK(must(task.find(made.id))->name == "By the copy");
  }
  SECTION("another task does not") {
    must(task.find(made.id));
    must(base.for_task("test").find(made.id));
    must(task.for_task("test").find(made.id));
    CHECK(asked() == 3);
  }
}

TEMPLATE_TEST_CASE("a task's client outlives the client it came from", "[client]", in_memory, over_http) {
  const TestType world;
  std::optional<typename TestType::client_type> base{world.client()};
  const auto task = base->for_task("test");
  base.reset();
  CHECK_FALSE(must(task.query(crm::customers)).empty());
}

TEST_CASE("fault 25, a record that has not changed comes back as a 304 without a body, over one connection",
          "[client]") {
  struct watcher {
    std::shared_ptr<std::vector<int>> statuses = std::make_shared<std::vector<int>>();
    void on(const crm::events::attempt_made& e) const { statuses->push_back(e.status); }
  };
  auto& server = support::reference_server::shared();
  const watcher seen;
  const crm::basic_crm_client<crm::httplib_transport, crm::no_retry, crm::revalidating_task_cache, crm::api_key,
                              watcher>
      client{server.url(), crm::api_key::from_text(server.api_key()), {}, {}, seen};
  const auto made = must(client.create(crm::new_customer{"Unchanged"}));
  const auto task = client.for_task("test");
  const auto first = must(task.find(made.id));
  CHECK(must(task.find(made.id)) == first);
  must(client.update(made.id, crm::customer_patch{}.name("Changed")));
  CHECK(must(task.find(made.id))->name == "Changed");
  CHECK(must(task.find(made.id))->name == "Changed");
  CHECK(*seen.statuses == std::vector<int>{201, 200, 304, 200, 200, 304});
}

TEST_CASE("a wrong key is unauthorized, asked once, and not told", "[client]") {
  const auto& server = support::reference_server::shared();
  const crm::crm_client client{server.url(), crm::api_key::from_text("wrong-key-5e3c")};
  const auto before = server.requests();
  const auto errors = errors_of_all(client, {});
  CHECK(server.requests() - before == errors.size());
  for (const auto& e : errors) {
    CHECK(e.code == errc::unauthorized);
    CHECK(e.status == 401);
    CHECK(e.attempts.size() == 1);
    CHECK(e.stopped == crm::gave_up::permanent);
    CHECK_FALSE(e.outcome_unknown);
    CHECK_THAT(to_string(e), !Catch::Matchers::Contains("wrong-key") && !Catch::Matchers::Contains(server.api_key()));
    CHECK_THAT(crm::exception{e}.what(), !Catch::Matchers::Contains("wrong-key"));
  }
}

TEST_CASE("a client over a network needs a key and an address it can use", "[client]") {
  const auto make = [](std::string_view url, crm::api_key key) {
    return refusal_of(crm::crm_client::make(url, std::move(key)));
  };
  const auto key = crm::api_key::from_text("key-9d1f");
  CHECK_THAT(make("https://crm.example.com", crm::api_key::from_env("CRM_NO_SUCH_VARIABLE")).message,
             Catch::Matchers::Contains("CRM_NO_SUCH_VARIABLE"));
  CHECK(make("https://crm.example.com", crm::api_key::from_text("")).code == errc::invalid_argument);
  const auto spaced = make("https://crm.example.com", crm::api_key::from_text("two words-9d1f"));
  CHECK_THAT(to_string(spaced), !Catch::Matchers::Contains("9d1f"));
  for (const auto* url : {"crm.example.com", "ftp://crm.example.com", "https://",
                          "https://user:pass-77@crm.example.com", "https://crm.example.com/?a=b",
                          "https://crm.example.com:0", "https://crm.example.com:65536", "http://crm.example.com"}) {
    CAPTURE(url);
    const auto e = make(url, key);
    CHECK(e.code == errc::invalid_argument);
    CHECK_THAT(to_string(e), !Catch::Matchers::Contains("pass-77") && !Catch::Matchers::Contains("9d1f"));
    CHECK_THROWS_AS((crm::crm_client{url, key}), crm::exception);
  }
  CHECK(crm::crm_client::make("http://localhost:8080/crm/", key));
  crm::client_options open;
  open.allow_insecure_credentials = true;
  CHECK(crm::crm_client::make("http://crm.example.com", key, open));
}

TEST_CASE("a wrong path prefix is an error, not an empty list", "[client]") {
  const auto& server = support::reference_server::shared();
  const crm::crm_client client{server.url() + "/elsewhere", crm::api_key::from_text(server.api_key())};
  const auto e = refusal_of(client.query(crm::customers));
  CHECK(e.code == errc::not_found);
  CHECK(e.status == 404);
}
