// Rows 21 to 48 of the fault matrix: what a server does with HTTP.
#include <string>

#include "faults/expect.hpp"
#include "faults/probe.hpp"
#include "support/catch.hpp"

using crm::errc;
using faults::broken;
using faults::ends;
using faults::hostile_server;
using faults::prober;
using faults::sound;

namespace {

/// Bounded in memory, whatever was sent.
void broken_and_bounded(std::string_view row, errc code = errc::bad_response) {
  ends(row, code);
#ifndef __SANITIZE_ADDRESS__
#if !defined(__has_feature)
  CHECK(faults::peak_memory() < 100);
#endif
#endif
}

crm::error refusal(std::string_view row) {
  const hostile_server server{row};
  const auto ending = prober{server.url()}.find();
  REQUIRE(ending.error);
  return *ending.error;
}

}  // namespace

TEST_CASE("fault 21, interim answers without end: refused", "[faults]") { broken_and_bounded("21"); }

TEST_CASE("fault 22, early hints before the answer: skipped", "[faults]") {
  const hostile_server server{"22"};
  sound(prober{server.url()});
}

TEST_CASE("fault 23, a 204 for a customer: refused", "[faults]") { broken("23"); }

TEST_CASE("fault 24, a redirect: an error that names its host alone, and nothing is sent on", "[faults]") {
  const auto error = refusal(GENERATE("24a", "24b", "24c"));
  CHECK(error.code == errc::bad_response);
  CHECK_THAT(error.message, Catch::Matchers::Contains("127.0.0.1") && !Catch::Matchers::Contains("secret") &&
                                !Catch::Matchers::Contains("elsewhere"));
}

TEST_CASE("fault 26, a 304 that was not asked for: refused", "[faults]") { broken("26"); }

TEST_CASE("fault 27, a 422: an error with the CRM's problem details", "[faults]") {
  const auto error = refusal("27");
  CHECK(error.code == errc::rejected);
  CHECK(error.request_id == "r-27");
  REQUIRE(error.details);
  CHECK(error.details->detail == "name is too long");
}

TEST_CASE("fault 28, a 401 to a credential that cannot be refreshed: unauthorized, and not asked again", "[faults]") {
  const hostile_server server{"28"};
  const prober client{server.url()};
  const auto ending = client.find();
  REQUIRE(ending.error);
  CHECK(ending.error->code == errc::unauthorized);
  sound(client);
}

TEST_CASE("fault 29, a 403: forbidden", "[faults]") { CHECK(refusal("29").code == errc::forbidden); }

TEST_CASE("fault 30, a 404 on find: nobody", "[faults]") {
  const hostile_server server{"30"};
  const auto ending = prober{server.url()}.find();
  CHECK_FALSE(ending.error);
  CHECK(ending.name.empty());
}

TEST_CASE("fault 36, a 429 whose Retry-After is absent, negative, garbage, endless or past: rate limited", "[faults]") {
  CHECK(refusal(GENERATE("36a", "36b", "36c", "36d", "36e")).code == errc::rate_limited);
}

TEST_CASE("fault 37, a 502: unreachable, the outcome unknown", "[faults]") { ends("37", errc::unreachable); }

TEST_CASE("fault 39, a status that HTTP does not define: refused", "[faults]") {
  broken(GENERATE("39a", "39b", "39c", "39d"));
}
TEST_CASE("fault 40, a page of HTML with a 200: refused", "[faults]") { broken("40"); }
TEST_CASE("fault 41, a content length that is none, negative, two or too many: refused", "[faults]") {
  broken(GENERATE("41a", "41b", "41c", "41d"));
}
TEST_CASE("fault 42, both a length and chunks: refused", "[faults]") { broken("42"); }
TEST_CASE("fault 43, broken chunks: refused", "[faults]") { broken(GENERATE("43a", "43b", "43c", "43d")); }
TEST_CASE("fault 43, sound chunks: success", "[faults]") {
  const hostile_server server{"43e"};
  sound(prober{server.url()});
}
TEST_CASE("fault 44, a long status line: refused, and the process lives", "[faults]") {
  broken_and_bounded(GENERATE("44a", "44b"));
}
TEST_CASE("fault 45, 200,000 headers, or fewer that are too many or too long in sum: refused", "[faults]") {
  broken_and_bounded(GENERATE("45", "45b", "45c"));
}
TEST_CASE("fault 46, a body over the cap: too large", "[faults]") {
  broken_and_bounded(GENERATE("46", "47c"), errc::response_too_large);
}
TEST_CASE("fault 47, compressed unasked: refused, and nothing is decompressed", "[faults]") {
  broken_and_bounded(GENERATE("47a", "47b"));
}
TEST_CASE("fault 47, a head or a line without end: refused", "[faults]") { broken_and_bounded(GENERATE("47d", "47e")); }
TEST_CASE("fault 48, a header with NUL, folded, without a colon, or lines that end in LF: refused", "[faults]") {
  broken(GENERATE("48a", "48b", "48c", "48d", "48e", "48f"));
}
TEST_CASE("an answer that closes its connection is whole, and the next call makes another", "[faults]") {
  const hostile_server server{"20x"};
  const prober client{server.url()};
  sound(client);
  sound(client);
}
