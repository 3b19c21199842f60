// A server that repeats what it was told: a credential never comes out; and what of a customer does, by which way.
#include <string>
#include <string_view>
#include <vector>

#include "leaks/world.hpp"
#include "support/catch.hpp"

namespace leaks {

namespace {

/// An auth, and the credential that its requests carry.
struct carried {
  const char* name;
  std::string_view credential;
  any_auth auth;
};

std::vector<carried> every_credential() {
  return {{"bearer key", api_key, bearer_key()},
          {"key in a header", api_key, any_auth{crm::api_key::from_text(api_key).in_header("X-Api-Key")}},
          {"OAuth", access_token, tokens_from({token_answer()}, false)}};
}

std::vector<crm::http::response> echoes(int status, const std::string& credential) {
  const std::string quoted = "\"Bearer " + credential + "\"";
  return {
      {status, {{"Content-Type", "application/problem+json"}}, R"({"title":)" + quoted + "}"},
      {status, {{"Content-Type", "application/problem+json"}}, R"({"errors":[{"pointer":)" + quoted + "}]}"},
      {status, {{"Content-Type", "application/json"}}, R"({"got":{"authorization":)" + quoted + "}}"},
      {status, {}, "<pre>Authorization: Bearer " + credential},
      // Cut where an excerpt ends.
      {status, {}, std::string(250, 'x') + credential},
      {status, {{"X-Request-Id", credential}}, ""},
      {status, {{"X-Request-Id", "r:" + credential}}, ""},
      {status, {{"Location", "https://" + credential + "/"}}, ""},
  };
}

}  // namespace

void walk_echoes(scan& to) {
  for (const auto& [auth_name, credential, auth] : every_credential())
    for (const auto& [name, run] : every_operation())
      for (const int status : {200, 201, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503, 999})
        for (const auto& answer : echoes(status, std::string{credential})) {
          to.at(std::string{auth_name} + ", " + name + ", " + std::to_string(status) + ", an echo: " + answer.body);
          look(to, run(make_client(to, {answer}, auth), marked_call()));
        }
}

}  // namespace leaks

TEST_CASE("a server that repeats the credential does not bring it to light", "[leaks]") {
  CHECK(leaks::found_by(leaks::walk_echoes) == std::vector<std::string>{});
}

TEST_CASE("a body that does not repeat the credential is kept for who looks into it", "[leaks]") {
  leaks::scan to;
  const auto found = leaks::make_client(to, {support::answer(403, "<h1>Bearer wvj</h1>")}).find("1");
  REQUIRE_FALSE(found);
  CHECK(found.error().excerpt == "<h1>Bearer wvj</h1>");
  CHECK(found.error().request_id == "r-1");
}

// As docs/guide.md says: these are the CRM's to choose, and no form tells a customer's number from a request's.
TEST_CASE("a request id and a redirect's host are passed on if their characters are plain, whatever they mean",
          "[leaks]") {
  leaks::scan to;
  const auto found =
      leaks::make_client(
          to, {crm::http::response{302, {{"X-Request-Id", "651-555-0134"}, {"Location", "https://wvj.x/wvj"}}, {}}})
          .find("1");
  REQUIRE_FALSE(found);
  CHECK(found.error().request_id == "651-555-0134");
  CHECK(found.error().message == "the CRM redirects, which is never followed; it points to wvj.x");
}
