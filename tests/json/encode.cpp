#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/hana/adapt_struct.hpp>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"

#include <crm/json/encode.hpp>

namespace encode_test {

struct inner {
  bool yes = true;
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
};
struct outer {
  std::string text;
  std::vector<inner> list;
  std::optional<int> nothing;
};

}  // namespace encode_test

BOOST_HANA_ADAPT_STRUCT(encode_test::inner, yes, least);
BOOST_HANA_ADAPT_STRUCT(encode_test::outer, text, list, nothing);

namespace {

std::string quote(std::string_view text) {
  std::string out;
  REQUIRE(crm::json::append_string(out, text));
  return out;
}

std::string written(const auto& value) {
  std::string out;
  REQUIRE(crm::json::append_value(out, value));
  return out;
}

}  // namespace

TEST_CASE("quotes, backslashes and every control character are escaped, and nothing else", "[json]") {
  CHECK(quote("") == R"("")");
  CHECK(quote(R"(a"b\c/d)") == R"("a\"b\\c/d")");
  CHECK(quote("\n\r\t") == R"("\n\r\t")");
  CHECK(quote("Jos\xC3\xA9 \xF0\x9F\x98\x80 \x7F") == "\"Jos\xC3\xA9 \xF0\x9F\x98\x80 \x7F\"");
  for (int c = 0; c < 0x20; ++c) {
    if (c == '\n' || c == '\r' || c == '\t') continue;
    INFO(c);
    constexpr std::string_view hex = "0123456789abcdef";
    const auto at = static_cast<std::size_t>(c);
    CHECK(quote(std::string(1, static_cast<char>(c))) == std::string{"\"\\u00"} + hex[at / 16] + hex[at % 16] + "\"");
  }
}

TEST_CASE("a byte that has to be escaped is found at each place of a text of each length", "[json]") {
  for (std::size_t size = 1; size < 26; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 0x80; ++byte) {
        std::string text(size, 'x');
        text[at] = static_cast<char>(byte);
        const bool plain = byte >= 0x20 && byte != '"' && byte != '\\';
        if (crm::json::detail::plain_prefix(text) == (plain ? size : at)) continue;
        CAPTURE(size, at, byte);
        FAIL();
      }
      std::string text(size, '\x7F');
      text[at] = '\x80';
      CHECK(crm::json::detail::plain_prefix(text) == at);
    }
  }
  CHECK(crm::json::detail::plain_prefix("") == 0);
}

TEST_CASE("another parser reads every string back as it was", "[json]") {
  for (int c = 0; c < 0x80; ++c) {
    const std::string text = std::string{"a"} + static_cast<char>(c) + "\xC3\xA9";
    CHECK(nlohmann::json::parse(quote(text)).get<std::string>() == text);
  }
}

TEST_CASE("text that is not UTF-8 is refused", "[json]") {
  std::string out;
  CHECK_FALSE(crm::json::append_string(out, "Jos\xE9"));
  CHECK_FALSE(crm::json::append_string(out, "\xED\xA0\x80"));
}

TEST_CASE("every type a field may have is written", "[json]") {
  CHECK(written(true) == "true");
  CHECK(written(false) == "false");
  CHECK(written(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  // Named: clang 14 crashes on a braced season within a macro.
  const crm::season year = 2026;
  const std::vector<crm::season> years{2025, 2026};
  CHECK(written(year) == "2026");
  CHECK(written(crm::date{"2025-09-15"}) == R"("2025-09-15")");
  CHECK(written(crm::timestamp{"2024-03-10T09:30:00Z"}) == R"("2024-03-10T09:30:00Z")");
  CHECK(written(crm::status{crm::status::past}) == R"("past")");
  CHECK(written(std::optional<std::string>{}) == "null");
  CHECK(written(std::optional<std::string>{"x"}) == R"("x")");
  CHECK(written(std::vector<crm::season>{}) == "[]");
  CHECK(written(years) == "[2025,2026]");
  CHECK(written(encode_test::outer{"a", {{}, {false, 7}}, {}}) ==
        R"({"text":"a","list":[{"yes":true,"least":-9223372036854775808},{"yes":false,"least":7}],"nothing":null})");
}

TEST_CASE("bad text deep inside a record is refused", "[json]") {
  std::string out;
  CHECK_FALSE(crm::json::append_value(out, encode_test::outer{"\xFF", {}, {}}));
  CHECK_FALSE(crm::json::append_value(out, std::vector<std::string>{"a", "\xFF", "b"}));
}

TEST_CASE("a patch's body holds the named fields alone, null where cleared", "[json]") {
  const auto body = crm::json::encode_attributes(crm::customer_patch{}
                                                     .email(crm::null)
                                                     .notes("Re-\"signed\"")
                                                     .services({"mowing"})
                                                     .last_service_date(crm::date{"2025-09-15"}));
  CHECK(
      body.value() ==
      R"({"customer":{"email":null,"services":["mowing"],"last_service_date":"2025-09-15","notes":"Re-\"signed\""}})");
  CHECK(crm::json::encode_attributes(crm::customer_patch{}).value() == R"({"customer":{}})");
}

TEST_CASE("a new customer's body holds what was set", "[json]") {
  CHECK(crm::json::encode_attributes(crm::new_customer{"Jane"}.signed_seasons({2026})).value() ==
        R"({"customer":{"name":"Jane","signed_seasons":[2026]}})");
}

TEST_CASE("a body with bad text is refused: the message names the field, not its content", "[json]") {
  const auto refused = crm::json::encode_attributes(crm::customer_patch{}.notes("Jane\xFF").city("Eagan"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == crm::errc::invalid_argument);
  CHECK(refused.error().message == "notes is not valid UTF-8");
  CHECK(crm::json::encode_attributes(crm::customer_patch{}.status(crm::status{std::string{"\xFF"}})).error().message ==
        "status is not valid UTF-8");
}
