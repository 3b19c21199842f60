#include <type_traits>

#include "support/catch.hpp"

#include <crm/auth/none.hpp>

static_assert(crm::auth_policy<crm::no_auth>);
static_assert(std::is_empty_v<crm::no_auth> && crm::null_auth<crm::no_auth> && !crm::no_auth::carries_credential);

TEST_CASE("no auth is always ready and adds nothing", "[auth]") {
  crm::http::request request;
  CHECK(crm::no_auth{}.ready());
  CHECK(crm::no_auth{}.authorize(request, {}));
  CHECK(request.headers.empty());
}
