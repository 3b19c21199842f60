// The scan itself: it finds what leaks, wherever it does, and it meets everything.
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "leaks/world.hpp"
#include "support/catch.hpp"

namespace {

using leaks::scan;

std::size_t findings_in(const std::function<void(scan&)>& walk) { return leaks::found_by(walk).size(); }

std::size_t findings_in(const crm::error& e) {
  return findings_in([&](scan& to) { to.look(e); });
}
std::size_t findings_in(void (*change)(crm::error&)) {
  crm::error e;
  change(e);
  return findings_in(e);
}

}  // namespace

TEST_CASE("the scan finds a mark in each member of an error", "[leaks]") {
  CHECK(findings_in([](crm::error&) {}) == 0);
  CHECK(findings_in([](crm::error& e) { e.message = "no customer Wvj"; }) > 0);
  CHECK(findings_in([](crm::error& e) { e.message = "the key zqx"; }) > 0);
  CHECK(findings_in([](crm::error& e) { e.request_id = "6515550134"; }) > 0);
  CHECK(findings_in([](crm::error& e) { e.json_path = "$.WVJ"; }) > 0);
  CHECK(findings_in([](crm::error& e) { e.offset = 98765432101U; }) > 0);
  CHECK(findings_in([](crm::error& e) { e.attempts = {{0, "wvj", {}}}; }) > 0);
  CHECK(findings_in([](crm::error& e) { e.excerpt = "zqx"; }) > 0);
  CHECK(findings_in([](crm::error& e) { e.details = {{}, {}, {}, {{"zqx", ""}}}; }) > 0);
}

TEST_CASE("of the server's own text the scan lets pass what is a customer's", "[leaks]") {
  CHECK(findings_in([](crm::error& e) { e.excerpt = "wvj"; }) == 0);
  CHECK(findings_in([](crm::error& e) { e.details = {"wvj", "wvj", "wvj", {{"wvj", "wvj"}}}; }) == 0);
}

TEST_CASE("the scan finds a mark in each text of an event", "[leaks]") {
  const auto told = [](const auto& event) { return findings_in([&](scan& to) { leaks::watch(to).on(event); }); };
  namespace events = crm::events;
  events::call_id path, task, trace;
  path.route = "/api/v1/customers/wvj-17";
  task.task = "wvj";
  trace.traceparent = "00-wvj";
  CHECK(told(events::call_started{}) == 0);
  CHECK(told(events::call_started{path}) > 0);
  CHECK(told(events::gate_opened{task}) > 0);
  CHECK(told(events::cache_hit{trace}) > 0);
  CHECK(told(events::attempt_made{.reason = "wvj"}) > 0);
  CHECK(told(events::attempt_made{.request_id = "zqx"}) > 0);
  CHECK(told(events::retry_scheduled{.reason = "zqx"}) > 0);
  CHECK(told(events::not_found{.request_id = "wvj"}) > 0);
  CHECK(told(events::credential_failed{.request_id = "zqx"}) > 0);
  CHECK(told(events::escalated{.request_id = "zqx"}) > 0);
  CHECK(told(events::call_finished{.request_id = "zqx"}) > 0);
}

TEST_CASE("the scan finds what is written to standard output and error, by any way", "[leaks]") {
  const auto looking = [](void (*write)()) { return findings_in([&](scan& to) { to.look("", "x"), write(); }); };
  CHECK(looking([] {}) == 0);
  CHECK(looking([] { std::cout << "x"; }) == 1);
  CHECK(looking([] { std::clog << "x"; }) == 1);
  CHECK(looking([] { std::printf("x"); }) == 1);
  CHECK(looking([] { std::fputs("x", stderr); }) == 1);
}

TEST_CASE("the scan finds a transport that tells too much", "[leaks]") {
  const auto walk = [](scan& to) {
    const crm::transport_failure chatty{crm::errc::unreachable, crm::delivery::not_sent,
                                        "no route to /customers/wvj-17"};
    look(to, leaks::operation_named("find")(leaks::make_client(to, {tl::unexpected{chatty}}), leaks::marked_call()));
  };
  CHECK(findings_in(walk) > 0);
}

TEST_CASE("a scan that looks at nothing has found something", "[leaks]") {
  CHECK(findings_in([](scan&) {}) == 1);
}

TEST_CASE("the scan meets every kind of event and error, and every reason to give up", "[leaks]") {
  scan to;
  for (const auto walk : {leaks::walk_statuses, leaks::walk_network, leaks::walk_limits, leaks::walk_misuse}) walk(to);
  const std::vector<std::string> met(to.met().begin(), to.met().end());
  CHECK_THAT(met,
             Catch::Matchers::Contains(std::vector<std::string>{
                 "attempt_made", "breaker_changed", "cache_hit", "call_finished", "call_started", "credential_failed",
                 "escalated", "gate_closed", "gate_opened", "in the clear", "not_found", "retry_scheduled"}));
  std::size_t errors = 0, reasons = 0;
  for (const auto& each : met) {
    if (each.starts_with("error ")) ++errors;
    if (each.starts_with("stopped ")) ++reasons;
  }
  CHECK(errors == 14);
  CHECK(reasons == 8);
}
