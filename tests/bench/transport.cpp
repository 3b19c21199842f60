// What a call over a kept loopback connection costs: processor time of this process (the server is another one, on
// another core) and allocations. Only ratios within one run count:
//   cmake --preset release -DCRM_CLIENT_TEST_PARTS=bench && cmake --build --preset release &&
//   taskset -c 1 build/release/tests/bench/crm_bench_transport --benchmark_repetitions=15
//     --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
// call/query, call/query_views: a page of 25 customers, by ours decoded into values or views, by the others as they
// say. call/post, call/small_get: one customer; their counter `p50_us` is the median of the time that passed.
// call/threads1 to call/threads8: pages, by so many threads.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <httplib.h>
#include <nlohmann/json.hpp>
#ifdef CRM_BENCH_WITH_CURL
#include <curl/curl.h>
#endif

#include <crm/auth/none.hpp>
#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/json/document.hpp>
#include <crm/model/customer.hpp>
#include <crm/query/customers.hpp>
#include <crm/query/patch.hpp>
#include <crm/retry/none.hpp>

#include "bench/page_body.hpp"
#include "bench/raw_peer.hpp"
#include "support/any_transport.hpp"

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

// Not inlined: g++ 12 would take them for a mismatched pair.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* const got = std::malloc(size == 0 ? 1 : size)) return got;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* what) noexcept { std::free(what); }
[[gnu::noinline]] void operator delete(void* what, std::size_t) noexcept { std::free(what); }

namespace {

const std::string body = bench::page_body(25);
/// A customer who is not on the page: `find` wants its id.
const std::string id = "6f1c2f0a-8d3e-4c59-9b7a-000000000001";
const std::string customer =
    R"({"customer":{"id":")" + id +
    R"(","name":"Jane Smith","email":"jane@example.com","phone":"612-555-1234","address":"123 Elm Street","city":"Eagan",)"
    R"("state":"MN","zip":"55122","services":["mowing"],"status":"lead","last_service_date":null,"notes":null,)"
    R"("source":null,"created_at":"2024-03-10T09:30:00Z","signed_seasons":[]}})";
const bench::peer_answers answers{bench::answer_with(body), bench::answer_with(customer)};
const std::string target = "/api/v1/customers?page=1&per_page=25";
const std::string fresh = R"({"customer":{"name":"Jane Smith","email":"jane@example.com","city":"Eagan"}})";
const httplib::Headers asked{{"Accept", "application/json"}};
std::string url;  // set by main
std::uint16_t port = 0;

/// Makes the call until there is enough to tell. `call` answers whether it went well.
template <class Call>
void measure(benchmark::State& state, Call call) {
  using clock = std::chrono::steady_clock;
  if (!call()) return state.SkipWithError("the call fails");
  std::vector<float> took;
  took.reserve(1U << 20U);
  const std::size_t before = allocations;
  std::size_t calls = 0;
  for (auto _ : state) {
    const auto from = clock::now();
    if (!call()) return state.SkipWithError("the call fails");
    if (took.size() < took.capacity())
      took.push_back(std::chrono::duration<float, std::micro>{clock::now() - from}.count());
    ++calls;
  }
  if (calls == 0) return;
  state.counters["allocations"] = static_cast<double>(allocations - before) / static_cast<double>(calls);
  const auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
  std::nth_element(took.begin(), middle, took.end());
  state.counters["p50_us"] = static_cast<double>(*middle);
}

// --- sockets, and nothing else
// ----------------------------------------------------------------------------------------

/// What a call cannot be without: one send, and as many reads as it takes.
class raw_connection {
 public:
  raw_connection() : peer_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(peer_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    connected_ = ::connect(peer_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  raw_connection(const raw_connection&) = delete;
  raw_connection& operator=(const raw_connection&) = delete;
  ~raw_connection() { ::close(peer_); }

  /// The answer's bytes, of which there must be so many; valid until the next call. Nothing where that failed.
  [[nodiscard]] std::optional<std::string_view> exchange(std::string_view request, std::size_t size) {
    if (!connected_ || !bench::write_all(peer_, request)) return std::nullopt;
    into_.resize(size);
    for (std::size_t read = 0; read < size;) {
      const auto count = ::recv(peer_, into_.data() + read, size - read, 0);
      if (count <= 0) return std::nullopt;
      read += static_cast<std::size_t>(count);
    }
    return into_;
  }

 private:
  int peer_;
  bool connected_ = false;
  std::string into_;
};

std::string get(const std::string& what) {
  return "GET " + what + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n";
}

void raw(benchmark::State& state) {
  raw_connection peer;
  measure(state, [&, request = get(target)] { return peer.exchange(request, answers.page.size()).has_value(); });
}

/// The least that a query can cost: the body, taken out and decoded into views, whose page is used again.
void raw_fast_parse(benchmark::State& state) {
  raw_connection peer;
  crm::page<crm::customer_view>::spent used;
  std::string text;
  measure(state, [&, request = get(target)] {
    const auto got = peer.exchange(request, answers.page.size());
    if (!got) return false;
    text.assign(got->substr(got->size() - body.size()));
    auto page = crm::json::decode_page<crm::customer_view>(std::move(text), std::move(used));
    if (!page || page->records().size() != 25) return false;
    used = std::move(*page).recycle();
    text = std::move(used.text->body);
    return true;
  });
}

void raw_small_get(benchmark::State& state) {
  raw_connection peer;
  measure(state, [&, request = get("/api/v1/customers/" + id)] {
    return peer.exchange(request, answers.one.size()).has_value();
  });
}

// --- the usual others
// ---------------------------------------------------------------------------------------------------

httplib::Client bare_client() {
  httplib::Client client{"127.0.0.1", port};
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);
  return client;
}

void bare_httplib(benchmark::State& state) {
  auto client = bare_client();
  measure(state, [&] {
    const auto got = client.Get(target, asked);
    return got && got->body.size() == body.size();
  });
}

void bare_httplib_small_get(benchmark::State& state) {
  auto client = bare_client();
  measure(state, [&] {
    const auto got = client.Get("/api/v1/customers/" + id, asked);
    return got && got->body.size() == customer.size();
  });
}

void bare_httplib_post(benchmark::State& state) {
  auto client = bare_client();
  measure(state, [&] {
    const auto got = client.Post("/api/v1/customers", asked, fresh, "application/json");
    return got && got->body.size() == customer.size();
  });
}

/// As a user would write it: each field by its name.
std::size_t read_by_nlohmann(const std::string& text) {
  struct record {
    std::string id, name, email, phone, address, city, state, zip, status, created_at, last_service_date, notes;
    std::vector<std::string> services;
    std::vector<int> signed_seasons;
  };
  std::vector<record> all;
  const auto read = nlohmann::json::parse(text);
  for (const auto& each : read.at("customers"))
    all.push_back({each.at("id"), each.at("name"), each.at("email"), each.at("phone"), each.at("address"),
                   each.at("city"), each.at("state"), each.at("zip"), each.at("status"), each.at("created_at"),
                   each.at("last_service_date"), each.at("notes"), each.at("services"), each.at("signed_seasons")});
  return all.size();
}

void httplib_nlohmann(benchmark::State& state) {
  auto client = bare_client();
  measure(state, [&] {
    const auto got = client.Get(target, asked);
    return got && read_by_nlohmann(got->body) == 25;
  });
}

#ifdef CRM_BENCH_WITH_CURL
void libcurl(benchmark::State& state) {
  CURL* const easy = curl_easy_init();
  std::string into;
  curl_easy_setopt(easy, CURLOPT_URL, (url + target).c_str());
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &into);
  curl_easy_setopt(
      easy, CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t one, std::size_t size, void* to) {
        static_cast<std::string*>(to)->append(bytes, one * size);
        return one * size;
      });
  measure(state, [&] {
    into.clear();
    return curl_easy_perform(easy) == CURLE_OK && into.size() == body.size();
  });
  curl_easy_cleanup(easy);
}
#endif

// --- ours
// ---------------------------------------------------------------------------------------------------------------

support::any_transport transport_named(const char* name) {
  ::setenv("CRM_TEST_TRANSPORT", name, 1);
  return support::any_transport{url};
}

/// A transport alone, without a client and without decoding.
void exchange(benchmark::State& state, const char* name) {
  auto transport = transport_named(name);
  const crm::http::request request{crm::http::method::get, target, {{"Accept", "application/json"}}, {}};
  measure(state, [&] {
    const auto got = transport.send(request, {crm::clock::now() + std::chrono::seconds{10}, {}});
    return got && got->body.size() == body.size();
  });
}

using client = crm::basic_crm_client<support::any_transport, crm::no_retry, crm::no_cache, crm::no_auth>;

/// Decoded into customers that own their text.
void query(benchmark::State& state, const char* name) {
  const client crm{transport_named(name)};
  measure(state, [&] {
    const auto found = crm.query(crm::customers);
    return found && found->size() == 25;
  });
}

/// The same page, decoded into views of it.
void query_views(benchmark::State& state, const char* name) {
  const client crm{transport_named(name)};
  measure(state, [&] {
    std::size_t records = 0;
    for (auto& page : crm.pages<crm::customer_view>(crm::customers))
      if (page) records += page->records().size();
    return records == 25;
  });
}

void small_get(benchmark::State& state, const char* name) {
  const client crm{transport_named(name)};
  measure(state, [&] {
    const auto found = crm.find(id);
    return found && *found;
  });
}

void post(benchmark::State& state, const char* name) {
  const client crm{transport_named(name)};
  measure(state, [&] {
    const auto made = crm.create(crm::new_customer{"Jane Smith"}.email("jane@example.com").city("Eagan"));
    return made.has_value();
  });
}

// --- eight threads
// --------------------------------------------------------------------------------------------------------

/// What the threads of one run share, made by the first of them that comes.
template <class T>
T& shared_by_threads(const benchmark::State& state, T (*make)()) {
  static std::mutex mutex;
  static std::unique_ptr<T> made;
  static int to_come = 0;
  const std::lock_guard lock{mutex};
  if (to_come == 0) {
    made = std::make_unique<T>(make());
    to_come = state.threads();
  }
  --to_come;
  return *made;
}

template <class Call>
void measure_threads(benchmark::State& state, Call call) {
  if (!call()) return state.SkipWithError("the call fails");
  for (auto _ : state)
    if (!call()) return state.SkipWithError("the call fails");
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void threads_ours(benchmark::State& state, support::any_transport (*make)()) {
  auto transport = shared_by_threads<support::any_transport>(state, make);
  const crm::http::request request{crm::http::method::get, target, {{"Accept", "application/json"}}, {}};
  measure_threads(state, [&] {
    const auto got = transport.send(request, {crm::clock::now() + std::chrono::seconds{10}, {}});
    return got && got->body.size() == body.size();
  });
}

void threads_shared_client(benchmark::State& state) {
  auto& shared = shared_by_threads<httplib::Client>(state, bare_client);
  measure_threads(state, [&] {
    const auto got = shared.Get(target, asked);
    return got && got->body.size() == body.size();
  });
}

void threads_raw(benchmark::State& state) {
  raw_connection peer;
  measure_threads(state,
                  [&, request = get(target)] { return peer.exchange(request, answers.page.size()).has_value(); });
}

/// Throughput is what counts, and so the time that passes.
template <class... Arguments>
void register_threads(const char* name, Arguments... arguments) {
  for (const int threads : {1, 2, 4, 8})
    benchmark::RegisterBenchmark(("call/threads" + std::to_string(threads) + "/" + name).c_str(), arguments...)
        ->Threads(threads)
        ->UseRealTime();
}

}  // namespace

int main(int argc, char** argv) {
  port = bench::start_peer(answers);
  url = "http://127.0.0.1:" + std::to_string(port);
  benchmark::RegisterBenchmark("call/query/raw", raw);
  benchmark::RegisterBenchmark("call/query/raw_fast_parse", raw_fast_parse);
  benchmark::RegisterBenchmark("call/query/bare_httplib", bare_httplib);
  benchmark::RegisterBenchmark("call/query/httplib_nlohmann", httplib_nlohmann);
#ifdef CRM_BENCH_WITH_CURL
  benchmark::RegisterBenchmark("call/query/libcurl", libcurl);
#endif
  benchmark::RegisterBenchmark("call/small_get/raw", raw_small_get);
  benchmark::RegisterBenchmark("call/small_get/bare_httplib", bare_httplib_small_get);
  benchmark::RegisterBenchmark("call/post/bare_httplib", bare_httplib_post);
  for (const char* name : {"httplib", "beast"}) {
    if (std::string_view{name} == "beast" && !CRM_BENCH_WITH_BEAST) continue;
    const auto add = [&](const char* what, void (*run)(benchmark::State&, const char*)) {
      benchmark::RegisterBenchmark((std::string{"call/"} + what + "/" + name + "_transport").c_str(), run, name);
    };
    add("exchange", exchange);
    add("query", query);
    add("query_views", query_views);
    add("small_get", small_get);
    add("post", post);
  }
  register_threads(
      "ours", threads_ours, +[] { return transport_named("httplib"); });
  if (CRM_BENCH_WITH_BEAST)
    register_threads(
        "ours_beast", threads_ours, +[] { return transport_named("beast"); });
  register_threads("shared_client", threads_shared_client);
  register_threads("raw", threads_raw);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
