#include <memory>

#include "support/catch.hpp"

#include <crm/cache/none.hpp>

static_assert(crm::null_cache<crm::no_cache>);

TEST_CASE("no cache keeps nothing", "[cache]") {
  const crm::no_cache cache;
  cache.store({1, "/a"}, std::make_shared<const crm::http::response>());
  CHECK(cache.lookup({1, "/a"}) == nullptr);
}
