// Rows 49 to 60 of the fault matrix: what a server does with JSON.
#include <string>

#include "faults/expect.hpp"
#include "faults/probe.hpp"
#include "support/catch.hpp"

using crm::errc;
using faults::broken;
using faults::hostile_server;
using faults::prober;

TEST_CASE("fault 49, a 200 without a body: refused", "[faults][json]") { broken("49"); }

TEST_CASE("fault 50, a body cut at any byte: refused", "[faults][json]") {
  const hostile_server server{"50"};
  const std::string whole = R"({"customer":{"id":"1","name":"Jane Smith"}})";
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    CAPTURE(cut);
    const auto ending = prober{server.url()}.find();  // a connection of its own, for the server counts them
    REQUIRE(ending.error);
    CHECK(ending.error->code == errc::bad_response);
  }
  CHECK(prober{server.url()}.find().name == "Jane Smith");
}

TEST_CASE("fault 51, bytes after the JSON: refused", "[faults][json]") { broken("51"); }
TEST_CASE("fault 52, a hundred thousand levels: refused", "[faults][json]") { broken("52"); }
TEST_CASE("fault 53, text that is not UTF-8, a lone surrogate, a byte order mark: refused", "[faults][json]") {
  broken(GENERATE("53a", "53b", "53c"));
}
TEST_CASE("fault 54, numbers that are none or too large: refused", "[faults][json]") {
  broken(GENERATE("54a", "54b", "54c"));
}
TEST_CASE("fault 55, an id of another type, null or missing: refused, and the place is named", "[faults][json]") {
  const auto* row = GENERATE("55a", "55b", "55c");
  broken(row);
  const hostile_server server{row};
  CHECK(prober{server.url()}.find().error->json_path == "$.customer.id");
}
TEST_CASE("fault 56, a key given twice: refused", "[faults][json]") { broken("56"); }

TEST_CASE("fault 57, another customer than asked for: refused", "[faults][json]") {
  const hostile_server server{"57"};
  const auto ending = prober{server.url()}.find();
  REQUIRE(ending.error);
  CHECK(ending.error->code == errc::bad_response);
}

TEST_CASE("fault 58, pages that repeat, loop, never end, shrink or are empty: an error, and never a short list",
          "[faults][json]") {
  const auto* row = GENERATE("58a", "58b", "58c", "58d", "58f", "58g");
  CAPTURE(row);
  const hostile_server server{row};
  const auto ending = prober{server.url()}.query();
  REQUIRE(ending.error);
  CHECK(ending.error->code == errc::incomplete);
}

TEST_CASE("fault 58, a total below zero, or pages of none: refused", "[faults][json]") {
  const hostile_server server{GENERATE("58e", "58h")};
  const auto ending = prober{server.url()}.query();
  REQUIRE(ending.error);
  CHECK(ending.error->code == errc::bad_response);
}

TEST_CASE("fault 59, fields that nobody knows: ignored", "[faults][json]") {
  const hostile_server server{"59"};
  faults::sound(prober{server.url()});
}

TEST_CASE("fault 60, a NUL in a name: kept", "[faults][json]") {
  const hostile_server server{"60"};
  using namespace std::string_literals;
  CHECK(prober{server.url()}.find().name == "a\0b"s);
}
