#include <any>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include <boost/hana/adapt_struct.hpp>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"

#include <crm/model/customer.hpp>
#include <crm/task/context.hpp>

namespace {

using nlohmann::json;

crm::customer jane() {
  crm::customer c;
  c.id = "uuid-1";
  c.name = "Jane Smith";
  c.email = "jane@example.com";
  c.city = "Eagan";
  c.zip = "55122";
  c.services = {crm::service{"fertilizer"}, crm::service{"weed_control"}};
  c.last_service_date = crm::date{"2025-09-15"};
  c.notes = "Prefers email communication";
  return c;
}

/// A map of an engine's own, with values that the library knows nothing of.
struct cell {
  enum class kind { nothing, text, words } what = kind::nothing;
  std::string text;
  std::vector<std::string> words;
};
class ledger {
 public:
  cell& operator[](const std::string& key) { return cells_[key]; }
  auto begin() { return cells_.begin(); }
  auto end() { return cells_.end(); }
  auto erase(const std::string& key) { return cells_.erase(key); }

 private:
  std::map<std::string, cell> cells_;
};

}  // namespace

template <>
struct crm::context_value<cell> {
  static cell null() { return {}; }
  static cell text(std::string_view s) { return {cell::kind::text, std::string{s}, {}}; }
  static cell list(const std::vector<std::string>& words) { return {cell::kind::words, {}, words}; }
};

TEST_CASE("a customer is remembered under exactly the ADR's keys", "[task]") {
  json context{{"crm_customer_id", "uuid-1"}, {"step", 3}};
  crm::remember(context, jane());
  CHECK(context == json::parse(R"({
    "crm_customer_id": "uuid-1", "step": 3,
    "customer_name": "Jane Smith", "customer_email": "jane@example.com", "customer_phone": null,
    "customer_city": "Eagan", "customer_services": ["fertilizer", "weed_control"],
    "customer_last_service": "2025-09-15"})"));
}

TEST_CASE("where there is no such customer each key becomes null", "[task]") {
  json context{{"crm_customer_id", "uuid-1"}};
  crm::remember(context, jane());
  crm::remember(context, std::optional<crm::customer>{});
  CHECK(context == json::parse(R"({
    "crm_customer_id": "uuid-1", "customer_name": null, "customer_email": null, "customer_phone": null,
    "customer_city": null, "customer_services": null, "customer_last_service": null})"));
  json other;
  crm::remember(other, std::nullopt);
  CHECK(other.size() == 6);
}

TEST_CASE("what find answers is remembered as it is", "[task]") {
  json context;
  crm::remember(context, std::optional{jane()});
  CHECK(context["customer_name"] == "Jane Smith");
}

TEST_CASE("further fields are named", "[task]") {
  json context;
  crm::remember<crm::context_field<"notes">, crm::context_entry<"customer_postcode", "zip">>(context, jane());
  CHECK(context["customer_notes"] == "Prefers email communication");
  CHECK(context["customer_postcode"] == "55122");
  CHECK(context.size() == 8);
  crm::remember<crm::context_field<"notes">>(context, std::optional<crm::customer>{});
  CHECK(context["customer_notes"].is_null());
}

TEST_CASE("a map of strings holds an empty text for null, and a list by commas", "[task]") {
  std::map<std::string, std::string> context;
  crm::remember(context, jane());
  CHECK(context["customer_services"] == "fertilizer,weed_control");
  CHECK(context["customer_phone"].empty());
  CHECK(context.size() == 6);
}

TEST_CASE("maps of other values hold null in their own way", "[task]") {
  std::unordered_map<std::string, std::optional<std::string>> optionals;
  crm::remember(optionals, jane());
  CHECK(optionals.at("customer_phone") == std::nullopt);
  CHECK(optionals.at("customer_name") == "Jane Smith");

  using value = std::variant<std::monostate, std::string, std::vector<std::string>>;
  std::map<std::string, value> variants;
  crm::remember(variants, jane());
  CHECK(variants.at("customer_phone") == value{});
  CHECK(variants.at("customer_services") == value{std::vector<std::string>{"fertilizer", "weed_control"}});

  std::map<std::string, std::any> anything;
  crm::remember(anything, jane());
  CHECK_FALSE(anything.at("customer_phone").has_value());
  CHECK(std::any_cast<std::string>(anything.at("customer_city")) == "Eagan");
}

TEST_CASE("an engine's own map says how its values hold a customer's", "[task]") {
  ledger context;
  crm::remember(context, jane());
  CHECK(context["customer_name"].text == "Jane Smith");
  CHECK(context["customer_phone"].what == cell::kind::nothing);
  CHECK(context["customer_services"].words.size() == 2);
  context[std::string{crm::customer_reference}] = crm::context_value<cell>::text("uuid-1");
  crm::forget(context);
  CHECK(context.begin()->first == "crm_customer_id");
  CHECK(std::next(context.begin()) == context.end());
}

TEST_CASE("forgetting takes every customer's key in any case, and no other", "[task]") {
  std::map<std::string, std::string> context{
      {"customer", "kept"},        {"customer_", "gone"}, {"customer_x", "gone"}, {"customers", "kept"},
      {"crm_customer_id", "kept"}, {"a", "kept"},         {"Customer_X", "gone"}, {"zz", "kept"}};
  crm::forget(context);
  CHECK(context.size() == 5);
  for (const auto& [key, value] : context) CHECK(value == "kept");
}

TEST_CASE("of an earlier customer nothing stays", "[task]") {
  json context{{"step", 1}};
  crm::remember<crm::context_field<"notes">>(context, jane());
  crm::customer june;
  june.name = "June";
  crm::remember(context, june);
  CHECK(context["customer_name"] == "June");
  CHECK_FALSE(context.contains("customer_notes"));
  CHECK(context.size() == 7);
  context["customer_notes"] = "Jane's";
  crm::remember(context, std::nullopt);
  CHECK_FALSE(context.contains("customer_notes"));
}

namespace {

struct contact {
  std::string id, name;
  std::optional<std::string> email;
};

}  // namespace

BOOST_HANA_ADAPT_STRUCT(contact, id, name, email);

TEST_CASE("a record of one's own that lacks a field leaves its key null", "[task]") {
  json context;
  crm::remember(context, contact{"1", "Jane", "jane@example.com"});
  CHECK(context["customer_email"] == "jane@example.com");
  CHECK(context["customer_city"].is_null());
  CHECK(context.size() == 6);
}

TEST_CASE("null is what a value has for it", "[task]") {
  using value = std::variant<int, std::string, std::monostate>;
  std::map<std::string, value> context;
  crm::remember(context, std::nullopt);
  CHECK(context.at("customer_name") == value{std::monostate{}});
}

TEST_CASE("what may be persisted of a context is what is not a customer's, at any depth", "[task]") {
  json context{{"crm_customer_id", "uuid-1"},
               {"quote", {{"id", "q-1"}, {"customer_name", "Jane"}}},
               {"list", {{{"customer_email", "x"}, {"n", 1}}, 7}}};
  crm::remember(context, jane());
  CHECK(crm::references_only(context) ==
        json::parse(R"({"crm_customer_id": "uuid-1", "quote": {"id": "q-1"}, "list": [{"n": 1}, 7]})"));
  CHECK(context.contains("customer_name"));

  std::map<std::string, json> mixed{{"quote", {{"customer_name", "Jane"}}}, {"customer_name", "Jane"}};
  CHECK(crm::references_only(mixed) == std::map<std::string, json>{{"quote", json::object()}});
  const json within{{"customer_name", "Jane"}, {"n", 1}}, left{{"n", 1}};
  using maybe = std::optional<json>;
  CHECK(crm::references_only(std::map<std::string, std::vector<json>>{{"a", {within}}}).at("a") == std::vector{left});
  CHECK(crm::references_only(std::map<std::string, maybe>{{"a", within}, {"b", {}}}).at("a") == left);
  using either = std::variant<int, json>;
  CHECK(crm::references_only(std::map<std::string, either>{{"a", within}}).at("a") == either{left});
  using texts = std::map<std::string, std::string>;
  CHECK(crm::references_only(std::map<std::string, texts>{{"a", {{"customer_name", "Jane"}, {"n", "1"}}}}).at("a") ==
        texts{{"n", "1"}});
  CHECK(crm::references_only(json{}) == json{});
  CHECK(crm::references_only(json{1, 2}) == json{1, 2});
}
