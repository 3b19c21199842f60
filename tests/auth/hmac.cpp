#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <crm/auth/hmac.hpp>

#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/retry/exponential.hpp>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/scripted_network.hpp"

namespace {

using namespace std::chrono_literals;
using support::answer;
using support::jane_body;

/// A wall clock that a test sets.
struct wall {
  using duration = std::chrono::system_clock::duration;
  using time_point = std::chrono::system_clock::time_point;
  static inline time_point at{1'763'884'800s};  // Sun, 23 Nov 2025 08:00:00 GMT
  static time_point now() noexcept { return at; }
};
using hmac = crm::basic_hmac_sha256<wall>;
static_assert(crm::auth_policy<hmac> && crm::renewing_auth<hmac> && hmac::carries_credential);

hmac signing(std::string_view key = "hunter2") {
  wall::at = wall::time_point{1'763'884'800s};
  return {"engine-1", crm::secret::from_text(key)};
}

/// The parameters of an Authorization header; the scheme under an empty name.
std::map<std::string, std::string> parameters(const crm::http::request& request) {
  std::string_view text = request.headers.get("Authorization").value_or("");
  std::map<std::string, std::string> all;
  all[""] = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.find(' ') + 1, text.size()));
  while (!text.empty()) {
    const auto name_end = text.find("=\""), value_end = text.find('"', name_end + 2);
    REQUIRE(value_end != std::string_view::npos);
    all[std::string{text.substr(0, name_end)}] = text.substr(name_end + 2, value_end - name_end - 2);
    text.remove_prefix(std::min(value_end + 3, text.size()));
  }
  return all;
}

crm::http::response at_time(std::string_view date) { return {401, {{"Date", std::string{date}}}, {}}; }

}  // namespace

TEST_CASE("a request is signed over its method, exact target, time, nonce and body", "[auth]") {
  const auto by = signing();
  REQUIRE(by.ready());
  crm::http::request request{crm::http::method::post, "/api/v1/customers?x=%C3%A9", {}, R"({"customer":{}})"};
  CHECK(by.authorize(request, {}).value() == crm::proof{1, 0});
  const auto given = parameters(request);
  CHECK(given.at("") == "CRM-HMAC-SHA256");
  CHECK(given.at("keyid") == "engine-1");
  CHECK(given.at("timestamp") == "1763884800");
  CHECK(given.at("nonce").size() == 36);
  const auto body = crm::detail::hex(crm::detail::sha256(request.body).value());
  const auto canonical =
      "CRM-HMAC-SHA256\nPOST\n/api/v1/customers?x=%C3%A9\n1763884800\n" + given.at("nonce") + "\n" + body;
  CHECK(crm::canonical_request(request, "1763884800", given.at("nonce"), body) == canonical);
  CHECK(given.at("signature") == crm::detail::hex(crm::detail::hmac_of("hunter2", canonical).value()));
}

// RFC 4231, test cases 2 and 6; FIPS 180-4's digest of nothing.
TEST_CASE("digests are those of the standards", "[auth]") {
  CHECK(crm::detail::hex(crm::detail::hmac_of("Jefe", "what do ya want for nothing?").value()) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(crm::detail::hex(
            crm::detail::hmac_of(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")
                .value()) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(crm::detail::hex(crm::detail::sha256("").value()) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("requests are signed as an independent implementation signs them", "[auth]") {
  std::ifstream file{std::filesystem::path{__FILE__}.parent_path() / "hmac_vectors.json"};
  const auto vectors = nlohmann::json::parse(file);
  REQUIRE(vectors.size() >= 8);
  for (const auto& v : vectors) {
    const auto text = [&](const char* name) { return v.at(name).get<std::string>(); };
    CAPTURE(text("name"));
    std::optional<crm::http::method> method;
    for (const auto known : {crm::http::method::get, crm::http::method::post, crm::http::method::patch})
      if (to_string(known) == text("method")) method = known;
    if (!method) continue;  // the client never sends it
    const crm::http::request request{*method, text("target"), {}, text("body")};
    const auto timestamp = std::to_string(v.at("timestamp").get<long long>());
    CHECK(crm::canonical_request(request, timestamp, text("nonce"),
                                 crm::detail::hex(crm::detail::sha256(request.body).value())) == text("canonical"));
    CHECK(crm::detail::signed_header(text("key_id"), text("secret"), request, timestamp, text("nonce")) ==
          text("authorization"));
  }
}

TEST_CASE("fault 69, every attempt is signed anew, under the same idempotency key", "[auth]") {
  const support::scripted_network network{{answer(503), answer(201, jane_body)}};
  crm::client_options options;
  options.server_honours_idempotency_keys = true;
  const crm::basic_crm_client client{network, crm::adr_backoff{}, crm::no_cache{}, signing(), options};
  REQUIRE(client.create(crm::new_customer{"Jane"}));
  REQUIRE(network.requests().size() == 2);
  const auto first = parameters(network.requests()[0]), second = parameters(network.requests()[1]);
  CHECK(first.at("nonce") != second.at("nonce"));
  CHECK(first.at("signature") != second.at("signature"));
  CHECK(network.requests()[0].headers.get("Idempotency-Key") == network.requests()[1].headers.get("Idempotency-Key"));
}

TEST_CASE("an attempt is signed after the wait, by the time it is then", "[auth]") {
  struct network_of_time : support::scripted_network {
    using support::scripted_network::scripted_network;
    crm::wake wait_until(crm::time_point when, const std::stop_token& stop) {
      wall::at += std::chrono::duration_cast<wall::duration>(when - now());
      return support::scripted_network::wait_until(when, stop);
    }
  };
  const network_of_time network{{answer(503), answer(200, jane_body)}};
  const crm::basic_crm_client client{network, crm::adr_backoff{}, crm::no_cache{}, signing()};
  REQUIRE(client.find("1"));
  CHECK(parameters(network.requests().at(0)).at("timestamp") == "1763884800");
  CHECK(parameters(network.requests().at(1)).at("timestamp") == "1763884802");
}

TEST_CASE("fault 68, a clock that is wrong is corrected once by the CRM's Date, then the call fails", "[auth]") {
  const std::string an_hour_on = "Sun, 23 Nov 2025 09:00:00 GMT";
  const support::scripted_network network{{answer(401, {}, {{"Date", an_hour_on}}), answer(200, jane_body),
                                           answer(200, jane_body),
                                           answer(401, {}, {{"Date", "Sun, 23 Nov 2025 10:00:00 GMT"}}),
                                           answer(401, {}, {{"Date", "Sun, 23 Nov 2025 11:00:00 GMT"}})}};
  const crm::basic_crm_client client{network, crm::adr_backoff{}, crm::no_cache{}, signing()};
  REQUIRE(client.find("1"));
  REQUIRE(client.find("1"));
  REQUIRE(network.requests().size() == 3);
  CHECK(parameters(network.requests()[0]).at("timestamp") == "1763884800");
  CHECK(parameters(network.requests()[1]).at("timestamp") == "1763888400");
  CHECK(parameters(network.requests()[2]).at("timestamp") == "1763888400");

  const auto refused = client.find("1");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == crm::errc::unauthorized);
  CHECK(refused.error().attempts.size() == 2);
  CHECK(network.requests().size() == 5);
  CHECK(network.time().waits().empty());
}

TEST_CASE("a refusal is no matter of the clock where the CRM's Date agrees, is missing or no date", "[auth]") {
  const auto by = signing();
  const crm::proof used{1, 0};
  CHECK_FALSE(by.renew(used, at_time("Sun, 23 Nov 2025 08:00:01 GMT")));
  CHECK_FALSE(by.renew(used, at_time("today")));
  CHECK_FALSE(by.renew(used, {401, {}, {}}));
  CHECK(by.renew(used, at_time("Sun, 23 Nov 2025 07:59:00 GMT")));
  // Signed by the corrected clock, and refused all the same.
  crm::http::request request;
  const auto corrected = by.authorize(request, {}).value();
  CHECK(corrected.credential == 1);
  CHECK_FALSE(by.renew(corrected, at_time("Sun, 23 Nov 2025 07:59:00 GMT")));
}

TEST_CASE("fault 67, a wall clock moved by a day costs one refusal, and nothing where no signature is", "[auth]") {
  const support::scripted_network network{
      {answer(200, jane_body), answer(401, {}, {{"Date", "Sun, 23 Nov 2025 08:00:00 GMT"}}), answer(200, jane_body)}};
  const crm::basic_crm_client client{network, crm::adr_backoff{}, crm::no_cache{}, signing()};
  REQUIRE(client.find("1"));
  wall::at -= 24h;
  REQUIRE(client.find("1"));
  CHECK(parameters(network.requests().at(2)).at("timestamp") == "1763884800");
}

TEST_CASE("a replaced key signs from then on, and what was refused by the old is signed again", "[auth]") {
  const auto by = signing();
  const auto copy = by;
  CHECK_FALSE(by.replace("engine 2", crm::secret::from_text("hunter3")));
  CHECK_FALSE(by.replace("engine-2", crm::secret::from_text("")));
  CHECK_FALSE(copy.renew({1, 0}, {}));
  REQUIRE(by.replace("engine-2", crm::secret::from_text("hunter3")));
  CHECK(copy.renew({1, 0}, {}));
  crm::http::request request;
  CHECK(copy.authorize(request, {}).value() == crm::proof{2, 0});
  CHECK(parameters(request).at("keyid") == "engine-2");
}

TEST_CASE("an HMAC key that cannot be used is told by ready, and signs nothing", "[auth]") {
  CHECK_FALSE(hmac{"engine 1", crm::secret::from_text("hunter2")}.ready());
  CHECK_FALSE(hmac{"", crm::secret::from_text("hunter2")}.ready());
  const hmac without{"engine-1", crm::secret::from_text("hun ter2")};
  CHECK_FALSE(without.ready());
  crm::http::request request;
  CHECK_FALSE(without.authorize(request, {}));
  CHECK(request.headers.empty());
}
