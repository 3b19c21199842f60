// What crosses a socket: a real transport at one end, a server of bytes at the other.
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <limits>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <crm/auth/api_key.hpp>
#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/retry/none.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "client/raw_server.hpp"
#include "support/any_transport.hpp"
#include "support/catch.hpp"
#include "support/child_process.hpp"

namespace {

using namespace std::chrono_literals;
using crm::delivery;
using crm::errc;
using crm::http::method;
using support::any_transport;
using support::http_answer;
using support::raw_server;
using support::wire;

/// Long enough for any machine, short enough for a test that fails.
constexpr auto patience = 10s;

crm::http::request get(std::string target = "/thing") { return {method::get, std::move(target), {}, {}}; }

crm::send_limits within(crm::milliseconds time, std::stop_token stop = {}) {
  return {crm::clock::now() + time, std::move(stop)};
}

/// Answers every request with what `answer(request, number of the connection)` returns.
raw_server::handler each(std::function<std::string(const std::string&, int)> answer) {
  return [answer = std::move(answer)](wire& peer, int number) {
    while (const auto request = peer.read_request())
      if (!peer.write(answer(*request, number))) return;
  };
}
raw_server::handler always(std::string answer) {
  return each([answer = std::move(answer)](const std::string&, int) { return answer; });
}
/// Reads one request, writes `bytes` and closes.
raw_server::handler once(std::string bytes) {
  return [bytes = std::move(bytes)](wire& peer, int) {
    if (peer.read_request()) peer.write(bytes);
  };
}

/// Something that has happened, for threads to wait for.
class event {
 public:
  void set() {
    {
      const std::lock_guard lock{mutex_};
      set_ = true;
    }
    changed_.notify_all();
  }
  /// Answers whether it happened before patience ran out.
  bool wait() {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

crm::error failure_of(crm::transport_options options, std::string_view url = "http://127.0.0.1:1") {
  auto made = any_transport::make(crm::http::base_url::parse(url).value(), std::move(options));
  REQUIRE_FALSE(made);
  return std::move(made).error();
}

std::string request_line(const std::string& request) { return request.substr(0, request.find("\r\n")); }

int lines_beginning_with(const std::string& request, std::string_view name) {
  int count = 0;
  for (auto at = request.find("\r\n"); at != std::string::npos; at = request.find("\r\n", at + 2))
    count += crm::http::same_name(request.substr(at + 2, name.size()), name) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("an answer comes back with its status, headers and body", "[wire]") {
  raw_server server{always(http_answer("{\"a\":1}", "201 Created", "ETag: \"1-1\"\r\n"))};
  any_transport transport{server.url()};

  const auto answer = transport.send(get(), within(patience));
  REQUIRE(answer);
  CHECK(answer->status == 201);
  CHECK(answer->body == "{\"a\":1}");
  CHECK(answer->headers.get("etag") == "\"1-1\"");
}

TEST_CASE("a request goes out as it is, with each header once", "[wire]") {
  std::string seen;
  {
    raw_server server{each([&](const std::string& request, int) {
      seen = request;
      return http_answer("{}");
    })};
    any_transport transport{server.url()};
    crm::http::request request{
        method::patch, "/thing", {{"Accept", "application/json"}, {"If-Match", "\"7\""}}, "{\"b\":2}"};
    request.headers.push_back({"Content-Type", "application/json"});
    request.headers.push_back({"User-Agent", "somebody/1.0"});
    REQUIRE(transport.send(request, within(patience)));
  }
  CHECK(request_line(seen) == "PATCH /thing HTTP/1.1");
  CHECK(seen.ends_with("\r\n\r\n{\"b\":2}"));
  for (const auto* line : {"Accept: application/json\r\n", "If-Match: \"7\"\r\n", "Content-Type: application/json\r\n",
                           "User-Agent: somebody/1.0\r\n", "Accept-Encoding: identity\r\n"}) {
    CAPTURE(line);
    CHECK(lines_beginning_with(seen, line) == 1);
  }
  for (const auto* name : {"Accept:", "Accept-Encoding:", "Host:", "User-Agent:", "Content-Length:", "Content-Type:"}) {
    CAPTURE(name);
    CHECK(lines_beginning_with(seen, name) == 1);
  }
}

TEST_CASE("the target's bytes are sent exactly as they were encoded", "[wire]") {
  std::vector<std::string> seen;
  std::mutex mutex;
  raw_server server{each([&](const std::string& request, int) {
    const std::lock_guard lock{mutex};
    seen.push_back(request_line(request));
    return http_answer("[]");
  })};

  SECTION("whatever they are") {
    any_transport transport{server.url()};
    const std::vector<std::string> targets{"/a?q=S%C3%A3o%20Paulo&n=100%25",
                                           "/a?services%5B%5D=mowing&services%5B%5D=aeration",
                                           "/a%2Fb?x=%2B+%20",
                                           "/a?lower=%c3%a9&upper=%C3%A9&plain=a~b-c_d.e",
                                           "/a?empty=&twice=1&twice=2",
                                           "/a?q=%22%3C%3E%5C%5E%60%7B%7C%7D"};
    for (const auto& target : targets) REQUIRE(transport.send(get(target), within(patience)));
    const std::lock_guard lock{mutex};
    REQUIRE(seen.size() == targets.size());
    for (std::size_t i = 0; i < targets.size(); ++i) CHECK(seen[i] == "GET " + targets[i] + " HTTP/1.1");
  }
  SECTION("a client's filter among them") {
    crm::basic_crm_client client{any_transport{server.url() + "/crm"}, crm::no_retry{}};
    REQUIRE(client.query(crm::customers.city("São Paulo, 100% & más")));
    const std::lock_guard lock{mutex};
    REQUIRE(seen.size() == 1);
    CHECK(seen[0] ==
          "GET /crm/api/v1/customers?city=S%C3%A3o%20Paulo%2C%20100%25%20%26%20m%C3%A1s&page=1&per_page=25 HTTP/1.1");
  }
}

TEST_CASE("where nobody listens the request was provably not sent", "[wire]") {
  const std::string url = support::listening_socket{}.url();  // closed again
  any_transport transport{url};

  const auto answer = transport.send(get(), within(patience));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::unreachable);
  CHECK(answer.error().sent == delivery::not_sent);
}

TEST_CASE("a peer that speaks no TLS is not spoken to", "[wire]") {
  std::atomic<bool> asked{false};
  raw_server server{[&](wire& peer, int) {
    peer.write(http_answer("{}"));
    asked = peer.read_request().has_value();
  }};
  const std::string https = "https" + server.url().substr(4);
  any_transport transport{https};

  const auto answer = transport.send(get(), within(patience));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().sent == delivery::not_sent);
  CHECK(server.accepted() >= 1);
  CHECK_FALSE(asked);
}

TEST_CASE("options that cannot be used are refused before any I/O", "[wire]") {
  const auto with = [](auto change) {
    crm::transport_options options;
    change(options);
    return failure_of(options);
  };
  const crm::error cases[] = {
      with([](auto& o) { o.connect_timeout = 0ms; }),
      with([](auto& o) { o.read_timeout = -1ms; }),
      with([](auto& o) { o.write_timeout = 24h + 1ms; }),
      with([](auto& o) { o.max_connections = 0; }),
      with([](auto& o) { o.max_body = 0; }),
      with([](auto& o) { o.client_certificate = "/etc/hostname"; }),
      with([](auto& o) { o.client_key = "/etc/hostname"; }),
      with([](auto& o) { o.ca_file = "/nowhere/ca.pem"; }),
      with([](auto& o) { o.proxy_host = "proxy"; }),
      with([](auto& o) { o.proxy_host = "proxy", o.proxy_port = 65'536; }),
  };
  const char* said[] = {"timeout",     "timeout",     "timeout",        "at least one", "max_body",
                        "certificate", "certificate", "cannot be read", "port",         "port"};
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    CAPTURE(i);
    CHECK(cases[i].code == errc::invalid_argument);
    CHECK_THAT(cases[i].message, Catch::Matchers::Contains(said[i]));
  }

  crm::transport_options fit;
  fit.read_timeout = 24h;
  fit.max_connections = 1;
  CHECK(any_transport::make(crm::http::base_url::parse("http://127.0.0.1:1").value(), fit));
  CHECK_THROWS_AS(any_transport{"http://user@127.0.0.1"}, crm::exception);
}

TEST_CASE("what goes through a proxy does not stay on this machine", "[wire]") {
  const auto stays = [](const char* url, const char* proxy) {
    crm::transport_options options;
    options.proxy_host = proxy;
    options.proxy_port = 3128;
    return any_transport{url, options}.stays_here();
  };
  CHECK(stays("http://127.0.0.1:8080", ""));
  CHECK_FALSE(stays("http://127.0.0.1:8080", "proxy.example"));
  CHECK_FALSE(stays("http://crm.example.com", ""));

  crm::client_options by_proxy;
  by_proxy.transport.proxy_host = "proxy.example";
  by_proxy.transport.proxy_port = 3128;
  using client = crm::basic_crm_client<any_transport, crm::no_retry, crm::no_cache, crm::api_key>;
  const auto refused = client::make("http://localhost:8080", crm::api_key::from_text("key-9d1f"), by_proxy);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid_argument);
  CHECK_THAT(refused.error().message, Catch::Matchers::Contains("in the clear"));
}

TEST_CASE("a body longer than the cap is refused, and its connection dropped", "[wire]") {
  const std::string cap(1000, 'x');
  const bool chunked = GENERATE(false, true);
  CAPTURE(chunked);
  raw_server server{each([&](const std::string& request, int) -> std::string {
    const std::string body = request_line(request).find("/more") == std::string::npos ? cap : cap + "y";
    if (!chunked) return http_answer(body);
    std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (std::size_t i = 0; i < body.size(); i += 10) {
      const std::string piece = body.substr(i, 10);
      bytes.append(piece.size() == 10 ? "a" : "1").append("\r\n").append(piece).append("\r\n");
    }
    return bytes.append("0\r\n\r\n");
  })};
  crm::transport_options options;
  options.max_body = cap.size();
  any_transport transport{server.url(), options};

  const auto fits = transport.send(get("/less"), within(patience));
  REQUIRE(fits);
  CHECK(fits->body == cap);

  const auto more = transport.send(get("/more"), within(patience));
  REQUIRE_FALSE(more);
  CHECK(more.error().code == errc::response_too_large);
  CHECK(server.accepted() == 1);

  REQUIRE(transport.send(get("/less"), within(patience)));
  CHECK(server.accepted() == 2);
}

TEST_CASE("a second call goes over the first one's connection", "[wire]") {
  raw_server server{always(http_answer("{}"))};
  any_transport transport{server.url()};
  for (int call = 0; call < 3; ++call) REQUIRE(transport.send(get(), within(patience)));
  CHECK(server.accepted() == 1);
}

TEST_CASE("a connection that the server closes is not used again", "[wire]") {
  raw_server server{[](wire& peer, int) {
    if (peer.read_request()) peer.write(http_answer("{}", "200 OK", "Connection: close\r\n"));
    peer.await_close();
  }};
  any_transport transport{server.url()};
  for (int call = 0; call < 2; ++call) REQUIRE(transport.send(get(), within(patience)));
  CHECK(server.accepted() == 2);
}

TEST_CASE("a connection that was idle for too long is not used again", "[wire]") {
  raw_server server{always(http_answer("{}"))};
  crm::transport_options options;
  options.max_idle = 1ms;
  any_transport transport{server.url(), options};
  REQUIRE(transport.send(get(), within(patience)));
  CHECK(transport.wait_until(transport.now() + 20ms, {}) == crm::wake::due);
  REQUIRE(transport.send(get(), within(patience)));
  CHECK(server.accepted() == 2);
}

TEST_CASE("calls of two threads go over two connections at once", "[wire][concurrency]") {
  std::atomic<int> waiting{0};
  event both;
  raw_server server{[&](wire& peer, int) {
    if (!peer.read_request()) return;
    if (++waiting == 2) both.set();
    // Neither is answered before the other has been asked.
    peer.write(both.wait() ? http_answer("{}") : http_answer("{}", "500 Alone"));
    peer.await_close();
  }};
  any_transport transport{server.url()};
  const auto call = [&](int& status) {
    const auto answer = transport.send(get(), within(2 * patience));
    status = answer ? answer->status : 0;
  };
  int first = 0, second = 0;
  std::thread other{[&] { call(second); }};
  call(first);
  other.join();
  CHECK(first == 200);
  CHECK(second == 200);
  CHECK(server.accepted() == 2);
}

TEST_CASE("with one connection calls wait for one another", "[wire][concurrency]") {
  std::atomic<int> in_work{0};
  std::atomic<bool> overlapped{false};
  raw_server server{each([&](const std::string&, int) {
    if (++in_work > 1) overlapped = true;
    std::this_thread::sleep_for(5ms);
    --in_work;
    return http_answer("{}");
  })};
  crm::transport_options options;
  options.max_connections = 1;
  any_transport transport{server.url(), options};

  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int call = 0; call < 3; ++call)
        if (transport.send(get(), within(2 * patience))) ++answered;
    });
  for (auto& thread : threads) thread.join();
  CHECK(answered == 12);
  CHECK_FALSE(overlapped);
  CHECK(server.accepted() == 1);
}

TEST_CASE("a wait for a free connection ends with the deadline or a stop, and nothing was sent",
          "[wire][concurrency]") {
  event asked, answer_now;
  raw_server server{[&](wire& peer, int) {
    if (!peer.read_request()) return;
    asked.set();
    answer_now.wait();
    peer.write(http_answer("{}"));
  }};
  crm::transport_options options;
  options.max_connections = 1;
  any_transport transport{server.url(), options};
  bool first_answered = false;
  std::thread first{[&] { first_answered = transport.send(get(), within(2 * patience)).has_value(); }};
  const bool busy = asked.wait();

  const auto late = transport.send(get(), within(50ms));
  std::stop_source stop;
  std::thread stopper{[&] {
    std::this_thread::sleep_for(50ms);
    stop.request_stop();
  }};
  const auto stopped = transport.send(get(), within(patience, stop.get_token()));
  stopper.join();
  answer_now.set();
  first.join();

  CHECK(busy);
  CHECK(first_answered);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::deadline_exceeded);
  CHECK(late.error().sent == delivery::not_sent);
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == errc::cancelled);
  CHECK(stopped.error().sent == delivery::not_sent);
  CHECK(server.accepted() == 1);
}

TEST_CASE("an idle connection on which bytes arrived unasked is not used again", "[wire]") {
  event written;
  raw_server server{[&](wire& peer, int number) {
    while (const auto request = peer.read_request()) {
      peer.write(http_answer(number == 1 ? "\"first\"" : "\"fresh\""));
      if (number > 1) continue;
      // Were it read as an answer, it would be somebody else's.
      std::this_thread::sleep_for(30ms);
      peer.write(http_answer("\"stale\""));
      written.set();
    }
  }};
  any_transport transport{server.url()};
  const auto first = transport.send(get(), within(patience));
  REQUIRE(first);
  CHECK(first->body == "\"first\"");
  REQUIRE(written.wait());

  const auto second = transport.send(get(), within(patience));
  REQUIRE(second);
  CHECK(second->body == "\"fresh\"");
  CHECK(server.accepted() == 2);
}

TEST_CASE("an answer too many in the same segment is nobody's answer", "[wire]") {
  raw_server server{each([](const std::string& request, int) {
    const bool first = request_line(request).find("/first") != std::string::npos;
    return first ? http_answer("\"first\"") + http_answer("\"stale\"") : http_answer("\"second\"");
  })};
  any_transport transport{server.url()};
  const auto first = transport.send(get("/first"), within(patience));
  if (first) CHECK(first->body == "\"first\"");
  const auto second = transport.send(get("/second"), within(patience));
  REQUIRE(second);
  CHECK(second->body == "\"second\"");
}

TEST_CASE("a redirect is not followed, and the credential stays where it was sent", "[wire]") {
  const auto* status =
      GENERATE("301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect");
  CAPTURE(status);
  raw_server other{always(http_answer("{\"customers\":[]}"))};
  raw_server server{always(http_answer("{}", status, "Location: " + other.url() + "/login?next=jane@example.com\r\n"))};
  crm::basic_crm_client<any_transport, crm::adr_backoff, crm::task_cache, crm::api_key> client{
      server.url(), crm::api_key::from_text("key-not-to-be-passed-on")};

  const auto found = client.query(crm::customers);
  REQUIRE_FALSE(found);
  CHECK(found.error().code == errc::bad_response);
  CHECK(found.error().attempts.size() == 1);
  CHECK_THAT(to_string(found.error()), Catch::Matchers::Contains(other.url().substr(7)));
  CHECK_THAT(to_string(found.error()), !Catch::Matchers::Contains("jane"));
  CHECK_THAT(to_string(found.error()), !Catch::Matchers::Contains("key-not"));
  CHECK(server.accepted() == 1);
  CHECK(other.accepted() == 0);
}

TEST_CASE("a stop from another thread ends a wait for an answer", "[wire][concurrency]") {
  event asked;
  raw_server server{[&](wire& peer, int) {
    (void)peer.read_request();
    asked.set();
    peer.await_close();
  }};
  any_transport transport{server.url()};
  std::stop_source stop;
  std::thread stopper{[&] {
    asked.wait();
    stop.request_stop();
  }};
  const auto begin = crm::clock::now();
  const auto answer = transport.send(get(), within(60s, stop.get_token()));
  stopper.join();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::cancelled);
  CHECK(answer.error().sent == delivery::unknown);
  CHECK(crm::clock::now() - begin < 5s);
}

TEST_CASE("a stop asked for already, and a deadline passed already, send nothing", "[wire]") {
  raw_server server{always(http_answer("{}"))};
  any_transport transport{server.url()};
  std::stop_source stop;
  stop.request_stop();
  const auto stopped = transport.send(get(), within(patience, stop.get_token()));
  REQUIRE_FALSE(stopped);
  CHECK(stopped.error().code == errc::cancelled);
  CHECK(stopped.error().sent == delivery::not_sent);
  const auto late = transport.send(get(), within(0ms));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::deadline_exceeded);
  CHECK(late.error().sent == delivery::not_sent);
  CHECK(server.accepted() == 0);
}

TEST_CASE("a call ends at its deadline, however the server goes slow", "[wire]") {
  const std::string slow = GENERATE("before the answer", "in the body");
  CAPTURE(slow);
  raw_server server{[&](wire& peer, int) {
    if (!peer.read_request()) return;
    if (slow == "before the answer") return peer.await_close();
    peer.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n");
    // A byte every now and then: no read is ever silent for long.
    for (int i = 0; i < 1000; ++i) {
      if (!peer.write("x")) return;
      std::this_thread::sleep_for(10ms);
    }
  }};
  any_transport transport{server.url()};
  const auto begin = crm::clock::now();
  const auto answer = transport.send(get(), within(200ms));
  const auto took = crm::clock::now() - begin;
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::deadline_exceeded);
  CHECK(answer.error().sent == delivery::unknown);
  CHECK(took >= 200ms);
  CHECK(took < 3s);
}

TEST_CASE("an answer that breaks off leaves the outcome unknown", "[wire]") {
  const std::string bytes =
      GENERATE("", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a",
               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a");
  CAPTURE(bytes);
  raw_server server{once(bytes)};
  any_transport transport{server.url()};
  const auto answer = transport.send(get(), within(patience));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().sent == delivery::unknown);
  CHECK((answer.error().code == errc::unreachable || answer.error().code == errc::bad_response));
  CHECK(server.accepted() == 1);
}

TEST_CASE("a length that a server announces takes no memory until it comes", "[wire]") {
  raw_server server{once("HTTP/1.1 200 OK\r\nContent-Length: 300000000000000\r\n\r\nx")};
  crm::transport_options options;
  options.max_body = std::numeric_limits<std::size_t>::max();
  any_transport transport{server.url(), options};
  const auto answer = transport.send(get(), within(patience));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().sent == delivery::unknown);
}

TEST_CASE("an answer whose end is in doubt is refused, and its connection dropped", "[wire]") {
  const std::string head =
      GENERATE("200 OK\r\nContent-Length: abc\r\n", "200 OK\r\nContent-Length: -1\r\n",
               "200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n",
               "200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 2\r\n",
               "200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n",
               "200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n", "304 Not Modified\r\nETag: \"1\"\r\n",
               "199 Odd\r\n", "999 Odd\r\nContent-Length: 2\r\n");
  CAPTURE(head);
  raw_server server{each([&](const std::string&, int number) {
    return number == 1 ? "HTTP/1.1 " + head + "\r\n{}" : http_answer("\"fresh\"");
  })};
  any_transport transport{server.url()};
  const auto answer = transport.send(get(), within(2s));
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == errc::bad_response);
  const auto next = transport.send(get(), within(patience));
  REQUIRE(next);
  CHECK(next->body == "\"fresh\"");
  CHECK(server.accepted() == 2);
}

TEST_CASE("a head of 15 KiB is read, and one over the transport's limit is refused, however it comes", "[wire]") {
  const char* const chosen = std::getenv("CRM_TEST_TRANSPORT");
  const bool over_beast = chosen != nullptr && std::string_view{chosen} == "beast";
  const std::size_t too_large = (over_beast ? 17U : 65U) << 10U;
  const auto [size, in_parts] = GENERATE_COPY(
      table<std::size_t, bool>({{15U << 10U, false}, {15U << 10U, true}, {too_large, false}, {too_large, true}}));
  CAPTURE(size, in_parts);
  std::string headers;
  while (headers.size() + 1'000 < size) headers.append("X: ").append(995, 'x').append("\r\n");
  const std::string head = headers.append("X: ").append(size - headers.size(), 'x').append("\r\n");
  raw_server server{[&, in_parts = in_parts](wire& peer, int) {
    if (!peer.read_request()) return;
    const std::string answer = http_answer("{}", "200 OK", head);
    const std::size_t first = in_parts ? answer.size() / 2 : answer.size();
    if (!peer.write(std::string_view{answer}.substr(0, first))) return;
    if (in_parts) std::this_thread::sleep_for(20ms);
    peer.write(std::string_view{answer}.substr(first));
    peer.await_close();
  }};
  any_transport transport{server.url()};
  const auto answer = transport.send(get(), within(patience));
  REQUIRE(answer.has_value() == (size != too_large));
  if (!answer) CHECK(answer.error().code == errc::bad_response);
}

TEST_CASE("a 204 is an answer without a body", "[wire]") {
  raw_server server{always("HTTP/1.1 204 No Content\r\n\r\n")};
  any_transport transport{server.url()};
  const auto answer = transport.send(get(), within(patience));
  REQUIRE(answer);
  CHECK(answer->status == 204);
  CHECK(answer->body.empty());
}

TEST_CASE("a trailer is no header", "[wire]") {
  raw_server server{always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nETag: \"1\"\r\n\r\n")};
  any_transport transport{server.url()};
  const auto answer = transport.send(get(), within(patience));
  if (answer) {
    CHECK(answer->body == "{}");
    CHECK(answer->headers.size() == 1);
  } else {
    CHECK(answer.error().code == errc::bad_response);  // cpp-httplib 0.11.4 takes none
  }
}

TEST_CASE("an answer of one-byte segments is read whole", "[wire]") {
  const std::string bytes = http_answer("{\"customers\":[]}");
  raw_server server{[&](wire& peer, int) {
    if (!peer.read_request()) return;
    for (const char& c : bytes) peer.write({&c, 1});
    peer.await_close();
  }};
  any_transport transport{server.url()};
  const auto answer = transport.send(get(), within(patience));
  REQUIRE(answer);
  CHECK(answer->body == "{\"customers\":[]}");
}

TEST_CASE("a peer that hangs up while it is written to does not end the process", "[wire]") {
  struct sigaction handling {};
  REQUIRE(::sigaction(SIGPIPE, nullptr, &handling) == 0);
  REQUIRE(handling.sa_handler == SIG_DFL);  // or the test would show nothing

  raw_server server{[](wire& peer, int) {
    // An end and then a reset, while the request is still being written: only this order raises the signal.
    peer.read_some();
    peer.end_writing();
    peer.reset_on_close();
  }};
  any_transport transport{server.url()};
  crm::http::request request{method::post, "/thing", {}, std::string(8U << 20U, 'x')};
  for (int call = 0; call < 3; ++call) {
    const auto answer = transport.send(request, within(patience));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == errc::unreachable);
    CHECK(answer.error().sent == delivery::unknown);
  }
  REQUIRE(::sigaction(SIGPIPE, nullptr, &handling) == 0);
  CHECK(handling.sa_handler == SIG_DFL);
  sigset_t pending;
  sigpending(&pending);
  CHECK(sigismember(&pending, SIGPIPE) == 0);
}

TEST_CASE("no socket is left open, and none is inherited by a program that is started", "[wire]") {
  const auto sockets = [](bool& all_close_on_exec) {
    int count = 0;
    DIR* listing = ::opendir("/proc/self/fd");
    REQUIRE(listing != nullptr);
    while (const auto* entry = ::readdir(listing)) {
      const int descriptor = std::atoi(entry->d_name);
      // Not fstat: the server's thread may close it at the same time, which ThreadSanitizer would report.
      std::array<char, 8> kind{};
      const std::string link = std::string{"/proc/self/fd/"} + entry->d_name;
      if (descriptor < 3 || ::readlink(link.c_str(), kind.data(), kind.size()) < 7) continue;
      if (std::string_view{kind.data(), 7} != "socket:") continue;
      ++count;
      if ((::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) == 0) all_close_on_exec = false;
    }
    ::closedir(listing);
    return count;
  };
  bool ignored = true;
  const int before = sockets(ignored);
  {
    raw_server server{always(http_answer("{}"))};
    any_transport transport{server.url()};
    REQUIRE(transport.send(get(), within(patience)));
    bool all = true;
    CHECK(sockets(all) > before);
    CHECK(all);
  }
  CHECK(sockets(ignored) == before);
}

TEST_CASE("a program that is started while another thread makes a socket does not inherit it", "[wire]") {
  const auto inherited_sockets = [] {
    return support::child_process{{"/bin/sh", "-c", "ls -l /proc/self/fd | grep -c socket:"}, {}, ""}.first_line();
  };
  const std::string before = inherited_sockets();
  CHECK_FALSE(before.empty());
  std::vector<std::jthread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([](const std::stop_token& stop) {
      // Nobody listens: each attempt makes a socket.
      any_transport transport{"http://127.0.0.1:1"};
      while (!stop.stop_requested()) static_cast<void>(transport.send(get(), within(patience)));
    });
  std::vector<std::string> others;
  for (int i = 0; i < 60; ++i)
    if (auto now = inherited_sockets(); now != before) others.push_back(std::move(now));
  CHECK(others == std::vector<std::string>{});
}
