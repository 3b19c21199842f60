// Tests include/crm/client/key_ledger.hpp.
#include <crm/client/key_ledger.hpp>

#include <string>

#include "support/catch.hpp"

namespace {

const crm::http::request a_create{crm::http::method::post, "/a", {}, "body"};

}  // namespace

TEST_CASE("a key belongs to one method, target and body", "[engine]") {
  crm::detail::key_ledger keys;
  CHECK(keys.admit("k", a_create));
  CHECK(keys.admit("k", a_create));
  CHECK_FALSE(keys.admit("k", {crm::http::method::post, "/a", {}, "other"}));
  CHECK_FALSE(keys.admit("k", {crm::http::method::post, "/b", {}, "body"}));
  CHECK_FALSE(keys.admit("k", {crm::http::method::patch, "/a", {}, "body"}));
  CHECK(keys.admit("l", {crm::http::method::post, "/a", {}, "other"}));
}

TEST_CASE("the keys that are kept are bounded, and the oldest go first", "[engine]") {
  crm::detail::key_ledger keys;
  const crm::http::request other{crm::http::method::post, "/a", {}, "other"};
  for (std::size_t i = 0; i <= crm::detail::key_ledger::most; ++i) CHECK(keys.admit(std::to_string(i), a_create));
  CHECK_FALSE(keys.admit("1", other));
  CHECK(keys.admit("0", other));
}
