#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <crm/detail/utf8.hpp>

namespace {

using crm::detail::first_invalid_utf8;
using crm::detail::is_utf8;

// The definition of RFC 3629, section 3, read from the other end: encode a code point.
std::string encoded(unsigned code) {
  const auto byte = [](unsigned b) { return static_cast<char>(static_cast<unsigned char>(b)); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | (code >> 6)), byte(0x80 | (code & 63))};
  if (code < 0x10000) return {byte(0xE0 | (code >> 12)), byte(0x80 | ((code >> 6) & 63)), byte(0x80 | (code & 63))};
  return {byte(0xF0 | (code >> 18)), byte(0x80 | ((code >> 12) & 63)), byte(0x80 | ((code >> 6) & 63)),
          byte(0x80 | (code & 63))};
}

std::string overlong(unsigned code, int length) {
  std::string out(static_cast<std::size_t>(length), '\x80');
  for (std::size_t i = out.size() - 1; i > 0; --i, code >>= 6) out[i] = static_cast<char>(0x80 | (code & 63));
  constexpr unsigned lead[] = {0, 0, 0xC0, 0xE0, 0xF0, 0xF8, 0xFC};
  out[0] = static_cast<char>(static_cast<unsigned char>(lead[length] | code));
  return out;
}

}  // namespace

TEST_CASE("every code point is UTF-8 but for the surrogates", "[detail]") {
  std::optional<unsigned> wrong;
  for (unsigned code = 0; code <= 0x10FFFF; code += code < 0x3000 || code > 0x10F000 ? 1 : 7) {
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (is_utf8(encoded(code)) == surrogate) wrong = code;
  }
  for (unsigned code : {0xD7FFU, 0xD800U, 0xDBFFU, 0xDC00U, 0xDFFFU, 0xE000U, 0xFFFFU, 0x10000U, 0x10FFFFU})
    if (is_utf8(encoded(code)) == (code >= 0xD800 && code <= 0xDFFF)) wrong = code;
  CHECK_FALSE(wrong);
}

TEST_CASE("no form longer than needed is UTF-8", "[detail]") {
  for (const unsigned code : {0U, 0x2FU, 0x7FU}) CHECK_FALSE(is_utf8(overlong(code, 2)));
  for (const unsigned code : {0U, 0x7FU, 0x80U, 0x7FFU}) CHECK_FALSE(is_utf8(overlong(code, 3)));
  for (const unsigned code : {0U, 0x7FU, 0x7FFU, 0x800U, 0xFFFFU}) CHECK_FALSE(is_utf8(overlong(code, 4)));
  CHECK(overlong(0x80, 2) == encoded(0x80));
  CHECK(overlong(0x800, 3) == encoded(0x800));
  CHECK(overlong(0x10000, 4) == encoded(0x10000));
}

TEST_CASE("nothing beyond U+10FFFF is UTF-8", "[detail]") {
  for (const unsigned code : {0x110000U, 0x13FFFFU, 0x140000U, 0x1FFFFFU}) CHECK_FALSE(is_utf8(encoded(code)));
  CHECK_FALSE(is_utf8(overlong(0x10FFFF, 5)));
  CHECK_FALSE(is_utf8(overlong(0x10FFFF, 6)));
}

TEST_CASE("single bytes from 80 to FF are not UTF-8", "[detail]") {
  for (int byte = 0; byte < 256; ++byte) {
    INFO(byte);
    CHECK(is_utf8(std::string(1, static_cast<char>(byte))) == (byte < 0x80));
  }
}

TEST_CASE("of all pairs of bytes only ASCII pairs and two-byte forms are UTF-8", "[detail]") {
  int wrong = 0;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const bool sound = (a < 0x80 && b < 0x80) || (a >= 0xC2 && a <= 0xDF && b >= 0x80 && b <= 0xBF);
      const char pair[]{static_cast<char>(a), static_cast<char>(b)};
      if (is_utf8({pair, 2}) != sound) ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("a sequence that is cut off, or broken by another byte, is not UTF-8", "[detail]") {
  for (const unsigned code : {0x80U, 0x7FFU, 0x800U, 0xFFFDU, 0x10000U, 0x10FFFFU}) {
    const std::string whole = encoded(code);
    for (std::size_t keep = 1; keep < whole.size(); ++keep) {
      CHECK(first_invalid_utf8(whole.substr(0, keep)) == 0);
      CHECK(first_invalid_utf8("ab" + whole.substr(0, keep) + "c") == 2);
      std::string broken = whole;
      broken[keep] = 'a';
      CHECK(first_invalid_utf8(broken) == 0);
      broken[keep] = '\xC2';
      CHECK(first_invalid_utf8(broken) == 0);
    }
  }
}

TEST_CASE("the first byte that is not UTF-8 is told", "[detail]") {
  STATIC_REQUIRE(first_invalid_utf8("Jos\xC3\xA9") == std::string_view::npos);
  STATIC_REQUIRE(first_invalid_utf8("Jos\xE9") == 3);
  CHECK(first_invalid_utf8("\xC3\xA9\xF0\x9F\x98\x80\xFF") == 6);
  CHECK(first_invalid_utf8("") == std::string_view::npos);
  CHECK(first_invalid_utf8(std::string_view{"\0", 1}) == std::string_view::npos);
}

TEST_CASE("the beginning of text is cut between characters", "[detail]") {
  using crm::detail::utf8_prefix;
  STATIC_REQUIRE(utf8_prefix("Jos\xC3\xA9", 5) == "Jos\xC3\xA9");
  STATIC_REQUIRE(utf8_prefix("Jos\xC3\xA9", 4) == "Jos");
  CHECK(utf8_prefix("Jane", 100) == "Jane");
  CHECK(utf8_prefix("Jane", 0).empty());
  for (const unsigned code : {0x41U, 0x80U, 0x800U, 0x10000U, 0x10FFFFU}) {
    const std::string one = encoded(code), text = one + one + one;
    for (std::size_t most = 0; most <= text.size() + 1; ++most) {
      CAPTURE(code, most);
      CHECK(utf8_prefix(text, most).size() == std::min(most, text.size()) / one.size() * one.size());
      CHECK(text.starts_with(utf8_prefix(text, most)));
    }
  }
}
