#include <crm/observe/several.hpp>

#include <stdexcept>
#include <type_traits>

#include <crm/observe/none.hpp>

#include "support/catch.hpp"

namespace {

namespace events = crm::events;

struct counts_calls {
  int* count;
  void on(const events::call_started&) const { ++*count; }
};
struct counts_hits {
  int* count;
  void on(const events::cache_hit&) const { ++*count; }
};
struct thrower {
  void on(const events::call_started&) { throw std::runtime_error{"no"}; }
};

using all_of_them = crm::several_observers<thrower, counts_calls, counts_hits, crm::null_observer>;
static_assert(crm::observer<all_of_them> && crm::detail::observes<all_of_them, events::cache_hit>);
// An event nobody listens to is not even asked about.
static_assert(!crm::detail::observes<all_of_them, events::gate_opened>);

}  // namespace

TEST_CASE("several observers are each told what they observe, whatever another one throws", "[observe]") {
  int calls = 0, more_calls = 0, hits = 0;
  crm::several_observers both{all_of_them{thrower{}, counts_calls{&calls}, counts_hits{&hits}, {}},
                              counts_calls{&more_calls}};
  crm::detail::tell(both, events::call_started{});
  crm::detail::tell(both, events::cache_hit{});
  crm::detail::tell(both, events::gate_opened{});
  CHECK(calls == 1);
  CHECK(more_calls == 1);
  CHECK(hits == 1);
}
