#include <sstream>
#include <string>

#include "support/catch.hpp"

#include <crm/error.hpp>

namespace {

crm::error failed_create() {
  crm::error e;
  e.code = crm::errc::unreachable;
  e.op = crm::operation::create;
  e.status = 503;
  e.message = "the CRM failed";
  e.stopped = crm::gave_up::exhausted;
  e.attempts = {{503, "server error", {}}, {503, "server error", crm::milliseconds{2000}}};
  e.request_id = "req-7";
  return e;
}

}  // namespace

TEST_CASE("an error's text names operation, kind, status, attempts and request id", "[base]") {
  CHECK(to_string(failed_create()) ==
        "create failed: unreachable (HTTP 503): the CRM failed, after 2 attempts (exhausted) [request req-7]");
}

TEST_CASE("an error's text warns that a write may have happened", "[base]") {
  auto e = failed_create();
  e.outcome_unknown = true;
  CHECK(to_string(e).find("; outcome unknown") != std::string::npos);
}

TEST_CASE("an error's text says where in a body the fault lies", "[base]") {
  crm::error e;
  e.code = crm::errc::bad_response;
  e.message = "malformed JSON";
  e.json_path = "$.customers[3].id";
  e.offset = 417;
  CHECK(to_string(e) == "bad response: malformed JSON at $.customers[3].id, byte 417");
}

TEST_CASE("an error's text holds nothing of the server's problem details", "[base]") {
  auto e = failed_create();
  const std::string without = to_string(e);
  e.details =
      crm::problem{"urn:jane", "Jane Smith", "jane@example.com is taken", {{"/customer/email", "jane@example.com"}}};
  CHECK(to_string(e) == without);
}

TEST_CASE("a first attempt alone is not counted in the text", "[base]") {
  auto e = failed_create();
  e.attempts.resize(1);
  CHECK(to_string(e).find("attempts") == std::string::npos);
}

TEST_CASE("streaming an error writes its text", "[base]") {
  std::ostringstream out;
  out << failed_create();
  CHECK(out.str() == to_string(failed_create()));
}

TEST_CASE("every kind of failure, operation and reason has a name of its own", "[base]") {
  std::vector<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(crm::errc::incomplete); ++i)
    names.push_back(to_string(static_cast<crm::errc>(i)));
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  CHECK(std::find(names.begin(), names.end(), "unknown") == names.end());

  CHECK(to_string(crm::operation::search) == "search");
  CHECK(to_string(crm::operation::none) == "call");
  CHECK(to_string(crm::gave_up::non_idempotent) == "non-idempotent");
  CHECK(to_string(crm::gave_up::not_applicable).empty());
}

TEST_CASE("an invalid argument is told before any I/O: no status, no attempt", "[base]") {
  const auto e = crm::invalid_argument("the id is empty");
  CHECK(e.code == crm::errc::invalid_argument);
  CHECK(e.status == 0);
  CHECK(e.attempts.empty());
  CHECK(to_string(e) == "invalid argument: the id is empty");
}
