// The rows of ADR 10, Failure Handling, word by word, on a virtual clock; and the queue of its last one, with threads.
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/observe/concept.hpp>
#include <crm/retry/breaker.hpp>
#include <crm/retry/exponential.hpp>

#include "support/catch.hpp"
#include "support/scripted_transport.hpp"

namespace {

using namespace std::chrono_literals;
using crm::errc;
using support::answer;
using support::scripted_transport;
using waits = std::vector<crm::milliseconds>;

const std::string jane_smith = R"({"customer":{"id":"1","name":"Jane Smith"}})";

/// What a log would hold.
struct logbook {
  std::shared_ptr<std::vector<std::string>> lines = std::make_shared<std::vector<std::string>>();

  void on(const crm::events::not_found& e) const { log("not found", e.call.op); }
  void on(const crm::events::credential_failed& e) const { log("credential failed", e.call.op); }

 private:
  void log(std::string what, crm::operation op) const {
    lines->push_back(std::move(what.append(" in ").append(to_string(op))));
  }
};

/// A client with the retries of `crm_client`, and what it is told, asks and waits.
struct world {
  explicit world(std::vector<crm::transport_result> outcomes) : network{std::move(outcomes)} {}

  scripted_transport network;
  logbook log{};
  crm::basic_crm_client<scripted_transport, crm::circuit_breaker<crm::adr_backoff>, crm::no_cache, crm::no_auth,
                        logbook>
      client{network, {}, {}, {}, {}, log};

  [[nodiscard]] waits waited() const { return network.time().waits(); }
  [[nodiscard]] std::size_t asked() const { return network.requests().size(); }
};

}  // namespace

TEST_CASE("ADR row 1, CRM unreachable: three retries after 2, 4 and 8 s, then the step fails", "[engine][adr]") {
  const world w{{support::failure(crm::delivery::unknown)}};
  const auto found = w.client.find("1");
  REQUIRE_FALSE(found);
  CHECK(found.error().code == errc::unreachable);
  CHECK(found.error().stopped == crm::gave_up::exhausted);
  CHECK(w.waited() == waits{2s, 4s, 8s});
  CHECK(w.asked() == 4);
}

TEST_CASE("ADR row 1, CRM unreachable for a while: the retry that reaches it succeeds", "[engine][adr]") {
  const world w{{support::failure(crm::delivery::unknown), support::failure(crm::delivery::unknown),
                 support::failure(crm::delivery::unknown), answer(200, jane_smith)}};
  CHECK(w.client.find("1").value()->name == "Jane Smith");
  CHECK(w.waited() == waits{2s, 4s, 8s});
}

TEST_CASE("ADR row 2, 404: a warning, an empty customer, no retry", "[engine][adr]") {
  const world w{{answer(404)}};
  const auto found = w.client.find("1");
  REQUIRE(found);
  CHECK_FALSE(found->has_value());
  CHECK(*w.log.lines == std::vector<std::string>{"not found in find"});
  CHECK(w.waited().empty());
}

TEST_CASE("ADR row 3, 500: treated as unreachable", "[engine][adr]") {
  const world w{{answer(500)}};
  const auto found = w.client.find("1");
  REQUIRE_FALSE(found);
  CHECK(found.error().code == errc::unreachable);
  CHECK(w.waited() == waits{2s, 4s, 8s});
}

TEST_CASE("ADR row 4, 401 and 403: an error in the log, no retry", "[engine][adr]") {
  const int status = GENERATE(401, 403);
  const world w{{answer(status)}};
  const auto found = w.client.find("1");
  REQUIRE_FALSE(found);
  CHECK(found.error().code == (status == 401 ? errc::unauthorized : errc::forbidden));
  CHECK(*w.log.lines == std::vector<std::string>{"credential failed in find"});
  CHECK(w.waited().empty());
  CHECK(w.asked() == 1);
}

TEST_CASE("ADR row 5, stale data: the CRM is the source of truth, and nothing is kept between calls", "[engine][adr]") {
  const world w{{answer(200, jane_smith), answer(200, R"({"customer":{"id":"1","name":"Jane Miller"}})")}};
  CHECK(w.client.find("1").value()->name == "Jane Smith");
  CHECK(w.client.find("1").value()->name == "Jane Miller");
}

TEST_CASE("ADR row 6, 429: Retry-After is kept to", "[engine][adr]") {
  const world w{{answer(429, {}, {{"Retry-After", "30"}}), answer(200, jane_smith)}};
  CHECK(w.client.find("1"));
  CHECK(w.waited() == waits{30s});
}

TEST_CASE("ADR row 6, 429: calls of every copy queue, and follow in order", "[engine][adr][concurrency]") {
  // Real threads, whose times come from a clock that only the test moves.
  struct clockwork {
    std::mutex mutex;
    std::condition_variable moved;
    crm::time_point time{1h};
    std::vector<crm::time_point> waiting;
    std::vector<std::string> order;
  };
  struct transport {
    std::shared_ptr<clockwork> c = std::make_shared<clockwork>();

    crm::transport_result send(const crm::http::request& request, const crm::send_limits&) {
      const std::lock_guard lock{c->mutex};
      c->order.push_back(request.target.substr(request.target.rfind('/') + 1));
      if (c->order.size() == 1) return answer(429, {}, {{"Retry-After", "10"}});
      return answer(404);
    }
    crm::time_point now() {
      const std::lock_guard lock{c->mutex};
      return c->time;
    }
    crm::wake wait_until(crm::time_point when, const std::stop_token&) {
      std::unique_lock lock{c->mutex};
      c->waiting.push_back(when);
      c->moved.notify_all();
      c->moved.wait(lock, [&] { return c->time >= when; });
      return crm::wake::due;
    }
  };
  const transport network;
  clockwork& c = *network.c;
  const crm::basic_crm_client client{network, crm::adr_backoff{}, crm::no_cache{}};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([copy = client.for_task("t"), i] { REQUIRE(copy.find(std::to_string(i))); });
    std::unique_lock lock{c.mutex};  // the next one comes later
    c.moved.wait(lock, [&] { return c.waiting.size() == static_cast<std::size_t>(i) + 1; });
  }
  {
    const std::lock_guard lock{c.mutex};
    CHECK(c.order == std::vector<std::string>{"0"});
    for (std::size_t i = 0; i < 5; ++i) CHECK(c.waiting[i] == c.time + 10s + i * 50ms);
  }
  CHECK(client.paused_until() == network.c->time + 10s + 5 * 50ms);
  for (std::size_t i = 0; i < 5; ++i) {
    std::unique_lock lock{c.mutex};
    c.time = c.waiting[i];
    c.moved.notify_all();
    lock.unlock();
    threads[i].join();
  }
  CHECK(c.order == std::vector<std::string>{"0", "0", "1", "2", "3", "4"});
}
