#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "fault_of.hpp"
#include "support/catch.hpp"

#include <crm/json/decode.hpp>
#include <crm/json/document.hpp>
#include <crm/json/encode.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>

namespace {

using namespace std::string_literals;
using crm::customer;
using crm::json::decode_one;
using crm::json::decode_page;
using support::fault_of;
using support::one_fault;
using support::page_fault;

const std::string full_page = R"({"customers":[
  {"id":"1","name":"Jane Smith","email":"jane@example.com","phone":"612-555-1234","address":"123 Elm St","city":"Eagan",
   "state":"MN","zip":"55122","services":["fertilizer","weed_control","aeration"],"status":"past",
   "last_service_date":"2025-09-15","notes":"Prefers \"email\"","source":"referral","created_at":"2024-03-10T09:30:00Z",
   "signed_seasons":[2024,2025]},
  {"id":"2","name":"Jos\u00e9 \ud83d\ude00","email":null,"services":null,"status":null,"last_service_date":null}],
 "meta":{"total":2,"page":1,"per_page":25}})";

customer owned(const crm::customer_view& v) {
  const auto text = [](const auto& t) { return t ? std::optional<std::string>{*t} : std::nullopt; };
  customer c{};
  c.id = v.id;
  c.name = v.name;
  c.email = text(v.email);
  c.phone = text(v.phone);
  c.address = text(v.address);
  c.city = text(v.city);
  c.state = text(v.state);
  c.zip = text(v.zip);
  c.services.assign(v.services.begin(), v.services.end());
  if (v.status) c.status = *v.status;
  c.last_service_date = v.last_service_date;
  c.notes = text(v.notes);
  c.source = text(v.source);
  c.created_at = v.created_at;
  c.signed_seasons.assign(v.signed_seasons.begin(), v.signed_seasons.end());
  return c;
}

std::string encoded(const customer& c) {
  std::string out;
  REQUIRE(crm::json::append_value(out, c));
  return out;
}

}  // namespace

TEST_CASE("a page is decoded into every field", "[json]") {
  const auto page = decode_page<customer>(full_page).value();
  REQUIRE(page.records().size() == 2);
  CHECK(page.meta() == crm::page_meta{2, 1, 25});

  const auto& jane = page.records()[0];
  CHECK(jane.id == "1");
  CHECK(jane.name == "Jane Smith");
  CHECK(jane.zip == "55122");
  CHECK(jane.services.size() == 3);
  CHECK(jane.services[2].str() == "aeration");
  CHECK(jane.status == crm::status::past);
  CHECK(jane.last_service_date == crm::date{"2025-09-15"});
  CHECK(jane.notes == "Prefers \"email\"");
  CHECK(jane.created_at == crm::timestamp{"2024-03-10T09:30:00Z"});
  CHECK(jane.signed_seasons == std::vector<crm::season>{2024, 2025});

  const auto& jose = page.records()[1];
  CHECK(jose.name == "Jos\xC3\xA9 \xF0\x9F\x98\x80");
  CHECK_FALSE(jose.email);
  CHECK(jose.services.empty());
  CHECK_FALSE(jose.status);
  CHECK_FALSE(jose.city);
}

TEST_CASE("views equal owning values, and point into the page", "[json]") {
  auto body = std::make_unique<std::string>(full_page);
  const auto seen = decode_page<crm::customer_view>(*body).value();
  const auto held = decode_page<customer>(*body).value();
  body.reset();
  REQUIRE(seen.records().size() == held.records().size());
  CHECK(seen.meta() == held.meta());
  for (std::size_t i = 0; i < held.records().size(); ++i) CHECK(owned(seen.records()[i]) == held.records()[i]);
}

TEST_CASE("fields the library does not know are ignored, whatever they hold", "[json]") {
  const auto c = decode_one<customer>(
      R"({"customer":{"x":{"id":"no","deep":[[{}]]},"id":"1","version":"no","name":"J","y":1.5e3,"x":null},"meta":{"id":2},"next":[]})");
  REQUIRE(c);
  CHECK(c->id == "1");
  CHECK(c->version.empty());
  CHECK(decode_page<customer>(R"({"links":[],"customers":[],"links":{},"meta":{"total":0,"page":1,"per_page":25}})"));
}

TEST_CASE("a NUL in a name is kept", "[json]") {
  CHECK(decode_one<customer>(R"({"id":"1","name":"a\u0000b"})").value().name == "a\0b"s);
  const auto page = decode_page<crm::customer_view>(R"([{"id":"1","name":"a\u0000b"}])").value();
  CHECK(page.records()[0].name == "a\0b"s);
}

TEST_CASE("a page cut at any byte is a fault that names how far it came", "[json]") {
  for (std::size_t length = 1; length < full_page.size(); ++length) {
    const auto cut = decode_page<crm::customer_view>(std::string_view{full_page}.substr(0, length));
    INFO("cut at byte " << length);
    REQUIRE_FALSE(cut);
    REQUIRE(cut.error().code == crm::errc::bad_response);
    REQUIRE(cut.error().json_path.starts_with("$"));
    REQUIRE(cut.error().offset);
    REQUIRE(*cut.error().offset <= length);
  }
  REQUIRE(decode_page<crm::customer_view>(full_page));
}

TEST_CASE("anything after the answer is a fault", "[json]") {
  for (const auto& after : {"x"s, "{}"s, "]"s, "\0"s, ","s, "null"s}) {
    INFO(after);
    CHECK(page_fault(full_page + after) == "$: malformed JSON");
    CHECK(decode_page<customer>(full_page + after).error().offset == full_page.size());
  }
  CHECK(decode_page<customer>(full_page + " \r\n\t"));
}

TEST_CASE("malformed JSON is a fault even in fields that nobody reads", "[json]") {
  for (const auto* broken :
       {"[1,2}", "{\"a\" 1}", "[1,]", "tru", "01", "1.", "\"\\x\"", "{a:1}", "'a'", "nul", "[1 2]"}) {
    INFO(broken);
    const auto body = R"({"customers":[{"id":"1","name":"J","unknown":)"s + broken + "}]}";
    const auto refused = decode_page<customer>(body);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == crm::errc::bad_response);
    CHECK(refused.error().json_path.starts_with("$.customers[0]"));
    CHECK(refused.error().offset);
  }
}

TEST_CASE("a hundred thousand levels are a fault", "[json]") {
  for (const std::string open : {"[", "{\"a\":"}) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += open;
    const auto refused = decode_page<customer>(deep);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == crm::errc::bad_response);
    CHECK(refused.error().message == "malformed JSON");
  }
  const std::string closed = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK_FALSE(decode_page<customer>(R"({"customers":[],"x":)" + closed + "}"));
}

TEST_CASE("text that is not UTF-8 is a fault where it stands", "[json]") {
  const auto refused = decode_page<customer>("[{\"id\":\"1\",\"name\":\"Jos\xE9\"}]");
  CHECK(fault_of(refused) == "$[0].name: malformed JSON");
  CHECK(refused.error().offset == 22);
  CHECK(page_fault("[{\"id\":\"1\",\"name\":\"\xED\xA0\x80\"}]") == "$[0].name: malformed JSON");
  CHECK(page_fault("[{\"id\":\"1\",\"name\":\"J\",\"\xFF\":1}]") == "$[0]: malformed JSON");
}

TEST_CASE("a surrogate escape without its other half is a fault where it stands", "[json]") {
  for (const auto* half : {R"(\ud800)", R"(\udc00)", R"(\ud800x)", R"(\ud800\n)", R"(\ud83d\ud83d)"}) {
    INFO(half);
    CHECK(page_fault(R"([{"id":"1","name":")"s + half + R"("}])") == "$[0].name: malformed JSON");
  }
}

TEST_CASE("a byte order mark is refused", "[json]") {
  CHECK(page_fault("\xEF\xBB\xBF" + full_page) == "$: malformed JSON");
  CHECK(one_fault("\xEF\xBB\xBF{}") == "$: malformed JSON");
}

TEST_CASE("numbers that JSON or 64 bits do not have are faults where they stand", "[json]") {
  for (const auto* number : {"NaN", "Infinity", "-Infinity", "1e400", "-1e400"}) {
    INFO(number);
    CHECK(page_fault(R"({"customers":[],"meta":{"total":)"s + number + R"(,"page":1,"per_page":1}})") ==
          "$.meta.total: malformed JSON");
  }
  // A parser may read it as a double, or not at all.
  const auto beyond =
      decode_page<customer>(R"({"customers":[],"meta":{"total":18446744073709551616,"page":1,"per_page":1}})");
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().json_path == "$.meta.total");
}

TEST_CASE("an integer is in range and has no fraction", "[json]") {
  for (const auto* number :
       {"9223372036854775808", "18446744073709551615", "1.0", "1e3", "\"1\"", "true", "null", "[]"}) {
    INFO(number);
    CHECK(page_fault(R"({"customers":[],"meta":{"total":)"s + number + R"(,"page":1,"per_page":1}})") ==
          "$.meta.total: expected an integer in range");
  }
  CHECK(one_fault(R"({"id":"1","name":"J","signed_seasons":[2025,26]})")
            .starts_with("$.signed_seasons[1]: expected a season"));
}

TEST_CASE("a value of the wrong type is a fault that names its path", "[json]") {
  CHECK(page_fault("1") == "$: expected an array");
  CHECK(page_fault(R"("customers")") == "$: expected an array");
  CHECK(page_fault("{}") == "$.customers: is missing");
  CHECK(page_fault(R"({"customers":{}})") == "$.customers: expected an array");
  CHECK(page_fault(R"({"customers":[1]})") == "$.customers[0]: expected an object");
  CHECK(page_fault(R"({"customers":[{"id":"1","name":"J"},{"id":7,"name":"J"}]})") ==
        "$.customers[1].id: expected a string");
  CHECK(page_fault(R"([{"id":"1","name":"J","services":"mowing"}])") == "$[0].services: expected an array");
  CHECK(page_fault(R"([{"id":"1","name":"J","services":["mowing",null]}])") == "$[0].services[1]: expected a string");
  CHECK(page_fault(R"([{"id":"1","name":"J","email":["a"]}])") == "$[0].email: expected a string");
  CHECK(page_fault(R"([{"id":"1","name":"J","status":1}])") == "$[0].status: expected a string");
  CHECK(page_fault(R"([{"id":"1","name":"J","last_service_date":"2025-02-30"}])") ==
        "$[0].last_service_date: expected a date, YYYY-MM-DD");
  CHECK(page_fault(R"([{"id":"1","name":"J","last_service_date":20250915}])") ==
        "$[0].last_service_date: expected a string");
  CHECK(page_fault(R"([{"id":"1","name":"J","created_at":"yesterday"}])") ==
        "$[0].created_at: expected a time as in RFC 3339");
  CHECK(one_fault("[]") == "$: expected an object");
  CHECK(one_fault(R"({"customer":[]})") == "$.customer: expected an object");
  CHECK(one_fault(R"({"customer":null})") == "$.customer: expected an object");
}

TEST_CASE("an id or name that is missing or null is a fault", "[json]") {
  CHECK(one_fault(R"({"name":"J"})") == "$.id: is missing");
  CHECK(one_fault(R"({"customer":{"id":"1"}})") == "$.customer.name: is missing");
  CHECK(one_fault(R"({"id":null,"name":"J"})") == "$.id: expected a string");
  CHECK(page_fault(R"({"customers":[{"id":"1","name":null}]})") == "$.customers[0].name: expected a string");
}

TEST_CASE("a key given twice is a fault, however it is spelt", "[json]") {
  CHECK(one_fault(R"({"id":"1","name":"J","id":"2"})") == "$.id: appears twice");
  CHECK(one_fault(R"({"id":"1","name":"J","\u0069d":"2"})") == "$.id: appears twice");
  CHECK(page_fault(R"([{"id":"1","name":"J","status":"past","status":"past"}])") == "$[0].status: appears twice");
  CHECK(page_fault(R"({"customers":[],"customers":[]})") == "$.customers: appears twice");
  CHECK(page_fault(R"({"meta":null,"customers":[],"meta":null})") == "$.meta: appears twice");
  CHECK(one_fault(R"({"customer":{"id":"1","name":"J"},"customer":{"id":"2","name":"J"}})") ==
        "$.customer: appears twice");
  CHECK(page_fault(R"({"customers":[],"meta":{"total":1,"total":1,"page":1,"per_page":1}})") ==
        "$.meta.total: appears twice");
}

TEST_CASE("a key's escaped spelling is the key", "[json]") {
  CHECK(decode_one<customer>(R"({"\u0069d":"1","nam\u0065":"J"})").value().name == "J");
}

TEST_CASE("an error holds nothing of the customer", "[json]") {
  for (const auto* body :
       {R"([{"id":"1","name":"Jane Smith","email":7}])", R"([{"id":"1","name":"Jane Smith","Jane":x}])",
        R"([{"id":"1","name":"Jane Smith","jane@example.com":x}])", R"([{"id":"1","name":"Jane Smith)",
        R"([{"id":"1","name":"J","last_service_date":"Jane Smith"}])"}) {
    const auto refused = decode_page<customer>(body);
    REQUIRE_FALSE(refused);
    const auto text = to_string(refused.error());
    INFO(text);
    CHECK(text.find("Smith") == std::string::npos);
    CHECK(text.find("example.com") == std::string::npos);
  }
}

TEST_CASE("invoices and interactions are decoded too", "[json]") {
  const auto invoices = decode_page<crm::invoice>(
      R"({"invoices":[{"id":"i","customer_id":"1","amount_cents":-1250,"currency":"USD","status":"void","due_on":"2026-01-31"}],"meta":{"total":1,"page":1,"per_page":25}})");
  REQUIRE(invoices);
  CHECK(invoices->records()[0].amount_cents == -1250);
  CHECK(invoices->records()[0].status->str() == "void");

  const auto interactions = decode_page<crm::interaction>(
      R"([{"id":"x","customer_id":"1","direction":"inbound","channel":null,"occurred_at":"2026-01-31T00:00:00Z"}])");
  REQUIRE(interactions);
  CHECK(interactions->records()[0].direction == crm::direction::inbound);
  CHECK(fault_of(decode_page<crm::interaction>(R"([{"id":"x","customer_id":"1","direction":"inbound"}])")) ==
        "$[0].occurred_at: is missing");
}

TEST_CASE("what is encoded is decoded as it was: random customers", "[json]") {
  std::mt19937 random{20260210};
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  const auto text = [&] {
    static const std::vector<std::string> pieces{"a",
                                                 "\"",
                                                 "\\",
                                                 "\n",
                                                 "\x01",
                                                 "\x1f",
                                                 "\x7f",
                                                 "\0"s,
                                                 "/",
                                                 "\xC3\xA9",
                                                 "\xE2\x80\xA8",
                                                 "\xF0\x9F\x98\x80",
                                                 "\xEF\xBB\xBF",
                                                 "{",
                                                 "]",
                                                 ",",
                                                 " ",
                                                 "u0041"};
    std::string out;
    for (unsigned n = below(9); n > 0; --n) out += pieces[below(static_cast<unsigned>(pieces.size()))];
    return out;
  };
  const auto maybe = [&] { return below(2) == 0 ? std::optional<std::string>{} : text(); };
  std::vector<customer> sent;
  std::string body;
  for (int i = 0; i < 500; ++i) {
    customer c{};
    c.id = text();
    c.name = text();
    for (auto* field : {&c.email, &c.phone, &c.address, &c.city, &c.state, &c.zip, &c.notes, &c.source})
      *field = maybe();
    for (unsigned n = below(4); n > 0; --n) c.services.emplace_back(text());
    if (below(2) == 0) c.status = crm::status{text()};
    if (below(2) == 0)
      c.last_service_date =
          crm::date::of(std::chrono::sys_days{std::chrono::days{static_cast<int>(below(700'000)) - 300'000}}).value();
    if (below(2) == 0)
      c.created_at = crm::timestamp{
          crm::timestamp::instant{std::chrono::microseconds{static_cast<std::int64_t>(random()) * 400'000}}};
    for (unsigned n = below(4); n > 0; --n) c.signed_seasons.push_back(crm::season::of(2000 + below(101)).value());
    CHECK(decode_one<customer>(encoded(c)).value() == c);
    body += (sent.empty() ? "[" : ",") + encoded(c);
    sent.push_back(std::move(c));
  }
  body += "]";
  const auto held = decode_page<customer>(body).value();
  const auto seen = decode_page<crm::customer_view>(body).value();
  REQUIRE(held.records().size() == sent.size());
  REQUIRE(seen.records().size() == sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    REQUIRE(held.records()[i] == sent[i]);
    REQUIRE(owned(seen.records()[i]) == sent[i]);
  }
}
