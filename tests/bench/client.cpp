// What a client adds to what its transport and the reader of its answers take anyway.
//
// The transport answers at once, so that nothing else is measured. `client/find/answer` is what a call cannot do
// without: the transport's answer, read into a record. What `client/find/ours` takes beyond it is the client's own.
#include <chrono>
#include <cstdlib>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <benchmark/benchmark.h>

#include <crm/auth/none.hpp>
#include <crm/cache/none.hpp>
#include <crm/cache/task_cache.hpp>
#include <crm/client.hpp>
#include <crm/json/document.hpp>
#include <crm/retry/none.hpp>

namespace {

constexpr std::string_view jane = R"({"customer":{"id":"5f0c2f0e-6a5b-4b52-9c7b-0d7f4f3c1a2b","name":"Jane Smith"}})";
constexpr std::string_view id = "5f0c2f0e-6a5b-4b52-9c7b-0d7f4f3c1a2b";
constexpr std::string_view nobody = R"({"customers":[],"meta":{"total":0,"page":1,"per_page":25}})";

struct immediate_transport {
  std::string_view body = jane;

  crm::transport_result send(const crm::http::request& request, const crm::send_limits&) const {
    benchmark::DoNotOptimize(request.target.data());
    return crm::http::response{200, {}, std::string{body}};
  }
  static crm::time_point now() { return {}; }
  static crm::wake wait_until(crm::time_point, const std::stop_token&) { return crm::wake::due; }
};

using bare_client = crm::basic_crm_client<immediate_transport, crm::no_retry, crm::no_cache>;
using caching_client = crm::basic_crm_client<immediate_transport, crm::no_retry>;

void find(benchmark::State& state) {
  const bare_client client{immediate_transport{}};
  for (auto _ : state) benchmark::DoNotOptimize(client.find(id));
}
void find_answer(benchmark::State& state) {
  const immediate_transport transport;
  const crm::http::request request{crm::http::method::get, "/api/v1/customers/1", {}, {}};
  for (auto _ : state) {
    const auto answer = transport.send(request, {});
    benchmark::DoNotOptimize(crm::json::decode_one<crm::customer>(answer->body));
  }
}
BENCHMARK(find)->Name("client/find/ours");
BENCHMARK(find_answer)->Name("client/find/answer");

constexpr auto lapsed = crm::customers.status(crm::status::past)
                            .services(crm::service::fertilizer, crm::service::weed_control)
                            .not_signed_for_season(2026)
                            .city("St. Paul");

void query(benchmark::State& state) {
  const bare_client client{immediate_transport{nobody}};
  for (auto _ : state) benchmark::DoNotOptimize(client.query(lapsed));
}
void query_answer(benchmark::State& state) {
  const immediate_transport transport{nobody};
  const crm::http::request request{crm::http::method::get, "/api/v1/customers", {}, {}};
  for (auto _ : state) {
    const auto answer = transport.send(request, {});
    benchmark::DoNotOptimize(crm::json::decode_page<crm::customer>(answer->body));
  }
}
BENCHMARK(query)->Name("client/query/ours");
BENCHMARK(query_answer)->Name("client/query/answer");

// A cache that answers from memory, by the same key with the same shared answer: the task's, which dies with its task
// and so reads no clock, and what is usually written.
const std::string target = "/api/v1/customers/" + std::string{id};

/// 64 answers under keys of one length; all of them are asked for in turn.
template <class Store>
std::vector<std::string> fill(Store store) {
  std::vector<std::string> targets;
  for (int i = 0; i < 64; ++i) {
    std::string each = target;
    each.replace(each.size() - 2, 2, std::to_string(10 + i));
    each.replace(each.size() - 20, 2, std::to_string(80 - i));
    store(each, std::make_shared<const crm::http::response>(crm::http::response{200, {}, std::string{jane}}));
    targets.push_back(std::move(each));
  }
  return targets;
}

void cache_hit(benchmark::State& state) {
  crm::task_cache cache;
  const auto targets = fill([&](const std::string& t, const crm::cached_response& r) { cache.store({0, t}, r); });
  std::vector<crm::cache_key> keys;
  for (const auto& t : targets) keys.push_back({0, t});
  for (std::size_t i = 0; auto _ : state) benchmark::DoNotOptimize(cache.lookup(keys[i++ % keys.size()]));
}
void cache_hit_unordered_map(benchmark::State& state) {
  struct entry {
    crm::cached_response answer;
    std::chrono::steady_clock::time_point expires;
  };
  std::unordered_map<std::string, entry> cache;
  const auto targets = fill([&](const std::string& t, const crm::cached_response& r) {
    cache[t] = {r, std::chrono::steady_clock::now() + std::chrono::minutes{5}};
  });
  const auto lookup = [&](const std::string& key) -> crm::cached_response {
    const auto found = cache.find(key);
    if (found == cache.end() || found->second.expires <= std::chrono::steady_clock::now()) return nullptr;
    return found->second.answer;
  };
  for (std::size_t i = 0; auto _ : state) benchmark::DoNotOptimize(lookup(targets[i++ % targets.size()]));
}
BENCHMARK(cache_hit)->Name("client/cache_hit/ours");
BENCHMARK(cache_hit_unordered_map)->Name("client/cache_hit/unordered_map");

void cached_find(benchmark::State& state) {
  const auto task = caching_client{immediate_transport{}}.for_task("t");
  if (!task.find(id)) std::abort();
  for (auto _ : state) benchmark::DoNotOptimize(task.find(id));
}
BENCHMARK(cached_find)->Name("client/find/cached");

}  // namespace
