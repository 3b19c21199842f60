#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <crm/auth/oauth2.hpp>

#include "auth/oauth2_world.hpp"
#include "support/catch.hpp"
#include "support/scripted_network.hpp"

namespace {

using namespace std::chrono_literals;
using namespace oauth_world;
using crm::errc;
using support::answer;

static_assert(crm::auth_policy<auth> && crm::renewing_auth<auth> && auth::carries_credential);

std::shared_ptr<world> world_of(std::deque<crm::transport_result> tokens) {
  auto made = std::make_shared<world>();
  made->tokens = std::move(tokens);
  return made;
}

crm::error refusal(const auth& by, const std::shared_ptr<world>& w) {
  crm::http::request request;
  return by.authorize(request, {w->time.now() + 60s, {}}).error();
}

}  // namespace

TEST_CASE("a token is got when it is needed, and used until it ends", "[auth]") {
  const auto w = world_of({token("first"), token("second")});
  const auto by = own(w);
  CHECK(w->token_requests.empty());
  CHECK(carried(by, w) == "Bearer first");
  CHECK(carried(by, w) == "Bearer first");
  CHECK(w->count_token_requests() == 1);
  w->time.advance(3600s);
  CHECK(carried(by, w) == "Bearer second");
}

TEST_CASE("client credentials travel by HTTP Basic, percent-encoded, with the grant in a form", "[auth]") {
  const auto w = world_of({token("first")});
  auto chosen = options();
  chosen.client_id = "sop engine:1";
  chosen.scope = "customers invoices";
  CHECK(carried(own(w, chosen), w) == "Bearer first");
  const auto& asked = w->token_requests.at(0);
  CHECK(asked.method == crm::http::method::post);
  CHECK(asked.headers.get("Authorization") == "Basic c29wJTIwZW5naW5lJTNBMTpodW50ZXIy");
  CHECK(asked.headers.get("Content-Type") == "application/x-www-form-urlencoded");
  CHECK(asked.body == "grant_type=client_credentials&scope=customers%20invoices");
}

TEST_CASE("client credentials travel in the body where that is asked for", "[auth]") {
  const auto w = world_of({token("first")});
  auto chosen = options();
  chosen.authentication = crm::client_authentication::body;
  CHECK(carried(own(w, chosen), w) == "Bearer first");
  CHECK(w->token_requests.at(0).body == "grant_type=client_credentials&client_id=sop-engine&client_secret=hunter2");
  CHECK_FALSE(w->token_requests.at(0).headers.get("Authorization"));
}

TEST_CASE("a public client shows its id alone", "[auth]") {
  const auto w = world_of({token("first")});
  const auth by{network{w}, options(), crm::oauth2_grant::refresh_token(crm::secret::from_text("r1"))};
  CHECK(carried(by, w) == "Bearer first");
  CHECK(w->token_requests.at(0).body == "grant_type=refresh_token&refresh_token=r1&client_id=sop-engine");
}

TEST_CASE("fault 66, a rotated refresh token is handed out once, and used from then on", "[auth]") {
  const auto w = world_of({token("first", R"(,"refresh_token":"r2","expires_in":60)"),
                           token("second", R"(,"refresh_token":"r2","expires_in":60)"), token("third")});
  std::string stored;
  auto chosen = options();
  chosen.store_refresh_token = [&](const crm::secret& next) { stored.append(next.reveal()).append(" "); };
  const auth by{network{w}, chosen,
                crm::oauth2_grant::refresh_token(crm::secret::from_text("hunter2"), crm::secret::from_text("r1"))};
  CHECK(carried(by, w) == "Bearer first");
  w->time.advance(60s);
  CHECK(carried(by, w) == "Bearer second");
  CHECK(stored == "r2 ");
  CHECK(w->token_requests.at(0).body == "grant_type=refresh_token&refresh_token=r1");
  CHECK(w->token_requests.at(1).body == "grant_type=refresh_token&refresh_token=r2");
}

TEST_CASE("what the store of refresh tokens throws, or asks of its own credential, harms nothing", "[auth]") {
  const auto w = world_of({token("first", R"(,"refresh_token":"r2")")});
  std::optional<auth> by;
  std::optional<crm::error> back;
  auto chosen = options();
  chosen.store_refresh_token = [&](const crm::secret&) {
    back = refusal(*by, w);
    throw std::runtime_error{"the disk is full"};
  };
  by.emplace(network{w}, chosen, crm::oauth2_grant::refresh_token(crm::secret::from_text("r1")));
  CHECK(carried(*by, w) == "Bearer first");
  REQUIRE(back);
  CHECK(back->code == errc::invalid_argument);
}

TEST_CASE("fault 65, a token without a usable life lives for a minute; none lives for more than a day", "[auth]") {
  for (const std::string_view more : {"", R"(,"expires_in":0)", R"(,"expires_in":-5)", R"(,"expires_in":null)",
                                      R"(,"expires_in":"soon")", R"(,"expires_in":true)", R"(,"expires_in":0.2)"}) {
    CAPTURE(more);
    const auto w = world_of({token("first", std::string{more}), token("second")});
    const auto by = own(w);
    CHECK(carried(by, w) == "Bearer first");
    w->time.advance(44s);
    CHECK(carried(by, w) == "Bearer first");
    CHECK(w->count_token_requests() == 1);
    w->time.advance(16s);
    CHECK(carried(by, w) == "Bearer second");
  }
  const auto w = world_of({token("first", R"(,"expires_in":1e300)"), token("second")});
  const auto by = own(w);
  CHECK(carried(by, w) == "Bearer first");
  w->time.advance(24h);
  CHECK(carried(by, w) == "Bearer second");
}

TEST_CASE("a token is renewed ahead of its end, and nobody waits for it", "[auth]") {
  const auto w = world_of({token("first", R"(,"expires_in":100)"), token("second")});
  const auto by = own(w);
  CHECK(carried(by, w) == "Bearer first");
  w->time.advance(74s);
  CHECK(carried(by, w) == "Bearer first");
  CHECK(w->count_token_requests() == 1);
  w->hold(true);
  w->time.advance(1s);  // a quarter of its life is left, which is less than a minute
  CHECK(carried(by, w) == "Bearer first");
  w->await_token_requests(2);
  CHECK(carried(by, w) == "Bearer first");
  w->hold(false);
  while (carried(by, w) != "Bearer second") std::this_thread::yield();
  CHECK(w->count_token_requests() == 2);
}

TEST_CASE("a token that is still good is kept where its renewal fails, which is tried again later", "[auth]") {
  for (const auto& failure : {answer(500), answer(400, R"({"error":"invalid_grant"})"), answer(200, "<html>")}) {
    const auto w = world_of({token("first", R"(,"expires_in":100)"), failure});
    const auto by = own(w);
    CHECK(carried(by, w) == "Bearer first");
    w->time.advance(80s);
    CHECK(carried(by, w) == "Bearer first");
    w->await_token_requests(2);
    w->time.advance(9s);
    for (int i = 0; i < 100; ++i) CHECK(carried(by, w) == "Bearer first");
    CHECK(w->count_token_requests() == 2);
    w->time.advance(11s);
    CHECK(refusal(by, w).message.find("the token endpoint") == 0);
  }
}

TEST_CASE("fault 63, a credential that the endpoint refuses for good stays refused until there is another", "[auth]") {
  for (const std::string_view code : {"invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope"}) {
    const auto w = world_of({answer(code == "invalid_client" ? 401 : 400,
                                    R"({"error":")" + std::string{code} + R"(","error_description":"r1 is old"})"),
                             token("first")});
    const auto by = own(w);
    const auto first = refusal(by, w);
    CHECK(first.code == errc::unauthorized);
    const std::string status = code == "invalid_client" ? "401" : "400";
    CHECK(first.message == "the token endpoint refuses the credential (HTTP " + status + "): " + std::string{code});
    CHECK(first.status == 0);  // the CRM was not asked
    w->time.advance(24h);
    CHECK(refusal(by, w).message == first.message);
    CHECK(w->count_token_requests() == 1);
    CHECK_FALSE(by.renew({1, 0}, {}));
    CHECK(by.generation() == 1);

    REQUIRE(by.replace(crm::oauth2_grant::client_credentials(crm::secret::from_text("hunter3"))));
    CHECK(by.generation() == 2);
    CHECK(carried(by, w) == "Bearer first");
    CHECK(w->token_requests.at(1).headers.get("Authorization") == "Basic c29wLWVuZ2luZTpodW50ZXIz");
  }
}

TEST_CASE("a refusal that the endpoint does not give a known reason for is asked again", "[auth]") {
  for (const auto& failure : {answer(400, "<html>"), answer(403), answer(400, R"({"error":"slow_down"})")}) {
    const auto w = world_of({failure, token("first")});
    const auto by = own(w);
    const auto refused = refusal(by, w);
    CHECK(refused.code == errc::unauthorized);
    CHECK(refused.message.find("the token endpoint refuses the credential (HTTP 40") == 0);
    CHECK(refused.message.ends_with(")"));
    CHECK(carried(by, w) == "Bearer first");
  }
}

TEST_CASE("an endpoint that fails, redirects or answers nonsense is told as that", "[auth]") {
  const auto failure_of = [](crm::transport_result outcome) {
    const auto w = world_of({std::move(outcome)});
    return refusal(own(w), w);
  };
  CHECK(failure_of(answer(500)).code == errc::unreachable);
  CHECK(failure_of(answer(429)).code == errc::rate_limited);
  CHECK(failure_of(answer(302)).code == errc::bad_response);
  CHECK(failure_of(support::failure(crm::delivery::not_sent)).code == errc::unreachable);
  CHECK(failure_of(support::failure(crm::delivery::unknown, errc::deadline_exceeded)).code == errc::unreachable);
  CHECK(failure_of(support::failure(crm::delivery::not_sent, errc::tls_failed)).code == errc::tls_failed);
  for (const auto* body : {"", "[]", "<html>", R"({"access_token":"a"})", R"({"token_type":"Bearer"})",
                           R"({"access_token":"a b","token_type":"Bearer"})",
                           R"({"access_token":7,"token_type":"Bearer"})", R"({"access_token":"a","token_type":"mac"})",
                           R"({"access_token":"a","access_token":"b","token_type":"Bearer"})",
                           R"({"access_token":"a","token_type":"Bearer","refresh_token":"r 2"})"})
    CHECK(failure_of(answer(200, body)).code == errc::bad_response);
  const auto paused = failure_of(answer(503, {}, {{"Retry-After", "7"}}));
  CHECK(paused.retry_at == crm::testing::virtual_clock::start + 7s);
}

TEST_CASE("a token that the CRM refuses is renewed, and not again at once", "[auth]") {
  const auto w = world_of({token("first"), token("second"), token("third")});
  const auto by = own(w);
  crm::http::request request;
  const auto limits = [&] { return crm::send_limits{w->time.now() + 60s, {}}; };
  const auto first = by.authorize(request, limits()).value();
  CHECK(first == crm::proof{1, 1});
  CHECK(by.renew(first, {}));
  CHECK(carried(by, w) == "Bearer second");
  CHECK(by.renew(first, {}));  // as others find who were refused with the first
  CHECK(carried(by, w) == "Bearer second");
  CHECK_FALSE(by.renew({1, 2}, {}));
  CHECK(carried(by, w) == "Bearer second");
  w->time.advance(10s);
  CHECK(by.renew({1, 2}, {}));
  CHECK(carried(by, w) == "Bearer third");
}

TEST_CASE("a replaced credential gets tokens of its own, also while one is on its way for the old", "[auth]") {
  const auto w = world_of({token("of the old"), token("new")});
  w->tokens[0] = token("old");
  const auto by = own(w);
  w->hold(true);
  std::string got;
  std::thread waiting{[&] { got = carried(by, w); }};
  w->await_token_requests(1);
  REQUIRE(by.replace(crm::oauth2_grant::client_credentials(crm::secret::from_text("hunter3"))));
  w->hold(false);
  waiting.join();
  CHECK(got == "Bearer new");
  CHECK(w->count_token_requests() == 2);
}

TEST_CASE("a replaced credential's token is not used any more, however long it would live", "[auth]") {
  const auto w = world_of({token("old"), token("new")});
  const auto by = own(w);
  CHECK(carried(by, w) == "Bearer old");
  REQUIRE(by.replace(own_secret()));
  CHECK(carried(by, w) == "Bearer new");
}

TEST_CASE("a token that lives shorter than it is renewed ahead is used for three quarters of its life", "[auth]") {
  const auto w = world_of({token("first", R"(,"expires_in":8)"), token("second")});
  {
    const auto by = own(w);
    CHECK(carried(by, w) == "Bearer first");
    w->time.advance(5s);
    CHECK(carried(by, w) == "Bearer first");
  }
  CHECK(w->count_token_requests() == 1);
}

TEST_CASE("a token is used to its end where its renewal was refused for good, and no further one asked for", "[auth]") {
  const auto w = world_of({token("first"), answer(401, R"({"error":"invalid_client"})")});
  {
    const auto by = own(w);
    CHECK(carried(by, w) == "Bearer first");
    w->time.advance(3590s);
    CHECK(carried(by, w) == "Bearer first");
    while (by.renew({1, 99}, {})) std::this_thread::yield();  // of no token: until the refusal has arrived
    CHECK(carried(by, w) == "Bearer first");
  }
  CHECK(w->count_token_requests() == 2);
}

TEST_CASE("what cannot be used is told before any request", "[auth]") {
  const auto w = world_of({});
  const auto message = [&](auto change, crm::oauth2_grant grant = own_secret()) {
    auto chosen = options();
    change(chosen);
    const auto ready = auth{network{w}, chosen, grant}.ready();
    return ready ? std::string{} : ready.error().message;
  };
  CHECK(message([](auto&) {}).empty());
  CHECK(message([](auto& o) { o.client_id = ""; }) == "the OAuth client's id is empty");
  for (const auto* url :
       {"", "auth.example.com", "https://user:pw@auth.example.com/t", "https://auth.example.com/t?a=b"})
    CHECK(message([&](auto& o) { o.token_endpoint = url; }).find("the token endpoint is an address like") == 0);
  for (const auto time : {0ms, -1ms, 86'400'001ms}) {
    CHECK(message([&](auto& o) { o.timeout = time; }).find("a time of OAuth") == 0);
    CHECK(message([&](auto& o) { o.unstated_lifetime = time; }).find("a time of OAuth") == 0);
  }
  CHECK(message([](auto& o) { o.refresh_ahead = -1ms; }) == "a token is not renewed after its end");
  CHECK(message([](auto&) {}, crm::oauth2_grant::client_credentials(crm::secret::from_text(""))) ==
        "the credential is empty");
  CHECK(message([](auto&) {}, crm::oauth2_grant::refresh_token(crm::secret::from_text("a b"))).find("white space") !=
        std::string::npos);
  const auto unusable = auth{network{w}, {}, own_secret()};
  CHECK(refusal(unusable, w).code == errc::invalid_argument);
  CHECK_FALSE(unusable.replace(own_secret()));
  CHECK_FALSE(own(w).replace(crm::oauth2_grant::client_credentials(crm::secret::from_text(""))));
}

TEST_CASE("a token endpoint that is spoken to in the clear is refused, unless that is wanted", "[auth]") {
  const support::scripted_network clear{{answer(200)}, "http://auth.example.com"},
      local{{answer(200)}, "http://127.0.0.1:80"};
  using plain = crm::oauth2<support::scripted_network>;
  CHECK_FALSE(plain{clear, options(), own_secret()}.ready());
  CHECK(plain{local, options(), own_secret()}.ready());
  auto wanted = options();
  wanted.allow_insecure_credentials = true;
  CHECK(plain{clear, wanted, own_secret()}.ready());
}

TEST_CASE("a token endpoint's path is asked as it is given, a slash at its end included", "[auth]") {
  const auto path_of = [](std::string url) {
    auto chosen = options();
    chosen.token_endpoint = std::move(url);
    const support::scripted_network endpoint{{token("first")}};
    const crm::oauth2<support::scripted_network> by{endpoint, chosen, own_secret()};
    crm::http::request request;
    CHECK(by.authorize(request, {crm::testing::virtual_clock::start + 60s, {}}));
    return endpoint.requests().at(0).target;
  };
  CHECK(path_of("https://auth.example.com/o/token/") == "/o/token/");
  CHECK(path_of("https://auth.example.com/o/token") == "/o/token");
  CHECK(path_of("https://auth.example.com") == "/");
}

TEST_CASE("a token endpoint that asks to be left alone is, by every call", "[auth]") {
  const auto w = world_of({answer(429, {}, {{"Retry-After", "120"}}), token("first")});
  const auto by = own(w);
  for (int i = 0; i < 5; ++i) {
    const auto paused = refusal(by, w);
    CHECK(paused.code == errc::rate_limited);
    CHECK(paused.retry_at == crm::testing::virtual_clock::start + 120s);
  }
  CHECK(w->count_token_requests() == 1);
  w->time.advance(120s);
  CHECK(carried(by, w) == "Bearer first");
}

TEST_CASE("a token's life is counted from when it was asked for", "[auth]") {
  const auto w = world_of({token("first", R"(,"expires_in":20,"refresh_token":"r2")"), token("second")});
  auto chosen = options();
  chosen.store_refresh_token = [&](const crm::secret&) { w->time.advance(25s); };
  const auth by{network{w}, chosen, crm::oauth2_grant::refresh_token(crm::secret::from_text("r1"))};
  CHECK(carried(by, w) == "Bearer second");
}

TEST_CASE("a refresh token that may be used up is waited for when the last copy goes", "[auth]") {
  const auto w = world_of({token("first", R"(,"refresh_token":"r2")")});
  std::string stored;
  auto chosen = options();
  chosen.store_refresh_token = [&](const crm::secret& next) { stored = next.reveal(); };
  chosen.farewell = 60s;  // real ones: whoever lets go below may be kept waiting by others on the machine
  w->hold(true);
  std::thread letting_go;
  {
    const auth by{network{w}, chosen, crm::oauth2_grant::refresh_token(crm::secret::from_text("r1"))};
    crm::http::request request;
    CHECK_FALSE(by.authorize(request, {w->time.now() + 1ms, {}}));
    w->await_token_requests(1);
    letting_go = std::thread{[&] {
      for (int i = 0; i < 10'000 && !w->stopped; ++i) std::this_thread::yield();
      w->hold(false);
    }};
  }
  letting_go.join();
  CHECK(stored == "r2");
  CHECK_FALSE(w->stopped);
}

TEST_CASE("a grant is replaced whole", "[auth]") {
  const auto w = world_of({answer(401, R"({"error":"invalid_client"})"), token("first")});
  const auth by{network{w}, options(),
                crm::oauth2_grant::refresh_token(crm::secret::from_text("hunter2"), crm::secret::from_text("r1"))};
  CHECK(refusal(by, w).code == errc::unauthorized);
  REQUIRE(
      by.replace(crm::oauth2_grant::refresh_token(crm::secret::from_text("hunter3"), crm::secret::from_text("r1"))));
  CHECK(carried(by, w) == "Bearer first");
  CHECK(w->token_requests.at(1).headers.get("Authorization") == "Basic c29wLWVuZ2luZTpodW50ZXIz");
  CHECK(w->token_requests.at(1).body == "grant_type=refresh_token&refresh_token=r1");
}
