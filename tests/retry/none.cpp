#include <type_traits>

#include "support/catch.hpp"

#include <crm/retry/none.hpp>

static_assert(crm::retry_policy<crm::no_retry>);
static_assert(std::is_empty_v<crm::no_retry>);

TEST_CASE("no retry is one attempt and no wait", "[retry]") {
  CHECK_FALSE(crm::no_retry{}.delay(1));
  CHECK(crm::no_retry::total_wait.count() == 0);
}
