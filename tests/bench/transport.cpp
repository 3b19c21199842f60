// What a call over a kept loopback connection costs: processor time of this process (the server is another one) and
// allocations. Only ratios within one run count. Both ends on cores of their own:
//   cmake --preset release -DCRM_CLIENT_TEST_PARTS=bench && cmake --build --preset release &&
//   build/release/tests/bench/crm_bench_transport --benchmark_repetitions=15
//     --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <benchmark/benchmark.h>
#include <httplib.h>
#ifdef CRM_BENCH_WITH_CURL
#include <curl/curl.h>
#endif

#include <crm/auth/none.hpp>
#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/model/customer.hpp>
#include <crm/query/customers.hpp>
#include <crm/retry/none.hpp>

#include "bench/raw_peer.hpp"
#include "support/any_transport.hpp"

namespace {

std::size_t allocations = 0;  // of the one thread that measures

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

const std::string body = bench::page_of_customers();
const std::string answer = bench::answer_with(body);
const std::string target = "/api/v1/customers?page=1&per_page=25";
std::string url;  // set by main
std::uint16_t port = 0;

/// Makes the call until there is enough to tell. `call` answers whether it went well.
template <class Call>
void measure(benchmark::State& state, Call call) {
  if (!call()) return state.SkipWithError("the call fails");
  const std::size_t before = allocations;
  std::size_t calls = 0;
  for (auto _ : state) {
    if (!call()) return state.SkipWithError("the call fails");
    ++calls;
  }
  state.counters["allocations"] =
      calls == 0 ? 0 : static_cast<double>(allocations - before) / static_cast<double>(calls);
}

/// What a call cannot be without: one send, and as many reads as it takes.
void raw(benchmark::State& state) {
  const int peer = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(peer, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return state.SkipWithError("cannot connect");
  const std::string request = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n";
  std::string into(answer.size(), '\0');
  measure(state, [&] {
    if (!bench::write_all(peer, request)) return false;
    std::size_t read = 0;
    while (read < into.size()) {
      const auto count = ::recv(peer, into.data() + read, into.size() - read, 0);
      if (count <= 0) return false;
      read += static_cast<std::size_t>(count);
    }
    return true;
  });
  ::close(peer);
}

void bare_httplib(benchmark::State& state) {
  httplib::Client client{"127.0.0.1", port};
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);
  const httplib::Headers headers{{"Accept", "application/json"}};
  measure(state, [&] {
    const auto got = client.Get(target, headers);
    return got && got->body.size() == body.size();
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

/// A query, decoded into customers that own their text.
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

}  // namespace

int main(int argc, char** argv) {
  port = bench::start_peer(answer);
  url = "http://127.0.0.1:" + std::to_string(port);
  benchmark::RegisterBenchmark("raw", raw);
  benchmark::RegisterBenchmark("bare_httplib", bare_httplib);
#ifdef CRM_BENCH_WITH_CURL
  benchmark::RegisterBenchmark("libcurl", libcurl);
#endif
  for (const char* name : {"httplib", "beast"}) {
    if (std::string_view{name} == "beast" && !CRM_BENCH_WITH_BEAST) continue;
    benchmark::RegisterBenchmark((std::string{"exchange/"} + name).c_str(), exchange, name);
    benchmark::RegisterBenchmark((std::string{"query/"} + name).c_str(), query, name);
    benchmark::RegisterBenchmark((std::string{"query_views/"} + name).c_str(), query_views, name);
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
}
