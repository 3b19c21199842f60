// The ADR's cases as files: tests/fixtures/*.har, for tests to replay and for people to look at in a browser's network
// tools. (ADR 10, Test Fixtures.) Where one is no longer what the in-memory CRM answers, run this test with
// CRM_WRITE_FIXTURES=1, and look at what changed.
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/testing/mock_transport.hpp>
#include <crm/testing/recording_transport.hpp>
#include <crm/testing/replay_transport.hpp>
#include <crm/testing/script_steps.hpp>

#include "support/catch.hpp"

namespace {

using namespace crm::testing;

/// Failures first, then the in-memory CRM.
class troubled_crm {
 public:
  explicit troubled_crm(const std::vector<step>& failures)
      : failures_{std::make_shared<std::deque<step>>(failures.begin(), failures.end())} {}

  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    if (failures_->empty()) return mock_.send(request, limits);
    const step first = failures_->front();
    failures_->pop_front();
    return first.outcome;
  }
  [[nodiscard]] crm::time_point now() const { return mock_.now(); }
  crm::wake wait_until(crm::time_point when, const std::stop_token& stop) { return mock_.wait_until(when, stop); }

 private:
  crm::mock_transport<> mock_;
  std::shared_ptr<std::deque<step>> failures_;
};

template <class Transport>
using adr_client = crm::basic_crm_client<Transport, crm::adr_backoff, crm::no_cache>;
using adr_recorder = recording_transport<troubled_crm>;

std::string told(const crm::customer& c) { return c.name; }
std::string told(const crm::invoice& i) { return i.number.value_or(i.id); }
std::string told(const crm::interaction& i) { return i.id; }
template <class T>
std::string told(const std::optional<T>& one) {
  return one ? told(*one) : "nobody";
}
template <class T>
std::string told(const std::vector<T>& all) {
  std::string text;
  for (const auto& each : all) text += (text.empty() ? "" : ", ") + told(each);
  return text;
}
template <class T>
std::string told(const crm::result<T>& r) {
  return r ? told(*r) : std::string{to_string(r.error().code)};
}

struct fixture {
  std::string name;
  std::vector<step> failures;
  /// The call, on either client, and what comes of it.
  std::string (*on_recorder)(const adr_client<adr_recorder>&);
  std::string (*on_replay)(const adr_client<replay_transport>&);
  std::string outcome;
};

template <class F>
fixture made(std::string name, std::vector<step> failures, F f, std::string outcome) {
  return {std::move(name), std::move(failures), f, f, std::move(outcome)};
}

std::vector<fixture> every_fixture() {
  using crm::testing::answer;
  const auto find_jane = [](const auto& client) { return told(client.find("mock-uuid-1")); };
  return {
      made(
          "past_fertilizer_customers", {},
          [](const auto& client) { return told(client.query(crm::customers.status("past").services("fertilizer"))); },
          "Siobhán O'Brien, Renée Müller, Jane Smith, Amina Hassan"),
      made(
          "not_signed_for_season", {},
          [](const auto& client) {
            return told(client.query(
                crm::customers.status("past").services("fertilizer", "weed_control").not_signed_for_season(2026)));
          },
          "Siobhán O'Brien, Jane Smith, Amina Hassan"),
      made("one_customer", {}, find_jane, "Jane Smith"),
      made(
          "customer_not_found", {}, [](const auto& client) { return told(client.find("nobody")); }, "nobody"),
      made(
          "customer_updated", {},
          [](const auto& client) {
            return told(client.update("mock-uuid-1",
                                      crm::customer_patch{}.status("active").notes("Re-signed for 2026 season")));
          },
          "Jane Smith"),
      made(
          "new_lead", {},
          [](const auto& client) {
            crm::call_options call;
            call.idempotency_key = "lead-1";
            return told(client.create(
                crm::new_customer{"Ann Lee"}.email("ann@example.com").source("google").status("lead"), call));
          },
          "Ann Lee"),
      made(
          "search_by_email", {}, [](const auto& client) { return told(client.search("jane@example.com")); },
          "Jane Smith"),
      made(
          "overdue_invoices", {},
          [](const auto& client) { return told(client.invoices(crm::invoices.status("overdue"))); },
          "2024-0533, 2025-0390, 2025-0417"),
      made(
          "answers_since_a_quote", {},
          [](const auto& client) {
            return told(client.interactions(
                "mock-uuid-1", crm::interactions.direction("inbound").since(crm::timestamp{"2026-01-20T15:00:00Z"})));
          },
          "mock-interaction-2"),
      made("server_error", {answer(500), answer(500), answer(500), answer(500)}, find_jane, "unreachable"),
      made("server_error_then_answer", {answer(500), answer(503)}, find_jane, "Jane Smith"),
      made("unreachable", {timeout{}, timeout{}, refused{}, timeout{}}, find_jane, "unreachable"),
      made("unauthorized", {answer(401)}, find_jane, "unauthorized"),
      made("forbidden", {answer(403)}, find_jane, "forbidden"),
      made("rate_limited", {retry_after<429, 7>{}}, find_jane, "Jane Smith"),
  };
}

std::filesystem::path path_of(const std::string& name) {
  return std::filesystem::path{__FILE__}.parent_path().parent_path() / "fixtures" / (name + ".har");
}

/// All of an exchange but its times.
std::string all_of(const recorded_exchange& x) {
  recording one;
  one.exchanges.push_back({x.request, x.outcome});
  return one.to_har();
}

}  // namespace

TEST_CASE("each of the ADR's cases is a recording that replays", "[testing]") {
  for (const auto& each : every_fixture()) {
    CAPTURE(each.name);
    const adr_recorder records{troubled_crm{each.failures}, redaction::none()};  // these customers are invented
    CHECK(each.on_recorder(adr_client<adr_recorder>{records}) == each.outcome);
    if (std::getenv("CRM_WRITE_FIXTURES") != nullptr) REQUIRE(records.taken().save(path_of(each.name)));

    const auto loaded = recording::load(path_of(each.name));
    REQUIRE(loaded.has_value());
    const auto fresh = records.taken();
    REQUIRE(loaded->exchanges.size() == fresh.exchanges.size());
    for (std::size_t i = 0; i < fresh.exchanges.size(); ++i)
      CHECK(all_of(loaded->exchanges[i]) == all_of(fresh.exchanges[i]));

    const replay_transport replay{*loaded};
    CHECK(each.on_replay(adr_client<replay_transport>{replay}) == each.outcome);
    CHECK(replay.findings() == std::vector<std::string>{});
  }
}

TEST_CASE("every recording in the folder is one of these", "[testing]") {
  const auto all = every_fixture();
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator{path_of("x").parent_path()}) {
    CAPTURE(file.path());
    CHECK(file.path().extension() == ".har");
    ++files;
  }
  CHECK(files == all.size());
}
