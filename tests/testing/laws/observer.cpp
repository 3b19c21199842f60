#include <crm/testing/laws/observer.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <crm/observe/none.hpp>
#include <crm/observe/several.hpp>
#include <crm/observe/task_events.hpp>

#include "support/catch.hpp"

namespace {

namespace laws = crm::testing::laws;

struct counting {
  std::shared_ptr<std::atomic<int>> count = std::make_shared<std::atomic<int>>(0);
  void on(const crm::events::attempt_made&) const { ++*count; }
};
struct throwing : counting {
  using counting::on;
  static void on(const crm::events::call_finished&) { throw std::runtime_error{"disk full"}; }
};
struct takes_what_it_could_change : counting {
  using counting::on;
  static void on(crm::events::call_finished&) {}
};
struct swallow {
  void operator()(std::string_view) const {}
};

}  // namespace

TEST_CASE("the observers keep the laws", "[testing][laws][concurrency]") {
  CHECK(laws::check_observer(crm::null_observer{}) == laws::none);
  CHECK(laws::check_observer(crm::task_events{swallow{}}) == laws::none);
  CHECK(laws::check_observer(crm::several_observers{counting{}, crm::task_events{swallow{}}}) == laws::none);
  const counting counted;
  CHECK(laws::check_observer(counted) == laws::none);
  CHECK(*counted.count == 102);
}

TEST_CASE("each law of observers catches who breaks it", "[testing][laws]") {
  CHECK(laws::check_observer(throwing{}).front() ==
        "observer: on() throws nothing: it would be dropped, and never be seen");
  CHECK(laws::check_observer(takes_what_it_could_change{}) ==
        laws::violations{"observer: on() takes events as const: one that takes Event& is never called"});
}
