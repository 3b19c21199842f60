#include <crm/testing/scripted_transport.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <crm/auth/api_key.hpp>
#include <crm/client.hpp>
#include <crm/retry/schedule.hpp>
#include <crm/testing/laws/transport.hpp>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;
using namespace crm::testing;
using crm::http::method;

using no_findings = std::vector<std::string>;

constexpr char jane[] = R"({"customer":{"id":"1","name":"Jane"}})";

/// Keeps the text of findings from standard error.
template <class Script>
Script without_noise(Script script) {
  script.on_finding([](const std::string&) {});
  return script;
}

TEST_CASE("a conversation as a type is played step by step, in virtual time", "[testing]") {
  const scripted_transport<reply<503>, timeout, reset, retry_after<429, 2>, reply<200, jane>> script;
  crm::client_options patient;
  patient.deadline = 1h;
  const crm::basic_crm_client client{script, crm::exponential_backoff<4, 2'000>{}, {}, {}, patient};
  const auto found = client.find("1");
  REQUIRE(found.has_value());
  CHECK((*found)->name == "Jane");
  CHECK(script.findings() == no_findings{});
  CHECK(script.requests().size() == 5);
  CHECK(script.time().waits() == std::vector<crm::milliseconds>{2s, 4s, 8s, 16s});
  CHECK(script.now() == virtual_clock::start + 30s + 10s);  // the waits, and the timeout
}

TEST_CASE("the same conversation as values", "[testing]") {
  const scripted_transport script{answer(503), reset{}, refused{}, answer(200, jane).after(70ms)};
  const crm::basic_crm_client client{script};
  const auto found = client.find("1");
  REQUIRE(found.has_value());
  CHECK(script.findings() == no_findings{});
  CHECK(script.now() == virtual_clock::start + 14s + 70ms);
}

TEST_CASE("a step may name its request, and says line by line how another differs", "[testing]") {
  const auto script = without_noise(scripted_transport{
      answer(200, jane).to(method::get, "/api/v1/customers/1"),
      answer(200, jane)
          .to(method::patch, "/api/v1/customers/1")
          .with_header("If-Match", "\"7\"")
          .with_body(R"({"customer":{"notes":"called"}})"),
  });
  const crm::basic_crm_client client{script};
  CHECK(client.find("1").has_value());
  std::string told;
  script.on_finding([&](const std::string& text) { told = text; });

  const auto updated = client.update("2", crm::customer_patch{}.notes("written"));
  REQUIRE_FALSE(updated.has_value());
  CHECK(updated.error().code == crm::errc::bad_response);
  CHECK(updated.error().attempts.size() == 1);
  CHECK(to_string(updated.error()).find("the script expects another request") != std::string::npos);
  const std::string expected =
      "request 2 is not the one that step 2 expects"
      "\n  target expected: /api/v1/customers/1"
      "\n  target      got: /api/v1/customers/2"
      "\n  header If-Match expected: \"7\""
      "\n  header If-Match      got: (none)"
      "\n  body expected: {\"customer\":{\"notes\":\"called\"}}"
      "\n  body      got: {\"customer\":{\"notes\":\"written\"}}";
  CHECK(told == expected);
  CHECK(script.findings() ==
        std::vector<std::string>{expected, "step 2 was never reached: PATCH /api/v1/customers/1 answered with 200"});
}

TEST_CASE("what is told of a difference holds no credential", "[testing]") {
  const auto script = without_noise(scripted_network{answer(200).with_header("Authorization", "Bearer key-1")});
  using keyed = crm::basic_crm_client<scripted_network<>, crm::adr_backoff, crm::task_cache, crm::api_key>;
  CHECK_FALSE(keyed{script, {}, {}, crm::api_key::from_text("key-2")}.find("1").has_value());
  CHECK(script.findings().front() ==
        "request 1 is not the one that step 1 expects"
        "\n  header Authorization expected: (not shown: it may be a credential)"
        "\n  header Authorization      got: (another: see requests())");
}

TEST_CASE("a type may name its request, too", "[testing]") {
  const auto script = without_noise(scripted_transport<expect<method::get, "/api/v1/customers/1", reply<404>>,
                                                       expect<method::get, "/api/v1/customers/2", reply<200, jane>>>{});
  const crm::basic_crm_client client{script};
  CHECK(client.find("1").value() == std::nullopt);
  CHECK_FALSE(client.find("1").has_value());
  CHECK(script.findings().size() == 2);
}

TEST_CASE("a script that is at its end says so, and its client does not try again", "[testing]") {
  const auto script = without_noise(scripted_transport<reply<404>>{});
  const crm::basic_crm_client client{script};
  CHECK(client.find("1").value() == std::nullopt);
  const auto none = client.find("2");
  REQUIRE_FALSE(none.has_value());
  CHECK(none.error().code == crm::errc::bad_response);
  CHECK(none.error().attempts.size() == 1);
  CHECK(to_string(none.error()).find("the script is at its end") != std::string::npos);
  CHECK(script.findings() == std::vector<std::string>{"request 2 has no step left: GET /api/v1/customers/2"});
}

TEST_CASE("steps that are not reached are findings, unless that is allowed", "[testing]") {
  const scripted_transport script{answer(404), timeout{}, answer(200, jane).repeated()};
  const crm::basic_crm_client client{script};
  CHECK(client.find("1").has_value());
  CHECK(script.findings() ==
        std::vector<std::string>{"step 2 was never reached: any request, answered with no answer in time"});
  script.may_end_early();
  CHECK(script.findings() == no_findings{});
}

/// By which signal a process ends that does this; 0 for none. `errors` becomes its standard error.
int signal_that_ends(void (*doing)(), const char* errors = "/dev/null") {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    if (::dup2(::open(errors, O_WRONLY), STDERR_FILENO) < 0) ::_exit(1);
    doing();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

TEST_CASE("a script with findings that nobody asks for ends the program", "[testing]") {
  using script = scripted_transport<reply<404>>;
  CHECK(signal_that_ends([] { const script unused; }) == SIGABRT);
  CHECK(signal_that_ends([] {
          script asked_too_often;
          for (int i = 0; i < 2; ++i) (void)asked_too_often.send({}, {});
        }) == SIGABRT);
  CHECK(signal_that_ends([] {
          script looked_at_too_soon;
          (void)looked_at_too_soon.findings();
          for (int i = 0; i < 2; ++i) (void)looked_at_too_soon.send({}, {});
        }) == SIGABRT);

  CHECK(signal_that_ends([] {
          scripted_transport<reply<404>, reply<404>> looked_at_first;
          (void)looked_at_first.findings();
          (void)looked_at_first.send({}, {});
        }) == SIGABRT);

  CHECK(signal_that_ends([] { (void)script{}.findings(); }) == 0);
  CHECK(signal_that_ends([] { (void)script{}.send({}, {}); }) == 0);
  CHECK(signal_that_ends([] { (void)without_noise(script{}); }) == 0);
}

TEST_CASE("a handler is told of what is left over, too", "[testing]") {
  std::vector<std::string> told;
  {
    const scripted_transport<reply<404>> script;
    script.on_finding([&](const std::string& text) { told.push_back(text); });
  }
  CHECK(told == std::vector<std::string>{"step 1 was never reached: any request, answered with 404"});
}

TEST_CASE("what a handler that throws at the end was told is not lost", "[testing]") {
  std::string errors = std::filesystem::temp_directory_path() / "crm_script.XXXXXX";
  REQUIRE(::close(::mkstemp(errors.data())) == 0);
  const auto leave_it = [] {
    const scripted_transport<reply<404>> script;
    script.on_finding([](const std::string&) { throw 1; });  // as FAIL does
  };
  CHECK(signal_that_ends(leave_it, errors.c_str()) == SIGABRT);
  std::ifstream file{errors};
  CHECK(std::string{std::istreambuf_iterator<char>{file}, {}}.starts_with("step 1 was never reached: any request"));
  std::filesystem::remove(errors);
}

TEST_CASE("an hour of retries takes no time", "[testing]") {
  const scripted_transport<reply<503>, reply<503>, reply<404>> script;
  crm::client_options patient;
  patient.deadline = 2h;
  const crm::basic_crm_client client{script, crm::retry_schedule::of({30min, 30min}).value(), {}, {}, patient};
  CHECK(client.find("1").value() == std::nullopt);
  CHECK(script.now() == virtual_clock::start + 1h);
  CHECK(script.findings() == no_findings{});
}

TEST_CASE("a step that is repeated answers as often as it is asked", "[testing]") {
  const scripted_transport script{answer(404), answer(200, jane).repeated()};
  const crm::basic_crm_client client{script};
  CHECK(client.find("1").value() == std::nullopt);
  for (int i = 0; i < 3; ++i) CHECK(client.find("1").value().has_value());
  CHECK(script.findings() == no_findings{});
  script.restart();
  CHECK(client.find("1").value() == std::nullopt);
  CHECK(script.requests().size() == 1);
  CHECK(script.findings() == no_findings{});
}

TEST_CASE("a network by script is sent a credential, and not in the clear", "[testing]") {
  const scripted_network network{answer(200, jane).with_header("Authorization", "Bearer key-1")};
  const auto key = crm::api_key::from_text("key-1");
  using keyed = crm::basic_crm_client<scripted_network<>, crm::adr_backoff, crm::task_cache, crm::api_key>;
  CHECK(keyed{network, {}, {}, key}.find("1").has_value());
  CHECK(network.findings() == no_findings{});
  CHECK_THROWS_AS((keyed{network.at("http://crm.example.com"), {}, {}, key}), crm::exception);
}

TEST_CASE("what takes longer than a call may ends at the call's deadline", "[testing]") {
  const scripted_transport script{timeout{}};
  const crm::basic_crm_client client{script};
  crm::call_options call;
  call.deadline = 3s;
  const auto found = client.find("1", call);
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().code == crm::errc::deadline_exceeded);
  CHECK(script.now() == virtual_clock::start + 3s);
  CHECK(script.findings() == no_findings{});
}

TEST_CASE("threads that share a script get a step each", "[testing][concurrency]") {
  const scripted_transport script{answer(200, jane).repeated()};
  const crm::basic_crm_client client{script};
  std::atomic<int> found = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (int n = 0; n < 25; ++n) found += client.find("1").has_value() ? 1 : 0;
      });
  }
  CHECK(found == 100);
  CHECK(script.requests().size() == 100);
  CHECK(script.findings() == no_findings{});
}

TEST_CASE("a script keeps the laws of transports where it speaks of a CRM", "[testing][laws]") {
  auto script = scripted_transport{answer(200).repeated()};
  CHECK(laws::check_transport_time(script) == laws::none);
  CHECK(laws::check_transport_limits(script, {}) == laws::none);
  CHECK(laws::check_transport_threads(script, {}) == laws::none);
}

}  // namespace
