// That what a process holds is seen, and that it is seen to be given back.
#include "chaos/process.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "support/catch.hpp"

using chaos::holdings;

TEST_CASE("a descriptor that is held is counted", "[chaos]") {
  const auto before = holdings::now().descriptors;
  const int held = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  CHECK(holdings::now().descriptors == before + 1);
  ::close(held);
  CHECK(holdings::now().descriptors == before);
}

TEST_CASE("a thread that lives is counted", "[chaos]") {
  std::thread{[] {}}.join();  // the first one may bring a sanitizer's own
  while (holdings::now().threads > 2) std::this_thread::yield();
  const auto before = holdings::now().threads;
  std::atomic<bool> over = false;
  std::thread lives{[&] { over.wait(false); }};
  CHECK(holdings::now().threads == before + 1);
  over = true;
  over.notify_all();
  lives.join();
}

TEST_CASE("memory that is held in small pieces is measured, and gone when it is freed", "[chaos]") {
  constexpr long size = 32'768;  // KiB
  const auto before = holdings::now().memory;
  std::vector<std::unique_ptr<std::vector<char>>> held;
  for (long n = 0; n < size; ++n) held.push_back(std::make_unique<std::vector<char>>(std::size_t{1024}, 'x'));
  CHECK(holdings::now().memory >= before + size);
  held.clear();
  if (!chaos::sanitized) CHECK(holdings::now().memory < before + size / 2);
}
