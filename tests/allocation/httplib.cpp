// How often a call over a kept connection allocates, or asks the system, by the transport on cpp-httplib.
#include <chrono>
#include <cstddef>
#include <string>

#include <crm/http/message.hpp>
#include <crm/transport/httplib.hpp>

#include "allocation/memory.hpp"
#include "allocation/system_calls.hpp"
#include "client/raw_server.hpp"
#include "support/catch.hpp"

namespace {

struct cost {
  std::size_t allocations = 0, system_calls = 0;
};

/// Of a call, when two were made before.
template <class Call>
cost cost_of(Call call) {
  for (int i = 0; i < 2; ++i) REQUIRE(call());
  const cost before{memory::made, system_calls::made};
  const bool sound = call();
  const cost after{memory::made, system_calls::made};
  REQUIRE(sound);
  return {after.allocations - before.allocations, after.system_calls - before.system_calls};
}

}  // namespace

TEST_CASE("a call over a kept connection costs no more than httplib's client does, and four system calls",
          "[httplib]") {
  const std::string body(9'400, 'x');
  const support::raw_server server{[&](support::wire& peer, int) {
    while (peer.read_request()) peer.write(support::http_answer(body));
  }};
  const std::string target = "/api/v1/customers?city=Eagan&page=1&per_page=25";
  const std::string key = "Bearer a-key-of-a-usual-length-0123456789";

  httplib::Client bare{server.url()};
  bare.set_keep_alive(true);
  bare.set_tcp_nodelay(true);
  const httplib::Headers headers{{"Authorization", key}};
  const auto theirs = cost_of([&] {
    const auto answer = bare.Get(target, headers);
    return answer && answer->body.size() == body.size();
  });

  crm::httplib_transport transport{server.url()};
  const crm::http::request request{crm::http::method::get, target, {{"Authorization", key}}, {}};
  const auto ours = cost_of([&] {
    const auto answer = transport.send(request, {crm::clock::now() + std::chrono::seconds{30}, {}});
    return answer && answer->body.size() == body.size();
  });

  CAPTURE(theirs.allocations, theirs.system_calls);
  CHECK(ours.allocations <= theirs.allocations + 2);
  CHECK(ours.system_calls <= 4);  // whether all is quiet, the request, a wait, the answer
  CHECK(ours.system_calls < theirs.system_calls);
  CHECK(server.accepted() == 2);
}
