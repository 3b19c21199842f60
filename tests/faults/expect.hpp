/// @file
/// The ways in which the fault matrix says that a call ends.
#pragma once

#include <string_view>

#include "faults/probe.hpp"
#include "support/catch.hpp"

namespace faults {

/// It ended in an error, at its deadline and soon after. How soon is for a benchmark to tell: a sanitizer on a busy
/// machine takes its time to build a large body.
inline void in_time(const ending& e, crm::milliseconds deadline) {
  REQUIRE(e.error);
  CHECK(e.took >= deadline - crm::milliseconds{2});
  CHECK(e.took < deadline + crm::milliseconds{5'000});
}

/// NS: provably not sent.
inline void unsent(const prober& client) {
  for (const auto& e : {client.find(), client.create()}) {
    REQUIRE(e.error);
    CHECK(e.error->code == crm::errc::unreachable);
    CHECK_FALSE(e.error->outcome_unknown);
  }
}

/// Jane Smith.
inline void sound(const prober& client) {
  const auto e = client.find();
  if (e.error) FAIL_CHECK(to_string(*e.error));
  CHECK(e.name == "Jane Smith");
}

/// Both calls end with this error; of the write nobody knows what became.
inline void ends(std::string_view row, crm::errc code) {
  const hostile_server server{row};
  CAPTURE(row);
  const auto read = prober{server.url()}.find(), write = prober{server.url()}.create();
  REQUIRE(read.error);
  CHECK(read.error->code == code);
  CHECK_FALSE(read.error->outcome_unknown);
  REQUIRE(write.error);
  CHECK(write.error->code == code);
  CHECK(write.error->outcome_unknown);
  // No text of the server's, but for a request id.
  CHECK_THAT(to_string(*read.error), !Catch::Matchers::Contains("Jane") && !Catch::Matchers::Contains("xxx"));
}

/// AMB.
inline void ambiguous(std::string_view row) { ends(row, crm::errc::unreachable); }
/// PROTO.
inline void broken(std::string_view row) { ends(row, crm::errc::bad_response); }

/// It goes on, but not beyond the deadline.
inline void stalled(std::string_view row) {
  const hostile_server server{row};
  const prober client{server.url(), {.deadline = crm::milliseconds{300}}};
  for (const auto& e : {client.find(), client.create()}) {
    in_time(e, crm::milliseconds{300});
    CHECK(e.error->code == crm::errc::deadline_exceeded);
  }
}

}  // namespace faults
