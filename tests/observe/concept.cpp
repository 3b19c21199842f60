#include <crm/observe/concept.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <crm/cache/none.hpp>
#include <crm/cache/task_cache.hpp>
#include <crm/client.hpp>
#include <crm/observe/none.hpp>
#include <crm/retry/exponential.hpp>
#include <crm/retry/none.hpp>

#include "support/catch.hpp"
#include "support/scripted_transport.hpp"

namespace {

using crm::milliseconds;
namespace events = crm::events;
using support::answer;
using support::jane_body;
using support::scripted_transport;

struct nothing {};
struct only_attempts {
  void on(const events::attempt_made&) {}
};
static_assert(crm::observer<crm::null_observer> && crm::observer<only_attempts> && !crm::observer<nothing>);
static_assert(std::is_empty_v<crm::null_observer>);

struct attempt_seen {
  int number, status;
  std::string reason;
  std::optional<milliseconds> next_after;
  std::string request_id;

  friend bool operator==(const attempt_seen&, const attempt_seen&) = default;
};

struct attempts_seen {
  std::shared_ptr<std::vector<attempt_seen>> attempts = std::make_shared<std::vector<attempt_seen>>();

  void on(const events::attempt_made& e) const {
    CHECK(e.call.op == crm::operation::find);
    attempts->push_back({e.number, e.status, std::string{e.reason}, std::nullopt, std::string{e.request_id}});
  }
  void on(const events::retry_scheduled& e) const {
    CHECK(e.next == attempts->back().number + 1);
    CHECK(e.reason == attempts->back().reason);
    attempts->back().next_after = std::chrono::duration_cast<milliseconds>(e.delay);
  }
};

template <class Observer>
auto client_of(const scripted_transport& network, Observer observer) {
  return crm::basic_crm_client{network, crm::adr_backoff{}, crm::no_cache{}, crm::no_auth{}, {}, observer};
}

}  // namespace

TEST_CASE("an observer is told of every attempt, in order", "[observe]") {
  using namespace std::chrono_literals;
  const scripted_transport network{{support::failure(crm::delivery::unknown), answer(503),
                                    answer(429, {}, {{"Retry-After", "9"}}), answer(200, jane_body)}};
  const attempts_seen seen;
  REQUIRE(client_of(network, seen).find("1"));
  CHECK(*seen.attempts == std::vector<attempt_seen>{{1, 0, "the connection broke", 2s, ""},
                                                    {2, 503, "server error", 4s, "r-1"},
                                                    {3, 429, "rate limited", 9s, "r-1"},
                                                    {4, 200, "", std::nullopt, "r-1"}});
}

TEST_CASE("what an observer throws harms no call", "[observe]") {
  struct thrower {
    void on(const events::attempt_made&) { throw std::runtime_error{"no"}; }
    void on(const events::not_found&) { throw 1; }
  };
  const scripted_transport network{{answer(503), answer(404)}};
  const auto found = client_of(network, thrower{}).find("1");
  REQUIRE(found);
  CHECK_FALSE(*found);
}

TEST_CASE("an observer that calls the client it observes is refused, another client is not", "[observe]") {
  struct caller {
    std::function<crm::errc()>* call;
    crm::errc* got;
    void on(const events::attempt_made&) { *got = (*call)(); }
  };
  const scripted_transport network{{answer(404)}};
  std::function<crm::errc()> call;
  crm::errc got{};
  const auto client = client_of(network, caller{&call, &got});
  const auto outcome = [](const auto& of) {
    const auto found = of.update("1", crm::customer_patch{}.notes("x"));
    return found ? crm::errc{} : found.error().code;
  };
  call = [&] { return outcome(client); };
  CHECK(client.find("1"));
  CHECK(got == crm::errc::invalid_argument);
  CHECK(network.requests().size() == 1);

  const auto other = client_of(network, crm::null_observer{});
  call = [&] { return outcome(other); };
  CHECK(client.find("1"));
  CHECK(got == crm::errc::not_found);

  // Nor is a way round by another client's observer.
  std::function<crm::errc()> back = [&] { return outcome(client); };
  crm::errc got_back{};
  const auto via = client_of(network, caller{&back, &got_back});
  call = [&] { return outcome(via); };
  CHECK(client.find("1"));
  CHECK(got_back == crm::errc::invalid_argument);

  // Having called another client that is observed too changes nothing.
  const auto observed = client_of(network, only_attempts{});
  call = [&] { return outcome(observed), outcome(client); };
  CHECK(client.find("1"));
  CHECK(got == crm::errc::invalid_argument);
}

TEST_CASE("an observer that reads from the cache of the client it observes is refused too", "[observe]") {
  struct caller {
    std::function<bool()>* call;
    int* refused;
    void on(const events::cache_hit&) { *refused += (*call)() ? 0 : 1; }
  };
  const scripted_transport network{{answer(200, jane_body)}};
  std::function<bool()> call;
  int refused = 0;
  const crm::basic_crm_client client{network, crm::no_retry{},        crm::task_cache{}, crm::no_auth{},
                                     {},      caller{&call, &refused}};
  const auto task = client.for_task("t");
  call = [&] { return task.find("1").has_value(); };
  REQUIRE(task.find("1"));
  REQUIRE(task.find("1"));
  CHECK(refused == 1);
}

TEST_CASE("a client without an observer carries none", "[observe]") {
  using with_none = crm::detail::core<scripted_transport, crm::no_retry, crm::no_auth, crm::null_observer>;
  struct with_no_member {
    scripted_transport transport;
    crm::client_options options;
    crm::http::header_list common_headers;
    crm::gate pauses;
    crm::detail::key_ledger keys;
    std::string prefix;
  };
  CHECK(sizeof(with_none) == sizeof(with_no_member));
}
