// Tests include/crm/client/scope.hpp and what include/crm/client/session.hpp makes of it: reads within a task.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/hana/adapt_struct.hpp>

#include "support/catch.hpp"

#include <crm/auth/api_key.hpp>
#include <crm/cache/task_cache.hpp>
#include <crm/client.hpp>
#include <crm/retry/none.hpp>
#include <crm/testing/mock_transport.hpp>

#include "support/scripted_network.hpp"
#include "support/scripted_transport.hpp"
#include "support/thread_state.hpp"

namespace {

using namespace std::chrono_literals;
using crm::errc;
using support::answer;
using support::jane_body;

using mock_client = crm::basic_crm_client<crm::mock_transport<>, crm::no_retry>;

constexpr std::string_view jane = "mock-uuid-1", bob = "mock-uuid-2";

crm::customer_patch note(std::string text) { return crm::customer_patch{}.notes(std::move(text)); }

/// Needs a field that the contract's customer has not.
struct aged_customer {
  std::string id;
  int age = 0;
};

/// The in-memory CRM, whose answers to reads are held back. Copies share it.
class held_transport {
 public:
  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    {
      std::unique_lock lock{state_->mutex};
      ++state_->sent;
      state_->changed.notify_all();
      if (request.method == crm::http::method::get)
        state_->changed.wait(lock, limits.stop, [&] { return !state_->held; });
      if (limits.stop.stop_requested())
        return tl::unexpected{crm::transport_failure{errc::cancelled, crm::delivery::unknown, "stopped"}};
      if (state_->fails) return support::failure(crm::delivery::unknown);
    }
    return inner_.send(request, limits);
  }
  [[nodiscard]] crm::time_point now() const { return inner_.now(); }
  crm::wake wait_until(crm::time_point when, const std::stop_token& stop) { return inner_.wait_until(when, stop); }

  void hold(bool on, bool fails = false) const {
    const std::lock_guard lock{state_->mutex};
    state_->held = on;
    state_->fails = fails;
    state_->changed.notify_all();
  }
  void await_sent(int count) const {
    std::unique_lock lock{state_->mutex};
    state_->changed.wait(lock, [&] { return state_->sent >= count; });
  }
  [[nodiscard]] int sent() const {
    const std::lock_guard lock{state_->mutex};
    return state_->sent;
  }

 private:
  struct state {
    std::mutex mutex;
    std::condition_variable_any changed;
    bool held = false, fails = false;
    int sent = 0;
  };
  crm::mock_transport<> inner_;
  std::shared_ptr<state> state_ = std::make_shared<state>();
};
using held_client = crm::basic_crm_client<held_transport, crm::no_retry>;

}  // namespace

BOOST_HANA_ADAPT_STRUCT(aged_customer, id, age);
template <>
struct crm::resource<aged_customer> : crm::customer_resource {};

TEST_CASE("fault 76, one task's answers are not another's, nor the base client's", "[engine]") {
  const mock_client client{crm::mock_transport<>{}};
  const auto& crm = client.transport_model().crm();
  const auto first = client.for_task("same name"), second = client.for_task("same name");
  const auto copy = first;
  CHECK(first.find(jane));
  CHECK(copy.find(jane));
  CHECK(crm.requests().size() == 1);
  CHECK(second.find(jane));
  CHECK(crm.requests().size() == 2);
  CHECK(client.find(jane));
  CHECK(client.find(jane));
  CHECK(crm.requests().size() == 4);
  CHECK(first.for_task("same name").find(jane));
  CHECK(crm.requests().size() == 5);
}

TEST_CASE("fault 76, what one credential read is not shown to the next", "[engine]") {
  const support::scripted_network network{{answer(200, jane_body)}};
  const auto key = crm::api_key::from_text("first");
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::task_cache{}, key};
  const auto task = client.for_task("t");
  CHECK(task.find("1"));
  CHECK(task.find("1"));
  CHECK(network.requests().size() == 1);
  CHECK(key.replace(crm::secret::from_text("second")));
  CHECK(task.find("1"));
  REQUIRE(network.requests().size() == 2);
  CHECK(network.requests().back().headers.get("Authorization") == "Bearer second");
  CHECK(task.find("1"));
  CHECK(network.requests().size() == 2);
}

TEST_CASE("filters that say the same in another order are one read", "[engine]") {
  const mock_client client{crm::mock_transport<>{}};
  const auto task = client.for_task("t");
  CHECK(task.query(crm::customers.status(crm::status::past).city("Eagan")));
  CHECK(task.query(crm::customers.city("Eagan").status(crm::status::past)));
  CHECK(client.transport_model().crm().requests().size() == 1);
  CHECK(task.query(crm::customers.city("Eagan").status(crm::status::active)));
  CHECK(client.transport_model().crm().requests().size() == 2);
}

TEST_CASE("parameters are put in order, and nothing else of a target changed", "[engine]") {
  using crm::detail::canonical;
  CHECK(canonical("/a") == "/a");
  CHECK(canonical("/a?b=1") == "/a?b=1");
  CHECK(canonical("/a?c=2&b=1&a=3") == "/a?a=3&b=1&c=2");
  CHECK(canonical("/a?b=2&b=1&") == "/a?&b=1&b=2");
}

TEST_CASE("fault 77, a write makes the task ask again for what it touches, and for nothing else", "[engine]") {
  const mock_client client{crm::mock_transport<>{}};
  auto& crm = client.transport_model().crm();
  const auto task = client.for_task("t");
  const auto read_all = [&] {
    crm.forget_requests();
    CHECK(task.find(jane));
    CHECK(task.find(bob));
    CHECK(task.query(crm::customers));
    CHECK(task.search("jane"));
    CHECK(task.invoices());
    std::vector<std::string> asked;
    for (const auto& request : crm.requests()) asked.push_back(request.target.substr(0, request.target.find('?')));
    return asked;
  };
  using paths = std::vector<std::string>;
  const std::string list = "/api/v1/customers", search = list + "/search", at_jane = list + "/mock-uuid-1";
  CHECK(read_all().size() == 5);
  CHECK(read_all().empty());
  REQUIRE(task.update(jane, note("called")));
  CHECK(read_all() == paths{at_jane, list, search});
  CHECK(task.find(jane).value()->notes == "called");
  REQUIRE(task.create(crm::new_customer("Ann")));
  CHECK(read_all() == paths{list, search});
  CHECK_FALSE(task.update("nobody", note("called")));
  CHECK(read_all() == paths{list, search});
  REQUIRE(client.for_task("another").update(jane, note("again")));
  CHECK(read_all().empty());
}

TEST_CASE("errors and 404s are not kept", "[engine]") {
  const support::scripted_transport network{{answer(404), answer(500), answer(404), answer(200, jane_body)}};
  const crm::basic_crm_client client{network, crm::no_retry{}};
  const auto task = client.for_task("t");
  CHECK(task.find("1").value() == std::nullopt);
  CHECK_FALSE(task.find("1"));
  CHECK(task.find("1").value() == std::nullopt);
  CHECK(task.find("1").value().has_value());
  CHECK(task.find("1").value().has_value());
  CHECK(network.requests().size() == 4);
}

TEST_CASE("sixteen threads of a task that read the same ask once", "[engine][concurrency]") {
  const held_client client{held_transport{}};
  const auto task = client.for_task("t");
  const auto& network = client.transport_model();
  network.hold(true);
  std::atomic<int> found{0};
  {
    support::waiting_threads waiting{16};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 16; ++i)
      threads.emplace_back([&, i] {
        waiting.is_about_to_wait(i);
        found += task.find(jane).value_or(std::nullopt) ? 1 : 0;
      });
    waiting.await_all();
    network.await_sent(1);
    network.hold(false);
  }
  CHECK(found == 16);
  CHECK(network.sent() == 1);
}

TEST_CASE("an error is that of all who waited for the answer, and is kept for nobody else", "[engine][concurrency]") {
  crm::detail::cache_scope<crm::task_cache> scope;
  auto first = scope.ask({1, "/a"}, {}, {});
  REQUIRE(first.index() == 2);
  std::atomic<int> failed{0};
  {
    support::waiting_threads waiting{8};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&, i] {
        waiting.is_about_to_wait(i);
        auto turn = scope.ask({1, "/a"}, {}, {});
        if (const auto* e = std::get_if<crm::error>(&turn)) failed += e->code == errc::unreachable ? 1 : 0;
      });
    waiting.await_all();
    crm::error down;
    down.code = errc::unreachable;
    std::get<2>(first).fail(down);
  }
  CHECK(failed == 8);
  CHECK(scope.ask({1, "/a"}, {}, {}).index() == 2);
}

TEST_CASE("whoever waits for another's read keeps to its own limits", "[engine]") {
  crm::detail::cache_scope<crm::task_cache> scope;
  const crm::time_point now{1h};
  const auto reading = scope.ask({1, "/a"}, {}, now);
  auto late = scope.ask({1, "/a"}, {now, {}}, now);
  REQUIRE(late.index() == 1);
  CHECK(std::get<1>(late).code == errc::deadline_exceeded);
  CHECK(std::get<1>(late).stopped == crm::gave_up::deadline);
  std::stop_source source;
  source.request_stop();
  auto stopped = scope.ask({1, "/a"}, {now + 1h, source.get_token()}, now);
  REQUIRE(stopped.index() == 1);
  CHECK(std::get<1>(stopped).code == errc::cancelled);
}

TEST_CASE("a reader that gives up for itself leaves the read to one who waits", "[engine][concurrency]") {
  for (const auto code : {errc::cancelled, errc::deadline_exceeded, errc::rate_limited}) {
    crm::detail::cache_scope<crm::task_cache> scope;
    auto first = scope.ask({1, "/a"}, {}, {});
    std::atomic<std::size_t> turn{9};
    support::waiting_threads waiting{1};
    std::jthread waiter{[&] {
      waiting.is_about_to_wait(0);
      turn = scope.ask({1, "/a"}, {}, {}).index();
    }};
    waiting.await_all();
    crm::error e;
    e.code = code;
    e.stopped = crm::gave_up::deadline;
    std::get<2>(first).fail(e);
    waiter.join();
    CHECK(turn == 2);
  }
}

TEST_CASE("a read that is given up, by an exception say, leaves nobody waiting", "[engine][concurrency]") {
  crm::detail::cache_scope<crm::task_cache> scope;
  std::atomic<std::size_t> turn{9};
  support::waiting_threads waiting{1};
  std::jthread waiter;
  {
    const auto first = scope.ask({1, "/a"}, {}, {});
    waiter = std::jthread{[&] {
      waiting.is_about_to_wait(0);
      turn = scope.ask({1, "/a"}, {}, {}).index();
    }};
    waiting.await_all();
  }
  waiter.join();
  CHECK(turn == 2);
  CHECK(scope.ask({1, "/a"}, {}, {}).index() == 2);
}

TEST_CASE("who reads after a write does not wait for an answer from before it, nor is that kept", "[engine]") {
  crm::detail::cache_scope<crm::task_cache> scope;
  const auto old = std::make_shared<const crm::http::response>(), fresh = std::make_shared<const crm::http::response>();
  auto before = scope.ask({1, "/customers/1"}, {}, {});
  scope.forget({"/customers", "", "/customers/1"});
  auto after = scope.ask({1, "/customers/1"}, {}, {});
  REQUIRE(after.index() == 2);
  std::get<2>(before).fulfil(old, true);
  std::get<2>(after).fulfil(fresh, true);
  auto later = scope.ask({1, "/customers/1"}, {}, {});
  REQUIRE(later.index() == 0);
  CHECK(std::get<0>(later) == fresh);
}

TEST_CASE("a write elsewhere leaves a read alone", "[engine]") {
  crm::detail::cache_scope<crm::task_cache> scope;
  auto first = scope.ask({1, "/invoices"}, {}, {});
  scope.forget({"/customers", "", "/customers/1"});
  std::get<2>(first).fulfil(std::make_shared<const crm::http::response>(), true);
  CHECK(scope.ask({1, "/invoices"}, {}, {}).index() == 0);
}

TEST_CASE("what is read while a write is under way is not kept, and again once it has ended", "[engine]") {
  crm::detail::cache_scope<crm::task_cache> scope;
  const crm::touched_paths paths{"/customers", "", "/customers/1"};
  const auto is_kept = [&] {
    auto turn = scope.ask({1, "/customers/1"}, {}, {});
    if (turn.index() == 2) std::get<2>(turn).fulfil(std::make_shared<const crm::http::response>(), true);
    return scope.ask({1, "/customers/1"}, {}, {}).index() == 0;
  };
  scope.begin_write(paths);
  scope.begin_write(paths);
  CHECK_FALSE(is_kept());
  scope.end_write(paths, false);
  CHECK_FALSE(is_kept());
  scope.end_write(paths, false);
  CHECK(is_kept());

  scope.begin_write(paths);
  scope.begin_write(paths);
  scope.end_write(paths, true);
  scope.end_write(paths, false);  // the other may still take effect
  CHECK_FALSE(is_kept());
  scope.begin_write(paths);
  scope.end_write(paths, true);
  CHECK_FALSE(is_kept());

  const crm::touched_paths other{"/customers", "", "/customers/2"};
  scope.begin_write(paths);
  scope.begin_write(other);
  scope.end_write(other, true);
  scope.end_write(paths, false);
  auto turn = scope.ask({1, "/customers/2"}, {}, {});
  std::get<2>(turn).fulfil(std::make_shared<const crm::http::response>(), true);
  CHECK(scope.ask({1, "/customers/2"}, {}, {}).index() == 2);
}

TEST_CASE("what was read to be new is not replaced by what was read before", "[engine]") {
  crm::detail::cache_scope<crm::task_cache> scope;
  const auto old = std::make_shared<const crm::http::response>(), fresh = std::make_shared<const crm::http::response>();
  auto before = scope.ask({1, "/a"}, {}, {});
  {
    auto renewed = scope.read_past({1, "/a"});
    renewed.fulfil(fresh, true);
  }
  std::get<2>(before).fulfil(old, true);
  auto later = scope.ask({1, "/a"}, {}, {});
  REQUIRE(later.index() == 0);
  CHECK(std::get<0>(later) == fresh);
}

TEST_CASE("where a write may yet take effect, what it touches is not kept any more", "[engine]") {
  const std::string june = R"({"customer":{"id":"1","name":"June"}})";
  const support::scripted_transport network{
      {answer(200, jane_body), support::failure(crm::delivery::unknown), answer(200, jane_body), answer(200, june)}};
  const crm::basic_crm_client client{network, crm::no_retry{}};
  const auto task = client.for_task("t");
  CHECK(task.find("1").value()->name == "Jane");
  CHECK(task.update("1", note("called")).error().outcome_unknown);
  CHECK(task.find("1").value()->name == "Jane");
  CHECK(task.find("1").value()->name == "June");
}

TEST_CASE("a write that ends by an exception makes the task ask again", "[engine]") {
  struct throwing {
    crm::mock_transport<> inner{};
    crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
      auto answer = inner.send(request, limits);
      if (request.method == crm::http::method::patch) throw std::bad_alloc{};
      return answer;
    }
    crm::time_point now() { return inner.now(); }
    crm::wake wait_until(crm::time_point when, const std::stop_token& stop) { return inner.wait_until(when, stop); }
  };
  const crm::basic_crm_client<throwing, crm::no_retry> client{throwing{}};
  const auto task = client.for_task("t");
  REQUIRE(task.find(jane));
  CHECK_THROWS_AS(task.update(jane, note("called")), std::bad_alloc);
  CHECK(task.find(jane).value()->notes == "called");
}

TEST_CASE("what one caller asks for wrongly is refused before anybody waits for it", "[engine]") {
  const mock_client client{crm::mock_transport<>{}};
  const auto task = client.for_task("t");
  crm::call_options wrong;
  wrong.idempotency_key = "k";
  CHECK(task.find(jane, wrong).error().code == errc::invalid_argument);
  REQUIRE(task.find(jane));
  CHECK(task.find(jane, wrong).error().code == errc::invalid_argument);
  CHECK(client.transport_model().crm().requests().size() == 1);
}

TEST_CASE("what a record of another type cannot read is asked for anew", "[engine]") {
  const support::scripted_transport network{
      {answer(200, jane_body), answer(200, R"({"customer":{"id":"1","age":7}})")}};
  const crm::basic_crm_client client{network, crm::no_retry{}};
  const auto task = client.for_task("t");
  REQUIRE(task.find("1"));
  const auto aged = task.find<aged_customer>("1");
  REQUIRE(aged);
  CHECK((*aged)->age == 7);
}

TEST_CASE("an answer that cannot be read reaches who waits, and is not kept", "[engine]") {
  crm::detail::cache_scope<crm::task_cache> scope;
  auto first = scope.ask({1, "/a"}, {}, {});
  std::get<2>(first).fulfil(std::make_shared<const crm::http::response>(), false);
  CHECK(scope.ask({1, "/a"}, {}, {}).index() == 2);
}

namespace {

using revalidating = crm::basic_crm_client<support::scripted_transport, crm::no_retry, crm::revalidating_task_cache>;

revalidating revalidating_client(std::vector<crm::transport_result> script) {
  return revalidating{support::scripted_transport{std::move(script)}};
}

}  // namespace

TEST_CASE("fault 25, a 304 to the entity tag that was asked about: the cached value", "[engine]") {
  const auto client = revalidating_client(
      {answer(200, jane_body, {{"ETag", "\"v1\""}}), answer(304, {}, {{"ETag", "W/\"v1\""}}), answer(304)});
  const auto asked = [&] { return client.transport_model().requests(); };
  const auto task = client.for_task("t");
  const auto first = task.find("1").value();
  CHECK(first->version == "\"v1\"");
  CHECK_FALSE(asked().back().headers.get("If-None-Match"));
  for (int i = 0; i < 2; ++i) {
    CHECK(task.find("1").value() == first);
    CHECK(asked().back().headers.get("If-None-Match") == "\"v1\"");
  }
  CHECK(asked().size() == 3);
}

TEST_CASE("a changed record takes the place of the one that was asked about", "[engine]") {
  const auto client =
      revalidating_client({answer(200, jane_body, {{"ETag", "\"v1\""}}),
                           answer(200, R"({"customer":{"id":"1","name":"June"}})", {{"ETag", "\"v2\""}}), answer(304)});
  const auto task = client.for_task("t");
  CHECK(task.find("1").value()->name == "Jane");
  CHECK(task.find("1").value()->name == "June");
  CHECK(task.find("1").value()->name == "June");
  CHECK(client.transport_model().requests().back().headers.get("If-None-Match") == "\"v2\"");
}

TEST_CASE("what has no entity tag, or none that can be sent, is asked for anew", "[engine]") {
  for (const crm::http::header_list& tag :
       {crm::http::header_list{}, crm::http::header_list{{"ETag", "\"\x80\""}}, crm::http::header_list{{"ETag", "*"}},
        crm::http::header_list{{"ETag", "\"a\", \"b\""}}}) {
    const auto client = revalidating_client({answer(200, jane_body, tag)});
    const auto task = client.for_task("t");
    CHECK(task.find("1").value()->name == "Jane");
    CHECK(task.find("1").value()->name == "Jane");
    CHECK(client.transport_model().requests().size() == 2);
    CHECK_FALSE(client.transport_model().requests().back().headers.get("If-None-Match"));
  }
}

TEST_CASE("a 304 about another state is no answer: the record is asked for anew", "[engine]") {
  const auto client =
      revalidating_client({answer(200, jane_body, {{"ETag", "\"v1\""}}), answer(304, {}, {{"ETag", "\"v2\""}}),
                           answer(200, R"({"customer":{"id":"1","name":"June"}})", {{"ETag", "\"v2\""}}), answer(304)});
  const auto task = client.for_task("t");
  CHECK(task.find("1"));
  CHECK(task.find("1").value()->name == "June");
  const auto asked = client.transport_model().requests();
  REQUIRE(asked.size() == 3);
  CHECK_FALSE(asked.back().headers.get("If-None-Match"));
  CHECK(client.for_task("u").find("1").error().code == crm::errc::bad_response);  // a 304 that nobody asked for
}

TEST_CASE("what the CRM did not confirm is asked for anew the next time", "[engine]") {
  for (const int status : {400, 404, 412}) {
    const auto client =
        revalidating_client({answer(200, jane_body, {{"ETag", "\"v1\""}}), answer(status), answer(200, jane_body)});
    const auto task = client.for_task("t");
    CHECK(task.find("1").value());
    CHECK(task.find("1").value_or(std::nullopt) == std::nullopt);
    CHECK(task.find("1").value());
    CHECK_FALSE(client.transport_model().requests().back().headers.get("If-None-Match"));
  }
}

TEST_CASE("fault 76, a 304 to one credential confirms nothing for another", "[engine]") {
  const support::scripted_network network{{answer(200, jane_body, {{"ETag", "\"v1\""}}), answer(304),
                                           answer(200, R"({"customer":{"id":"1","name":"June"}})")}};
  struct replacing {
    crm::api_key key;
    void on(const crm::events::call_started& e) const {
      if (e.call.number == 2) CHECK(key.replace(crm::secret::from_text("second")));
    }
  };
  const auto key = crm::api_key::from_text("first");
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::revalidating_task_cache{}, key, {}, replacing{key}};
  const auto task = client.for_task("t");
  CHECK(task.find("1").value()->name == "Jane");
  CHECK(task.find("1").value()->name == "June");
}

TEST_CASE("a kept list is asked for anew where answers are asked about: lists have no entity tag", "[engine]") {
  const crm::basic_crm_client<crm::mock_transport<>, crm::no_retry, crm::revalidating_task_cache> client{
      crm::mock_transport<>{}};
  const auto task = client.for_task("t");
  CHECK(task.query(crm::customers));
  CHECK(task.query(crm::customers));
  CHECK(client.transport_model().crm().requests().size() == 2);
  CHECK(task.find(jane).value() == task.find(jane).value());
}
