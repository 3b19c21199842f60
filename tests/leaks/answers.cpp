// What a server may answer: every status, and headers that hold what they should not.
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "leaks/world.hpp"
#include "support/catch.hpp"

namespace leaks {

namespace {

using crm::http::header;
using crm::http::header_list;

struct kind_of_body {
  const char* name;
  const char* type;
  std::string text;
};

const std::array<kind_of_body, 3>& bodies() {
  static const std::array<kind_of_body, 3> all{{
      {"problem", "application/problem+json",
       R"({"type":"wvj:wvj","title":"Wvj","detail":"wvj@wvj.example is taken",)"
       R"("errors":[{"pointer":"/customer/wvj","detail":"wvj"},{"parameter":"wvj","detail":"6515550134"}]})"},
      {"page", "text/html", "<h1>wvj@wvj.example, 6515550134</h1>"},
      {"nothing", "application/wvj", ""},
  }};
  return all;
}

const std::array<int, 38> statuses{-1,  0,   100, 101, 199, 201, 202, 204, 206, 299, 300, 301, 302,
                                   303, 304, 307, 308, 400, 401, 402, 403, 404, 405, 409, 410, 412,
                                   418, 422, 428, 429, 500, 501, 502, 503, 504, 599, 600, 999};

crm::http::response answer(int status, const kind_of_body& body, header_list more = {}) {
  more.push_back({"Content-Type", body.type});
  more.push_back({"ETag", "\"wvj\""});
  more.push_back({"WWW-Authenticate", "Bearer realm=\"wvj\""});
  more.push_back({"Location", "https://wvj:wvj@other.example/customers/wvj-17?q=wvj#wvj"});
  return {status, std::move(more), body.text};
}

/// None of these may be passed on. Of what may, tests/leaks/echoes.cpp tells.
const std::vector<header>& headers() {
  static const std::vector<header> all{
      {"X-Request-Id", "wvj@wvj.example"},
      {"X-Request-Id", "wvj wvj"},
      {"X-Request-Id", "wvj\r\nwvj"},
      {"X-Request-Id", std::string{"wvj\0", 4}},
      {"X-Request-Id", "wvj\xC3\xA9"},
      {"X-Request-Id", "\"wvj\""},
      {"X-Request-Id", "/customers/wvj"},
      {"X-Request-Id", "%77vj"},
      {"X-Request-Id", std::string(129, '1').append("wvj")},
      {"Retry-After", "wvj"},
      {"Retry-After", "1 wvj"},
      {"Retry-After", "98765432101"},
      {"Retry-After", "Wed, 21 Oct wvj 07:28:00 GMT"},
      {"Date", "wvj, 21 Oct 2015 07:28:00 GMT"},
      {"Content-Type", "application/problem+json; wvj"},
      {"Content-Type", std::string("text/\0wvj", 9)},
      {"ETag", "wvj\r\nwvj: wvj"},
      {"Location", "/customers/wvj"},
      {"Location", "wvj"},
      {"Location", "//wvj@wvj/wvj"},
      {"Location", "https://wvj@wvj@other.example"},
      {"Location", "/wvj?to=https://wvj.example"},
      {"Location", "https://w%76j.wvj/wvj"},
      {"Location", "https://\xC3\xA9wvj/"},
      {"Location", "https:///wvj"},
      {"Location", "mailto:wvj@wvj.example"},
      {"WVJ-wvj", "wvj"},
  };
  return all;
}

}  // namespace

void walk_statuses(scan& to) {
  // By what the proof is made matters where it is refused.
  for (const auto& [auth_name, make_auth] : every_auth())
    for (const auto& [name, run] : every_operation())
      for (const int status : statuses)
        for (const auto& body : bodies()) {
          if (&auth_name != &every_auth().front().name && status != 401 && status != 403 && status != 500) continue;
          to.at(std::string{auth_name} + ", " + name + ", " + std::to_string(status) + " with a " + body.name);
          look(to, run(make_client(to, {answer(status, body)}, make_auth()), marked_call()));
        }
}

void walk_headers(scan& to) {
  for (const auto* name : {"query", "find", "create", "update", "two reads in a task"})
    for (const int status : {200, 302, 401, 404, 422, 429, 500, 503})
      for (const auto& body : bodies())
        for (const auto& each : headers()) {
          to.at(std::string{name} + ", " + std::to_string(status) + " with " + each.name + ": " + each.value);
          const outcomes answers{answer(status, body, {each})};
          look(to, operation_named(name)(make_client(to, answers), marked_call()));
        }
}

}  // namespace leaks

TEST_CASE("no status and no text of a refusal brings a credential or a customer to light", "[leaks]") {
  CHECK(leaks::found_by(leaks::walk_statuses) == std::vector<std::string>{});
}

TEST_CASE("no header of an answer brings a customer to light", "[leaks]") {
  CHECK(leaks::found_by(leaks::walk_headers) == std::vector<std::string>{});
}
