// Where a step's result leads, on a client that answers nothing.
#include <new>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>

#include "support/catch.hpp"

#include "engine/database.hpp"
#include "engine/next_state.hpp"
#include "engine/procedure.hpp"
#include "engine/task.hpp"

namespace {

using sop::json;

/// What the engine's decisions ask of a client: its transport's time, which passes at once.
struct no_client {
  struct {
    static crm::time_point now() { return {}; }
    static bool wait_until(crm::time_point, const std::stop_token&) { return true; }
  } transport;
  auto& transport_model() const { return transport; }
};

using context = sop::step_context<no_client>;

/// A procedure of one step, at which a task comes to something.
struct one_step {
  sop::paths paths{};
  sop::task task{.id = 7, .key = "key", .sop = "a", .step = "begin", .context = json::object()};
  no_client client{};
  sop::registry<no_client> known{};

  sop::change comes_to(
      const crm::result<sop::outcome>& result, void (*asks)(context&) = [](context&) {}) {
    const sop::procedure<no_client> whole{"a", {{"begin", sop::needs::nothing, paths, {}}}};
    known.templates.insert_or_assign("failed", sop::message_template<no_client>{sop::needs::nothing, {}});
    context c{client, task, {}};
    asks(c);
    return sop::next_state(task, whole, whole.steps.front(), result, c, client, known, {"round", {}});
  }
  /// Until it ends, so many times at most.
  sop::change comes_to(const crm::error& e, int times) {
    sop::change last;
    for (int i = 0; i < times; ++i) {
      last = comes_to(e);
      if (has_ended(last.now)) break;
      task.failures = last.failures;
      task.outages = last.outages;
    }
    return last;
  }
};

crm::error failed(crm::errc code, int status = 0) {
  crm::error e;
  e.code = code;
  e.status = status;
  return e;
}

}  // namespace

TEST_CASE("5xx that comes again after every pause is the step's own failure", "[sop_engine]") {
  one_step s{.paths = {.after_retries = sop::path::skip}};
  CHECK(s.comes_to(failed(crm::errc::unreachable), 20).now == sop::task_state::paused);
  CHECK(s.comes_to(failed(crm::errc::deadline_exceeded), 20).now == sop::task_state::paused);
  CHECK(s.task.outages == 0);
  s.task.failures = 3;  // of another kind
  CHECK(s.comes_to(failed(crm::errc::unreachable, 503), 3).now == sop::task_state::paused);
  CHECK(s.task.outages == 3);
  const auto last = s.comes_to(failed(crm::errc::unreachable, 500), 1);
  CHECK(last.now == sop::task_state::skipped);
  CHECK(last.reason == "unreachable (HTTP 500)");
}

TEST_CASE("the first 5xx says nothing of a step, even where it has no retries", "[sop_engine]") {
  one_step s{.paths = {.retries = 0}};
  CHECK(s.comes_to(failed(crm::errc::unreachable, 503), 1).now == sop::task_state::paused);
  CHECK(s.comes_to(failed(crm::errc::unreachable, 503), 1).now == sop::task_state::failed);
}

TEST_CASE("a procedure whose retries would have no end is refused", "[sop_engine]") {
  sop::registry<no_client> known;
  for (const auto after : {sop::path::pause, sop::path::retry_later})
    CHECK_THROWS_AS(known.add({"a", {{"begin", sop::needs::nothing, {.after_retries = after}, {}}}}),
                    std::invalid_argument);
  CHECK_NOTHROW(known.add({"a", {{"begin", sop::needs::nothing, {.after_retries = sop::path::skip}, {}}}}));
}

TEST_CASE("a step that asks for what there is not fails, and what it asked for is not had", "[sop_engine]") {
  one_step s;
  for (const auto& [asks, why] : {std::pair{+[](context& c) { c.spawn("child", "bgein", {}); }, "unknown step"},
                                  std::pair{+[](context& c) { c.send("hello", "helo"); }, "unknown template"}}) {
    const auto next = s.comes_to(sop::advance(), asks);
    CHECK(next.now == sop::task_state::failed);
    CHECK(next.reason == why);
    CHECK(next.children.empty());
    REQUIRE(next.messages.size() == 1);
    CHECK(next.messages.front().template_name == "failed");
  }
}

TEST_CASE("what a procedure throws is a failure of its own; what the engine's own parts throw ends it",
          "[sop_engine]") {
  const auto run = [](auto thrown) { return sop::contained([&]() -> int { throw thrown; }, [] { return -1; }); };
  CHECK(run(std::runtime_error{"Jane Smith"}) == -1);
  CHECK(run(json::other_error::create(501, "Jane Smith", nullptr)) == -1);
  CHECK_THROWS_AS(run(sqlite::error{"disk full"}), sqlite::error);
  CHECK_THROWS_AS(run(sop::unusable{"no inbox"}), sop::unusable);
  CHECK_THROWS_AS(run(std::bad_alloc{}), std::bad_alloc);
  CHECK(sop::contained([] { return 1; }, [] { return -1; }) == 1);
}
