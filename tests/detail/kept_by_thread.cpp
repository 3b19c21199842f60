#include <stdexcept>
#include <thread>

#include "support/catch.hpp"

#include <crm/detail/kept_by_thread.hpp>

namespace {

struct counter {
  int value = 0;
};

/// Cannot be made the first time.
struct reluctant {
  reluctant() {
    if (++tries == 1) throw std::runtime_error{"not now"};
  }
  static inline int tries = 0;
};

}  // namespace

TEST_CASE("a thread finds again what it keeps, and another has its own", "[detail]") {
  crm::detail::kept_by_thread<counter>()->value = 1;
  CHECK(crm::detail::kept_by_thread<counter>()->value == 1);
  int others = -1;
  std::thread{[&] { others = crm::detail::kept_by_thread<counter>()->value; }}.join();
  CHECK(others == 0);
}

TEST_CASE("what cannot be made now is thrown to who asks, and may be made later", "[detail]") {
  CHECK_THROWS_AS(crm::detail::kept_by_thread<reluctant>(), std::runtime_error);
  CHECK(crm::detail::kept_by_thread<reluctant>() != nullptr);
}
