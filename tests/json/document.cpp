#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/hana/adapt_struct.hpp>

#include "fault_of.hpp"
#include "support/catch.hpp"

#include <crm/json/document.hpp>
#include <crm/json/encode.hpp>
#include <crm/model/customer.hpp>

namespace document_test {

struct contact {
  std::int64_t uid = 0;
  std::string title;
  std::optional<double> weight;
  bool vip = false;
  std::vector<std::vector<int>> grid;
};

}  // namespace document_test

BOOST_HANA_ADAPT_STRUCT(document_test::contact, uid, title, weight, vip, grid);

template <>
struct crm::resource<document_test::contact> : crm::customer_resource {
  static constexpr std::string_view many = "contacts", one = "contact";
};

namespace {

using namespace std::string_literals;
using crm::customer;
using crm::json::decode_one;
using crm::json::decode_page;
using support::fault_of;
using support::one_fault;
using support::page_fault;

}  // namespace

TEST_CASE("a bare array is a list without meta; an object without it could be one page of many", "[json]") {
  const auto bare = decode_page<customer>(R"([{"id":"uuid-1","name":"Jane Smith"}])").value();
  CHECK(bare.records().size() == 1);
  CHECK_FALSE(bare.meta());
  const auto empty = decode_page<customer>("[]").value();
  CHECK(empty.records().empty());
  CHECK(decode_page<customer>(R"({"customers":[]})").error().json_path == "$.meta");
  CHECK(decode_page<customer>(R"({"customers":[],"meta":null})").error().json_path == "$.meta");
}

TEST_CASE("a list that is null says nothing of the customers there are", "[json]") {
  CHECK(decode_page<customer>("null").error().json_path == "$");
  CHECK(decode_page<customer>(R"({"customers":null,"meta":{"total":0,"page":1,"per_page":25}})").error().json_path ==
        "$.customers");
}

TEST_CASE("one record comes in its envelope or bare", "[json]") {
  CHECK(decode_one<customer>(R"({"customer":{"id":"1","name":"J"}})").value().id == "1");
  CHECK(decode_one<customer>(R"({"id":"1","name":"J"})").value().id == "1");
}

TEST_CASE("an empty answer is a fault", "[json]") {
  CHECK(page_fault("") == "$: the body is empty");
  CHECK(one_fault("") == "$: the body is empty");
  CHECK(page_fault(" \r\n") == "$: malformed JSON");
}

TEST_CASE("meta out of range is a fault", "[json]") {
  for (const auto* meta : {R"({"total":-1,"page":1,"per_page":1})", R"({"total":1,"page":0,"per_page":1})",
                           R"({"total":1,"page":1,"per_page":0})", R"({"total":1,"page":1,"per_page":-25})"}) {
    INFO(meta);
    CHECK(page_fault(R"({"customers":[],"meta":)"s + meta + "}") == "$.meta: is out of range");
  }
  CHECK(page_fault(R"({"customers":[],"meta":{"total":1,"page":1}})") == "$.meta.per_page: is missing");
  CHECK(page_fault(R"({"customers":[],"meta":[]})") == "$.meta: expected an object");
}

TEST_CASE("a user's own struct is decoded by its resource", "[json]") {
  const auto c = decode_one<document_test::contact>(
      R"({"contact":{"uid":9223372036854775807,"title":"Dr","weight":7,"vip":true,"grid":[[1,-2],[],[3]]}})");
  REQUIRE(c);
  CHECK(c->uid == 9223372036854775807);
  CHECK(c->weight == 7.0);
  CHECK(c->vip);
  CHECK(c->grid == std::vector<std::vector<int>>{{1, -2}, {}, {3}});
  CHECK(fault_of(decode_one<document_test::contact>(R"({"uid":1,"title":"Dr","vip":1})")) ==
        "$.vip: expected true or false");
  CHECK(fault_of(decode_one<document_test::contact>(R"({"uid":1,"title":"Dr","vip":true,"grid":[[],[2147483648]]})")) ==
        "$.grid[1][0]: expected an integer in range");
}

TEST_CASE("a write's body is decoded as the fields it names", "[json]") {
  const auto patch =
      crm::customer_patch{}.email(crm::null).notes("Re-signed").services({"mowing"}).signed_seasons({2026});
  const auto read = crm::json::decode_attributes<customer>(crm::json::encode_attributes(patch).value()).value();
  customer a{}, b{};
  a.email = b.email = "jane@example.com";
  patch.apply_to(a);
  read.apply_to(b);
  CHECK(a == b);
  for (std::size_t i = 0; i < crm::field_count<customer>; ++i) CHECK(read.names(i) == patch.names(i));
}

TEST_CASE("a write with a key that is no field is a fault", "[json]") {
  CHECK(fault_of(crm::json::decode_attributes<customer>(R"({"customer":{"nmae":"J"}})")) ==
        "$.customer: is not a field");
  CHECK(fault_of(crm::json::decode_attributes<customer>(R"({"customer":{"email":"a","email":"b"}})")) ==
        "$.customer.email: appears twice");
  CHECK(crm::json::decode_attributes<customer>(R"({"customer":{}})").value().empty());
}

TEST_CASE("problem details are read, bounded, and optional", "[json]") {
  const auto p = crm::json::decode_problem(
      R"({"type":"urn:x","title":"Invalid","detail":"no","status":422,"errors":[{"pointer":"/customer/email","detail":"taken"},{"parameter":"page","detail":"low"}]})");
  REQUIRE(p);
  CHECK(*p == crm::problem{"urn:x", "Invalid", "no", {{"/customer/email", "taken"}, {"page", "low"}}});

  CHECK(crm::json::decode_problem("{}") == crm::problem{});
  CHECK(crm::json::decode_problem(R"({"title":7})") == crm::problem{});
  for (const auto* none : {"", "[]", "null", "<html>", "{"}) CHECK_FALSE(crm::json::decode_problem(none));

  std::string many = R"({"title":")" + std::string(5000, 'a') + R"(","errors":[)";
  for (int i = 0; i < 100; ++i) many += std::string{i == 0 ? "" : ","} + R"({"pointer":"/a","detail":"b"})";
  const auto bounded = crm::json::decode_problem(many + "]}");
  REQUIRE(bounded);
  CHECK(bounded->title.size() == 1024);
  CHECK(bounded->fields.size() == 32);
}

TEST_CASE("a text of problem details is not cut within a character", "[json]") {
  const auto cut = crm::json::decode_problem(R"({"title":")" + std::string(1023, 'a') + "\xC3\xA9\"}");
  REQUIRE(cut);
  CHECK(cut->title == std::string(1023, 'a'));
}
