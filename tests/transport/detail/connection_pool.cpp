#include <crm/transport/detail/connection_pool.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;

/// A connection that counts how many of its kind there are.
struct connection {
  explicit connection(int& open) : open_{&open} { ++*open_; }
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  ~connection() { --*open_; }

  [[nodiscard]] bool is_quiet() const { return quiet; }

  bool quiet = true;

 private:
  int* open_;
};

using pool = crm::detail::connection_pool<connection>;

/// Connections that were given back at these ages, the first one first.
void leave(pool& in, int& open, const std::vector<crm::milliseconds>& ages) {
  std::vector<pool::lease> leases;
  for (std::size_t i = 0; i < ages.size(); ++i) {
    leases.push_back(*in.take({}));
    leases.back().connection() = std::make_unique<connection>(open);
  }
  for (const auto age : ages) {
    leases.back().keep(crm::clock::now() - age);
    leases.pop_back();
  }
}

}  // namespace

TEST_CASE("a pool lends the connection that was given back last", "[transport]") {
  int open = 0;
  pool connections{4, 10s};
  leave(connections, open, {2s, 1s});
  CHECK(open == 2);
  const auto lease = connections.take({});
  auto second = connections.take({});
  REQUIRE(second->connection() != nullptr);
  CHECK(connections.take({})->connection() == nullptr);
}

TEST_CASE("a pool closes every connection that has grown old, the others' too that lie over it", "[transport]") {
  int open = 0;
  pool connections{4, 10s};
  leave(connections, open, {12s, 11s, 1s});
  REQUIRE(open == 3);
  auto lease = connections.take({});
  CHECK(lease->connection() != nullptr);
  CHECK(open == 1);
}

TEST_CASE("a pool closes a connection on which something has arrived unasked", "[transport]") {
  int open = 0;
  pool connections{4, 10s};
  {
    auto lease = connections.take({});
    lease->connection() = std::make_unique<connection>(open);
    lease->connection()->quiet = false;
    lease->keep(crm::clock::now());
  }
  CHECK(connections.take({})->connection() == nullptr);
  CHECK(open == 0);
}

TEST_CASE("a pool that is lent out makes a call wait until its deadline", "[transport]") {
  pool connections{1, 10s};
  const auto only = connections.take({});
  REQUIRE(only);
  CHECK_FALSE(connections.take({crm::clock::now() - 1s, {}}));
}
