// Rows 70 to 72 of the fault matrix: stops, the client's end, and the system's limits.
#include <chrono>
#include <stop_token>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "faults/expect.hpp"
#include "faults/probe.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;
using crm::errc;
using faults::hostile_server;
using faults::how;
using faults::prober;
using faults::sound;

namespace {

/// The call, and a stop a little after it has begun.
template <class Call>
faults::ending stopped_soon(std::stop_source& stop, Call call) {
  const std::jthread other{[&] {
    std::this_thread::sleep_for(100ms);
    stop.request_stop();
  }};
  return call();
}

/// Nothing but the stop could have ended it so soon.
void cancelled(const faults::ending& e) {
  REQUIRE(e.error);
  CHECK(e.error->code == errc::cancelled);
  CHECK(e.took < 10s);
}

/// Descriptors of this process, as many as there may be, until this goes.
class many_descriptors {
 public:
  explicit many_descriptors(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit changed{most, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &changed) == 0);
  }
  many_descriptors(const many_descriptors&) = delete;
  many_descriptors& operator=(const many_descriptors&) = delete;
  ~many_descriptors() {
    for (const int each : taken_) ::close(each);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }

  void take(std::size_t count) {
    for (int got = 0; taken_.size() < count && (got = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;)
      taken_.push_back(got);
  }
  [[nodiscard]] int highest() const { return taken_.empty() ? -1 : taken_.back(); }

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

}  // namespace

TEST_CASE("fault 70, a stop ends a call that connects, shakes hands, waits for an answer or reads it", "[faults]") {
  const hostile_server server{GENERATE("4", "17", "14", "12")};
  std::stop_source stop;
  const prober client{server.url(), {.deadline = 1min, .stop = stop.get_token()}};
  cancelled(stopped_soon(stop, [&] { return client.find(); }));
}

TEST_CASE("fault 70, a stop ends a backoff", "[faults]") {
  std::stop_source stop;
  const prober client{"http://127.0.0.1:1", {.deadline = 1min, .retries = 5, .stop = stop.get_token()}};
  cancelled(stopped_soon(stop, [&] { return client.find(); }));
}

TEST_CASE("fault 70, a stop ends a pause that the CRM asked for, and the wait of those who queue", "[faults]") {
  const hostile_server server{"34"};
  std::stop_source stop;
  const prober client{server.url(), {.deadline = 2h, .retries = 5, .stop = stop.get_token()}};
  faults::ending second;
  cancelled(stopped_soon(stop, [&] {
    const std::jthread queueing{[&] {
      std::this_thread::sleep_for(30ms);
      second = client.find();
    }};
    return client.find();
  }));
  cancelled(second);
}

TEST_CASE("fault 71, a client goes while a copy of it is in a call", "[faults]") {
  const hostile_server server{"12"};
  std::stop_source stop;
  faults::ending ending;
  std::jthread other;
  {
    const prober client{server.url(), {.deadline = 1min, .stop = stop.get_token()}};
    other = std::jthread{[&ending, copy = client.another()] { ending = copy.find(); }};
    std::this_thread::sleep_for(50ms);
  }
  stop.request_stop();
  other.join();
  cancelled(ending);
}

TEST_CASE("fault 72, no descriptor is left: an error, not sent, and the next call works", "[faults]") {
  const hostile_server server{"15"};
  const prober client{server.url()};
  {
    many_descriptors limited{64};
    limited.take(64);
    faults::unsent(client);
  }
  sound(client);
}

TEST_CASE("fault 72, descriptors beyond 1024 are as good as others", "[faults]") {
  const hostile_server server{"15"};
  many_descriptors many{2'000};
  many.take(1'100);
  REQUIRE(many.highest() > 1024);
  sound(prober{server.url()});
}
