// Fault 73: the n-th allocation of a call fails, for every n. Nothing leaks, nothing breaks, and the next call works.
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <crm/auth/none.hpp>
#include <crm/cache/task_cache.hpp>
#include <crm/client.hpp>
#include <crm/observe/concept.hpp>
#include <crm/retry/breaker.hpp>
#include <crm/retry/budget.hpp>
#include <crm/retry/jitter.hpp>
#include <crm/retry/none.hpp>
#include <crm/testing/mock_transport.hpp>
#include <crm/transport/detail/connection_pool.hpp>

#include "allocation/count.hpp"
#include "support/catch.hpp"
#include "support/scripted_transport.hpp"

namespace {

/// Of this thread: how many allocations are left until one fails; none fails where there is no number.
thread_local std::optional<std::size_t> left;
thread_local std::ptrdiff_t alive = 0;
/// How many this thread has made.
thread_local std::size_t made = 0;

[[nodiscard]] void* allocate(std::size_t size) noexcept {
  if (left && (*left)-- == 0) {
    left.reset();
    return nullptr;
  }
  void* const got = std::malloc(size == 0 ? 1 : size);
  if (got != nullptr) ++alive, ++made;
  return got;
}
void release(void* what) noexcept {
  if (what != nullptr) --alive;
  std::free(what);
}
void* allocate_or_throw(std::size_t size) {
  if (void* const got = allocate(size)) return got;
  throw std::bad_alloc{};
}

}  // namespace

std::size_t allocation::made_by_this_thread() noexcept { return made; }

void* operator new(std::size_t size) { return allocate_or_throw(size); }
void* operator new[](std::size_t size) { return allocate_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void operator delete(void* what) noexcept { release(what); }
void operator delete[](void* what) noexcept { release(what); }
void operator delete(void* what, std::size_t) noexcept { release(what); }
void operator delete[](void* what, std::size_t) noexcept { release(what); }
void operator delete(void* what, const std::nothrow_t&) noexcept { release(what); }
void operator delete[](void* what, const std::nothrow_t&) noexcept { release(what); }

namespace {

/// Makes the call again and again, with each of its allocations failing once. Answers how many there are.
std::size_t fail_each_allocation_of(
    const std::function<bool()>& call, const std::function<void()>& tidy = [] {}) {
  REQUIRE(call());  // what the far end remembers has its room now
  tidy();
  for (std::size_t n = 0;; ++n) {
    REQUIRE(n < 100'000);
    const auto before = alive;
    left = n;
    bool well = false;
    try {
      well = call();
    } catch (const std::bad_alloc&) {
      well = true;
    }
    const bool all_made = left.has_value();
    left.reset();
    tidy();
    const auto after = alive;
    if (!well || after != before) {
      CAPTURE(n, after - before);
      REQUIRE(well);
      REQUIRE(after == before);
    }
    if (all_made) return n;
  }
}

struct counter {
  std::size_t* count;
  void on(const crm::events::attempt_made&) const { ++*count; }
};

using retries = crm::circuit_breaker<crm::retry_budget<crm::full_jitter<crm::exponential_backoff<3, 1>>, 1'000>, 1'000>;

/// No error stands for the lack of memory: that is thrown.
template <class T>
bool good(const crm::result<T>& outcome) {
  return outcome.has_value();
}

}  // namespace

TEST_CASE("fault 73, an allocation of a call on the mock fails: nothing leaks, and the next call works", "[faults]") {
  std::size_t told = 0;
  crm::mock_transport<> transport;
  const crm::basic_crm_client<crm::mock_transport<>, retries, crm::task_cache, crm::no_auth, counter> client{
      transport, {}, {}, {}, {}, counter{&told}};
  const auto page_size = crm::call_options{.per_page = 5};
  const auto each = [&](const std::function<bool()>& call) {
    return fail_each_allocation_of(call, [&] { transport.crm().forget_requests(); });
  };

  CHECK(each([&] { return good(client.find("mock-uuid-1")); }) > 10);
  CHECK(each([&] { return good(client.find("nobody")); }) > 10);
  CHECK(each([&] { return good(client.query(crm::customers, page_size)); }) > 50);
  CHECK(each([&] { return good(client.for_task("t").search("jane")); }) > 10);
  CHECK(each([&] { return good(client.invoices()); }) > 10);

  // With what a task keeps, and what a write makes it forget.
  CHECK(each([&] {
          const auto task = client.for_task("a task with a name that is not kept in place");
          return good(task.find("mock-uuid-1")) && good(task.find("mock-uuid-1")) && good(task.query(crm::customers)) &&
                 good(task.update("mock-uuid-1", crm::customer_patch{}.notes("a note that is not kept in place"))) &&
                 good(task.find("mock-uuid-1"));
        }) > 100);
  CHECK(told > 0);
  CHECK(client.find("mock-uuid-1").value()->name == "Jane Smith");
}

TEST_CASE("fault 73, an allocation of a read or a write in a task fails: the task goes on", "[faults]") {
  crm::mock_transport<> transport;
  const crm::basic_crm_client<crm::mock_transport<>, crm::no_retry, crm::revalidating_task_cache> client{transport};
  const auto task = client.for_task("t");
  const auto calls = [&] {
    return good(task.find("mock-uuid-1")) && good(task.update("mock-uuid-1", crm::customer_patch{}.notes("a")));
  };
  REQUIRE(calls());
  for (std::size_t n = 0;; ++n) {
    left = n;
    try {
      (void)calls();
    } catch (const std::bad_alloc&) {}
    const bool all_made = std::exchange(left, std::nullopt).has_value();
    REQUIRE(task.find("mock-uuid-1").value());  // nobody waits for a read that has ended
    if (all_made) break;
  }
}

TEST_CASE("fault 73, an allocation of a connection pool fails: no place is lost", "[faults]") {
  struct connection {
    [[nodiscard]] static bool is_quiet() { return true; }
  };
  using pool = crm::detail::connection_pool<connection>;
  std::optional<pool> connections;
  const crm::send_limits at_once{crm::time_point::min(), {}};
  const auto used = [&] {
    const auto failing = std::exchange(left, std::nullopt);
    connections.emplace(2, std::chrono::hours{1});
    left = failing;
    try {
      {
        auto first = connections->take(at_once);
        first->connection() = std::make_unique<connection>();
        const auto second = connections->take(at_once);
        first->keep(crm::clock::now());
      }
      const auto again = connections->take(at_once);
    } catch (const std::bad_alloc&) {
      left.reset();
      const bool both_free = connections->take(at_once) && connections->take(at_once);
      connections.reset();
      REQUIRE(both_free);
      throw;
    }
    connections.reset();
    return true;
  };
  CHECK(fail_each_allocation_of(used) > 1);
}

TEST_CASE("fault 73, an allocation of a call that is retried, paused or refused fails: nothing leaks", "[faults]") {
  using support::answer;
  const auto call = [](std::vector<crm::transport_result> script, auto make) {
    support::scripted_transport network{std::move(script)};
    // What remembers the waits has its room from the start: a wait by lot may be none.
    (void)network.time().wait_until(network.now() + std::chrono::milliseconds{1}, {});
    const auto once = [&] { return make(crm::basic_crm_client<support::scripted_transport, retries>{network}); };
    return fail_each_allocation_of(once, [&] { network.restart(); });
  };
  const auto found = [](const auto& client) { return good(client.find("1")); };
  const auto fails = [](const auto& client) { return !client.find("1"); };
  const auto created = [](const auto& client) {
    return good(client.create(crm::new_customer{"Jane"}.notes("a longer text that is not kept in place"),
                              {.idempotency_key = "a-key-that-is-too-long-to-be-kept-in-place"}));
  };
  const auto perhaps_updated = [](const auto& client) {
    return client.for_task("t").update("1", crm::customer_patch{}.city("Eagan")).error().outcome_unknown;
  };
  const std::string jane = R"({"customer":{"id":"1","name":"Jane Smith, who has a longer name"}})";

  CHECK(call({answer(503), support::failure(crm::delivery::unknown), answer(200, jane)}, found) > 20);
  CHECK(call({answer(429, {}, {{"Retry-After", "7"}}), answer(200, jane)}, found) > 20);
  CHECK(call({answer(401)}, fails) > 10);
  CHECK(call({crm::http::response{422,
                                  {{"Content-Type", "application/problem+json"}},
                                  R"({"type":"/problems/validation","title":"T","detail":"D","errors":[)"
                                  R"({"pointer":"/customer/name","detail":"is too long, and this is why"}]})"}},
             fails) > 10);
  CHECK(call({answer(200, R"({"customer":{"id":"1","name":7}})")}, fails) > 10);
  CHECK(call({answer(200, "{")}, fails) > 10);
  CHECK(call({answer(201, jane)}, created) > 20);
  CHECK(call({support::failure(crm::delivery::unknown)}, perhaps_updated) > 10);
}
