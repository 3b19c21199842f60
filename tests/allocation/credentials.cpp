// What held a credential holds it no longer when it goes, as far as it is the library's own memory.
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <crm/auth/api_key.hpp>
#include <crm/auth/detail/credential_header.hpp>
#include <crm/auth/detail/token_endpoint.hpp>
#include <crm/cache/none.hpp>
#include <crm/client.hpp>
#include <crm/client/running_call.hpp>
#include <crm/detail/base64.hpp>
#include <crm/detail/wipe.hpp>
#include <crm/http/uri.hpp>
#include <crm/retry/none.hpp>
#include <crm/secret.hpp>
#include <crm/transport/steady_time.hpp>

#include "allocation/memory.hpp"
#include "support/catch.hpp"

namespace {

// Long, and in two parts where it is percent-encoded: text grows while it takes it.
constexpr std::string_view key =
    "a-key-that-is-longer-than-a-short-text/and-than-the-room-of-one-that-holds-a-request-for-a-token";
constexpr std::string_view id = "5f0c2f0e-6a5b-4b52-9c7b-0d7f4f3c1a2b";
constexpr std::string_view jane = R"({"customer":{"id":"5f0c2f0e-6a5b-4b52-9c7b-0d7f4f3c1a2b","name":"Jane Smith"}})";

/// Answers at once, and to a request with the key alone.
struct asking_for_a_key : crm::steady_time {
  crm::http::base_url address = crm::http::base_url::parse("https://crm.example.com").value();

  [[nodiscard]] const crm::http::base_url& base() const noexcept { return address; }
  [[nodiscard]] static crm::transport_result send(const crm::http::request& request, const crm::send_limits&) {
    const auto proof = request.headers.get("Authorization");
    return crm::http::response{proof && proof->ends_with(key) ? 200 : 401, {}, std::string{jane}};
  }
};

/// How often the beginning of this text lay in what is released meanwhile.
std::size_t releases_of(std::string_view text, const auto& act) {
  memory::released_with_it = 0;
  memory::sought = text.substr(0, 24);
  act();
  memory::sought = {};
  return memory::released_with_it;
}

}  // namespace

TEST_CASE("what is released with a credential in it is found", "[credentials]") {
  CHECK(releases_of(key, [] { const std::string copy{key}; }) == 1);
}

TEST_CASE("a client leaves its credential in no memory that it releases", "[credentials]") {
  CHECK(releases_of(key, [] {
          const crm::basic_crm_client<asking_for_a_key, crm::no_retry, crm::no_cache, crm::api_key> client{
              asking_for_a_key{}, {}, {}, crm::api_key::from_text(key)};
          REQUIRE(client.find(id));
          REQUIRE(client.create(crm::new_customer{"Jane Smith"}));
        }) == 0);
}

TEST_CASE("an answer that is searched for an echo of the credential leaves no copy of it", "[credentials]") {
  CHECK(releases_of(key, [] {
          crm::http::response refusal{400, {{"X-Request-Id", "r-1"}}, "{}"};
          crm::http::header_list sent;
          crm::detail::add_credential(sent, "Authorization", "Bearer ", key);
          crm::detail::forget_echoes(refusal, sent, 0);
          crm::detail::wipe(sent.front().value);
        }) == 0);
}

TEST_CASE("a request for a token is all that holds the client's secret", "[credentials]") {
  const auto secret = crm::secret::from_text(key).value();
  using enum crm::client_authentication;
  const auto [how, sought] = GENERATE_COPY(std::pair{body, std::string{key}}, std::pair{basic, std::string{key}},
                                           std::pair{basic, crm::detail::base64("an-id:" + std::string{key})});
  CHECK(releases_of(sought, [&, how = how] {
          auto request = crm::detail::to_http({"/token", "an-id", "customers", how, &secret, nullptr});
          crm::detail::wipe(request.body);
          for (auto& header : request.headers) crm::detail::wipe(header.value);
        }) == 0);
}
