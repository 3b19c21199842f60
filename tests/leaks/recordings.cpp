// What is recorded: of all that a server may answer, and of all that a client may ask, nothing that it should not hold.
#include <functional>
#include <string>
#include <vector>

#include <crm/testing/recording_transport.hpp>

#include "leaks/world.hpp"
#include "support/catch.hpp"

namespace {

std::vector<std::string> found_in_recordings_of(const std::function<void(leaks::scan&)>& walk) {
  return leaks::found_by([&](leaks::scan& to) {
    to.record();
    walk(to);
  });
}

/// One exchange that holds every mark, with its recording looked through.
std::size_t findings_with(crm::testing::redaction rules) {
  const auto found = leaks::found_by([&](leaks::scan& to) {
    crm::testing::recording_transport transport{
        support::scripted_network{{support::answer(200, leaks::one_customer(), {{"Set-Cookie", "zqx"}})}}, rules};
    crm::http::request request{crm::http::method::get, "/api/v1/customers/wvj-17", {{"X-Api-Key", "zqx"}}, {}};
    (void)transport.send(request, {});
    to.look("recording", transport.taken().to_har());
  });
  return found.size();
}

}  // namespace

TEST_CASE("no recording of any header holds a credential or a customer's data", "[leaks]") {
  CHECK(found_in_recordings_of(leaks::walk_headers) == std::vector<std::string>{});
}

TEST_CASE("no recording of any body holds a credential or a customer's data", "[leaks]") {
  CHECK(found_in_recordings_of(leaks::walk_bodies) == std::vector<std::string>{});
}

TEST_CASE("no recording of an echo, or of a network that fails, holds a credential", "[leaks]") {
  CHECK(found_in_recordings_of(leaks::walk_echoes) == std::vector<std::string>{});
  CHECK(found_in_recordings_of(leaks::walk_network) == std::vector<std::string>{});
}

TEST_CASE("the scan finds what a recording should not hold", "[leaks]") {
  CHECK(findings_with(crm::testing::redaction{}) == 0);
  CHECK(findings_with(crm::testing::redaction::none()) == 1);
  CHECK(findings_with(crm::testing::redaction{}.keep("notes")) == 1);
}
