#include <optional>

#include "support/catch.hpp"

#include <crm/detail/optional.hpp>

TEST_CASE("a field is looked at the same way whether it may be missing or not", "[detail]") {
  const int plain = 7;
  const std::optional<int> held{8}, empty;
  CHECK(crm::detail::present(plain) == &plain);
  CHECK(*crm::detail::present(held) == 8);
  CHECK(crm::detail::present(empty) == nullptr);
  STATIC_REQUIRE(crm::detail::is_optional<std::optional<int>>);
  STATIC_REQUIRE_FALSE(crm::detail::is_optional<int>);
}
