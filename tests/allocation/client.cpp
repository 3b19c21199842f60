// How often a call allocates beyond its answer: on a transport that answers at once, so that all of it is the client's.
#include <cstddef>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <crm/auth/none.hpp>
#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/json/document.hpp>
#include <crm/retry/none.hpp>

#include "allocation/memory.hpp"
#include "support/catch.hpp"

namespace {

constexpr std::string_view id = "5f0c2f0e-6a5b-4b52-9c7b-0d7f4f3c1a2b";
constexpr std::string_view jane = R"({"customer":{"id":"5f0c2f0e-6a5b-4b52-9c7b-0d7f4f3c1a2b","name":"Jane Smith"}})";
constexpr std::string_view nobody = R"({"customers":[],"meta":{"total":0,"page":1,"per_page":25}})";

struct immediate_transport {
  std::string_view body;

  crm::transport_result send(const crm::http::request&, const crm::send_limits&) const {
    return crm::http::response{200, {}, std::string{body}};
  }
  static crm::time_point now() { return {}; }
  static crm::wake wait_until(crm::time_point, const std::stop_token&) { return crm::wake::due; }
};
using client_type = crm::basic_crm_client<immediate_transport, crm::no_retry, crm::no_cache>;

/// How many allocations this takes, once the thread has what it keeps.
std::size_t allocations_of(const auto& act) {
  act();
  const auto before = memory::made;
  act();
  return memory::made - before;
}

constexpr auto lapsed = crm::customers.status(crm::status::past)
                            .services(crm::service::fertilizer, crm::service::weed_control)
                            .not_signed_for_season(2026)
                            .city("St. Paul");

}  // namespace

TEST_CASE("a find allocates its target beyond the answer, and nothing else", "[client]") {
  const immediate_transport transport{jane};
  const client_type client{transport};
  const auto answer = allocations_of([&] {
    const auto got = transport.send({}, {});
    REQUIRE(crm::json::decode_one<crm::customer>(got->body));
  });
  CHECK(allocations_of([&] { REQUIRE(client.find(id)); }) == answer + 1);
}

TEST_CASE("of a prepared filter, a page of a query allocates its target beyond the answer, and nothing else",
          "[client]") {
  const immediate_transport transport{nobody};
  const client_type client{transport};
  const auto answer = allocations_of([&] {
    const auto got = transport.send({}, {});
    REQUIRE(crm::json::decode_page<crm::customer>(got->body));
  });
  CHECK(allocations_of([&] { REQUIRE(client.query(crm::prepared<lapsed>)); }) == answer + 1);
  CHECK(allocations_of([&] {
          REQUIRE(
              crm::detail::list_target<crm::resource<crm::customer>>(crm::prepared<lapsed>, crm::list_style::comma));
        }) == 0);
}
