#include <crm/observe/task_events.hpp>

#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
namespace events = crm::events;
using nlohmann::json;

struct wall {
  static std::chrono::system_clock::time_point now() noexcept {
    return std::chrono::system_clock::time_point{1'763'884'800s + 250ms};
  }
};
struct keep_lines {
  std::vector<std::string>* lines;
  void operator()(std::string_view line) const { lines->emplace_back(line); }
};
using logged = crm::task_events<keep_lines, wall>;
static_assert(crm::observer<logged>);

constexpr events::call_id a_find{
    crm::operation::find, crm::http::method::get, "/api/v1/customers/{id}", 7, "task-1", {}};

/// What an event is written as, but for what every line has.
template <class Event>
json written(const Event& e) {
  std::vector<std::string> logged_lines;
  logged log{keep_lines{&logged_lines}};
  log.on(e);
  REQUIRE(logged_lines.size() == 1);
  REQUIRE(logged_lines.front().find('\n') == std::string::npos);
  json all = json::parse(logged_lines.front());
  CHECK(all.at("time") == "2025-11-23T08:00:00.250000Z");
  CHECK(all.at("task.id") == "task-1");
  CHECK(all.at("crm.operation") == "find");
  CHECK(all.at("http.request.method") == "GET");
  CHECK(all.at("url.template") == "/api/v1/customers/{id}");
  for (const auto* key : {"time", "task.id", "crm.operation", "http.request.method", "url.template"}) all.erase(key);
  return all;
}

}  // namespace

TEST_CASE("every event is a line of JSON, with the keys that are documented", "[observe]") {
  CHECK(written(events::call_started{a_find}) ==
        json{{"event", "crm.call.started"}, {"severity", "INFO"}, {"crm.call", 7}});
  CHECK(written(events::attempt_made{a_find, 2, 503, "server error", "r-1", 1500us}) ==
        json{{"event", "crm.attempt"},
             {"severity", "WARN"},
             {"crm.call", 7},
             {"http.request.resend_count", 1},
             {"http.response.status_code", 503},
             {"crm.reason", "server error"},
             {"crm.request_id", "r-1"},
             {"duration_ms", 1.5}});
  CHECK(written(events::attempt_made{a_find, 1, 200, {}, {}, 0ms}) == json{{"event", "crm.attempt"},
                                                                           {"severity", "INFO"},
                                                                           {"crm.call", 7},
                                                                           {"http.request.resend_count", 0},
                                                                           {"http.response.status_code", 200},
                                                                           {"duration_ms", 0.0}});
  CHECK(written(events::retry_scheduled{a_find, 2, 2s, "server error"}) == json{{"event", "crm.retry.scheduled"},
                                                                                {"severity", "WARN"},
                                                                                {"crm.call", 7},
                                                                                {"http.request.resend_count", 1},
                                                                                {"crm.reason", "server error"},
                                                                                {"delay_ms", 2000.0}});
  CHECK(written(events::gate_closed{a_find, 429, 7s}) == json{{"event", "crm.gate.closed"},
                                                              {"severity", "WARN"},
                                                              {"crm.call", 7},
                                                              {"http.response.status_code", 429},
                                                              {"delay_ms", 7000.0}});
  CHECK(written(events::gate_opened{a_find}) ==
        json{{"event", "crm.gate.opened"}, {"severity", "INFO"}, {"crm.call", 7}});
  CHECK(
      written(events::breaker_changed{a_find, crm::breaker_state::half_open}) ==
      json{
          {"event", "crm.breaker.changed"}, {"severity", "WARN"}, {"crm.call", 7}, {"crm.breaker.state", "half-open"}});
  CHECK(written(events::cache_hit{{a_find.op, a_find.method, a_find.route, 0, a_find.task, {}}}) ==
        json{{"event", "crm.cache.hit"}, {"severity", "INFO"}});
  CHECK(written(events::not_found{a_find, "r-1"}) ==
        json{{"event", "crm.not_found"}, {"severity", "WARN"}, {"crm.call", 7}, {"crm.request_id", "r-1"}});
  CHECK(written(events::credential_failed{a_find, 401, "r-1", 2}) == json{{"event", "crm.credential.failed"},
                                                                          {"severity", "ERROR"},
                                                                          {"crm.call", 7},
                                                                          {"http.response.status_code", 401},
                                                                          {"crm.request_id", "r-1"},
                                                                          {"crm.credential.generation", 2}});
  CHECK(written(events::escalated{a_find, 401, "r-1", 2}) ==
        json{{"event", "crm.escalated"},
             {"severity", "ERROR"},
             {"crm.call", 7},
             {"message", "CRM authentication failed \xE2\x80\x94 check credentials"},
             {"http.response.status_code", 401},
             {"crm.request_id", "r-1"},
             {"crm.credential.generation", 2}});
  CHECK(written(events::call_finished{a_find, {}, 200, 1, {}, false, "r-1", 12'345us}) ==
        json{{"event", "crm.call.finished"},
             {"severity", "INFO"},
             {"crm.call", 7},
             {"http.response.status_code", 200},
             {"crm.attempts", 1},
             {"crm.request_id", "r-1"},
             {"duration_ms", 12.345}});
  CHECK(written(events::call_finished{a_find, crm::errc::unreachable, 0, 4, crm::gave_up::exhausted, true, {}, 14s}) ==
        json{{"event", "crm.call.finished"},
             {"severity", "ERROR"},
             {"crm.call", 7},
             {"crm.attempts", 4},
             {"error.type", "unreachable"},
             {"crm.gave_up", "exhausted"},
             {"crm.outcome_unknown", true},
             {"duration_ms", 14'000.0}});
  CHECK(written(events::call_finished{a_find, crm::errc::not_found, 404, 1, {}, false, {}, 0ms}).at("severity") ==
        "WARN");
}

TEST_CASE("a trace's ids stand in the line, a trace that is none does not", "[observe]") {
  auto call = a_find;
  call.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const auto line = written(events::gate_opened{call});
  CHECK(line.at("trace_id") == "0af7651916cd43dd8448eb211c80319c");
  CHECK(line.at("parent_id") == "b7ad6b7169203331");
  call.traceparent = "00-0af";
  CHECK_FALSE(written(events::gate_opened{call}).contains("trace_id"));
}

TEST_CASE("a task's id is written as JSON has text, whatever it holds", "[observe]") {
  std::vector<std::string> logged_lines;
  logged log{keep_lines{&logged_lines}};
  for (const std::string_view id : {"a \"quoted\"\nline", "\xff", ""}) {
    auto call = a_find;
    call.task = id;
    log.on(events::call_started{call});
  }
  CHECK(json::parse(logged_lines[0]).at("task.id") == "a \"quoted\"\nline");
  CHECK(json::parse(logged_lines[1]).at("task.id") == "?");
  CHECK_FALSE(json::parse(logged_lines[2]).contains("task.id"));
}

TEST_CASE("copies write to one sink, a line at a time", "[observe][concurrency]") {
  std::ostringstream out;
  const auto log = crm::task_events_to(out);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([copy = log]() mutable {
        for (int j = 0; j < 100; ++j) copy.on(events::call_started{a_find});
      });
  }
  std::istringstream lines{out.str()};
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) CHECK(json::accept(line));
  CHECK(count == 400);
}
