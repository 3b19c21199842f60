#include <set>
#include <string>

#include "support/catch.hpp"

#include <crm/detail/uuid.hpp>

TEST_CASE("a random identifier has the form of version 4", "[detail]") {
  for (int i = 0; i < 200; ++i) {
    const std::string id = crm::detail::uuid_v4();
    INFO(id);
    REQUIRE(id.size() == 36);
    for (std::size_t at = 0; at < id.size(); ++at) {
      if (at == 8 || at == 13 || at == 18 || at == 23) {
        REQUIRE(id[at] == '-');
      } else {
        REQUIRE(std::string{"0123456789abcdef"}.find(id[at]) != std::string::npos);
      }
    }
    REQUIRE(id[14] == '4');
    REQUIRE(std::string{"89ab"}.find(id[19]) != std::string::npos);
  }
}

TEST_CASE("random identifiers differ", "[detail]") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(crm::detail::uuid_v4());
  CHECK(seen.size() == 1000);
}

TEST_CASE("every digit of a random identifier varies but the version's", "[detail]") {
  std::set<char> at[36];
  for (int i = 0; i < 500; ++i) {
    const std::string id = crm::detail::uuid_v4();
    for (std::size_t k = 0; k < id.size(); ++k) at[k].insert(id[k]);
  }
  for (std::size_t k = 0; k < 36; ++k) {
    INFO(k);
    const bool fixed = k == 8 || k == 13 || k == 18 || k == 23 || k == 14;
    CHECK(at[k].size() == (fixed ? 1U : k == 19 ? 4U : 16U));
  }
}
