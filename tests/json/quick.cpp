// The quick way to a page against the parser's: whatever is done to a body, they take the same and read the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/hana/adapt_struct.hpp>

#include "support/catch.hpp"

#include <crm/json/document.hpp>
#include <crm/json/encode.hpp>
#include <crm/model/customer.hpp>

namespace quick_test {

struct inner {
  std::optional<int> x = 7;
};
struct node {
  std::string id;
  std::vector<node> below;
};
struct narrow {
  std::string id;
  std::int8_t number = 0;
  int year = 0;
};
struct with_defaults {
  std::string id = "none";
  std::optional<int> priority = 3;
  std::vector<std::string> tags{"given"};
  inner one{9};
  std::optional<double> balance = 1.5;
};

}  // namespace quick_test

BOOST_HANA_ADAPT_STRUCT(quick_test::inner, x);
BOOST_HANA_ADAPT_STRUCT(quick_test::node, id, below);
BOOST_HANA_ADAPT_STRUCT(quick_test::narrow, id, number, year);
BOOST_HANA_ADAPT_STRUCT(quick_test::with_defaults, id, priority, tags, one, balance);

template <>
struct crm::resource<quick_test::node> : crm::customer_resource {};
template <>
struct crm::resource<quick_test::narrow> : crm::customer_resource {};
template <>
struct crm::resource<quick_test::with_defaults> : crm::customer_resource {};

namespace {

using crm::customer;
using crm::customer_view;

const std::string page_body = R"({"customers":[
  {"id":"1","name":"Jane Smith","email":"jane@example.com","phone":null,"city":"Eagan","services":["mowing","aeration"],
   "status":"past","last_service_date":"2025-09-15","notes":"Prefers \"email\" \u00e9\ud83d\ude00",
   "created_at":"2024-03-10T09:30:00Z","signed_seasons":[2024,2025],"x":{"a":[1,-2.5,true,null,{"b":"c\\"}]}},
  {"name":"Jos)"
                              "\xC3\xA9"
                              R"(","id":"2","signed_seasons":null,"services":[]}],
 "meta":{"total":2,"page":1,"per_page":25},"next":[false,"1e3"]})";

// One order for all records, another than the model's, with a key that is no field's; at last a shorter record.
const std::string foreign_body =
    R"({"customers":[{"name":"A","x":[1],"zip":"1","id":"1","services":["mowing"],"state":"MN"},)"
    R"({"name":"B","x":"id","zip":"2","id":"2","services":[],"state":"WI"},)"
    R"({"name":"C","x":{"id":3},"zip":null,"id":"3","services":["a","b"],"state":"\u0041"},)"
    R"({"name":"D","id":"4","y":0,"state":"MN"},{"name":"E","x":0,"zip":"5","id":"5"}],)"
    R"("meta":{"page":1,"total":5,"per_page":25}})";

template <class T>
std::optional<crm::page<T>> quick(std::string_view body, crm::detail::arena& pieces) {
  typename crm::page<T>::spent fresh;
  return crm::json::detail::quick_page<T>(body, fresh, pieces);
}

template <class T>
std::string encoded(const crm::page<T>& page) {
  std::string out = page.meta() ? std::to_string(page.meta()->total) + "/" + std::to_string(page.meta()->page) + "/" +
                                      std::to_string(page.meta()->per_page)
                                : "";
  for (const T& each : page.records()) crm::json::append_value(out, each);
  return out;
}

/// One thing done to a body: bytes changed, cut out, put in, taken from elsewhere.
std::string mutated(std::string body, std::mt19937_64& random) {
  static const std::vector<std::string_view> pieces{"\"",
                                                    "\\",
                                                    "{",
                                                    "}",
                                                    "[",
                                                    "]",
                                                    ",",
                                                    ":",
                                                    " ",
                                                    "\n",
                                                    "\t",
                                                    "null",
                                                    "true",
                                                    "false",
                                                    "nul",
                                                    "0",
                                                    "-",
                                                    "1.5",
                                                    "01",
                                                    "1e5",
                                                    "-0",
                                                    "18446744073709551615",
                                                    "\\u",
                                                    "\\n",
                                                    "\\x",
                                                    "\\u0041",
                                                    "\\ud800",
                                                    "\\udc00",
                                                    "\"id\":",
                                                    "\"meta\":",
                                                    "\"\"",
                                                    "\x0c",
                                                    "\x1a",
                                                    "\xEF\xBB\xBF",
                                                    "\x80",
                                                    "\xFF",
                                                    "\xC3",
                                                    "//",
                                                    "\"id\":\"3\",",
                                                    "\"customers\":[],",
                                                    "[[",
                                                    "{\"a\":",
                                                    ",,",
                                                    "e",
                                                    "."};
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  for (std::size_t times = 1 + below(3); times > 0 && !body.empty(); --times) {
    const std::size_t at = below(body.size());
    const std::size_t some = 1 + below(6);
    switch (below(6)) {
      case 0: body[at] = static_cast<char>(below(256)); break;
      case 1: body.erase(at, some); break;
      case 2: body.insert(at, pieces[below(pieces.size())]); break;
      case 3: body.replace(at, some, pieces[below(pieces.size())]); break;
      case 4: body.insert(at, body.substr(below(body.size()), 4 * some)); break;
      default: body.resize(at + (below(8) == 0 ? 0 : body.size() - at));
    }
  }
  return body;
}

}  // namespace

TEST_CASE("a sound page needs no parser", "[json]") {
  crm::detail::arena pieces;
  for (
      const auto& body :
      {std::string{
           R"({"customers":[{"id":"1","name":"a\u0041","x":[{"y":-1.5},"\t",true,null]}],"meta":{"total":1,"page":1,"per_page":25}})"},
       std::string{R"( [ { "name" : "J" , "services" : [ "a" , "b" ] , "id" : "1" } , {"id":"2","name":""} ] )"},
       std::string{R"({"meta":{"per_page":1,"total":0,"page":1},"customers":[]})"}, page_body, foreign_body}) {
    INFO(body);
    CHECK(quick<customer>(body, pieces));
    CHECK(quick<customer_view>(body, pieces));
  }
  const std::string one = R"({"x":[],"customer":{"id":"1","name":"J"}})";
  customer read;
  CHECK(crm::json::detail::quick_one(one, read));
}

TEST_CASE("keys in any order, escapes anywhere: the quick reader needs no parser, and reads the same", "[json]") {
  std::vector<std::string> members{R"("id":"1")",
                                   R"("name":"J\u00e9")",
                                   R"("email":"a\\b")",
                                   R"("phone":null)",
                                   R"("city" : "Eagan")",
                                   R"("state":"M\nN")",
                                   R"("services":["mo\"wing","aeration"])",
                                   R"("status":"past")",
                                   R"("last_service_date":"2025-09-15")",
                                   R"("notes":"x ,\"zip\":\"1\" ")",
                                   R"("created_at":"2024-03-10T09:30:00Z")",
                                   R"("signed_seasons":[2024,2025])",
                                   R"("nam":{"id":["\"",{}]})",
                                   R"("namee":"\\")"};
  std::mt19937_64 random{20260210};
  for (int round = 0; round < 200; ++round) {
    std::string body = "[";
    for (int records = 0; records < 3; ++records) {
      // The first half of the rounds has one order for all, as a server has.
      if (records == 0 || round >= 100) std::shuffle(members.begin(), members.end(), random);
      body += records == 0 ? "{" : ",{";
      for (const auto& member : members) body += (body.back() == '{' ? "" : ",") + member;
      body += '}';
    }
    body += ']';
    INFO(body);
    crm::detail::arena pieces, view_pieces;
    const auto held = quick<customer>(body, pieces);
    const auto seen = quick<customer_view>(body, view_pieces);
    const auto parsed = crm::json::detail::parsed_page<customer>(body);
    REQUIRE((held && seen && parsed));
    REQUIRE(encoded(*held) == encoded(*parsed));
    REQUIRE(encoded(*seen) == encoded(*parsed));
  }
}

TEST_CASE("whatever is done to a page, the quick reader takes nothing that the parser refuses, and reads the same",
          "[json]") {
  // More, by hand: CRM_MUTATIONS=1000000 CRM_MUTATION_SEED=7 crm_unit "whatever is done*"
  const char* const wanted = std::getenv("CRM_MUTATIONS");
  const char* const seed = std::getenv("CRM_MUTATION_SEED");
  const long count = wanted != nullptr ? std::atol(wanted) : 4'000;
  std::mt19937_64 random{seed != nullptr ? std::strtoull(seed, nullptr, 10) : 20260210};
  long taken = 0, quickly = 0;
  for (long i = 0; i < count; ++i) {
    // Of its own size, so that a sanitizer sees each byte that is read behind it.
    const std::string text = mutated(i % 2 == 0 ? page_body : foreign_body, random);
    const std::vector<char> bytes(text.begin(), text.end());
    const std::string_view body{bytes.data(), bytes.size()};
    const auto parsed = crm::json::detail::parsed_page<customer>(body);
    crm::detail::arena pieces, view_pieces;
    const auto held = quick<customer>(body, pieces);
    const auto seen = quick<customer_view>(body, view_pieces);
    const bool same = held.has_value() == seen.has_value() && (!held || parsed) &&
                      (!held || (encoded(*held) == encoded(*parsed) && encoded(*seen) == encoded(*parsed)));
    taken += parsed ? 1 : 0;
    quickly += held ? 1 : 0;
    if (!same) {
      CAPTURE(i, text);
      REQUIRE(same);
    }
  }
  CAPTURE(count, taken, quickly);
  // There is something to compare, and the parser is asked seldom.
  CHECK(taken > count / 50);
  CHECK(quickly > taken * 3 / 4);
}

TEST_CASE(
    "a page with any byte made a mark of JSON, with one more behind it, or a key again, is read as the parser does",
    "[json]") {
  const auto agrees = [](const std::string& body) {
    crm::detail::arena pieces;
    const auto held = quick<customer>(body, pieces);
    if (!held) return true;
    const auto parsed = crm::json::detail::parsed_page<customer>(body);
    return parsed && encoded(*held) == encoded(*parsed);
  };
  const std::string& sound = GENERATE(as<const std::string&>{}, page_body, foreign_body);
  for (const char mark : std::string_view{"\":,{}[]\\0n "}) {
    for (std::size_t i = 0; i < sound.size(); ++i) {
      std::string body = sound;
      body[i] = mark;
      if (!agrees(body)) FAIL("byte " << i << " made " << mark);
    }
    CHECK(agrees(sound + mark));
  }
  CHECK(agrees(page_body + "{}"));
  CHECK(agrees(R"([{"id":"1","name":"J","id":"2"}])"));
  // Again where the order is known by heart.
  CHECK(agrees(R"([{"name":"J","id":"1"},{"name":"J","id":"2","name":"K"}])"));
  CHECK(agrees(R"([{"name":"J","id":"1","x":0},{"name":"J","id":"2","id":"3"}])"));
  CHECK(agrees(R"([{"id":"1","name":"J","x":0},{"id":"2","id":"3","name":"K"}])"));
  CHECK(agrees(R"([{"name":"J","id":"1"},{"name":"K","zip":"1","id":"2"},{"name":"L","id":"3","zip":"1","id":"4"}])"));
  // Shorter than known by heart, and without what is required; and longer than can be.
  CHECK(agrees(R"([{"name":"J","id":"1"},{"name":"K"}])"));
  std::string strange;
  for (int i = 0; i < 100; ++i) strange += R"("x)" + std::to_string(i) + R"(":0,)";
  CHECK(agrees("[{" + strange + R"("id":"1","name":"J"},{)" + strange + R"("name":"K","id":"2"},{)" + strange +
               R"("name":"L"}])"));
}

TEST_CASE("a number is JSON and in range, or is nobody's", "[json]") {
  const std::string number = GENERATE(as<std::string>{}, "0", "-1", "127", "128", "1000", "9999", "0012", "00", "-0",
                                      "-128", "-129", "1e2", "12345", "+123");
  const std::string body = GENERATE(R"([{"id":"1","number":#,"year":2024}])", R"([{"id":"1","number":1,"year":#}])",
                                    R"({"customers":[],"meta":{"total":#,"page":1,"per_page":25}})");
  const std::string sent = std::string{body}.replace(body.find('#'), 1, number);
  CAPTURE(sent);
  crm::detail::arena pieces;
  const auto read = quick<quick_test::narrow>(sent, pieces);
  const auto parsed = crm::json::detail::parsed_page<quick_test::narrow>(sent);
  REQUIRE((!read || parsed));
  if (read) CHECK(encoded(*read) == encoded(*parsed));
}

TEST_CASE("records may hold their own kind, as deep as the parser allows", "[json]") {
  const int depth = GENERATE(1, 5, 14, 15, 16, 17, 100);
  std::string body = R"({"customer":)", end = "}";
  for (int i = 0; i < depth; ++i) {
    body += R"({"id":"1","below":[)";
    end = "]}" + end;
  }
  const auto read = crm::json::decode_one<quick_test::node>(body + end).value();
  int levels = 1;
  for (const auto* at = &read; !at->below.empty(); at = &at->below[0]) ++levels;
  CHECK(levels == depth);
  quick_test::node quickly;
  CHECK(crm::json::detail::quick_one(body + end, quickly) == (depth <= 16));
}

TEST_CASE("what the CRM says stands in place of what a field is without it", "[json]") {
  const std::string said =
      GENERATE(as<std::string>{}, R"("priority":null)", R"("priority":4)", R"("tags":["b"])", R"("tags":null)",
               R"("tags":[])", R"("one":{})", R"("one":{"x":1})", R"("one":{"x":null})", R"("balance":null)",
               R"("balance":0)", R"("balance":0.0,"big":123456789012345678)");
  const std::string what_is_required = said.find("one") == std::string::npos ? R"(,"one":{"x":2})" : "";
  const std::string body = R"([{"id":"1",)" + said + what_is_required + "}]";
  CAPTURE(body);
  crm::detail::arena pieces;
  const auto read = quick<quick_test::with_defaults>(body, pieces);
  const auto parsed = crm::json::detail::parsed_page<quick_test::with_defaults>(body);
  REQUIRE(parsed);
  REQUIRE(read);
  const quick_test::with_defaults &got = read->records()[0], &expected = parsed->records()[0];
  CHECK(got.priority == expected.priority);
  CHECK(got.tags == expected.tags);
  CHECK(got.one.x == expected.one.x);
  CHECK(got.balance == expected.balance);
}
