// What a token endpoint may answer: its texts hold tokens, and end up in no text of ours.
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "leaks/world.hpp"
#include "support/catch.hpp"

namespace leaks {

namespace {

using support::answer;

std::vector<crm::transport_result> bad_endpoints() {
  std::vector<crm::transport_result> all;
  for (const auto sent : {crm::delivery::not_sent, crm::delivery::unknown})
    for (const auto code : {crm::errc::unreachable, crm::errc::deadline_exceeded, crm::errc::tls_failed})
      all.push_back(support::failure(sent, code));
  for (const std::string body :
       {R"({"error":"invalid_grant","error_description":"zqx-next-zqx of wvj","error_uri":"https://zqx"})",
        R"({"error":"zqx-zqx","error_description":"zqx"})",
        R"({"zqx":"zqx"})",
        "<html>zqx",
        "",
        "\"zqx\"",
        "[\"zqx\"]",
        R"({"access_token":"zqx)",
        R"({"zqx":{"zqxtoken":zqx}})",
        R"({"access_token":{"zqx":zqx}})",
        R"({"access_token":"zqx zqx","token_type":"Bearer"})",
        R"({"access_token":"zqx\nzqx","token_type":"Bearer"})",
        R"({"access_token":"zqx\u00e9","token_type":"Bearer"})",
        R"({"access_token":["zqx"],"token_type":"Bearer"})",
        R"({"access_token":"zqx","access_token":"zqx","token_type":"Bearer"})",
        R"({"access_token":"zqx","token_type":"zqx"})",
        R"({"access_token":"zqx"})",
        R"({"access_token":"zqx","token_type":"Bearer","refresh_token":"zqx zqx"})",
        R"({"access_token":"zqx","token_type":"Bearer","refresh_token":{"zqx":1}})",
        R"({"access_token":"zqx","token_type":"Bearer","expires_in":"zqx"})"}) {
    for (const int status : {200, 302, 400, 401, 429, 503})
      all.push_back(answer(status, body,
                           {{"Location", "https://zqx.example/?token=zqx"},
                            {"X-Request-Id", "zqx"},
                            {"Retry-After", "zqx"},
                            {"WWW-Authenticate", "Basic realm=\"zqx\""}}));
  }
  return all;
}

}  // namespace

void walk_tokens(scan& to) {
  const auto good = answer(200, one_customer());
  for (const auto& bad : bad_endpoints())
    for (const bool by_refresh_token : {false, true})
      for (const auto* name : {"find", "create"}) {
        to.at(std::string{name} + ", token endpoint: " +
              (bad ? std::to_string(bad->status) + " " + bad->body : std::string{to_string(bad.error().code)}));
        // At first, and when the CRM refuses a token.
        look(to, operation_named(name)(make_client(to, {good}, tokens_from({bad}, by_refresh_token)), marked_call()));
        look(to, operation_named(name)(
                     make_client(to, {answer(401, "wvj"), good}, tokens_from({token_answer(), bad}, by_refresh_token)),
                     marked_call()));
      }
  // A stop and a deadline, while a token is waited for.
  std::stop_source source;
  source.request_stop();
  auto stopped = marked_call();
  stopped.stop = source.get_token();
  to.at("stopped while a token is waited for");
  look(to, operation_named("find")(make_client(to, {good}, tokens_from({token_answer()}, true)), stopped));
  // Replaced by what cannot be used.
  to.at("replaced");
  const crm::oauth2 tokens{support::scripted_transport{{token_answer()}},
                           {.token_endpoint = "https://auth.example.com/token", .client_id = "client-1"},
                           crm::oauth2_grant::client_credentials(crm::secret::from_text(client_secret))};
  to.look(tokens.replace(crm::oauth2_grant::client_credentials(crm::secret::from_text("zqx zqx"))).error());
  to.look(crm::api_key::from_text(api_key).replace(crm::secret::from_text("zqx zqx")).error());
  const crm::hmac_sha256 signing{"key-1", crm::secret::from_text(hmac_secret)};
  to.look(signing.replace("key-1", crm::secret::from_text("zqx\n")).error());
  to.look(signing.replace("zqx zqx", crm::secret::from_text("fine")).error());
}

}  // namespace leaks

TEST_CASE("nothing of a token endpoint's answer comes to light", "[leaks]") {
  CHECK(leaks::found_by(leaks::walk_tokens) == std::vector<std::string>{});
}
