// Many threads, one token.
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <crm/auth/api_key.hpp>
#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/retry/budget.hpp>
#include <crm/retry/exponential.hpp>

#include "auth/oauth2_world.hpp"
#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using namespace oauth_world;
using crm::errc;
using support::answer;
using support::jane_body;

template <class Retry = crm::adr_backoff>
auto client_of(const std::shared_ptr<world>& w, const auth& by, crm::client_options options = {}) {
  return crm::basic_crm_client{network{w}, Retry{}, crm::no_cache{}, by, std::move(options)};
}

/// Runs the same on so many threads, all at once.
template <class F>
void on_threads(int count, F each) {
  std::atomic<int> ready{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([&] {
      ++ready;
      while (ready < count) std::this_thread::yield();
      each();
    });
}

}  // namespace

TEST_CASE("fault 61, a hundred threads on an expired token: exactly one request for another", "[auth][concurrency]") {
  const auto w = std::make_shared<world>();
  w->tokens = {token("first"), token("second")};
  w->answers = {answer(200, jane_body)};
  const auto by = own(w);
  const auto client = client_of(w, by);
  REQUIRE(client.find("1"));
  w->time.advance(3600s);
  std::atomic<int> found{0};
  on_threads(100, [&] { found += client.find("1").has_value() ? 1 : 0; });
  CHECK(found == 100);
  CHECK(w->token_requests.size() == 2);
  CHECK(w->requests.back().headers.get("Authorization") == "Bearer second");
}

TEST_CASE("fault 28, a hundred threads whose token is refused: one request for another, one replay each",
          "[auth][concurrency]") {
  const auto w = std::make_shared<world>();
  w->tokens = {token("first"), token("second"), token("third")};
  w->unwelcome = "first";
  w->answers = {answer(200, jane_body)};
  w->together = 100;
  const auto client = client_of(w, own(w));
  std::atomic<int> found{0};
  on_threads(100, [&] { found += client.find("1").has_value() ? 1 : 0; });
  CHECK(found == 100);
  CHECK(w->token_requests.size() == 2);
  CHECK(w->requests.size() == 200);
}

TEST_CASE("fault 28, a token that is refused again after its renewal fails the call", "[auth]") {
  const auto w = std::make_shared<world>();
  w->tokens = {token("first"), token("second"), token("third")};
  w->answers = {answer(401)};
  const auto refused = client_of(w, own(w)).find("1");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::unauthorized);
  CHECK(refused.error().attempts.size() == 2);
  CHECK(w->token_requests.size() == 2);
  CHECK(w->requests.size() == 2);
  CHECK(w->time.waits().empty());
}

TEST_CASE("fault 29, a 403 is not met by another token", "[auth]") {
  const auto w = std::make_shared<world>();
  w->tokens = {token("first"), token("second")};
  w->answers = {answer(403)};
  const auto refused = client_of(w, own(w)).find("1");
  CHECK(refused.error().code == errc::forbidden);
  CHECK(w->requests.size() == 1);
  CHECK(w->token_requests.size() == 1);
}

TEST_CASE("a replay is no retry: what follows it has the whole schedule", "[auth]") {
  const auto w = std::make_shared<world>();
  w->tokens = {token("first"), token("second")};
  w->answers = {answer(503), answer(401), answer(503), answer(200, jane_body)};
  REQUIRE(client_of(w, own(w)).find("1"));
  CHECK(w->time.waits() == std::vector<crm::milliseconds>{2s, 4s});
}

TEST_CASE("fault 62, a token endpoint that fails is asked again by the retry policy, within its budget", "[auth]") {
  const auto w = std::make_shared<world>();
  w->tokens = {answer(500), support::failure(crm::delivery::unknown), answer(503, {}, {{"Retry-After", "9"}}),
               token("first")};
  w->answers = {answer(200, jane_body)};
  REQUIRE(client_of(w, own(w)).find("1"));
  CHECK(w->time.waits() == std::vector<crm::milliseconds>{2s, 4s, 9s});

  w->tokens = {answer(500)};
  w->token_requests.clear();
  const auto gone = client_of(w, own(w)).create(crm::new_customer{"Jane"});
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code == errc::unreachable);
  CHECK(gone.error().stopped == crm::gave_up::exhausted);
  CHECK_FALSE(gone.error().outcome_unknown);
  CHECK(gone.error().attempts.size() == 4);
  CHECK(w->requests.size() == 1);

  using budgeted = crm::retry_budget<crm::adr_backoff, 10, 2>;
  w->token_requests.clear();
  CHECK(client_of<budgeted>(w, own(w)).find("1").error().stopped == crm::gave_up::budget);
  CHECK(w->token_requests.size() == 3);
}

TEST_CASE("fault 64, while a token endpoint hangs each call keeps its own deadline and stop", "[auth][concurrency]") {
  const auto w = std::make_shared<world>();
  w->tokens = {token("first")};
  w->answers = {answer(200, jane_body)};
  const auto by = own(w);
  const auto client = client_of(w, by);
  w->hold(true);

  const auto late = client.find("1", {.deadline = 20ms});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::deadline_exceeded);

  std::stop_source stop;
  crm::result<std::optional<crm::customer>> stopped{crm::error{}}, patient{crm::error{}};
  {
    const std::jthread other{[&] { patient = client.find("1"); }};
    {
      const std::jthread one{[&] { stopped = client.find("1", {.stop = stop.get_token()}); }};
      stop.request_stop();
    }
    w->hold(false);
  }
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == errc::cancelled);
  CHECK(patient.has_value());
  CHECK(w->token_requests.size() == 1);
}

TEST_CASE("a credential goes while a request for its token hangs: the request is ended", "[auth][concurrency]") {
  const auto w = std::make_shared<world>();
  w->tokens = {token("first")};
  w->hold(true);
  {
    const auto by = own(w);
    crm::http::request request;
    CHECK_FALSE(by.authorize(request, {w->time.now() + 1ms, {}}));
    w->await_token_requests(1);
  }
  CHECK(w->requests.empty());
}

TEST_CASE("a key that is replaced under load loses no call", "[auth][concurrency]") {
  // A CRM that is told of the new key, then revokes the old one while calls are on their way with it.
  struct strict_network {
    struct shared {
      std::mutex mutex;
      std::string valid = "Bearer key-0", also;
      int refused = 0;
    };
    std::shared_ptr<shared> state = std::make_shared<shared>();
    crm::http::base_url where = crm::http::base_url::parse("https://crm.example.com").value();

    crm::transport_result send(const crm::http::request& request, const crm::send_limits&) {
      std::this_thread::yield();
      const std::lock_guard lock{state->mutex};
      const auto key = request.headers.get("Authorization");
      if (key == state->valid || key == state->also) return answer(200, jane_body);
      ++state->refused;
      return answer(401);
    }
    void add(std::string key) const {
      const std::lock_guard lock{state->mutex};
      state->also = std::move(key);
    }
    void revoke_old() const {
      const std::lock_guard lock{state->mutex};
      state->valid = state->also;
    }
    static crm::time_point now() { return crm::testing::virtual_clock::start; }
    static crm::wake wait_until(crm::time_point, const std::stop_token&) { return crm::wake::due; }
    const crm::http::base_url& base() const { return where; }
  };
  const strict_network network;
  const auto key = crm::api_key::from_text("key-0");
  const crm::basic_crm_client client{network, crm::adr_backoff{}, crm::no_cache{}, key};
  std::atomic<bool> done{false};
  std::atomic<int> failed{0};
  std::array<std::atomic<int>, 4> calls{};
  {
    std::vector<std::jthread> threads;
    for (auto& count : calls)
      threads.emplace_back([&] {
        for (; !done; ++count) failed += client.find("1").has_value() ? 0 : 1;
      });
    for (int next = 1; next <= 50; ++next) {
      const std::string text = "key-" + std::to_string(next);
      network.add("Bearer " + text);
      REQUIRE(key.replace(crm::secret::from_text(text)));
      network.revoke_old();
      // No call lives to see two keys go.
      for (auto& count : calls)
        for (const int before = count; count < before + 2;) std::this_thread::yield();
    }
    done = true;
  }
  CHECK(failed == 0);
  CHECK(network.state->refused > 0);
}
