// Calls of several requests, some of them under way at once.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <crm/crm.hpp>

#include "client/worlds.hpp"
#include "support/catch.hpp"

using crm::errc;
using suite::ids;
using suite::in_memory;
using suite::must;
using suite::over_http;

TEMPLATE_TEST_CASE("pages asked for at once are the list that pages one by one are", "[client][concurrency]", in_memory,
                   over_http) {
  const TestType world;
  const auto client = world.client();
  crm::call_options one_by_one, at_once;
  one_by_one.per_page = at_once.per_page = 3;
  at_once.concurrency = must(crm::concurrent_requests::of(GENERATE(2, 8)));
  CHECK(ids(must(client.query(crm::customers, at_once))) == ids(must(client.query(crm::customers, one_by_one))));
  CHECK(ids(must(client.search("smith", at_once))) == ids(must(client.search("smith", one_by_one))));
}

TEMPLATE_TEST_CASE("a prefetched page is the page", "[client][concurrency]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  std::vector<std::string> seen;
  for (auto& page : client.pages(crm::customers, {.per_page = 5, .prefetch = true})) {
    REQUIRE(page);
    for (const auto& each : page->records()) seen.push_back(each.id);
  }
  CHECK(seen == ids(must(client.query(crm::customers))));
}

TEMPLATE_TEST_CASE("many are found in the order of their ids, each by itself", "[client][concurrency]", in_memory,
                   over_http) {
  const TestType world;
  const auto client = world.client();
  auto wanted = ids(must(client.query(crm::customers)));
  std::reverse(wanted.begin(), wanted.end());
  wanted.insert(wanted.begin() + 1, {"nobody-has-this-id", "..", wanted.back()});

  crm::call_options call;
  call.concurrency = must(crm::concurrent_requests::of(GENERATE(1, 4)));
  const auto found = client.find_many(wanted, call);
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CAPTURE(i);
    if (i == 1) {
      CHECK(must(found[i]) == std::nullopt);
    } else if (i == 2) {
      CHECK(suite::refusal_of(found[i]).code == errc::invalid_argument);
    } else {
      CHECK(must(found[i])->id == wanted[i]);
    }
  }
  CHECK(client.find_many({}, call).empty());
}

TEMPLATE_TEST_CASE("a call that may not be made is refused for each of many", "[client]", in_memory, over_http) {
  const TestType world;
  crm::call_options call;
  call.concurrency = 4;
  call.headers.push_back({"Authorization", "mine"});
  const auto before = world.requests();
  const auto refused = world.client().find_many(std::vector<std::string>{"a", "b"}, call);
  REQUIRE(refused.size() == 2);
  for (const auto& each : refused) {
    CHECK(suite::refusal_of(each).code == errc::invalid_argument);
    CHECK(suite::refusal_of(each).op == crm::operation::find);
  }
  CHECK(world.requests() == before);
}

TEMPLATE_TEST_CASE("a stop ends many", "[client][concurrency]", in_memory, over_http) {
  const TestType world;
  std::stop_source stop;
  stop.request_stop();
  crm::call_options call;
  call.concurrency = 4;
  call.stop = stop.get_token();
  for (const auto& each : world.client().find_many(std::vector<std::string>(9, "some-id"), call))
    CHECK(suite::refusal_of(each).code == errc::cancelled);
}

TEST_CASE("a deadline is for all of many, and for all pages", "[client]") {
  const crm::mock_transport<> mock;
  const crm::basic_crm_client client{mock, crm::no_retry{}, crm::no_cache{}};
  const auto wanted = ids(must(client.query(crm::customers)));
  const auto at_once = must(crm::concurrent_requests::of(GENERATE(1, 3)));
  crm::call_options call;
  call.concurrency = at_once;
  call.deadline = crm::milliseconds{1'000};
  // One who listens lets time pass.
  int pages = 0;
  call.per_page = 1;
  call.on_page = [&](std::size_t, std::optional<std::int64_t>) {
    if (++pages == 2) mock.time().advance(std::chrono::seconds{2});
  };
  const auto late = client.query(crm::customers, call);
  CHECK(suite::refusal_of(late).code == errc::deadline_exceeded);
  CHECK(must(client.find_many(wanted, call).back())->id == wanted.back());
}

namespace {

/// Counts where it is copied by another thread than it was made by.
struct homely_listener {
  explicit homely_listener(std::atomic<int>& copies) : copied_elsewhere{&copies} {}
  homely_listener(const homely_listener& other) : copied_elsewhere{other.copied_elsewhere}, home{other.home} {
    if (std::this_thread::get_id() != home) ++*copied_elsewhere;
  }
  homely_listener& operator=(const homely_listener&) = delete;
  ~homely_listener() = default;
  void operator()(std::size_t, std::optional<std::int64_t>) const {}

  std::atomic<int>* copied_elsewhere;
  std::thread::id home = std::this_thread::get_id();
};

}  // namespace

TEST_CASE("who listens is not copied by the threads that read pages", "[client][concurrency]") {
  const crm::mock_transport<> mock;
  const crm::basic_crm_client client{mock, crm::no_retry{}, crm::no_cache{}};
  std::atomic<int> copied_elsewhere = 0;
  crm::call_options call;
  call.concurrency = 4;
  call.per_page = 1;
  call.on_page = homely_listener{copied_elsewhere};
  CHECK(must(client.query(crm::customers, call)).size() > 4);
  CHECK(copied_elsewhere == 0);
}
