#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "support/catch.hpp"
#include "support/scripted_network.hpp"

#include <crm/auth/api_key.hpp>
#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/retry/none.hpp>

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
  for (const auto* name : {"sk-live-77", "hunter2", "HUNTER77", "77", "Two Words", ""}) {
    const auto ready = crm::api_key::from_env(name).ready();
    REQUIRE_FALSE(ready);
    CHECK_THAT(to_string(ready.error()), !Catch::Matchers::Contains("77") && !Catch::Matchers::Contains("hunter2") &&
                                             !Catch::Matchers::Contains("Words"));
  }
}

TEST_CASE("a key may travel bare in a header of another name", "[auth]") {
  const auto key = crm::api_key::from_text("hunter2").in_header("X-Api-Key");
  crm::http::request request;
  REQUIRE(key.ready());
  REQUIRE(key.authorize(request, {}));
  CHECK(request.headers == crm::http::header_list{{"X-Api-Key", "hunter2"}});
  // A second one of the caller's would leave it to the server which counts.
  CHECK_FALSE(key.authorize(request, {}));
  CHECK_FALSE(crm::api_key::from_text("hunter2").in_header("X-Api Key").ready());
  for (const char* own : {"Host", "content-type", "Idempotency-Key"})
    CHECK_FALSE(crm::api_key::from_text("hunter2").in_header(own).ready());
}

TEST_CASE("a replaced key is every copy's, and counted", "[auth]") {
  const auto key = crm::api_key::from_text("hunter2");
  const auto copy = key;
  crm::http::request before, after;
  const auto first = copy.authorize(before, {}).value();
  CHECK(first == crm::proof{1, 0});
  REQUIRE(key.replace(crm::secret::from_text("hunter3")));
  CHECK(copy.authorize(after, {}).value() == crm::proof{2, 0});
  CHECK(after.headers.get("Authorization") == "Bearer hunter3");
  CHECK(copy.renew(first, {}));
  CHECK_FALSE(copy.renew(crm::proof{2, 0}, {}));
}

TEST_CASE("a key is not replaced by one that cannot be used", "[auth]") {
  const auto key = crm::api_key::from_text("hunter2");
  CHECK_FALSE(key.replace(crm::secret::from_text("hun ter3")));
  crm::http::request request;
  CHECK(key.authorize(request, {}).value() == crm::proof{1, 0});
  CHECK(request.headers.get("Authorization") == "Bearer hunter2");
}

TEST_CASE("a call that was refused because its key was replaced meanwhile is sent again with the new one", "[auth]") {
  using support::answer;
  const auto key = crm::api_key::from_text("hunter2");
  // The CRM revokes the old key while the request is on its way.
  struct rotating_network : support::scripted_network {
    using support::scripted_network::scripted_network;
    std::optional<crm::api_key> key;
    crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
      auto outcome = support::scripted_network::send(request, limits);
      if (requests().size() == 1) CHECK(key->replace(crm::secret::from_text("hunter3")));
      return outcome;
    }
  };
  rotating_network network{{answer(401), answer(200, R"({"customer":{"id":"1","name":"Jane"}})")}};
  network.key = key;
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}, key};
  CHECK(client.find("1").value()->name == "Jane");
  REQUIRE(network.requests().size() == 2);
  CHECK(network.requests()[1].headers.get("Authorization") == "Bearer hunter3");
  CHECK(network.time().waits().empty());
}

TEST_CASE("a server that repeats the key does not bring it to light", "[auth]") {
  using support::answer;
  const auto refused = [](const crm::transport_result& outcome) {
    const support::scripted_network network{{outcome}};
    const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}, crm::api_key::from_text("h/unter2")};
    return client.find("1").error();
  };
  for (const auto* body : {R"({"got":{"authorization":"Bearer h/unter2"}})", R"({"got":"Bearer h\/unter2"})"}) {
    CHECK(refused(answer(403, body)).excerpt.empty());
    const auto with_details = refused(answer(403, body, {{"Content-Type", "application/problem+json"}}));
    CHECK((!with_details.details && with_details.excerpt.empty()));
  }
  CHECK(refused(answer(403, "Bearer h_unter2")).excerpt == "Bearer h_unter2");
  // Cut where an excerpt ends.
  CHECK(refused(answer(403, std::string(250, 'x') + "h/unter2")).excerpt.empty());
}

TEST_CASE("a server that repeats the key in the request id, or redirects to it, does not bring it to light", "[auth]") {
  const auto refused = [](crm::http::header more) {
    const support::scripted_network network{{crm::http::response{302, {std::move(more)}, {}}}};
    const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}, crm::api_key::from_text("hunter2")};
    return to_string(client.find("1").error());
  };
  const std::string unnamed = "find failed: bad response (HTTP 302): the CRM redirects, which is never followed";
  CHECK(refused({"x-request-id", "key:hunter2"}) == unnamed);
  CHECK(refused({"location", "https://hunter2/"}) == unnamed);
  CHECK(refused({"X-Request-Id", "r-1"}) == unnamed + " [request r-1]");
}

TEST_CASE("a client in no network sends no credential", "[auth]") {
  const support::scripted_transport network{{support::answer(404)}};
  const crm::basic_crm_client client{network, crm::no_retry{}, crm::no_cache{}, crm::api_key::from_text("hunter2")};
  REQUIRE(client.find("1"));
  CHECK_FALSE(network.requests().at(0).headers.get("Authorization"));
}

TEST_CASE("a credential that was moved from is told before it is sent", "[auth]") {
  auto from = crm::secret::from_text("hunter2").value();
  const auto to = std::move(from);
  CHECK_FALSE(crm::api_key{crm::result<crm::secret>{from}}.ready());  // NOLINT(bugprone-use-after-move)
  CHECK(crm::api_key{to}.ready());
}
