// How often a call over a kept connection allocates, or asks the system, by the transport on Boost.Beast.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>

#include <crm/http/message.hpp>
#include <crm/http/uri.hpp>

#include "allocation/memory.hpp"
#include "allocation/system_calls.hpp"
#include "client/raw_server.hpp"
#include "support/any_transport.hpp"
#include "support/catch.hpp"

namespace {

/// What the parts of an answer take, where a short text takes nothing.
std::size_t allocations_in(const crm::http::response& answer) {
  const auto of = [](const std::string& text) { return text.capacity() > std::string{}.capacity() ? 1U : 0U; };
  std::size_t all = 1 + of(answer.body);
  for (const auto& [name, value] : answer.headers) all += of(name) + of(value);
  return all;
}

/// Whoever posts over a kept connection that breaks when something was sent so many times.
crm::transport_failure broken_after(std::size_t sends) {
  support::raw_server server{[](support::wire& peer, int) {
    if (peer.read_request()) peer.write(support::http_answer("{}"));
    peer.await_close();
  }};
  const auto transport = support::make_beast_transport(crm::http::base_url::parse(server.url()).value(), {}).value();
  const crm::send_limits limits{crm::clock::now() + std::chrono::seconds{30}, {}};
  REQUIRE(transport->send({crm::http::method::get, "/", {}, {}}, limits));
  // More than a socket has room for, so that it is sent in several parts.
  const crm::http::request large{crm::http::method::post, "/", {}, std::string(16U << 20U, 'x')};
  system_calls::sends_left = sends;
  const auto answer = transport->send(large, limits);
  CHECK(!system_calls::sends_left);
  REQUIRE(!answer);
  return answer.error();
}

}  // namespace

TEST_CASE("a call over a kept connection of Beast's allocates its answer, and takes five system calls", "[beast]") {
  const std::string body(9'400, 'x');
  support::raw_server server{[&](support::wire& peer, int) {
    while (peer.read_request()) peer.write(support::http_answer(body));
  }};
  const auto transport = support::make_beast_transport(crm::http::base_url::parse(server.url()).value(), {}).value();
  const crm::http::request request{crm::http::method::post,
                                   "/api/v1/customers?city=Eagan&page=1&per_page=25",
                                   {{"Authorization", "Bearer a-key-of-a-usual-length-0123456789"}},
                                   R"({"customer":{"name":"Jane Smith"}})"};
  const crm::send_limits limits{crm::clock::now() + std::chrono::seconds{30}, {}};
  for (int call = 0; call < 2; ++call)
    REQUIRE(transport->send(request, limits));  // connection and pool have their room
  for (int call = 0; call < 3; ++call) {
    const auto before = memory::made;
    const auto calls_before = system_calls::made;
    const auto answer = transport->send(request, limits);
    const auto made = memory::made - before;
    const auto calls = system_calls::made - calls_before;
    REQUIRE(answer);
    CHECK(answer->body.size() == body.size());
    CHECK(made == allocations_in(*answer));
    CHECK(made <= 4);
    CHECK(calls <= 5);  // whether all is quiet, the request, no answer yet, a wait, the answer
  }
  CHECK(server.accepted() == 1);
}

TEST_CASE("a connection of Beast's that breaks before a byte was sent has sent nothing", "[beast]") {
  const auto failure = broken_after(0);
  CHECK(failure.sent == crm::delivery::not_sent);
  CHECK(failure.code == crm::errc::unreachable);
}

TEST_CASE("whether a connection of Beast's that breaks later has sent the request is unknown", "[beast]") {
  CHECK(broken_after(1).sent == crm::delivery::unknown);
}

TEST_CASE("a connection of Beast's overwrites the heads of requests, which have credentials", "[beast]") {
  support::raw_server server{[&](support::wire& peer, int) {
    while (peer.read_request()) peer.write(support::http_answer("{}"));
  }};
  const std::string key = "a-key-that-is-longer-than-a-short-text";
  const crm::http::request request{crm::http::method::get, "/", {{"Authorization", key}}, {}};
  auto transport = support::make_beast_transport(crm::http::base_url::parse(server.url()).value(), {}).value();
  const auto answer = [&] { return transport->send(request, {crm::clock::now() + std::chrono::seconds{30}, {}}); };
  memory::released_with_it = 0;
  memory::sought = key;
  const bool sound = answer() && answer();
  transport.reset();
  memory::sought = {};
  CHECK(sound);
  CHECK(memory::released_with_it == 0);
}

TEST_CASE("a large body is sent by Beast's transport from where it is", "[beast]") {
  support::raw_server server{[](support::wire& peer, int) {
    while (peer.read_request()) peer.write(support::http_answer("{}"));
  }};
  const auto transport = support::make_beast_transport(crm::http::base_url::parse(server.url()).value(), {}).value();
  const crm::http::request large{crm::http::method::post, "/", {}, std::string(1U << 20U, 'x')};
  const auto before = memory::held;
  REQUIRE(transport->send(large, {crm::clock::now() + std::chrono::seconds{30}, {}}));
  CHECK(memory::held - before < large.body.size() / 2);
}
