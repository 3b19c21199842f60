/// @file
/// What the mutations of all kinds share: their declarations, and how a request or an answer is made another.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "../http.hpp"
#include "../problem.hpp"

namespace reference_crm::breaks {

// One function a rule, of the rule's name: what the table says that the server does wrong. It stands in the file of the
// same name as the rule's proof in examples/crm_check/rules. One that is not in the table does not compile, and a rule
// of the table without one does not link.
#define CRM_RULE(name, needs, section, sentence, mutation) \
  outcome name(const request& asked, const request_handler& sound);
#define CRM_RULE_UNBROKEN(name, needs, section, sentence, why)
#include "crm_check/rules.def"
#undef CRM_RULE
#undef CRM_RULE_UNBROKEN

using json = nlohmann::ordered_json;

// --- What a request is

inline bool is(const request& asked, std::string_view method, std::vector<std::string> below_v1) {
  below_v1.insert(below_v1.begin(), {"api", "v1"});
  return asked.method == method && std::equal(asked.path.begin(), asked.path.end(), below_v1.begin(), below_v1.end(),
                                              [](const std::string& segment, const std::string& wanted) {
                                                return wanted == "*" || segment == wanted;
                                              });
}

inline bool is_search(const request& asked) { return is(asked, "GET", {"customers", "search"}); }
inline bool is_find(const request& asked) { return is(asked, "GET", {"customers", "*"}) && !is_search(asked); }
inline bool is_list(const request& asked) { return is(asked, "GET", {"customers"}); }
inline bool is_invoices(const request& asked) { return is(asked, "GET", {"invoices"}); }
inline bool is_interactions(const request& asked) { return is(asked, "GET", {"customers", "*", "interactions"}); }
inline bool is_create(const request& asked) { return is(asked, "POST", {"customers"}); }
inline bool is_update(const request& asked) { return is(asked, "PATCH", {"customers", "*"}); }

inline std::string value_of(const request& asked, std::string_view parameter) {
  for (const auto& [name, value] : asked.query)
    if (name == parameter) return value;
  return {};
}

inline bool has(const request& asked, std::string_view parameter) { return !value_of(asked, parameter).empty(); }

inline bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

inline bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == ' ' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

// --- Other requests made of one

inline request without(request asked, std::string_view parameter) {
  std::erase_if(asked.query, [&](const auto& pair) { return pair.first == parameter; });
  return asked;
}

inline request with(request asked, std::string_view parameter, std::string value) {
  asked = without(std::move(asked), parameter);
  asked.query.emplace_back(parameter, std::move(value));
  return asked;
}

inline request without_header(request asked, const std::string& name) {
  asked.headers.erase(name);
  return asked;
}

/// With another customer in the body; as it is where there is none.
template <class Change>
inline request with_customer(request asked, Change change) {
  auto body = json::parse(asked.body, nullptr, false);
  if (!body.is_object() || !body.contains("customer") || !body["customer"].is_object()) return asked;
  change(body["customer"]);
  asked.body = body.dump();
  return asked;
}

inline request ignoring_unless(const request& asked, std::string_view parameter, bool sound) {
  return has(asked, parameter) && !sound ? without(asked, parameter) : asked;
}

// --- Other answers made of one

inline outcome with_header(outcome made, std::string_view name, const std::string& value) {
  std::erase_if(made.given.headers, [&](const auto& each) { return each.first == name; });
  if (!value.empty()) made.given.headers.emplace_back(name, value);
  return made;
}

inline std::string header_of(const outcome& made, std::string_view name) {
  for (const auto& [key, value] : made.given.headers)
    if (key == name) return value;
  return {};
}

/// With another body, where there is one and it is no error's.
template <class Change>
inline outcome with_body(outcome made, Change change) {
  if (made.given.status / 100 != 2 || made.given.body.empty()) return made;
  auto body = json::parse(made.given.body);
  change(body);
  made.given.body = body.dump();
  return made;
}

inline outcome plain(int status, std::string body = {}) {
  return {{.status = status, .body = std::move(body)}, "broken"};
}

inline outcome crash() { return {to_answer({500, "internal", "Something went wrong here."}), "broken"}; }

inline outcome nobody() { return plain(200, R"({"customers":[],"meta":{"total":0,"page":1,"per_page":25}})"); }

inline outcome reversed(outcome made, const char* list) {
  return with_body(std::move(made), [&](json& body) { std::reverse(body[list].begin(), body[list].end()); });
}

}  // namespace reference_crm::breaks
