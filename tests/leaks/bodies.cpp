// What a body may hold that is no good answer: broken JSON, wrong types, keys given twice.
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leaks/world.hpp"
#include "support/catch.hpp"

namespace leaks {

namespace {

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  return text.replace(text.find(what), what.size(), by);
}

/// Of one customer: each with the text that takes the place of another.
std::vector<std::string> broken_customers() {
  const std::string good = customer_json(), email = R"("wvj@wvj.example")";
  std::vector<std::string> all{good};
  for (const std::string_view value :
       {"5551234", R"(["wvj"])", R"({"wvj":"wvj"})", "true", "98765432101", "\"wvj\n\"", "\"wvj\\ud800\"",
        "\"wvj\xFF\"", "\"wvj", "wvj", "'wvj'", "NaN", "98765432101e999", "98765432101987654321019", "\"\\wvj\""})
    for (const std::string_view key : {"id", "name", "email", "services", "last_service_date", "created_at", "wvj"})
      all.push_back(replaced(good, "{", "{\"" + std::string{key} + "\":" + std::string{value} + ","));
  for (const std::string_view value : {"5551234", R"(["wvj"])", R"({"wvj":"wvj"})", "wvj", "\"wvj", "nul"})
    all.push_back(replaced(good, email, value));
  all.push_back(replaced(good, R"(["wvj"])", R"([null,"wvj",6515550134])"));
  all.push_back(replaced(good, R"("1987-06-05")", R"("1987-06-05 wvj")"));
  all.push_back(replaced(good, R"("1987-06-05T00:00:00Z")", R"("wvj")"));
  all.push_back(replaced(good, "[2024]", R"(["wvj"])"));
  all.push_back(replaced(good, "[2024]", "[98765432101]"));
  all.push_back(replaced(good, R"("id":"wvj-17",)", ""));
  all.push_back(replaced(good, "wvj-17", "wvj-18"));
  all.push_back(replaced(good, "{", R"({"wvj":1,"wvj":2,)"));
  // Where a customer's text is a key, and the fault lies below it.
  for (const std::string_view key : {"wvj", "wvjsmith", "WVJ", "wvj@wvj.example", "wvj_wvj", "\\u0077vj"}) {
    const std::string quoted = "\"" + std::string{key} + "\":";
    all.push_back(replaced(good, "{", "{" + quoted + "wvj,"));
    all.push_back(replaced(good, "{", "{" + quoted + "[{" + quoted + "{" + quoted + "}}],"));
    all.push_back(replaced(good, email, "{" + quoted + "\"wvj}"));
  }
  return all;
}

std::vector<std::string> broken_bodies() {
  std::vector<std::string> all{
      "",
      "wvj",
      "\"wvj\"",
      "[\"wvj\"]",
      "{\"wvj\":1}",
      "<html>wvj",
      "\xEF\xBB\xBF{\"wvj\":1}",
      "null",
      "6515550134",
      R"({"customers":"wvj","meta":"wvj"})",
      R"({"customers":[],"meta":{"total":"wvj","page":1,"per_page":25}})",
      R"({"customers":[],"meta":{"total":98765432101,"page":98765432101,"per_page":-98765432101}})",
      R"({"customers":[],"meta":{"total":1,"page":1,"per_page":25}})",
      R"({"customers":{"wvj":)",
      R"({"customers":null,"customers":"wvj"})",
      R"({"customer":"wvj"})",
      R"({"customer":1,"customer":"wvj"})",
      R"({"invoices":[{"id":"wvj","customer_id":"wvj","amount_cents":98765432101.5,"currency":"wvj"}],"meta":{}})",
      R"({"interactions":[{"id":"wvj","customer_id":"wvj","direction":1}],"meta":{"total":1,"page":1,"per_page":1}})",
      R"({"interactions":[{"id":"wvj","customer_id":"wvj-18","direction":"wvj","occurred_at":"2024-01-01T00:00:00Z"}],)"
      R"("meta":{"total":1,"page":1,"per_page":25}})"};
  std::string deep;
  for (int i = 0; i < 1'100; ++i) deep += R"({"wvj":)";
  all.push_back(deep);
  for (const auto& each : broken_customers()) {
    all.push_back(R"({"customer":)" + each + "}");
    all.push_back(R"({"customers":[)" + each + R"(],"meta":{"total":1,"page":1,"per_page":25}})");
    all.push_back("[" + each + "]wvj");
  }
  return all;
}

void answer_with(scan& to, std::string_view name, std::string body) {
  look(to, operation_named(name)(make_client(to, {support::answer(200, std::move(body))}), marked_call()));
}

}  // namespace

void walk_bodies(scan& to) {
  for (const std::string name : {"query", "find", "create", "update", "invoices", "interactions", "pages of views"})
    for (const auto& body : broken_bodies()) {
      to.at(name + ", " + body.substr(0, 400));
      answer_with(to, name, body);
    }
  // Broken at every byte.
  for (const auto& [name, body] : {std::pair{"find", one_customer()}, std::pair{"query", customer_page()}})
    for (std::size_t i = 0; i < body.size(); ++i) {
      to.at(std::string{name} + ", broken at " + body.substr(i));
      answer_with(to, name, body.substr(0, i));
      for (const char c : {'"', '{', '\\', 'x', '\xFF'}) {
        std::string other = body;
        other[i] = c;
        answer_with(to, name, std::move(other));
      }
    }
}

}  // namespace leaks

TEST_CASE("no fault of a body brings a customer to light", "[leaks]") {
  CHECK(leaks::found_by(leaks::walk_bodies) == std::vector<std::string>{});
}
