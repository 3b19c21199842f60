#include <optional>
#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <crm/http/message.hpp>

namespace {

using namespace std::string_view_literals;
using crm::http::is_field_value;
using crm::http::is_token;
using crm::http::same_name;

static_assert(is_token("X-Request-Id") && !is_token("X Request"));
static_assert(same_name("ETag", "etag"));

}  // namespace

TEST_CASE("header names are the same in any case, and only then", "[http]") {
  CHECK(same_name("Retry-After", "RETRY-after"));
  CHECK_FALSE(same_name("Retry-After", "Retry-Afte"));
  CHECK_FALSE(same_name("Retry-Afte", "Retry-After"));
  CHECK_FALSE(same_name("a[", "a{"));
  CHECK_FALSE(same_name("@", "`"));
  CHECK(same_name("", ""));
}

TEST_CASE("the first value under a name is found, in any case", "[http]") {
  const crm::http::header_list headers{{"ETag", "\"1\""}, {"etag", "\"2\""}, {"Empty", ""}};
  CHECK(headers.get("eTAG") == "\"1\""sv);
  CHECK(headers.get("empty") == ""sv);
  CHECK_FALSE(headers.get("ETa"));
  CHECK_FALSE(crm::http::header_list{}.get("ETag"));
}

TEST_CASE("a header's name is a token", "[http]") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool fits = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                      (byte != 0 && "!#$%&'*+-.^_`|~"sv.find(c) != std::string_view::npos);
    INFO(byte);
    CHECK(is_token(std::string{"X"} + c) == fits);
  }
  CHECK_FALSE(is_token(""));
}

TEST_CASE("a header's value is visible ASCII, with blanks only inside", "[http]") {
  for (int byte = 0; byte < 256; ++byte) {
    INFO(byte);
    CHECK(is_field_value(std::string{"a"} + static_cast<char>(byte) + "b") ==
          ((byte >= ' ' && byte <= '~') || byte == '\t'));
  }
  CHECK(is_field_value(""));
  CHECK(is_field_value("a"));
  for (const auto bad : {" a"sv, "a "sv, "\ta"sv, "a\t"sv, " "sv, "a\r\nX-Evil: 1"sv, "a\0b"sv, "a\n"sv})
    CHECK_FALSE(is_field_value(bad));
}

TEST_CASE("a method has its name", "[http]") {
  CHECK(to_string(crm::http::method::get) == "GET");
  CHECK(to_string(crm::http::method::post) == "POST");
  CHECK(to_string(crm::http::method::patch) == "PATCH");
}

TEST_CASE("an excerpt is short and visible", "[http]") {
  CHECK(crm::http::excerpt("<h1>502 Bad Gateway</h1>") == "<h1>502 Bad Gateway</h1>");
  CHECK(crm::http::excerpt("a\r\nb\x1b[31m\xc3\xa9\x7f") == "a??b?[31m???");
  CHECK(crm::http::excerpt(std::string(300, 'x')) == std::string(256, 'x'));
  CHECK(crm::http::excerpt("").empty());
}
