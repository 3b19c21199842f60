#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "support/catch.hpp"

#include <crm/exchange.hpp>
#include <crm/gate.hpp>
#include <crm/retry/breaker.hpp>
#include <crm/retry/budget.hpp>
#include <crm/retry/exponential.hpp>
#include <crm/retry/jitter.hpp>
#include <crm/retry/none.hpp>

namespace {

using namespace std::chrono_literals;
using crm::errc;
using crm::gave_up;
using crm::milliseconds;
using crm::operation;
using crm::time_point;
using crm::transport_failure;

constexpr crm::operation_traits a_read{operation::find, true, false};
constexpr crm::operation_traits unkeyed{operation::create, false, false};
constexpr crm::operation_traits keyed{operation::create, false, true};

const time_point start{1'000'000s};

crm::http::response answered(int status, crm::http::header_list headers = {}) {
  return {status, std::move(headers), "body"};
}

constexpr transport_failure no_connection{errc::unreachable, crm::delivery::not_sent, "connection refused"};
constexpr transport_failure reset{errc::unreachable, crm::delivery::unknown, "connection reset"};

using event = std::variant<crm::http::response, transport_failure>;

struct course_of_call {
  crm::result<crm::http::response> outcome{crm::error{}};
  std::vector<milliseconds> waits;
  std::size_t sent = 0;
  bool refusal_kept = false;

  [[nodiscard]] const crm::error& error() const { return outcome.error(); }
};

/// Plays the world: what each attempt meets, in virtual time. More attempts than events fail the test.
template <class Policy = crm::adr_backoff>
course_of_call play(crm::operation_traits traits, const std::vector<event>& events, milliseconds deadline = 60s,
                    const Policy& policy = {}) {
  course_of_call seen;
  time_point now = start;
  crm::gate gate;
  crm::exchange<Policy> course{traits, policy, gate, start + deadline};
  for (crm::next_step step = course.start(now); !std::holds_alternative<crm::done_step>(step);) {
    if (const auto* wait = std::get_if<crm::wait_step>(&step)) {
      REQUIRE(wait->until >= now);
      seen.waits.push_back(std::chrono::duration_cast<milliseconds>(wait->until - now));
      now = wait->until;
      step = course.on_waited(now);
      REQUIRE(std::holds_alternative<crm::send_step>(step));
    } else {
      REQUIRE(seen.sent < events.size());
      const event& next = events[seen.sent++];
      step = std::holds_alternative<transport_failure>(next)
                 ? course.on_failure(std::get<transport_failure>(next), now)
                 : course.on_response(std::get<crm::http::response>(next), now);
    }
  }
  seen.refusal_kept = course.refusal().has_value();
  seen.outcome = course.take();
  return seen;
}

using waits = std::vector<milliseconds>;

}  // namespace

// --- Success ---

TEST_CASE("a 200 is one success without a wait", "[engine]") {
  const auto seen = play(a_read, {answered(200)});
  REQUIRE(seen.outcome);
  CHECK(seen.outcome->status == 200);
  CHECK(seen.outcome->body == "body");
  CHECK(seen.waits.empty());
}

TEST_CASE("a 503 then a 200 is one success after two seconds", "[engine]") {
  const auto seen = play(a_read, {answered(503), answered(200)});
  CHECK(seen.outcome);
  CHECK(seen.waits == waits{2s});
}

TEST_CASE("any 2xx is handed on, for the caller to read", "[engine]") {
  for (const int status : {200, 201, 204, 299})
    CHECK(play(a_read, {answered(status)}).outcome.value().status == status);
}

// --- Unreachable: retry after 2, 4 and 8 seconds, then fail ---

TEST_CASE("an unreachable CRM is tried four times, after 2, 4 and 8 seconds", "[engine]") {
  for (const auto& failure : {no_connection, reset}) {
    const auto seen = play(a_read, {failure, failure, failure, failure});
    REQUIRE_FALSE(seen.outcome);
    CHECK(seen.waits == waits{2s, 4s, 8s});
    CHECK(seen.error().code == errc::unreachable);
    CHECK(seen.error().op == operation::find);
    CHECK(seen.error().stopped == gave_up::exhausted);
    CHECK(seen.error().status == 0);
    CHECK(seen.error().message == failure.reason);
    CHECK_FALSE(seen.error().outcome_unknown);
    CHECK_FALSE(seen.error().retry_at);
    CHECK(seen.error().attempts ==
          std::vector<crm::attempt>{
              {0, failure.reason, 0s}, {0, failure.reason, 2s}, {0, failure.reason, 4s}, {0, failure.reason, 8s}});
  }
}

TEST_CASE("every 5xx is treated as unreachable", "[engine]") {
  for (const int status : {500, 501, 502, 503, 504, 599}) {
    INFO(status);
    const auto seen = play(a_read, {answered(status), answered(status), answered(status), answered(status)});
    REQUIRE_FALSE(seen.outcome);
    CHECK(seen.waits == waits{2s, 4s, 8s});
    CHECK(seen.error().code == errc::unreachable);
    CHECK(seen.error().status == status);
    CHECK(seen.error().stopped == gave_up::exhausted);
    CHECK(seen.refusal_kept);
  }
}

TEST_CASE("without a retry policy one failure is the end", "[engine]") {
  const auto seen = play(a_read, {answered(503)}, 60s, crm::no_retry{});
  CHECK(seen.error().stopped == gave_up::exhausted);
  CHECK(seen.error().attempts.size() == 1);
}

TEST_CASE("a 5xx with Retry-After waits as long as either asks", "[engine]") {
  CHECK(play(a_read, {answered(503, {{"Retry-After", "3"}}), answered(200)}).waits == waits{3s});
  CHECK(play(a_read, {answered(503, {{"Retry-After", "1"}}), answered(200)}).waits == waits{2s});
  CHECK(play(a_read, {answered(503), answered(503, {{"Retry-After", "30"}}), answered(503), answered(200)}).waits ==
        waits{2s, 30s, 8s});
}

// --- 404, 401, 403 and the other refusals: no retry ---

TEST_CASE("a refusal is not tried again", "[engine]") {
  struct row {
    int status;
    errc code;
  };
  for (const auto& traits : {a_read, unkeyed, keyed}) {
    for (const auto& [status, code] :
         {row{400, errc::rejected}, row{401, errc::unauthorized}, row{403, errc::forbidden}, row{404, errc::not_found},
          row{405, errc::rejected}, row{410, errc::rejected}, row{412, errc::conflict}, row{418, errc::rejected},
          row{422, errc::rejected}, row{499, errc::rejected}}) {
      INFO(status);
      const auto seen = play(traits, {answered(status, {{"Retry-After", "1"}})});
      REQUIRE_FALSE(seen.outcome);
      CHECK(seen.waits.empty());
      CHECK(seen.error().code == code);
      CHECK(seen.error().status == status);
      CHECK(seen.error().op == traits.op);
      CHECK(seen.error().stopped == gave_up::permanent);
      CHECK_FALSE(seen.error().outcome_unknown);
      CHECK_FALSE(seen.error().retry_at);
      CHECK(seen.error().attempts == std::vector<crm::attempt>{{status, "refused", 0s}});
      CHECK(seen.refusal_kept);
    }
  }
}

TEST_CASE("a 404 after an outage is the CRM's answer", "[engine]") {
  const auto seen = play(a_read, {reset, answered(404)});
  CHECK(seen.error().code == errc::not_found);
  CHECK(seen.error().attempts.size() == 2);
  CHECK(seen.waits == waits{2s});
}

// --- 429 ---

TEST_CASE("a 429 waits as Retry-After asks, in seconds or by the server's own date", "[engine]") {
  CHECK(play(a_read, {answered(429, {{"Retry-After", "7"}}), answered(200)}).waits == waits{7s});
  CHECK(play(a_read, {answered(429, {{"retry-after", "Sun, 22 Nov 2026 12:00:09 GMT"},
                                     {"date", "Sun, 22 Nov 2026 12:00:00 GMT"}}),
                      answered(200)})
            .waits == waits{9s});
}

TEST_CASE("a 429 with an absent, negative, garbage or past Retry-After waits by the policy", "[engine]") {
  for (const auto* value : {"-5", "soon", "", "Sun, 22 Nov 2026 11:00:00 GMT", "1.5"}) {
    INFO(value);
    const auto seen = play(
        a_read, {answered(429, {{"Retry-After", value}, {"Date", "Sun, 22 Nov 2026 12:00:00 GMT"}}), answered(200)});
    CHECK(seen.outcome);
    CHECK(seen.waits == waits{2s});
  }
  CHECK(play(a_read, {answered(429), answered(200)}).waits == waits{2s});
}

TEST_CASE("a 429 that asks for more than the deadline leaves is rate_limited, and says when to come back", "[engine]") {
  for (const auto* value : {"61", "1000000000", "99999999999999999999"}) {
    INFO(value);
    const auto seen = play(a_read, {answered(429, {{"Retry-After", value}})});
    REQUIRE_FALSE(seen.outcome);
    CHECK(seen.waits.empty());
    CHECK(seen.error().code == errc::rate_limited);
    CHECK(seen.error().status == 429);
    CHECK(seen.error().stopped == gave_up::deadline);
    CHECK(seen.error().retry_at == start + (std::string{value} == "61" ? 61s : 24h));
    CHECK(seen.error().attempts == std::vector<crm::attempt>{{429, "rate limited", 0s}});
  }
}

TEST_CASE("a 429 to the end is rate_limited, with the last time asked for", "[engine]") {
  const auto limited = answered(429, {{"Retry-After", "5"}});
  const auto seen = play(a_read, {limited, limited, limited, limited});
  CHECK(seen.waits == waits{5s, 5s, 8s});
  CHECK(seen.error().code == errc::rate_limited);
  CHECK(seen.error().stopped == gave_up::exhausted);
  CHECK(seen.error().retry_at == start + 18s + 5s);
}

TEST_CASE("a time to come back belongs to the last answer only", "[engine]") {
  const auto limited = answered(429, {{"Retry-After", "5"}});
  CHECK_FALSE(play(a_read, {limited, answered(401)}).error().retry_at);
  CHECK_FALSE(play(a_read, {limited, no_connection, no_connection, no_connection}).error().retry_at);
}

TEST_CASE("a 429 means that nothing was done: an unkeyed write is sent again", "[engine]") {
  const auto seen = play(unkeyed, {answered(429), answered(201)});
  CHECK(seen.outcome);
  CHECK(seen.waits == waits{2s});
  CHECK_FALSE(play(unkeyed, {answered(429), answered(429), answered(429), answered(429)}).error().outcome_unknown);
}

// --- Writes ---

TEST_CASE("a write that provably was not sent is sent again, keyed or not", "[engine]") {
  for (const auto& traits : {unkeyed, keyed}) {
    CHECK(play(traits, {no_connection, answered(201)}).waits == waits{2s});
    const auto seen = play(traits, {no_connection, no_connection, no_connection, no_connection});
    CHECK(seen.error().stopped == gave_up::exhausted);
    CHECK_FALSE(seen.error().outcome_unknown);
  }
}

TEST_CASE("an unkeyed write that may have happened is never sent again", "[engine]") {
  for (const event& fault :
       {event{reset}, event{answered(500)}, event{answered(503, {{"Retry-After", "1"}})}, event{answered(504)}}) {
    const auto seen = play(unkeyed, {fault});
    REQUIRE_FALSE(seen.outcome);
    CHECK(seen.sent == 1);
    CHECK(seen.waits.empty());
    CHECK(seen.error().code == errc::unreachable);
    CHECK(seen.error().outcome_unknown);
    CHECK(seen.error().stopped == gave_up::non_idempotent);
  }
}

TEST_CASE("an unkeyed write is sent until it may have happened, and no further", "[engine]") {
  const auto seen = play(unkeyed, {no_connection, answered(429), reset});
  CHECK(seen.sent == 3);
  CHECK(seen.error().outcome_unknown);
  CHECK(seen.error().attempts.size() == 3);
}

TEST_CASE("a keyed write is sent again whatever became of it", "[engine]") {
  CHECK(play(keyed, {reset, answered(503), answered(201)}).waits == waits{2s, 4s});
  for (const event& fault : {event{reset}, event{answered(503)}}) {
    const auto seen = play(keyed, {fault, fault, fault, fault});
    CHECK(seen.waits == waits{2s, 4s, 8s});
    CHECK(seen.error().code == errc::unreachable);
    CHECK(seen.error().stopped == gave_up::exhausted);
    CHECK(seen.error().outcome_unknown);
  }
}

TEST_CASE("a keyed write that may have happened stays so when later attempts are not even sent", "[engine]") {
  CHECK(play(keyed, {reset, no_connection, no_connection, no_connection}).error().outcome_unknown);
  CHECK(play(keyed, {reset, answered(429), answered(429), answered(429)}).error().outcome_unknown);
}

TEST_CASE("the CRM's verdict on a keyed write covers the attempts before", "[engine]") {
  for (const int status : {400, 404, 412, 422}) {
    INFO(status);
    CHECK_FALSE(play(keyed, {reset, answered(status)}).error().outcome_unknown);
  }
}

TEST_CASE("a refused credential, a redirect or a broken status tells nothing of the attempt before", "[engine]") {
  for (const int status : {401, 403, 302, 999}) {
    INFO(status);
    const auto seen = play(keyed, {reset, answered(status)});
    CHECK(seen.error().stopped == gave_up::permanent);
    CHECK(seen.error().outcome_unknown);
  }
}

TEST_CASE("a 409 under a key means that the first attempt is at work: the same key fetches its answer", "[engine]") {
  const auto seen = play(keyed, {reset, answered(409, {{"Retry-After", "3"}}), answered(201)});
  CHECK(seen.outcome);
  CHECK(seen.waits == waits{2s, 4s});
  const auto never = play(keyed, {answered(409), answered(409), answered(409), answered(409)});
  CHECK(never.error().code == errc::conflict);
  CHECK(never.error().stopped == gave_up::exhausted);
  CHECK(never.error().outcome_unknown);
}

TEST_CASE("a 409 without a key is a conflict", "[engine]") {
  const auto seen = play(unkeyed, {answered(409)});
  CHECK(seen.error().code == errc::conflict);
  CHECK(seen.error().stopped == gave_up::permanent);
  CHECK_FALSE(seen.error().outcome_unknown);
}

// --- Broken answers ---

TEST_CASE("a status that HTTP does not define is a broken answer, and not tried again", "[engine]") {
  for (const int status : {0, -1, 1, 99, 100, 103, 199, 600, 999}) {
    INFO(status);
    const auto seen = play(a_read, {answered(status)});
    REQUIRE_FALSE(seen.outcome);
    CHECK(seen.error().code == errc::bad_response);
    CHECK(seen.error().stopped == gave_up::permanent);
    CHECK_FALSE(seen.error().outcome_unknown);
    CHECK(play(unkeyed, {answered(status)}).error().outcome_unknown);
  }
}

TEST_CASE("what the transport found broken, too large or untrusted is not tried again", "[engine]") {
  for (const auto code : {errc::bad_response, errc::response_too_large, errc::tls_failed}) {
    const transport_failure failure{code, crm::delivery::unknown, "why"};
    const auto seen = play(a_read, {failure});
    CHECK(seen.error().code == code);
    CHECK(seen.error().message == "why");
    CHECK(seen.error().stopped == gave_up::permanent);
    CHECK(seen.waits.empty());
    CHECK_FALSE(seen.error().outcome_unknown);
    CHECK(play(unkeyed, {failure}).error().outcome_unknown);
    CHECK(play(keyed, {failure}).error().outcome_unknown);
  }
  CHECK_FALSE(
      play(unkeyed, {transport_failure{errc::tls_failed, crm::delivery::not_sent, "why"}}).error().outcome_unknown);
}

TEST_CASE("a redirect is never followed, and its message names the host alone", "[engine]") {
  const auto message = [](std::string location) {
    const auto seen = play(a_read, {answered(302, {{"Location", std::move(location)}})});
    CHECK(seen.error().code == errc::bad_response);
    return seen.error().message;
  };
  const std::string plain = "the CRM redirects, which is never followed";
  CHECK(message("https://other.example.com/customers/jane?mail=jane") == plain + "; it points to other.example.com");
  CHECK(message("http://other.example.com:8080") == plain + "; it points to other.example.com:8080");
  CHECK(message("https://jane:hunter2@other.example.com/") == plain + "; it points to other.example.com");
  CHECK(message("https://other.example.com?jane") == plain + "; it points to other.example.com");
  CHECK(message("https://other.example.com#jane") == plain + "; it points to other.example.com");
  CHECK(message("/customers/jane") == plain);
  CHECK(message("//jane.example.com/") == plain);
  CHECK(message("/login?back=https://jane.smith/") == plain);
  CHECK(message("?x://jane") == plain);
  CHECK(message("https://jane smith/") == plain);
  CHECK(message("https://a@b@c/") == plain);
  CHECK(message("https:///") == plain);
  CHECK(message("https://" + std::string(129, 'a')) == plain);
  CHECK(message("") == plain);
  for (const int status : {300, 301, 302, 303, 304, 307, 308, 399}) {
    INFO(status);
    const auto seen = play(keyed, {answered(status)});
    CHECK(seen.error().code == errc::bad_response);
    CHECK(seen.error().message == plain);
    CHECK(seen.sent == 1);
  }
}

TEST_CASE("a request id is echoed only if it is a short plain token", "[engine]") {
  const auto id = [](std::string value) {
    return play(a_read, {answered(404, {{"x-request-id", std::move(value)}})}).error().request_id;
  };
  CHECK(id("9b2f7c1e-0d5a_4c8e.9f31:6a7d") == "9b2f7c1e-0d5a_4c8e.9f31:6a7d");
  CHECK(id(std::string(128, 'a')) == std::string(128, 'a'));
  CHECK(id(std::string(129, 'a')).empty());
  for (const auto* bad : {"jane@example.com", "a b", "a\r\nb", "a\x1b[31m", "Jos\xC3\xA9", "a/b", "<a>", ""})
    CHECK(id(bad).empty());
  CHECK(play(a_read, {answered(404)}).error().request_id.empty());
}

TEST_CASE("the request id is the last answer's", "[engine]") {
  const auto seen =
      play(a_read, {answered(503, {{"X-Request-Id", "first"}}), answered(404, {{"X-Request-Id", "second"}})});
  CHECK(seen.error().request_id == "second");
}

// --- Deadline and stop ---

TEST_CASE("a wait that would reach the deadline is not begun", "[engine]") {
  const auto at = play(a_read, {no_connection}, 2s);
  CHECK(at.waits.empty());
  CHECK(at.error().code == errc::unreachable);
  CHECK(at.error().stopped == gave_up::deadline);
  CHECK(play(a_read, {no_connection, answered(200)}, 2001ms).outcome);

  const auto second = play(a_read, {no_connection, no_connection}, 6s);
  CHECK(second.waits == waits{2s});
  CHECK(second.error().stopped == gave_up::deadline);
}

TEST_CASE("a deadline met while sending ends the call", "[engine]") {
  const transport_failure late{errc::deadline_exceeded, crm::delivery::unknown, "the answer did not come in time"};
  const auto seen = play(a_read, {late});
  CHECK(seen.error().code == errc::deadline_exceeded);
  CHECK(seen.error().stopped == gave_up::deadline);
  CHECK_FALSE(seen.error().outcome_unknown);
  CHECK(play(unkeyed, {late}).error().outcome_unknown);
  CHECK(play(keyed, {late}).error().outcome_unknown);
  CHECK_FALSE(play(unkeyed, {transport_failure{errc::deadline_exceeded, crm::delivery::not_sent, "x"}})
                  .error()
                  .outcome_unknown);
}

TEST_CASE("a caller's stop ends the call, while sending or waiting", "[engine]") {
  const transport_failure stopped{errc::cancelled, crm::delivery::unknown, "stopped"};
  CHECK(play(a_read, {stopped}).error().code == errc::cancelled);
  CHECK(play(unkeyed, {stopped}).error().outcome_unknown);

  const crm::adr_backoff retry;
  crm::gate gate;
  crm::exchange<crm::adr_backoff> course{keyed, retry, gate, start + 60s};
  CHECK(std::holds_alternative<crm::send_step>(course.start(start)));
  CHECK(std::holds_alternative<crm::wait_step>(course.on_failure(reset, start)));
  CHECK(std::holds_alternative<crm::done_step>(course.on_stopped()));
  const auto outcome = course.take();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::cancelled);
  CHECK(outcome.error().attempts.size() == 1);
  CHECK(outcome.error().outcome_unknown);
}

TEST_CASE("a request that cannot be authorized ends the call, and keeps what is known of attempts before", "[engine]") {
  const crm::adr_backoff retry;
  crm::gate gate;
  crm::exchange<crm::adr_backoff> course{keyed, retry, gate, start + 60s};
  (void)course.start(start);
  (void)course.on_failure(reset, start);
  (void)course.on_waited(start + 2s);
  CHECK(std::holds_alternative<crm::done_step>(
      course.on_unauthorizable(crm::invalid_argument("the key is empty"), start + 2s)));
  const auto outcome = course.take();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().op == operation::create);
  CHECK(outcome.error().message == "the key is empty");
  CHECK(outcome.error().outcome_unknown);
  CHECK(outcome.error().attempts.size() == 1);
}

TEST_CASE("the answer kept for its details is the last one's, not one before a failure", "[engine]") {
  CHECK(play(a_read, {answered(503), answered(422)}).refusal_kept);
  CHECK_FALSE(play(a_read, {answered(503), no_connection, no_connection, no_connection}).refusal_kept);
}

TEST_CASE("a retry beyond the budget of all calls is not made, and the error says so", "[engine]") {
  const crm::retry_budget<crm::adr_backoff, 10, 2> policy;
  const std::vector<event> outage(4, no_connection);
  CHECK(play(a_read, outage, 60s, policy).error().stopped == gave_up::budget);  // 2 retries, and the third refused
  const auto broke = play(a_read, outage, 60s, policy);
  CHECK(broke.sent == 1);
  CHECK(broke.waits.empty());
  CHECK(broke.error().code == errc::unreachable);
  CHECK_THAT(to_string(broke.error()), Catch::Matchers::Contains("budget exhausted"));
  CHECK(play(a_read, {answered(200)}, 60s, policy).outcome);
}

TEST_CASE("a call is counted once, however often it is tried", "[engine]") {
  const crm::retry_budget<crm::adr_backoff, 100, 2> policy;
  const auto seen = play(a_read, std::vector<event>(4, no_connection), 60s, policy);
  CHECK(seen.sent == 3);
  CHECK(seen.error().stopped == gave_up::budget);
}

TEST_CASE("a retry that the policy or the deadline rules out costs the budget nothing", "[engine]") {
  const crm::retry_budget<crm::exponential_backoff<1>> policy;
  CHECK(play(a_read, {no_connection}, 1s, policy).error().stopped == gave_up::deadline);
  CHECK(policy.left() == 10);
  CHECK(play(a_read, {no_connection, no_connection}, 60s, policy).error().stopped == gave_up::exhausted);
  CHECK(policy.left() == 9);
}

TEST_CASE("decorrelated jitter is told the wait before", "[engine]") {
  struct recording {
    std::vector<milliseconds>* told;
    std::optional<milliseconds> delay(int retry) const { return milliseconds{retry}; }
    std::optional<milliseconds> delay(int retry, milliseconds previous) const {
      told->push_back(previous);
      return retry <= 3 ? std::optional{milliseconds{retry * 1'000}} : std::nullopt;
    }
  };
  std::vector<milliseconds> told;
  play(a_read, {no_connection, no_connection, no_connection, no_connection}, 60s, recording{&told});
  CHECK(told == waits{0ms, 1s, 2s, 3s});
}

// --- The gate ---

TEST_CASE("a 429 holds back the calls that begin after it, and they follow in order", "[engine]") {
  const crm::adr_backoff retry;
  crm::gate gate{{.pace = 100ms}};
  crm::exchange<crm::adr_backoff> first{a_read, retry, gate, start + 60s}, second{a_read, retry, gate, start + 60s};
  const auto until = [](const crm::next_step& step) { return std::get<crm::wait_step>(step).until; };
  REQUIRE(std::holds_alternative<crm::send_step>(first.start(start)));
  CHECK(until(first.on_response(answered(429, {{"Retry-After", "7"}}), start)) == start + 7s);
  CHECK(until(second.start(start + 1s)) == start + 7s + 100ms);

  CHECK(std::holds_alternative<crm::send_step>(first.on_waited(start + 7s)));
  CHECK(std::holds_alternative<crm::send_step>(second.on_waited(start + 7s + 100ms)));
}

TEST_CASE("of a 5xx only a 503 with Retry-After closes the gate", "[engine]") {
  struct row {
    int status;
    crm::http::header_list headers;
    bool closes;
  };
  for (const auto& [status, headers, closes] :
       {row{503, {{"Retry-After", "5"}}, true}, row{503, {}, false}, row{500, {{"Retry-After", "5"}}, false},
        row{429, {}, true}, row{409, {{"Retry-After", "5"}}, false}}) {
    CAPTURE(status, closes);
    const crm::adr_backoff retry;
    crm::gate gate;
    crm::exchange<crm::adr_backoff> call{keyed, retry, gate, start + 60s};
    (void)call.start(start);
    REQUIRE(std::holds_alternative<crm::wait_step>(call.on_response(answered(status, headers), start)));
    CHECK(gate.closed_until(start + 1s).has_value() == closes);
  }
}

TEST_CASE("a pause that outlasts a call's deadline ends it at once, and the error says when to come again",
          "[engine]") {
  const crm::adr_backoff retry;
  crm::gate gate;
  gate.close(start, 90s);
  crm::exchange<crm::adr_backoff> call{a_read, retry, gate, start + 60s};
  REQUIRE(std::holds_alternative<crm::done_step>(call.start(start)));
  const auto outcome = call.take();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::rate_limited);
  CHECK(outcome.error().stopped == gave_up::deadline);
  CHECK(outcome.error().retry_at == start + 90s);
  CHECK(outcome.error().attempts.empty());
}

TEST_CASE("a full queue ends a call at once", "[engine]") {
  const crm::adr_backoff retry;
  crm::gate gate{{.most_waiting = 1}};
  gate.close(start, 5s);
  crm::exchange<crm::adr_backoff> first{a_read, retry, gate, start + 60s}, second{a_read, retry, gate, start + 60s};
  REQUIRE(std::holds_alternative<crm::wait_step>(first.start(start)));
  REQUIRE(std::holds_alternative<crm::done_step>(second.start(start)));
  const auto outcome = second.take();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::rate_limited);
  CHECK(outcome.error().stopped == gave_up::queue_full);
  CHECK(outcome.error().retry_at);
}

TEST_CASE("a 429 without a retry still closes the gate for the others", "[engine]") {
  const crm::no_retry retry;
  crm::gate gate;
  crm::exchange<crm::no_retry> call{a_read, retry, gate, start + 60s};
  (void)call.start(start);
  REQUIRE(std::holds_alternative<crm::done_step>(call.on_response(answered(429, {{"Retry-After", "7"}}), start)));
  CHECK(call.take().error().retry_at == start + 7s);
  CHECK(gate.closed_until(start) == start + 7s);
}

TEST_CASE("a call that waits longer by its own backoff than the pause holds nobody back meanwhile", "[engine]") {
  const crm::adr_backoff retry;
  crm::gate gate;
  crm::exchange<crm::adr_backoff> call{a_read, retry, gate, start + 60s};
  (void)call.start(start);
  REQUIRE(std::holds_alternative<crm::wait_step>(call.on_response(answered(429, {{"Retry-After", "1"}}), start)));
  for (int i = 0; i < 2; ++i) {
    crm::exchange<crm::adr_backoff> other{a_read, retry, gate, start + 60s};
    CHECK(std::holds_alternative<crm::send_step>(other.start(start + 1500ms)));
  }
}

TEST_CASE("a wait that a second pause makes longer is told whole", "[engine]") {
  const crm::adr_backoff retry;
  crm::gate gate;
  crm::exchange<crm::adr_backoff> call{a_read, retry, gate, start + 60s};
  (void)call.start(start);
  (void)call.on_response(answered(429, {{"Retry-After", "7"}}), start);
  gate.close(start + 6s, 4s);
  REQUIRE(std::holds_alternative<crm::wait_step>(call.on_waited(start + 7s)));
  REQUIRE(std::holds_alternative<crm::send_step>(call.on_waited(start + 10s)));
  (void)call.on_response(answered(404), start + 10s);
  CHECK(call.take().error().attempts.back().waited_before == 10s);
}

TEST_CASE("the time spent in the queue is told of the attempt that follows it", "[engine]") {
  const crm::adr_backoff retry;
  crm::gate gate;
  gate.close(start, 3s);
  crm::exchange<crm::adr_backoff> call{a_read, retry, gate, start + 60s};
  (void)call.start(start);
  (void)call.on_waited(start + 3s);
  (void)call.on_response(answered(404), start + 3s);
  CHECK(call.take().error().attempts == std::vector<crm::attempt>{{404, "refused", 3s}});
}

// --- The breaker ---

TEST_CASE("an open breaker refuses a call before it is sent", "[engine]") {
  const crm::circuit_breaker<crm::adr_backoff, 4, 30'000> policy;
  CHECK(play(a_read, std::vector<event>(4, no_connection), 60s, policy).waits == waits{2s, 4s, 8s});
  const auto next = play(a_read, {}, 60s, policy);
  CHECK(next.sent == 0);
  CHECK(next.error().code == errc::unreachable);
  CHECK(next.error().stopped == gave_up::circuit_open);
  CHECK(next.error().retry_at == start + 14s + 30s);
  CHECK_THAT(to_string(next.error()), Catch::Matchers::Contains("circuit open"));
}

TEST_CASE("a call refused while another sees whether the CRM is back is told of the pause it asked for", "[engine]") {
  using policy = crm::circuit_breaker<crm::adr_backoff, 1, 30'000>;
  const policy retry;
  crm::gate gate;
  crm::exchange<policy> fails{a_read, retry, gate, start + 300s}, probe{a_read, retry, gate, start + 300s},
      late{a_read, retry, gate, start + 300s};
  (void)fails.start(start);
  (void)fails.on_response(answered(503, {{"Retry-After", "90"}}), start);
  REQUIRE(std::holds_alternative<crm::wait_step>(probe.start(start + 30s)));
  REQUIRE(std::holds_alternative<crm::done_step>(late.start(start + 31s)));
  const auto refused_call = late.take();
  CHECK(refused_call.error().stopped == gave_up::circuit_open);
  CHECK(refused_call.error().retry_at >= start + 90s);
}

TEST_CASE("what a call met opens the breaker, or not", "[engine]") {
  struct row {
    event what;
    bool opens;
  };
  for (const auto& [what, opens] :
       {row{no_connection, true}, row{reset, true}, row{answered(500), true}, row{answered(503), true},
        row{answered(200), false}, row{answered(401), false}, row{answered(403), false}, row{answered(404), false},
        row{answered(409), false}, row{answered(422), false}, row{answered(429), false}, row{answered(301), false},
        row{answered(999), false}, row{transport_failure{errc::cancelled, crm::delivery::unknown, "stopped"}, false},
        row{transport_failure{errc::deadline_exceeded, crm::delivery::unknown, "late"}, false},
        row{transport_failure{errc::tls_failed, crm::delivery::not_sent, "expired"}, false},
        row{transport_failure{errc::bad_response, crm::delivery::unknown, "broken"}, false}}) {
    CAPTURE(what.index(), opens);
    const crm::circuit_breaker<crm::no_retry, 1> policy;
    (void)play(a_read, {what}, 60s, policy);
    CHECK((policy.state(start) == crm::breaker_state::open) == opens);
  }
}

TEST_CASE("a refusal between two failures shows that the CRM is there", "[engine]") {
  const crm::circuit_breaker<crm::no_retry, 2> policy;
  for (const auto& what : std::vector<event>{no_connection, answered(404), no_connection})
    (void)play(a_read, {what}, 60s, policy);
  CHECK(policy.state(start) == crm::breaker_state::closed);
}

TEST_CASE("a call under way when the breaker opens keeps to its schedule", "[engine]") {
  const crm::circuit_breaker<crm::adr_backoff, 1> policy;
  const auto seen = play(a_read, {no_connection, no_connection, no_connection, answered(200)}, 60s, policy);
  CHECK(seen.outcome);
  CHECK(seen.waits == waits{2s, 4s, 8s});
  CHECK(policy.state(start + 14s) == crm::breaker_state::closed);
}

TEST_CASE("a 503 with Retry-After to a write that is not repeated closes the gate too", "[engine]") {
  const crm::adr_backoff retry;
  crm::gate gate;
  crm::exchange<crm::adr_backoff> call{unkeyed, retry, gate, start + 60s};
  (void)call.start(start);
  REQUIRE(std::holds_alternative<crm::done_step>(call.on_response(answered(503, {{"Retry-After", "20"}}), start)));
  const auto outcome = call.take();
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().outcome_unknown);
  CHECK(outcome.error().retry_at == start + 20s);
  CHECK(gate.closed_until(start) == start + 20s);
}

TEST_CASE("a 429 that does not say how long holds the others back for a second at least", "[engine]") {
  const crm::no_retry retry;
  crm::gate gate;
  crm::exchange<crm::no_retry> call{a_read, retry, gate, start + 60s};
  (void)call.start(start);
  REQUIRE(std::holds_alternative<crm::done_step>(call.on_response(answered(429), start)));
  CHECK(call.take().error().retry_at == start + 1s);
  CHECK(gate.closed_until(start) == start + 1s);
}
