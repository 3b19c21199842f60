#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "support/catch.hpp"

#include <crm/auth/api_key.hpp>

namespace {

static_assert(crm::auth_policy<crm::api_key>);
static_assert(crm::api_key::carries_credential);

constexpr const char* variable = "CRM_CLIENT_API_KEY_TEST";

std::ptrdiff_t authorizations(const crm::http::request& request) {
  return std::count_if(request.headers.begin(), request.headers.end(),
                       [](const auto& h) { return crm::http::same_name(h.name, "Authorization"); });
}

}  // namespace

TEST_CASE("a key travels as a bearer token, exactly once", "[auth]") {
  const auto key = crm::api_key::from_text("hunter2");
  REQUIRE(key.ready());
  crm::http::request request{crm::http::method::get, "/api/v1/customers", {{"Accept", "application/json"}}, {}};
  REQUIRE(key.authorize(request, {}));
  CHECK(request.headers.get("Authorization") == "Bearer hunter2");
  CHECK(authorizations(request) == 1);
  CHECK(request.headers.size() == 2);
  CHECK(request.target == "/api/v1/customers");
}

TEST_CASE("copies of a key share it", "[auth]") {
  const auto key = crm::api_key::from_text("hunter2");
  const auto copy = key;
  crm::http::request request;
  REQUIRE(copy.authorize(request, {}));
  CHECK(request.headers.get("Authorization") == "Bearer hunter2");
}

TEST_CASE("a key that cannot be used is told by ready, and authorizes nothing", "[auth]") {
  for (const auto* bad : {"", "hunter2\r\nX-Evil: 1", "hun ter2", "hunter2\xC3\xA9"}) {
    const auto key = crm::api_key::from_text(bad);
    const auto ready = key.ready();
    REQUIRE_FALSE(ready);
    CHECK(ready.error().code == crm::errc::invalid_argument);
    CHECK(ready.error().message.find("hunter2") == std::string::npos);
    crm::http::request request;
    CHECK_FALSE(key.authorize(request, {}));
    CHECK(request.headers.empty());
  }
}

TEST_CASE("a key is read from its environment variable, whose absence is named", "[auth]") {
  ::setenv(variable, "hunter2", 1);
  const auto key = crm::api_key::from_env(variable);
  ::unsetenv(variable);
  crm::http::request request;
  REQUIRE(key.authorize(request, {}));
  CHECK(request.headers.get("Authorization") == "Bearer hunter2");

  const auto missing = crm::api_key::from_env(variable).ready();
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find(variable) != std::string::npos);
}

TEST_CASE("what was given for a variable's name may be the key itself, and is then not told", "[auth]") {
  for (const auto* name : {"sk-live-77", "hunter2", "Two Words", ""}) {
    const auto ready = crm::api_key::from_env(name).ready();
    REQUIRE_FALSE(ready);
    CHECK_THAT(to_string(ready.error()), !Catch::Matchers::Contains("77") && !Catch::Matchers::Contains("hunter2") &&
                                             !Catch::Matchers::Contains("Words"));
  }
}
