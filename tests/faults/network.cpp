// Rows 1 to 20 of the fault matrix: what a network does.
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include <dlfcn.h>
#include <netdb.h>

#include "faults/expect.hpp"
#include "faults/probe.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using crm::errc;
using faults::ambiguous;
using faults::hostile_server;
using faults::how;
using faults::in_time;
using faults::prober;
using faults::sound;
using faults::unsent;

namespace {

/// Names that only the tests know; see `getaddrinfo` below.
constexpr const char* hanging_name = "hangs.test";
constexpr const char* two_addresses = "two-addresses.test";

std::mutex hanging;
std::condition_variable released;
bool release = false;

how quick(crm::milliseconds deadline = 300ms) { return {.deadline = deadline}; }

std::string url_of_name(std::string_view name, std::string_view url) {
  return std::string{"http://"}.append(name).append(url.substr(url.rfind(':')));
}

}  // namespace

/// In place of the system's, in this program: a lookup that hangs, and a name of which the first address is dead.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** list) {
  using function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto system = reinterpret_cast<function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if ((hints->ai_flags & AI_NUMERICHOST) != 0) return system(node, service, hints, list);
  if (std::strcmp(node, hanging_name) == 0) {
    std::unique_lock lock{hanging};
    released.wait(lock, [] { return release; });
    return EAI_AGAIN;
  }
  if (std::strcmp(node, two_addresses) == 0) {
    const int dead = system("127.0.0.2", service, hints, list);
    if (dead != 0) return dead;
    addrinfo** last = list;
    while (*last != nullptr) last = &(*last)->ai_next;
    return system("127.0.0.1", service, hints, last);
  }
  return system(node, service, hints, list);
}

TEST_CASE("fault 1, connection refused: not sent", "[faults]") { unsent(prober{"http://127.0.0.1:1"}); }

TEST_CASE("fault 2, a name that is not found: not sent", "[faults]") { unsent(prober{"http://no-such-host.invalid"}); }

TEST_CASE("fault 3, a name lookup that hangs: the call ends at its deadline, not sent", "[faults]") {
  const prober client{url_of_name(hanging_name, "http://127.0.0.1:8080"), quick()};
  const auto ending = client.create();
  in_time(ending, 300ms);
  CHECK(ending.error->code == errc::deadline_exceeded);
  CHECK_FALSE(ending.error->outcome_unknown);
  const std::lock_guard lock{hanging};
  release = true;
  released.notify_all();
}

TEST_CASE("fault 4, a connection that is never made: ends when it may, not sent", "[faults]") {
  const hostile_server server{"4"};
  const auto late = prober{server.url(), quick()}.create();
  in_time(late, 300ms);
  CHECK(late.error->code == errc::deadline_exceeded);
  CHECK_FALSE(late.error->outcome_unknown);

  how impatient;
  impatient.transport.connect_timeout = 200ms;
  unsent(prober{server.url(), impatient});
}

TEST_CASE("fault 5, the first address dead and the second good: success", "[faults]") {
  const hostile_server server{"15"};
  sound(prober{url_of_name(two_addresses, server.url())});
}

TEST_CASE("fault 6, a reset on accept: the outcome is unknown", "[faults]") { ambiguous("6"); }

TEST_CASE("fault 7, a reset while sending: the outcome is unknown, and no signal ends the process", "[faults]") {
  const hostile_server server{"7"};
  for (int i = 0; i < 3; ++i) {
    const auto ending = prober{server.url(), {.notes = std::string(4U << 20U, 'x')}}.create();
    REQUIRE(ending.error);
    CHECK(ending.error->code == errc::unreachable);
    CHECK(ending.error->outcome_unknown);
  }
}

TEST_CASE("fault 8, a reset after the request: the outcome is unknown", "[faults]") { ambiguous("8"); }
TEST_CASE("fault 9, closed before a status: the outcome is unknown", "[faults]") { ambiguous("9"); }
TEST_CASE("fault 10, closed within the body: the outcome is unknown", "[faults]") { ambiguous("10"); }
TEST_CASE("fault 10, closed within the head: the outcome is unknown", "[faults]") { ambiguous("10b"); }

TEST_CASE("fault 11, a kept connection breaks under the next request: the outcome is unknown, the one after is sound",
          "[faults]") {
  const hostile_server server{"11"};
  const prober client{server.url()};
  sound(client);
  const auto broken = client.create();
  REQUIRE(broken.error);
  CHECK(broken.error->code == errc::unreachable);
  CHECK(broken.error->outcome_unknown);
  sound(client);
}

TEST_CASE("fault 12, a body that drips: ends at the deadline", "[faults]") { faults::stalled("12"); }
TEST_CASE("fault 13, a head that drips: ends at the deadline", "[faults]") { faults::stalled("13"); }

TEST_CASE("fault 14, a peer that stops reading: ends at the deadline", "[faults]") {
  const hostile_server server{"14"};
  const auto ending = prober{server.url(), {.deadline = 300ms, .notes = std::string(6U << 20U, 'x')}}.create();
  in_time(ending, 300ms);
  CHECK(ending.error->code == errc::deadline_exceeded);
  CHECK(ending.error->outcome_unknown);
}

TEST_CASE("fault 15, segments of one byte: success", "[faults]") {
  const hostile_server server{"15"};
  sound(prober{server.url()});
}

TEST_CASE("fault 16, an answer too many, over TLS too: nobody's answer, for its connection is dropped", "[faults]") {
  const hostile_server server{GENERATE("16", "16t")};
  const prober client{server.url()};
  for (int i = 0; i < 5; ++i) {
    sound(client);
    ::usleep(100'000);
  }
}

TEST_CASE("fault 17, a TLS handshake that stalls: ends at the deadline, not sent", "[faults]") {
  const hostile_server server{"17"};
  const auto ending = prober{server.url(), quick()}.create();
  in_time(ending, 300ms);
  CHECK(ending.error->code == errc::deadline_exceeded);
  CHECK_FALSE(ending.error->outcome_unknown);
}

TEST_CASE("fault 18, a good certificate: success, over one connection and the next", "[faults]") {
  const hostile_server server{"18"};
  const prober client{server.url()};
  sound(client);
  sound(client);
}

TEST_CASE("fault 18, a certificate that is expired, self-signed or another host's: not trusted, nothing sent",
          "[faults]") {
  const auto* row = GENERATE("18a", "18b", "18c");
  CAPTURE(row);
  const hostile_server server{row};
  const prober client{server.url()};
  for (const auto& ending : {client.find(), client.create()}) {
    REQUIRE(ending.error);
    CHECK(ending.error->code == errc::tls_failed);
    CHECK_FALSE(ending.error->outcome_unknown);
  }
}

TEST_CASE("fault 18, an authority that is not ours: not trusted", "[faults]") {
  const hostile_server server{"18"};
  const auto ending = prober{server.url(), {.transport = {}}}.find();
  REQUIRE(ending.error);
  CHECK(ending.error->code == errc::tls_failed);
}

TEST_CASE("a server that asks for the client's certificate gets it", "[faults]") {
  const hostile_server server{"18d"};
  how with = {};
  with.transport.client_certificate = faults::certificate("client.pem");
  with.transport.client_key = faults::certificate("client.key");
  sound(prober{server.url(), with});
  CHECK(prober{server.url()}.find().error);
}

TEST_CASE("TLS goes through a proxy's tunnel, and a plain request names its host to the proxy", "[faults]") {
  const auto [row, url] = GENERATE(
      table<std::string, std::string>({{"18e", "https://crm.example.com"}, {"18g", "http://crm.example.com"}}));
  CAPTURE(row);
  const hostile_server proxy{row};
  how by_proxy = {};
  by_proxy.transport.proxy_host = "127.0.0.1";
  by_proxy.transport.proxy_port = std::stoi(proxy.url().substr(proxy.url().rfind(':') + 1));
  sound(prober{url, by_proxy});
}

TEST_CASE("a proxy that refuses: not sent", "[faults]") {
  const hostile_server proxy{"18f"};
  how by_proxy = {};
  by_proxy.transport.proxy_host = "127.0.0.1";
  by_proxy.transport.proxy_port = std::stoi(proxy.url().substr(proxy.url().rfind(':') + 1));
  const prober client{"https://crm.example.com", by_proxy};
  unsent(client);
  CHECK_THAT(to_string(*client.find().error), Catch::Matchers::Contains("the proxy refuses"));
}

TEST_CASE("fault 19, TLS that ends without a goodbye: no whole answer", "[faults]") { ambiguous("19"); }
TEST_CASE("fault 20, TLS that closes after the request: one body delivered, its outcome unknown", "[faults]") {
  ambiguous("20");
}
