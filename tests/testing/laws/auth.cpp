#include <crm/testing/laws/auth.hpp>

#include <string>

#include <crm/auth/api_key.hpp>
#include <crm/auth/hmac.hpp>
#include <crm/auth/none.hpp>
#include <crm/auth/oauth2.hpp>

#include "support/catch.hpp"
#include "support/scripted_transport.hpp"

namespace {

namespace laws = crm::testing::laws;
using crm::proof;
using crm::result;
using crm::http::request;

/// Sound, to be made worse.
struct bearer {
  static constexpr bool carries_credential = true;
  [[nodiscard]] static result<void> ready() { return {}; }
  [[nodiscard]] static result<proof> authorize(request& r, const crm::send_limits&) {
    r.headers.push_back({"Authorization", "Bearer key"});
    return proof{1};
  }
};
template <class Change>
struct worse_bearer : bearer {
  [[nodiscard]] static result<proof> authorize(request& r, const crm::send_limits& limits) {
    auto done = bearer::authorize(r, limits);
    Change{}(r);
    return done;
  }
};
struct signs_the_target {
  void operator()(request& r) const { r.target += "&signature=1"; }
};
struct in_front {
  void operator()(request& r) const { r.headers.insert(r.headers.begin(), {"X-Key", "1"}); }
};
struct replaces {
  void operator()(request& r) const { r.headers.at(0).value = "*/*"; }
};
struct breaks_lines {
  void operator()(request& r) const { r.headers.push_back({"X-Key", "a\r\nb: c"}); }
};
struct twice {
  void operator()(request& r) const { r.headers.push_back({"accept", "1"}); }
};
struct nothing {
  void operator()(request& r) const { r.headers.pop_back(); }
};
struct proves_twice {
  void operator()(request& r) const { r.headers.push_back({"Authorization", "Bearer other"}); }
};
struct tells_no_credential : bearer {
  [[nodiscard]] static result<proof> authorize(request& r, const crm::send_limits& limits) {
    (void)bearer::authorize(r, limits);
    return proof{};
  }
};
struct promises_another : bearer {
  [[nodiscard]] static bool renew(const proof&, const crm::http::response&) { return true; }
};
struct never_ready : bearer {
  [[nodiscard]] static result<void> ready() { return crm::invalid_argument("no key"); }
};
struct gives_up_too_soon : bearer {
  [[nodiscard]] static result<proof> authorize(request& r, const crm::send_limits& limits) {
    if (limits.stop.stop_requested()) return crm::invalid_argument("stopped");
    return bearer::authorize(r, limits);
  }
};

}  // namespace

TEST_CASE("the auth policies keep the laws", "[testing][laws]") {
  CHECK(laws::check_auth(crm::no_auth{}) == laws::none);
  CHECK(laws::check_auth(crm::api_key::from_text("key-1")) == laws::none);
  CHECK(laws::check_auth(crm::api_key::from_text("key-1").in_header("X-Api-Key")) == laws::none);
  CHECK(laws::check_auth(crm::hmac_sha256{"id-1", crm::secret::from_text("secret")}) == laws::none);
  CHECK(laws::check_auth(bearer{}) == laws::none);

  crm::oauth2_options options;
  options.token_endpoint = "https://auth.example.com/token";
  options.client_id = "client-1";
  const support::scripted_transport endpoint{
      {support::answer(200, R"({"access_token":"t","token_type":"Bearer","expires_in":3600})")}};
  CHECK(laws::check_auth(
            crm::oauth2{endpoint, options, crm::oauth2_grant::client_credentials(crm::secret::from_text("secret"))},
            endpoint.time().now()) == laws::none);
}

TEST_CASE("each law of auth policies catches who breaks it", "[testing][laws]") {
  const auto one = [](const std::string& law) { return laws::violations{"auth policy: " + law}; };
  CHECK(laws::check_auth(worse_bearer<signs_the_target>{}) == one("method, target and body stay as they were"));
  CHECK(laws::check_auth(worse_bearer<in_front>{}) ==
        one("the headers that were there stay, and the proof is added behind them"));
  CHECK(laws::check_auth(worse_bearer<replaces>{}) ==
        one("the headers that were there stay, and the proof is added behind them"));
  CHECK(laws::check_auth(worse_bearer<breaks_lines>{}) == one("what is added can be sent"));
  CHECK(laws::check_auth(worse_bearer<twice>{}).size() == 2);
  CHECK(laws::check_auth(worse_bearer<nothing>{}) ==
        one("a policy that carries a credential adds a header, and one that does not adds none"));
  CHECK(laws::check_auth(worse_bearer<proves_twice>{}) ==
        one("no header is added that is there already, nor one twice"));
  CHECK(laws::check_auth(tells_no_credential{}) ==
        one("a proof tells which credential it is by, from 1; without one it is 0"));
  CHECK(laws::check_auth(promises_another{}) ==
        one("where renew() says that it is worth it, the next proof is another"));
  CHECK(laws::check_auth(never_ready{}) == one("ready() says that it can be used"));
  CHECK(laws::check_auth(gives_up_too_soon{}) ==
        one("at its limits it has a proof, or says deadline_exceeded or cancelled"));
}
