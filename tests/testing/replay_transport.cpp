#include <crm/testing/replay_transport.hpp>

#include <chrono>
#include <string>
#include <vector>

#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/testing/laws/transport.hpp>
#include <crm/testing/mock_transport.hpp>
#include <crm/testing/recording_transport.hpp>
#include <crm/testing/scripted_transport.hpp>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using namespace crm::testing;
using crm::mock_transport;
using findings = std::vector<std::string>;

template <class Transport>
auto client_on(Transport transport) {
  return crm::basic_crm_client<Transport, crm::adr_backoff, crm::no_cache>{std::move(transport)};
}

/// What a test could do with customers whose names it knows.
template <class Transport>
std::vector<std::string> story(Transport transport, const std::string& name = "Zoë Doe") {
  const auto client = client_on(std::move(transport));
  std::vector<std::string> seen;
  const auto note = [&](const crm::result<crm::customer>& c) {
    seen.push_back(c ? c->name + "/" + c->notes.value_or("-") : to_string(c.error().code).data());
  };
  crm::call_options once;
  once.idempotency_key = std::string{"lead-"} + name.front();
  const auto made = client.create(crm::new_customer{name}.email(name + "@example.com").status("lead"), once);
  note(made);
  if (!made) return seen;
  note(client.update(*made, crm::customer_patch{}.notes("called " + name).status("active")));
  const auto found = client.find(made->id);
  note(found && *found ? crm::result<crm::customer>{**found} : crm::result<crm::customer>{crm::error{}});
  for (const auto& each : client.search(name).value()) note(each);
  seen.push_back(client.find("nobody").value() ? "somebody" : "nobody");
  note(client.update(*made, crm::customer_patch{}.notes("too late")));  // 412: of the version that was
  return seen;
}

recording story_recorded(redaction rules = {}) {
  const recording_transport<mock_transport<>> transport{mock_transport<>{}, std::move(rules)};
  REQUIRE(story(transport).size() == 6);
  return transport.taken();
}

template <class Replay>
Replay hushed(Replay replay) {
  replay.on_finding([](const std::string&) {});
  return replay;
}

TEST_CASE("a test that was recorded passes on the recording, with its own names in the answers", "[testing]") {
  const auto taken = story_recorded();
  const std::string text = taken.to_har();
  CHECK(text.find("Zo") == std::string::npos);
  CHECK(text.find("called") == std::string::npos);
  CHECK(text.find("mock-uuid") == std::string::npos);

  const replay_transport replay{recording::from_har(text).value()};
  CHECK(story(replay) == story(mock_transport<>{}));
  CHECK(replay.findings() == findings{});
}

TEST_CASE("a redacted recording serves a test with other names, as long as it keeps to them", "[testing]") {
  const auto taken = story_recorded();
  const replay_transport other{taken};
  CHECK(story(other, "Bob") == story(mock_transport<>{}, "Bob"));
  CHECK(other.findings() == findings{});

  const auto mixed = hushed(replay_transport{taken});
  const auto client = client_on(mixed);
  crm::call_options once;
  once.idempotency_key = "lead-Bob";
  REQUIRE(client.create(crm::new_customer{"Bob"}.email("Bob").status("lead"), once).error().code ==
          crm::errc::bad_response);  // its email is not the name
  CHECK(mixed.findings().front().find("the body differs") != std::string::npos);
}

TEST_CASE("from request to request a fake stands for one text, and a text for one fake", "[testing]") {
  const auto recorded = [](const std::string& first, const std::string& second) {
    const recording_transport<mock_transport<>> transport{mock_transport<>{}};
    const auto client = client_on(transport);
    (void)client.find(first);
    (void)client.find(second);
    return transport.taken();
  };
  const auto kept = [](const recording& taken, const std::string& first, const std::string& second) {
    const auto replay = hushed(replay_transport{taken});
    const auto client = client_on(replay);
    CHECK(client.find(first).has_value());
    (void)client.find(second);
    return replay.findings().empty();
  };
  const auto same = recorded("mock-uuid-1", "mock-uuid-1"), two = recorded("mock-uuid-1", "mock-uuid-2");
  CHECK(kept(same, "x", "x"));
  CHECK_FALSE(kept(same, "x", "y"));
  CHECK(kept(two, "x", "y"));
  CHECK_FALSE(kept(two, "x", "x"));
}

TEST_CASE("a fake stands for any text, and what was kept or empty for itself alone", "[testing]") {
  const auto kept = [](const auto& recorded, const auto& asked) {
    const recording_transport<mock_transport<>> transport{mock_transport<>{}};
    recorded(client_on(transport));
    const auto replay = hushed(replay_transport{transport.taken()});
    asked(client_on(replay));
    return replay.findings().empty();
  };
  const auto status = [](const char* word) {
    return [word](const auto& client) { (void)client.query(crm::customers.status(crm::status{std::string{word}})); };
  };
  CHECK(kept(status("lead"), status("lead")));
  CHECK(kept(status("own"), status("other")));
  CHECK_FALSE(kept(status("lead"), status("own")));
  CHECK_FALSE(kept(status("own"), status("lead")));
  const auto notes = [](const char* text) {
    return [text](const auto& client) { (void)client.update("mock-uuid-1", crm::customer_patch{}.notes(text)); };
  };
  CHECK(kept(notes("called"), notes("written")));
  CHECK_FALSE(kept(notes(""), notes("written")));
  CHECK_FALSE(kept(notes("called"), notes("")));
}

TEST_CASE("a number that a test has named comes back where its fake stands, and nowhere else", "[testing]") {
  recording taken;
  taken.exchanges.push_back({{crm::http::method::post, "/api/v1/invoices", {}, R"({"invoice":{"amount_cents":1}})"},
                             crm::http::response{201, {}, R"({"invoices":[{"amount_cents":1}],"meta":{"total":1}})"}});
  replay_transport replay{taken};
  const auto made = replay.send(
      {crm::http::method::post, "/api/v1/invoices", {}, R"({"invoice":{"amount_cents":4200}})"}, crm::send_limits{});
  CHECK(made.value().body == R"({"invoices":[{"amount_cents":4200}],"meta":{"total":1}})");
  CHECK(replay.findings() == findings{});
}

TEST_CASE("a browser's recording replays strictly: headers that are not looked at may be in it", "[testing]") {
  const auto taken = recording::from_har(R"({"log":{"version":"1.2","entries":[{"request":{"method":"GET",
      "url":"https://crm.test/api/v1/customers/7","headers":[{"name":"Accept","value":"application/json"},
      {"name":"User-Agent","value":"Mozilla/5.0"},{"name":"Cookie","value":"a=b"}]},"response":{"status":200,
      "headers":[],"content":{"text":"{\"customer\":{\"id\":\"7\",\"name\":\"Jo\"}}"}}}]}})");
  const replay_transport replay{taken.value()};
  CHECK(client_on(replay).find("7").value()->name == "Jo");
  CHECK(replay.findings() == findings{});
}

TEST_CASE("without redaction a recording holds the texts themselves, and no other ones match", "[testing]") {
  const auto taken = story_recorded(redaction::none());
  CHECK(taken.to_har().find("Zoë Doe") != std::string::npos);
  const replay_transport same{taken};
  CHECK(story(same) == story(mock_transport<>{}));
  CHECK(same.findings() == findings{});
  const auto other = hushed(replay_transport{taken});
  CHECK(story(other, "Bob") == std::vector<std::string>{"bad response"});
  CHECK(other.findings().size() == 1 + taken.exchanges.size());
}

TEST_CASE("a key that the client makes anew in each run matches, and is the same when it is sent again", "[testing]") {
  for (const auto& rules : {redaction{}, redaction::none()}) {
    const scripted_transport script{reset{}, crm::testing::answer(201, R"({"customer":{"id":"1","name":"J"}})")};
    const recording_transport<scripted_transport<>> transport{script, rules};
    crm::client_options keyed;
    keyed.server_honours_idempotency_keys = true;
    using recorded = crm::basic_crm_client<recording_transport<scripted_transport<>>, crm::adr_backoff, crm::no_cache>;
    REQUIRE(recorded{transport, {}, {}, {}, keyed}.create(crm::new_customer{"J"}).has_value());
    REQUIRE(script.findings() == findings{});

    const replay_transport replay{transport.taken()};
    using replayed = crm::basic_crm_client<replay_transport, crm::adr_backoff, crm::no_cache>;
    CHECK(replayed{replay, {}, {}, {}, keyed}.create(crm::new_customer{"J"}).has_value());
    CHECK(replay.findings() == findings{});
  }
}

TEST_CASE("a strict replay wants every request, in order, and says what differs", "[testing]") {
  const recording_transport<mock_transport<>> transport{mock_transport<>{}, redaction::none()};
  const auto recorded = client_on(transport);
  (void)recorded.find("mock-uuid-1");
  (void)recorded.update("mock-uuid-1", crm::customer_patch{}.notes("a"));

  const auto replay = hushed(replay_transport{transport.taken()});
  const auto client = client_on(replay);
  CHECK(client.find("mock-uuid-2").error().code == crm::errc::bad_response);
  CHECK(client.find("mock-uuid-1").has_value());
  CHECK_FALSE(client.update("mock-uuid-1", crm::customer_patch{}.notes("b")).has_value());
  CHECK(replay.findings() ==
        findings{"request 1, GET /api/v1/customers/mock-uuid-2, is not what exchange 1 has: GET "
                 "/api/v1/customers/mock-uuid-1; the target differs",
                 "request 3, PATCH /api/v1/customers/mock-uuid-1, is not what exchange 2 has: PATCH "
                 "/api/v1/customers/mock-uuid-1; the body differs",
                 "exchange 2 was never asked for: PATCH /api/v1/customers/mock-uuid-1"});
  CHECK(client.update("mock-uuid-1", crm::customer_patch{}.notes("a")).has_value());
  CHECK_FALSE(client.find("mock-uuid-1").has_value());
  CHECK(replay.findings().back() ==
        "request 5, GET /api/v1/customers/mock-uuid-1, comes after the end of the recording");

  const auto versioned = hushed(replay_transport{transport.taken()});
  const auto careful = client_on(versioned);
  const auto jane = careful.find("mock-uuid-1").value().value();
  CHECK_FALSE(careful.update(jane, crm::customer_patch{}.notes("a")).has_value());
  CHECK(versioned.findings().front().find("the headers differs") != std::string::npos);
}

TEST_CASE("a lenient replay takes any order, any number and any headers", "[testing]") {
  const recording_transport<mock_transport<>> transport{mock_transport<>{}};
  const auto recorded = client_on(transport);
  (void)recorded.find("mock-uuid-1");
  (void)recorded.update("mock-uuid-1", crm::customer_patch{}.status("active"));
  (void)recorded.find("mock-uuid-1");
  (void)recorded.query(crm::customers.status("lead"));

  const auto replay = hushed(replay_transport{transport.taken(), replay_mode::lenient});
  const auto client = client_on(replay);
  CHECK(client.query(crm::customers.status("lead")).has_value());
  CHECK(client.find("mock-uuid-1").value()->status == crm::status{crm::status::past});
  for (int i = 0; i < 3; ++i) CHECK(client.find("mock-uuid-1").value()->status == crm::status{crm::status::active});
  CHECK(replay.findings() == findings{});
  CHECK_FALSE(client.query(crm::customers.status("cold")).has_value());
  CHECK(replay.findings().size() == 1);
}

TEST_CASE("failures are recorded and met again, and waits take no time", "[testing]") {
  const scripted_transport script{refused{}, reset{}, crm::testing::answer(503),
                                  crm::testing::answer(200, R"({"customer":{"id":"1","name":"J"}})")};
  const recording_transport<scripted_transport<>> transport{script};
  CHECK(client_on(transport).find("1").has_value());
  CHECK(script.findings() == findings{});

  const replay_transport replay{recording::from_har(transport.taken().to_har()).value()};
  const auto found = client_on(replay).find("1");
  REQUIRE(found.has_value());
  CHECK((*found)->id == "1");
  CHECK((*found)->name == "fake-2");
  CHECK(replay.time().waits() == std::vector<crm::milliseconds>{2s, 4s, 8s});
  CHECK(replay.findings() == findings{});
}

TEST_CASE("recording changes nothing", "[testing][laws]") {
  CHECK(laws::check_transport(recording_transport<mock_transport<>>{mock_transport<>{}}) == laws::none);
  using network = scripted_network<reply<200>>;
  static_assert(crm::networked_transport<recording_transport<network>>);
  static_assert(!crm::networked_transport<recording_transport<mock_transport<>>>);
}

TEST_CASE("a recording of the transport laws keeps them", "[testing][laws]") {
  const recording_transport<mock_transport<>> transport{mock_transport<>{}};
  REQUIRE(laws::check_transport(transport) == laws::none);
  const replay_transport replay{transport.taken(), replay_mode::lenient};
  CHECK(laws::check_transport(replay) == laws::none);
  CHECK(replay.findings() == findings{});
}

}  // namespace
