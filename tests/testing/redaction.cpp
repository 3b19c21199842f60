#include <crm/testing/redaction.hpp>

#include <string>

#include <boost/hana/adapt_struct.hpp>
#include <nlohmann/json.hpp>

#include <crm/testing/detail/recorder.hpp>

#include "support/catch.hpp"

namespace redaction_test {

struct contact {
  std::string id;
  std::string full_name;
  std::string region;
};

}  // namespace redaction_test

BOOST_HANA_ADAPT_STRUCT(redaction_test::contact, id, full_name, region);
template <>
struct crm::resource<redaction_test::contact> : crm::customer_resource {
  static constexpr std::string_view path = "/rest/contacts", many = "contacts", one = "contact";
};

namespace {

using crm::testing::redaction;
using crm::testing::detail::recorder;
using nlohmann::json;

json body_of(recorder& by, const std::string& text) {
  const crm::http::response answer{200, {}, text};
  return json::parse(by.redacted(answer, {}).body);
}
std::string target_of(recorder& by, const std::string& target) {
  return by.redacted(crm::http::request{crm::http::method::get, target, {}, {}}, "").target;
}

TEST_CASE("of a customer the words of the contract, seasons and what is absent are kept", "[testing]") {
  recorder by{redaction{}};
  const auto one = body_of(by, R"({"customer":{"id":"7","name":"Jane","email":"jane@example.com","phone":null,
      "zip":"00123","services":["mowing","jane's own"],"status":"past","last_service_date":"2025-09-15","notes":"",
      "created_at":"2024-03-10T09:30:00Z","signed_seasons":[2024,98765432101],"birthday":"1987-06-05","vip":true}})");
  CHECK(one == json::parse(R"({"customer":{"id":"fake-1","name":"fake-2","email":"fake-3@example.invalid","phone":null,
      "zip":"fake-4","services":["mowing","fake-5"],"status":"past","last_service_date":"1901-01-01","notes":"",
      "created_at":"1901-01-01T00:00:00Z","signed_seasons":[2024,1]}})"));
}

TEST_CASE("of lists the counts are kept, of invoices no amount", "[testing]") {
  recorder by{redaction{}};
  const auto page = body_of(by, R"({"invoices":[{"id":"i","customer_id":"7","amount_cents":98765432101,"currency":"USD",
      "status":"overdue","due_on":"2026-01-15"},{"id":"k","customer_id":"7","amount_cents":98765432101}],
      "meta":{"total":2,"page":1,"per_page":25}})");
  CHECK(page == json::parse(R"({"invoices":[{"id":"fake-1","customer_id":"fake-2","amount_cents":1,"currency":"fake-3",
      "status":"overdue","due_on":"1901-01-01"},{"id":"fake-4","customer_id":"fake-2","amount_cents":1}],
      "meta":{"total":2,"page":1,"per_page":25}})"));
}

TEST_CASE("of problem details the contract's own texts are kept", "[testing]") {
  recorder by{redaction{}};
  CHECK(body_of(by, R"({"type":"/problems/invalid-customer","title":"Unprocessable Content","status":422,
      "detail":"jane@example.com is taken","instance":"/customers/7","errors":[{"pointer":"/customer/services/0",
      "detail":"Jane"},{"pointer":"/customer/jane","detail":"Jane"},{"parameter":"city"},{"parameter":"jane"}]})") ==
        json::parse(R"({"type":"/problems/invalid-customer","title":"Unprocessable Content","status":422,
      "detail":"fake-1@example.invalid","errors":[{"pointer":"/customer/services/0",
      "detail":"fake-2"},{"pointer":"fake-3","detail":"fake-2"},{"parameter":"city"},{"parameter":"fake-4"}]})"));
  CHECK(body_of(by, R"({"type":"https://jane.example","title":"Jane","status":6515550134})") ==
        json::parse(R"({"type":"fake-5","title":"fake-2","status":1})"));
}

TEST_CASE("the same text is the same fake in paths, queries and bodies", "[testing]") {
  recorder by{redaction{}};
  CHECK(target_of(by, "/api/v1/customers/7/interactions?since=2026-01-01T00%3A00%3A00Z&direction=inbound") ==
        "/api/v1/customers/fake-1/interactions?since=1901-01-01T00%3A00%3A00Z&direction=inbound");
  CHECK(target_of(by, "/api/v1/customers/search?q=Jane%20Smith&page=2&per_page=25") ==
        "/api/v1/customers/search?q=fake-2&page=2&per_page=25");
  CHECK(target_of(by, "/api/v1/customers?city=Eagan&services=mowing%2Cjane&not_signed_for_season=2026&jane=7") ==
        "/api/v1/customers?city=fake-3&services=mowing%2Cfake-4&not_signed_for_season=2026&fake-4=fake-1");
  CHECK(target_of(by, "/api/v1/customers?services%5B%5D=mowing&services%5B%5D=jane&page=6515550134") ==
        "/api/v1/customers?services%5B%5D=mowing&services%5B%5D=fake-4&page=fake-5");
  CHECK(target_of(by, "/api/v1/customers?city=%FF%FE") == "/api/v1/customers?fake-6");
  CHECK(target_of(by, "/somewhere/7") == "/fake-7/fake-1");
  CHECK(body_of(by, R"({"customer":{"id":"7","name":"Jane Smith"}})") ==
        json::parse(R"({"customer":{"id":"fake-1","name":"fake-2"}})"));
}

TEST_CASE("headers are kept by name and value, or as fakes, or not at all", "[testing]") {
  recorder by{redaction{}};
  const crm::http::request sent{crm::http::method::get,
                                "/crm/api/v1/customers",
                                {{"Accept", "application/json"},
                                 {"Authorization", "Bearer key"},
                                 {"X-Api-Key", "key"},
                                 {"Cookie", "a=b"},
                                 {"If-None-Match", "W/\"tag\""},
                                 {"Idempotency-Key", "\"once\""},
                                 {"User-Agent", "jane"},
                                 {"X-Request-Id", "tag"}},
                                {}};
  const auto kept = by.redacted(sent, "/crm");
  CHECK(kept.target == "/api/v1/customers");
  CHECK(kept.headers == crm::http::header_list{{"Accept", "application/json"},
                                               {"If-None-Match", "W/\"fake-1\""},
                                               {"Idempotency-Key", "\"fake-2\""},
                                               {"X-Request-Id", "fake-1"}});
  const crm::http::response answer{429,
                                   {{"Set-Cookie", "a=b"},
                                    {"Content-Type", "application/json"},
                                    {"content-type", "text/jane"},
                                    {"ETag", "\"tag\""},
                                    {"Location", "/api/v1/customers/7"},
                                    {"Retry-After", "7"},
                                    {"retry-after", "6515550134"},
                                    {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                    {"date", "Jan, 06 Nov 1994 08:49:37 GMT"}},
                                   {}};
  CHECK(by.redacted(answer, sent).headers == crm::http::header_list{{"Content-Type", "application/json"},
                                                                    {"ETag", "\"fake-1\""},
                                                                    {"Retry-After", "7"},
                                                                    {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}});
}

TEST_CASE("a body that is not JSON, or too deep, is left out and stays no JSON", "[testing]") {
  recorder by{redaction{}};
  const auto left = [&](const std::string& text) { return by.redacted(crm::http::response{200, {}, text}, {}).body; };
  CHECK(left("<h1>jane</h1>") == "(left out: 13 bytes that are not JSON)");
  CHECK(left("{\"id\":\"jane\"") == "(left out: 12 bytes that are not JSON)");
  CHECK(left(std::string(100, '[') + std::string(100, ']')) == "(left out: 200 bytes that are not JSON)");
  CHECK(left("") == "");
  const std::string brackets(100, '['), closing(100, ']');
  CHECK(left(R"({"id":")" + brackets + R"(\"[","name":"jane"})") == R"({"id":"fake-1","name":"fake-2"})");
  CHECK(left("[\"" + closing + "\"," + brackets + closing + "]") == "(left out: 305 bytes that are not JSON)");
}

TEST_CASE("a model of one's own is known by its fields, and a name may be declared harmless", "[testing]") {
  const std::string text = R"({"contact":{"id":"1","full_name":"Jane","region":"north"}})";
  recorder strange{redaction{}};
  CHECK(body_of(strange, text) == json::object());
  recorder known{redaction{}.knows<redaction_test::contact>().keep("region")};
  CHECK(body_of(known, text) == json::parse(R"({"contact":{"id":"fake-1","full_name":"fake-2","region":"north"}})"));
  CHECK(target_of(known, "/rest/contacts/1?region=south") == "/rest/contacts/fake-1?region=south");
}

TEST_CASE("without redaction credentials are left out all the same", "[testing]") {
  recorder by{redaction::none()};
  const crm::http::request sent{
      crm::http::method::get, "/api/v1/customers/7", {{"Authorization", "Bearer key-1234"}, {"If-Match", "\"7\""}}, {}};
  CHECK(by.redacted(sent, "").headers == crm::http::header_list{{"If-Match", "\"7\""}});
  const crm::http::response fine{200, {{"Set-Cookie", "a=b"}, {"ETag", "\"8\""}}, R"({"a":[1.5,true,null,"b"]})"};
  CHECK(by.redacted(fine, sent).headers == crm::http::header_list{{"ETag", "\"8\""}});
  CHECK(by.redacted(fine, sent).body == fine.body);
  CHECK(by.redacted(crm::http::response{400, {}, "\"you sent key-1234\""}, sent).body.find("key") == std::string::npos);
  CHECK(by.redacted(crm::http::response{400, {{"ETag", "\"key-1234\""}}, ""}, sent).headers.empty());
  // What a token endpoint is sent and answers.
  CHECK(body_of(by, R"({"access_token":"abc","token_type":"Bearer","refresh_token":"def"})") ==
        json::parse(R"({"token_type":"Bearer"})"));
  CHECK(body_of(by, R"({"accessToken":"abc","API-Key":"abc","Client_Secret":"abc","password2":"abc","idToken":1})") ==
        json::object());
  CHECK(by.redacted(crm::http::request{crm::http::method::post, "/token?api_key=abc", {}, "client_secret=abc"}, "")
            .body == "(left out: 17 bytes that are not JSON)");
  CHECK(target_of(by, "/token?api_key=abc&city=Eagan") == "/token?fake-1=fake-2&city=Eagan");
}

}  // namespace
