// What a network, a pause, a breaker, a budget, a deadline and a stop do to calls.
#include <chrono>
#include <stop_token>
#include <string>
#include <utility>

#include "leaks/world.hpp"
#include "support/catch.hpp"

namespace leaks {

namespace {

using crm::errc;
using namespace std::chrono_literals;

void each_operation(scan& to, const std::string& scene, const outcomes& answers, const crm::client_options& options,
                    const crm::call_options& call, int times = 1) {
  for (const auto& [name, run] : every_operation()) {
    to.at(name + (", " + scene));
    const client c = make_client(to, answers, bearer_key(), options);
    for (int i = 0; i < times; ++i) look(to, run(c, call));
  }
}

crm::transport_result paused(int status, std::string seconds) {
  return support::answer(status, "wvj", {{"Retry-After", std::move(seconds)}, {"X-Wvj", "wvj"}});
}

}  // namespace

void walk_network(scan& to) {
  for (const bool keys : {false, true}) {
    crm::client_options options;
    options.server_honours_idempotency_keys = keys;
    for (const auto code : {errc::unreachable, errc::deadline_exceeded, errc::cancelled, errc::bad_response,
                            errc::response_too_large, errc::tls_failed})
      for (const auto sent : {crm::delivery::not_sent, crm::delivery::unknown})
        each_operation(to, std::string{to_string(code)}, {support::failure(sent, code)}, options, marked_call());
    each_operation(to, "a 409", {support::answer(409, "wvj")}, options, marked_call());
    each_operation(to, "a 503, then good", {support::answer(503, "wvj"), support::answer(200, one_customer())}, options,
                   marked_call());
    each_operation(to, "all is well", {support::answer(200, one_customer())}, options, marked_call());
    each_operation(to, "all is well with lists", {support::answer(200, customer_page())}, options, marked_call());
  }
}

void walk_limits(scan& to) {
  const auto call = marked_call();
  auto hasty = call;
  hasty.deadline = 1ms;
  for (const int status : {429, 500, 503}) {
    each_operation(to, "no time", {paused(status, "5")}, {}, hasty, 2);
    each_operation(to, "a pause, then good", {paused(status, "5"), support::answer(200, one_customer())}, {}, call, 2);
    each_operation(to, "a long pause", {paused(status, "98765432101")}, {}, call, 2);
  }
  std::stop_source source;
  source.request_stop();
  auto stopped = call;
  stopped.stop = source.get_token();
  each_operation(to, "stopped", {paused(503, "5")}, {}, stopped);

  crm::client_options crowded;
  crowded.pause.most_waiting = 0;
  each_operation(to, "no room in the queue", {paused(429, "3600")}, crowded, call, 2);
  each_operation(to, "no budget, and at last no breaker", {support::answer(500, "wvj")}, {}, call, 25);
  for (const auto& [name, run] : every_operation()) {
    to.at(std::string{name} + ", opened by hand");
    const client c = make_client(to, {support::answer(200, one_customer())});
    c.retry_model().open();
    look(to, run(c, call));
  }
  crm::client_options small;
  small.max_pages = 1;
  const std::string long_list =
      R"({"customers":[)" + customer_json() + R"(],"meta":{"total":2,"page":1,"per_page":1}})";
  each_operation(to, "too long a list", {support::answer(200, long_list)}, small, call);
  each_operation(to, "a list that repeats itself", {support::answer(200, long_list)}, {}, call);
}

}  // namespace leaks

TEST_CASE("no failure of the network brings a credential or a customer to light", "[leaks]") {
  CHECK(leaks::found_by(leaks::walk_network) == std::vector<std::string>{});
}

TEST_CASE("no deadline, stop, pause, breaker or budget brings a credential or a customer to light", "[leaks]") {
  CHECK(leaks::found_by(leaks::walk_limits) == std::vector<std::string>{});
}
