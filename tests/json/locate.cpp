#include <optional>
#include <string>
#include <string_view>

#include "support/catch.hpp"

#include <crm/json/locate.hpp>

namespace {

std::string fault(std::string_view body) {
  const auto where = crm::json::locate_fault(body, [](std::string_view key) noexcept { return key.size() == 1; });
  return where ? where->path + " " + std::to_string(where->offset) : "sound";
}

}  // namespace

TEST_CASE("sound JSON has no fault", "[json]") {
  for (const auto* body :
       {"{}", "[]", "0", "-0", "1.5e-7", "1E+2", "\"\"", "true", "false", "null", " [ 1 , { \"a\" : [ ] } ] \r\n\t",
        R"("\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00")", R"({"a":{"b":[1,"c",null]}})"}) {
    INFO(body);
    CHECK(fault(body) == "sound");
  }
}

TEST_CASE("a fault is told by path and byte", "[json]") {
  CHECK(fault("") == "$ 0");
  CHECK(fault("x") == "$ 0");
  CHECK(fault("[1,]") == "$[1] 3");
  CHECK(fault("[1,2}") == "$ 4");
  CHECK(fault("[1 2]") == "$ 3");
  CHECK(fault(R"({"a":1,})") == "$ 7");
  CHECK(fault(R"({"a":1,"b":[true,{"c":flase}]})") == "$.b[1].c 22");
  CHECK(fault(R"({"a" 1})") == "$.a 5");
  CHECK(fault(R"({"a":1} x)") == "$ 8");
  CHECK(fault(R"({a:1})") == "$ 1");
  CHECK(fault("{'a':1}") == "$ 1");
  CHECK(fault("\xEF\xBB\xBF{}") == "$ 0");
}

TEST_CASE("numbers are read strictly", "[json]") {
  for (const auto* body :
       {"01", "-", "+1", ".5", "1.", "1e", "1e+", "NaN", "Infinity", "-Infinity", "0x1", "--1", "1..2"}) {
    INFO(body);
    CHECK(crm::json::locate_fault(body));
  }
}

TEST_CASE("a number that no parser can hold is located", "[json]") {
  CHECK(fault(R"({"a":1e400})") == "$.a 5");
  CHECK(fault(R"({"a":[-1e400]})") == "$.a[0] 6");
  CHECK(fault("[18446744073709551616]") == "$[0] 1");
  CHECK(fault("[-9223372036854775809]") == "$[0] 1");
  CHECK(fault("[18446744073709551615,-9223372036854775808,1e308,1e-400,123456789012345678901e0]") == "sound");
}

TEST_CASE("strings are read strictly", "[json]") {
  for (const auto body : {std::string_view{R"("a)"}, std::string_view{R"("\)"}, std::string_view{R"("\x")"},
                          std::string_view{R"("\u12")"}, std::string_view{R"("\u12g4")"}, std::string_view{"\"\n\""},
                          std::string_view{"\"\0\"", 3}, std::string_view{"\"\x1f\""}}) {
    INFO(body);
    CHECK(crm::json::locate_fault(body));
  }
  CHECK(fault("[\"ab\xFF\"]") == "$[0] 4");
}

TEST_CASE("half a surrogate pair is located", "[json]") {
  CHECK(fault(R"(["\ud800"])") == "$[0] 2");
  CHECK(fault(R"(["ab\udc00"])") == "$[0] 4");
  CHECK(fault(R"(["\ud800\ud800"])") == "$[0] 2");
  CHECK(fault(R"(["\ud800x"])") == "$[0] 2");
  CHECK(fault(R"(["\uD83D\uDE00"])") == "sound");
}

TEST_CASE("a path names the known keys alone: another may be a customer's text", "[json]") {
  CHECK(fault(R"({"a":{"jane":{"b":x}}})") == "$.a.?.b 18");
  CHECK(fault(R"({"jane@example.com":x})") == "$.? 20");
  CHECK(fault(R"({"":x})") == "$.? 4");
  CHECK(fault(R"({"\u0061":x})") == "$.? 10");
  CHECK(crm::json::locate_fault(R"({"a":x})")->path == "$.?");
}

TEST_CASE("locating a fault below a hundred thousand levels does not overflow the stack", "[json]") {
  for (const std::string open : {"[", "{\"a\":"}) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += open;
    const auto where = crm::json::locate_fault(deep);
    REQUIRE(where);
    CHECK(where->offset == open.size() * 1024);
  }
}
