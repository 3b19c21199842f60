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
