// Credentials beyond a key, against a server that checks them by code of its own.
#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <crm/crm.hpp>

#include "client/worlds.hpp"
#include "support/catch.hpp"

using namespace std::chrono_literals;

namespace {

using oauth = crm::oauth2<crm::httplib_transport>;
template <class Auth>
using client_by = crm::basic_crm_client<crm::httplib_transport, crm::default_retry, crm::task_cache, Auth>;

std::size_t token_requests(const support::reference_server& server) {
  const std::string lines = server.log();
  std::size_t count = 0;
  for (auto at = lines.find("/oauth/token"); at != std::string::npos; at = lines.find("/oauth/token", at + 1)) ++count;
  return count;
}

/// How many of a hundred threads find somebody.
template <class Client>
int found_by_a_hundred(const Client& client) {
  std::atomic<int> found{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 100; ++i) threads.emplace_back([&] { found += client.search("jane").has_value() ? 1 : 0; });
  }
  return found;
}

oauth credential_of(const support::reference_server& server, std::string_view secret) {
  crm::oauth2_options options;
  options.token_endpoint = server.url() + "/oauth/token";
  options.client_id = "suite";
  return {options, crm::oauth2_grant::client_credentials(crm::secret::from_text(secret))};
}

}  // namespace

TEST_CASE("fault 61, a hundred threads on an expired token of a real endpoint ask it once", "[client][concurrency]") {
  const support::reference_server server{
      {.customers = 0,
       .api_key = {},
       .options = {"--oauth-client", "suite", "--oauth-client-secret-env", "SUITE_SECRET", "--token-lifetime", "2"},
       .environment = {"SUITE_SECRET=not-a-real-secret"}}};
  const client_by<oauth> client{server.url(), credential_of(server, "not-a-real-secret")};
  REQUIRE(client.search("jane"));
  CHECK(token_requests(server) == 1);
  std::this_thread::sleep_for(2100ms);
  CHECK(found_by_a_hundred(client) == 100);
  CHECK(token_requests(server) == 2);
}

TEST_CASE("fault 63, a client that a real endpoint refuses is refused at once from then on", "[client]") {
  const support::reference_server server{
      {.customers = 0,
       .api_key = {},
       .options = {"--oauth-client", "suite", "--oauth-client-secret-env", "SUITE_SECRET"},
       .environment = {"SUITE_SECRET=not-a-real-secret"}}};
  const auto credential = credential_of(server, "wrong");
  const client_by<oauth> client{server.url(), credential};
  CHECK(suite::refusal_of(client.search("jane")).code == crm::errc::unauthorized);
  CHECK(suite::refusal_of(client.search("jane")).message ==
        "the token endpoint refuses the credential (HTTP 401): invalid_client");
  CHECK(token_requests(server) == 1);
  REQUIRE(credential.replace(crm::oauth2_grant::client_credentials(crm::secret::from_text("not-a-real-secret"))));
  CHECK(client.search("jane"));
}

TEST_CASE("fault 68, a hundred threads whose clock is an hour behind the CRM's are each put right",
          "[client][concurrency]") {
  const support::reference_server server{
      {.customers = 0,
       .api_key = {},
       .options = {"--hmac-key", "suite", "--hmac-secret-env", "SUITE_SECRET", "--clock-offset", "3600"},
       .environment = {"SUITE_SECRET=not-a-real-secret"}}};
  const client_by<crm::hmac_sha256> client{server.url(),
                                           crm::hmac_sha256{"suite", crm::secret::from_text("not-a-real-secret")}};
  CHECK(found_by_a_hundred(client) == 100);

  const client_by<crm::hmac_sha256> stranger{server.url(), crm::hmac_sha256{"suite", crm::secret::from_text("wrong")}};
  const auto e = suite::refusal_of(stranger.search("jane"));
  CHECK(e.code == crm::errc::unauthorized);
  CHECK(e.attempts.size() == 2);
}

TEST_CASE("a signature holds for every operation, whatever stands in target and body", "[client]") {
  const support::reference_server server{{.customers = 0,
                                          .api_key = {},
                                          .options = {"--hmac-key", "suite", "--hmac-secret-env", "SUITE_SECRET"},
                                          .environment = {"SUITE_SECRET=not-a-real-secret"}}};
  const client_by<crm::hmac_sha256> client{server.url(),
                                           crm::hmac_sha256{"suite", crm::secret::from_text("not-a-real-secret")}};
  const auto made =
      suite::must(client.create(crm::new_customer{"Jos\xC3\xA9 & S\xC3\xB6hne \"+%20\""}.city("St. Paul/MN")));
  CHECK(suite::must(client.find(made.id))->name == made.name);
  CHECK(suite::must(client.update(made.id, crm::customer_patch{}.notes("100 % + \xE2\x82\xAC"))).id == made.id);
  CHECK(suite::must(client.query(crm::customers.city("St. Paul/MN"))).size() == 1);
  CHECK(suite::must(client.search("jos\xC3\xA9 & s\xC3\xB6hne")).size() == 1);
  CHECK(client.invoices());
  CHECK(client.interactions(made.id));
}
