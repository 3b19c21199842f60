// What an observer costs a call: a find on a transport that answers at once, so that nothing else is measured.
//   cmake --preset release -DCRM_CLIENT_TEST_PARTS=bench && cmake --build --preset release &&
//   build/release/tests/bench/crm_bench
#include <cstdint>
#include <stop_token>
#include <string_view>
#include <utility>

#include <benchmark/benchmark.h>

#include <crm/auth/none.hpp>
#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/observe/several.hpp>
#include <crm/observe/task_events.hpp>
#include <crm/retry/none.hpp>

namespace {

struct immediate_transport {
  crm::transport_result send(const crm::http::request&, const crm::send_limits&) const {
    return crm::http::response{200, {}, R"({"customer":{"id":"1","name":"Jane Smith"}})"};
  }
  static crm::time_point now() { return {}; }
  static crm::wake wait_until(crm::time_point, const std::stop_token&) { return crm::wake::due; }
};

struct counting {
  std::uint64_t* count;
  void on(const crm::events::call_finished&) const { ++*count; }
};
struct to_nowhere {
  void operator()(std::string_view line) const { benchmark::DoNotOptimize(line.data()); }
};

template <class Observer>
void find(benchmark::State& state, Observer observer) {
  const crm::basic_crm_client<immediate_transport, crm::no_retry, crm::no_cache, crm::no_auth, Observer> client{
      immediate_transport{}, {}, {}, {}, {}, std::move(observer)};
  for (auto _ : state) benchmark::DoNotOptimize(client.find("1"));
}

void null_observer(benchmark::State& state) { find(state, crm::null_observer{}); }
void counting_calls(benchmark::State& state) {
  std::uint64_t count = 0;
  find(state, counting{&count});
}
void task_events(benchmark::State& state) { find(state, crm::task_events{to_nowhere{}}); }

BENCHMARK(null_observer);
BENCHMARK(counting_calls);
BENCHMARK(task_events);

}  // namespace

BENCHMARK_MAIN();
