#include <random>
#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <crm/http/uri.hpp>

namespace {

using namespace std::string_view_literals;
using crm::http::base_url;
using crm::http::decoded;

std::string encoded(std::string_view text) {
  std::string out;
  crm::http::append_encoded(out, text);
  return out;
}

}  // namespace

TEST_CASE("unreserved characters stand for themselves and every other byte is encoded in upper case", "[http]") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                       "-._~"sv.find(c) != std::string_view::npos;
    constexpr auto hex = "0123456789ABCDEF"sv;
    const auto at = static_cast<std::size_t>(byte);
    const std::string expected = plain ? std::string(1, c) : std::string{"%"} + hex[at / 16] + hex[at % 16];
    INFO(byte);
    CHECK(encoded({&c, 1}) == expected);
    CHECK(decoded(expected) == std::string(1, c));
  }
}

TEST_CASE("what is encoded is decoded as it was", "[http]") {
  std::mt19937 random{3986};
  for (int i = 0; i < 200; ++i) {
    std::string text;
    for (auto n = random() % 40; n > 0; --n) text.push_back(static_cast<char>(random() % 256));
    REQUIRE(decoded(encoded(text)) == text);
    REQUIRE(decoded(encoded(text), true) == text);
  }
}

TEST_CASE("a plus is a space only in a query", "[http]") {
  CHECK(decoded("a+b%2B") == "a+b+");
  CHECK(decoded("a+b%2B", true) == "a b+");
  CHECK(decoded("%c3%A9") == "\xC3\xA9");
}

TEST_CASE("a broken percent-encoding is nothing", "[http]") {
  for (const auto text : {"%"sv, "%4"sv, "a%"sv, "a%4"sv, "%4g"sv, "%g4"sv, "%%41"sv, "%-1"sv, "% 1"sv}) {
    INFO(text);
    CHECK_FALSE(decoded(text));
  }
  CHECK(decoded("") == "");
  CHECK(decoded("%41") == "A");
}

TEST_CASE("an id that could be read as another path is refused, and not repeated", "[http]") {
  for (const auto id : {""sv, "."sv, ".."sv, "a/b"sv, "a\\b"sv, "../x"sv, "a?b"sv, "a#b"sv, "a%2Fb"sv, "a b"sv,
                        "a\tb"sv, "a\r\nb"sv, "a\0b"sv, "a\x7f"sv, "a\x1f"sv, "jane\xff"sv, "jane\xed\xa0\x80"sv}) {
    INFO("'" << id << "'");
    const auto refused = crm::http::path_segment(id);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == crm::errc::invalid_argument);
    CHECK((id.size() < 3 || refused.error().message.find(id) == std::string::npos));
  }
  CHECK(crm::http::path_segment(std::string(256, 'a')));
  CHECK_FALSE(crm::http::path_segment(std::string(257, 'a')));
}

TEST_CASE("any other id is one path segment, encoded", "[http]") {
  CHECK(crm::http::path_segment("17").value() == "17");
  CHECK(crm::http::path_segment("9b2f7c1e-0d5a-4c8e-9f31-6a7d2b4e8c10").value() ==
        "9b2f7c1e-0d5a-4c8e-9f31-6a7d2b4e8c10");
  CHECK(crm::http::path_segment("...").value() == "...");
  CHECK(crm::http::path_segment("a:b@c+d&e=f;g,h").value() == "a%3Ab%40c%2Bd%26e%3Df%3Bg%2Ch");
  CHECK(crm::http::path_segment("Jos\xC3\xA9").value() == "Jos%C3%A9");
}

TEST_CASE("an address is scheme, host, port and prefix", "[http]") {
  struct row {
    std::string_view text;
    base_url expected;
  };
  const auto url = [](bool tls, std::string host, std::uint16_t port, std::string prefix = {}) {
    base_url made;
    made.tls = tls;
    made.host = std::move(host);
    made.port = port;
    made.prefix = std::move(prefix);
    return made;
  };
  for (const auto& [text, expected] : {
           row{"https://crm.example.com", url(true, "crm.example.com", 443)},
           row{"https://crm.example.com/", url(true, "crm.example.com", 443)},
           row{"http://crm.example.com", url(false, "crm.example.com", 80)},
           row{"http://127.0.0.1:8080/prefix", url(false, "127.0.0.1", 8080, "/prefix")},
           row{"https://crm.example.com:1/a/b//", url(true, "crm.example.com", 1, "/a/b")},
           row{"https://crm.example.com:65535", url(true, "crm.example.com", 65535)},
           row{"https://my_host-1:8443/~v2/a.b", url(true, "my_host-1", 8443, "/~v2/a.b")},
           row{"https://[::1]", url(true, "::1", 443)},
           row{"http://[2001:db8::17]:8080/x", url(false, "2001:db8::17", 8080, "/x")},
           row{"http://[::ffff:127.0.0.1]", url(false, "::ffff:127.0.0.1", 80)},
           row{"https://crm.example.com/..x/x..", url(true, "crm.example.com", 443, "/..x/x..")},
       }) {
    INFO(text);
    const auto parsed = base_url::parse(text);
    REQUIRE(parsed);
    CHECK(*parsed == expected);
  }
}

TEST_CASE("an address of any other form is refused, and nothing of it is repeated", "[http]") {
  for (const auto text : {
           ""sv,
           "crm.example.com"sv,
           "//crm.example.com"sv,
           "ftp://crm.example.com"sv,
           "HTTPS//crm.example.com"sv,
           "https:/crm.example.com"sv,
           "https://"sv,
           "https:///path"sv,
           "https://:443"sv,
           "https://crm.example.com:"sv,
           "https://crm.example.com:0"sv,
           "https://crm.example.com:65536"sv,
           "https://crm.example.com:-1"sv,
           "https://crm.example.com:+80"sv,
           "https://crm.example.com:80x"sv,
           "https://crm.example.com: 80"sv,
           "https://crm.example.com:80:80"sv,
           "https://crm.example.com:99999999999999999999"sv,
           "https://jane:hunter2@crm.example.com"sv,
           "https://jane@crm.example.com"sv,
           "https://crm.example.com/@"sv,
           "https://crm.example.com?q=hunter2"sv,
           "https://crm.example.com/?q"sv,
           "https://crm.example.com#hunter2"sv,
           "https://crm example.com"sv,
           "https://crm.example.com "sv,
           " https://crm.example.com"sv,
           "https://crm%2eexample.com"sv,
           "https://crm.example.com\r\nX-Evil: 1"sv,
           "https://crm.example.com\0"sv,
           "https://cr\xC3\xA9m.example.com"sv,
           "https://crm.example.com/a b"sv,
           "https://crm.example.com/a%2F"sv,
           "https://crm.example.com/a/../b"sv,
           "https://crm.example.com/.."sv,
           "https://crm.example.com/a\\b"sv,
           "https://[::1"sv,
           "https://[]"sv,
           "https://::1"sv,
           "https://[::1]8080"sv,
           "https://[::1%25eth0]"sv,
           "https://[crm.example.com]"sv,
           "https://[127.0.0.1]"sv,
           "https://[::1]:0"sv,
       }) {
    INFO("'" << text << "'");
    const auto refused = base_url::parse(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == crm::errc::invalid_argument);
    CHECK(refused.error().message.find("hunter2") == std::string::npos);
    CHECK(refused.error().message.find("example") == std::string::npos);
  }
}

TEST_CASE("a credential in an address is refused by its name", "[http]") {
  CHECK(base_url::parse("https://jane:hunter2@crm.example.com").error().message == "the CRM's address holds user info");
}

TEST_CASE("only this machine's own names and addresses are loopback", "[http]") {
  for (const auto* here : {"http://localhost", "http://127.0.0.1", "http://127.255.255.254:8080/x", "http://[::1]"}) {
    INFO(here);
    CHECK(base_url::parse(here).value().is_loopback());
  }
  for (const auto* there :
       {"http://localhost.example.com", "http://127.0.0.1.example.com", "http://127.evil.com", "http://128.0.0.1",
        "http://127", "http://127.1", "http://0.0.0.0", "http://[::2]", "http://[1::1]", "http://localhos",
        "http://1270.0.0.1", "http://127.0.0.1.1", "http://127...", "http://127.0.0.256", "http://127.0.0."}) {
    INFO(there);
    CHECK_FALSE(base_url::parse(there).value().is_loopback());
  }
}
