// Clients that are copied, kept and shared between threads.
#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <crm/crm.hpp>

#include "client/worlds.hpp"
#include "support/catch.hpp"

using suite::ids;
using suite::in_memory;
using suite::must;
using suite::over_http;

namespace {

/// Runs `work(number)` in eight threads at once. What they say was wrong comes back: Catch's own checks are for one
/// thread.
template <class Work>
std::vector<std::string> in_eight_threads(Work work) {
  std::mutex mutex;
  std::vector<std::string> wrong;
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < 8; ++number)
    threads.emplace_back([&, number] {
      ++ready;
      while (ready < 8) std::this_thread::yield();
      const auto complain = [&](std::string what) {
        const std::lock_guard lock{mutex};
        wrong.push_back(std::to_string(number) + ": " + std::move(what));
      };
      work(number, complain);
    });
  for (auto& thread : threads) thread.join();
  return wrong;
}

/// How an application would keep a client: as a member, by value.
template <class Client>
class call_list {
 public:
  explicit call_list(Client client) : crm_{std::move(client)} {}

  [[nodiscard]] std::vector<std::string> names(const crm::customer_filter& wanted) const {
    std::vector<std::string> out;
    for (const auto& c : must(crm_.query(wanted))) out.push_back(c.name);
    return out;
  }

 private:
  Client crm_;
};

/// The in-memory CRM, where something else happens once while a read's answer is on its way back.
class interrupted_transport {
 public:
  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    auto answer = inner_.send(request, limits);
    if (request.method == crm::http::method::get)
      if (const auto happen = std::exchange(*meanwhile_, nullptr)) happen();
    return answer;
  }
  [[nodiscard]] crm::time_point now() const { return inner_.now(); }
  crm::wake wait_until(crm::time_point when, const std::stop_token& stop) { return inner_.wait_until(when, stop); }

  void meanwhile(std::function<void()> happen) { *meanwhile_ = std::move(happen); }

 private:
  crm::mock_transport<> inner_;
  std::shared_ptr<std::function<void()>> meanwhile_ = std::make_shared<std::function<void()>>();
};

}  // namespace

TEST_CASE("what a write has overtaken on its way is not kept", "[client]") {
  const crm::basic_crm_client client{interrupted_transport{}};
  const auto made = must(client.create(crm::new_customer{"Before"}));
  const auto task = client.for_task("test");
  client.transport_model().meanwhile([&] { must(task.update(made.id, crm::customer_patch{}.name("After"))); });
  CHECK(must(task.find(made.id))->name == "Before");
  CHECK(must(task.find(made.id))->name == "After");
}

TEMPLATE_TEST_CASE("eight threads share copies of one client", "[client][concurrency]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const std::string town = suite::unique("Threadtown");

  const auto wrong = in_eight_threads([&, copy = client](int number, auto complain) {
    const auto own = copy;
    for (int round = 0; round < 5; ++round) {
      const std::string name = std::to_string(number) + "/" + std::to_string(round);
      const auto made = own.create(crm::new_customer{name}.city(town).notes("new"));
      if (!made) return complain("create: " + to_string(made.error()));
      if (made->name != name) return complain("the answer to another thread's create");
      const auto changed = own.update(*made, crm::customer_patch{}.notes(name));
      if (!changed) return complain("update: " + to_string(changed.error()));
      const auto found = client.find(made->id);
      if (!found) return complain("find: " + to_string(found.error()));
      if (!*found || (*found)->notes != name) return complain("find has another answer");
      const auto listed = client.query(crm::customers.city(town));
      if (!listed) return complain("query: " + to_string(listed.error()));
      const auto at = ids(*listed);
      if (std::count(at.begin(), at.end(), made->id) != 1)
        complain("the list does not hold what was made, or holds it twice");
    }
  });
  CHECK(wrong == std::vector<std::string>{});
  CHECK(must(client.query(crm::customers.city(town))).size() == 40);
}

TEMPLATE_TEST_CASE("eight threads share one task", "[client][concurrency]", in_memory, over_http) {
  const TestType world;
  const auto client = world.client();
  const auto made = must(client.create(crm::new_customer{"Shared"}.city(suite::unique("Sharetown"))));
  const auto task = client.for_task("test");

  const auto wrong = in_eight_threads([&](int number, auto complain) {
    for (int round = 0; round < 10; ++round) {
      const auto found = task.find(made.id);
      if (!found || !*found || (*found)->city != made.city) return complain("find");
      const auto listed = task.query(crm::customers.city(*made.city));
      if (!listed || listed->size() != 1) return complain("query");
      if (number == 0 && round % 3 == 0)
        if (!task.update(made.id, crm::customer_patch{}.notes(std::to_string(round)))) return complain("update");
    }
  });
  CHECK(wrong == std::vector<std::string>{});
  CHECK(must(task.find(made.id))->notes == "9");
}

TEMPLATE_TEST_CASE("a client may be a member, copied, moved and assigned", "[client]", in_memory, over_http) {
  using client_type = typename TestType::client_type;
  static_assert(std::is_copy_constructible_v<client_type> && std::is_copy_assignable_v<client_type>);
  static_assert(std::is_nothrow_move_constructible_v<client_type>);
  const TestType world;
  const auto made = must(world.client().create(crm::new_customer{"Member"}.city(suite::unique("Membertown"))));
  const auto wanted = crm::customers.city(*made.city);

  const call_list<client_type> list{world.client()};
  CHECK(list.names(wanted) == std::vector<std::string>{"Member"});
  auto copy = std::make_unique<call_list<client_type>>(list);
  const call_list<client_type> moved{std::move(*copy)};
  copy.reset();
  CHECK(moved.names(wanted) == std::vector<std::string>{"Member"});
  auto assigned = world.client();
  assigned = world.client();
  CHECK(must(assigned.find(made.id))->id == made.id);
}
