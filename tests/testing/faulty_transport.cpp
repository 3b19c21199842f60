#include <crm/testing/faulty_transport.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <crm/auth/none.hpp>
#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/testing/laws/transport.hpp>
#include <crm/testing/mock_transport.hpp>
#include <crm/testing/scripted_transport.hpp>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using crm::mock_transport;
using crm::testing::fault;
using crm::testing::fault_rates;
using crm::testing::faulty_transport;
namespace laws = crm::testing::laws;

template <std::uint64_t Seed>
using faulty = faulty_transport<mock_transport<>, Seed>;

crm::http::request get(const std::string& target) { return {crm::http::method::get, target, {}, {}}; }
crm::http::request creation(const std::string& name) {
  return {crm::http::method::post,
          "/api/v1/customers",
          {{"Content-Type", "application/json"}},
          R"({"customer":{"name":")" + name + "\"}}"};
}

/// What came of each of the requests, as a word.
std::string told(const crm::transport_result& outcome) {
  if (outcome) return std::to_string(outcome->status);
  return std::string{outcome.error().sent == crm::delivery::not_sent ? "not sent: " : "unknown: "}.append(
      outcome.error().reason);
}
template <class Transport>
std::vector<std::string> told_of_many(Transport transport) {
  std::vector<std::string> all;
  for (int i = 0; i < 200; ++i)
    all.push_back(told(transport.send(get("/api/v1/customers/" + std::to_string(i % 20)), {})));
  return all;
}

TEST_CASE("a seed decides what befalls a request, the same in every run", "[testing]") {
  const auto some = told_of_many(faulty<1>{mock_transport<>{}});
  CHECK(some == told_of_many(faulty<1>{mock_transport<>{}}));
  CHECK(some != told_of_many(faulty<2>{mock_transport<>{}}));
}

TEST_CASE("faults come about as often as asked for, each of every kind", "[testing]") {
  faulty<3> transport{mock_transport<>{}, fault_rates::evenly(0.7)};
  for (int i = 0; i < 2'000; ++i) (void)transport.send(get("/api/v1/invoices?page=" + std::to_string(i)), {});
  std::size_t all = 0;
  for (std::size_t kind = 1; kind < crm::testing::fault_kinds; ++kind) {
    const auto count = transport.count(static_cast<fault>(kind));
    CHECK(count > 140);
    CHECK(count < 260);
    all += count;
  }
  CHECK(transport.count(fault::none) == 2'000 - all);

  faulty<3> none{mock_transport<>{}, fault_rates{}};
  CHECK(laws::check_transport(none) == laws::none);
  CHECK(none.count(fault::none) > 30);
}

TEST_CASE("what each fault means for the client, and whether the CRM has acted", "[testing]") {
  struct row {
    fault_rates rates;
    std::string told;
    std::size_t customers;
    crm::clock::duration took;
  };
  const std::array<row, 7> table{{
      {{.refused = 1}, "not sent: the connection was refused", 12, 0s},
      {{.reset_before = 1}, "unknown: the connection was reset", 12, 0s},
      {{.reset_after = 1}, "unknown: the connection was reset", 13, 0s},
      {{.timeout = 1}, "unknown: no answer in time", 13, 10s},
      {{.cut_off = 1}, "unknown: the answer ended too soon", 13, 0s},
      {{.unavailable = 1}, "503", 12, 0s},
      {{.rate_limited = 1}, "429", 12, 0s},
  }};
  for (const auto& [rates, words, customers, took] : table) {
    const mock_transport<> mock;
    faulty<4> transport{mock, rates};
    const auto begin = mock.now();
    CHECK(told(transport.send(creation("New"), {})) == words);
    CHECK(mock.crm().customers().size() == customers);
    CHECK(mock.now() - begin == took);
    CHECK(mock.time().waits().empty());
  }
}

TEST_CASE("an answer takes its time, and no longer than the call may", "[testing]") {
  const mock_transport<> mock;
  faulty<5> transport{mock, fault_rates{.slowest = 1'000ms}};
  const auto begin = mock.now();
  for (int i = 0; i < 100; ++i) REQUIRE(transport.send(get("/api/v1/invoices?page=" + std::to_string(i)), {}));
  CHECK(mock.now() - begin > 30s);
  CHECK(mock.now() - begin < 70s);

  faulty<5> hanging{mock, fault_rates{.timeout = 1}};
  const auto until = mock.now() + 3s;
  CHECK(told(hanging.send(get("/api/v1/invoices"), {until, {}})) == "unknown: the deadline has passed");
  CHECK(mock.now() == until);
}

TEST_CASE("each thread meets the same faults, whatever the others send between", "[testing][concurrency]") {
  const auto by_itself = [](int number, auto transport) {
    std::vector<std::string> all;
    for (int i = 0; i < 50; ++i)
      all.push_back(told(transport.send(get("/api/v1/customers/" + std::to_string(number)), {})));
    return all;
  };
  std::map<int, std::vector<std::string>> alone, together;
  for (int number = 0; number < 4; ++number) {
    alone[number] = by_itself(number, faulty<6>{mock_transport<>{}});
    together[number];
  }
  const faulty<6> shared{mock_transport<>{}};
  {
    std::vector<std::jthread> threads;
    for (int number = 0; number < 4; ++number)
      threads.emplace_back([&, number] { together.at(number) = by_itself(number, shared); });
  }
  CHECK(together == alone);
}

TEST_CASE("with retries and keys no fault makes a customer twice", "[testing]") {
  const mock_transport<> mock;
  crm::client_options patient;
  patient.deadline = 24h;
  patient.server_honours_idempotency_keys = true;
  const crm::basic_crm_client client{faulty<7>{mock, fault_rates::evenly(0.5)}, crm::exponential_backoff<20, 1>{},
                                     crm::no_cache{}, crm::no_auth{}, patient};
  std::size_t made = 0;
  for (int i = 0; i < 50; ++i) made += client.create(crm::new_customer{"C" + std::to_string(i)}).has_value() ? 1 : 0;
  CHECK(made == 50);
  CHECK(mock.crm().customers().size() == 12 + 50);
}

TEST_CASE("rates are probabilities, together too", "[testing]") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  STATIC_REQUIRE(fault_rates{}.are_possible());
  STATIC_REQUIRE(fault_rates::evenly(1).are_possible());
  STATIC_REQUIRE((fault_rates{.refused = 1, .slowest = 24h}).are_possible());
  STATIC_REQUIRE_FALSE((fault_rates{.refused = 0.6, .timeout = 0.6}).are_possible());
  STATIC_REQUIRE_FALSE((fault_rates{.refused = -0.1}).are_possible());
  STATIC_REQUIRE_FALSE((fault_rates{.rate_limited = nan}).are_possible());
  STATIC_REQUIRE_FALSE((fault_rates{.slowest = -1ms}).are_possible());
  STATIC_REQUIRE_FALSE((fault_rates{.slowest = 25h}).are_possible());

  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    std::fclose(stderr);
    const faulty<1> never{mock_transport<>{}, fault_rates{.refused = nan}};
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
}

TEST_CASE("a faulty network is a network, and a faulty mock is none", "[testing]") {
  using network = crm::testing::scripted_network<crm::testing::reply<200>>;
  static_assert(crm::networked_transport<faulty_transport<network, 1>>);
  static_assert(!crm::networked_transport<faulty<1>>);
  CHECK(faulty<1>::make({}, {}).has_value());
  const network inner;
  CHECK(faulty_transport<network, 1>{inner}.base().host == "crm.example.com");
  inner.may_end_early();
}

}  // namespace
