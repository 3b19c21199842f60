#include "customer_json.hpp"

#include <algorithm>
#include <set>

#include "calendar.hpp"
#include "problem.hpp"

namespace reference_crm {

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int deepest_body = 16;

template <typename List>
void put_list(ordered_json& into, const char* name, const List& list, bool omit_absent) {
  if (!list.empty() || !omit_absent) into[name] = list;
}

std::string media_type(const request& from) {
  auto type = from.header("content-type").value_or("");
  type.resize(std::min(type.find(';'), type.size()));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return type;
}

/// JSON as RFC 8259 has it, with each key once and no deeper than a customer could be.
json parse_strictly(const std::string& text) {
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > deepest_body) throw problem{400, "malformed-json", "The body is nested too deeply."};
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      throw problem{400, "malformed-json", "The body has an object with the same key twice."};
    }
    return true;
  };

  try {
    return json::parse(text, check);
  } catch (const json::exception&) {
    // Its message quotes the body, which has no business in an error or a log.
    throw problem{400, "malformed-json", "The body is not JSON."};
  }
}

std::optional<std::string> services_from(const json& value, std::vector<std::string>& into) {
  into.clear();
  if (value.is_null()) return std::nullopt;
  if (!value.is_array()) return "must be a list of texts or null";
  for (const auto& item : value) {
    if (!item.is_string() || item.get_ref<const std::string&>().empty())
      return "must hold texts only, none of them empty";
    into.push_back(item.get<std::string>());
  }
  return std::nullopt;
}

std::optional<std::string> seasons_from(const json& value, std::vector<std::int64_t>& into) {
  into.clear();
  if (value.is_null()) return std::nullopt;
  if (!value.is_array()) return "must be a list of years or null";
  for (const auto& item : value) {
    if (!item.is_number_integer() || item < 1900 || item > 2100) return "must hold years from 1900 to 2100 only";
    into.push_back(item.get<std::int64_t>());
  }
  return std::nullopt;
}

std::optional<std::string> text_from(const text_attribute& attribute, const json& value, customer& onto) {
  if (value.is_null()) {
    (onto.*attribute.member).reset();
    return std::nullopt;
  }
  if (!value.is_string()) return "must be a text or null";
  if (attribute.name == "last_service_date" && !is_day(value.get_ref<const std::string&>())) {
    return "must be a day that exists, as YYYY-MM-DD";
  }
  if (attribute.name == "status" && value.get_ref<const std::string&>().empty()) return "must not be empty";
  onto.*attribute.member = value.get<std::string>();
  return std::nullopt;
}

/// Sets one attribute; the complaint where it cannot be set.
std::optional<std::string> set_attribute(customer& onto, const std::string& name, const json& value) {
  if (name == "id" || name == "created_at") return "is given by the CRM and cannot be set";
  if (name == "name") {
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) return "must be a text and not empty";
    onto.name = value.get<std::string>();
    return std::nullopt;
  }
  if (name == "services") return services_from(value, onto.services);
  if (name == "signed_seasons") return seasons_from(value, onto.signed_seasons);
  const auto attribute = std::find_if(text_attributes.begin(), text_attributes.end(),
                                      [&](const text_attribute& candidate) { return candidate.name == name; });
  if (attribute == text_attributes.end()) return "is not an attribute of a customer";
  return text_from(*attribute, value, onto);
}

/// A key as a step of a JSON pointer (RFC 6901, section 3).
std::string pointer_step(const std::string& key) {
  std::string step;
  for (const char c : key) {
    if (c == '~')
      step += "~0";
    else if (c == '/')
      step += "~1";
    else
      step += c;
  }
  return step;
}

}  // namespace

ordered_json to_json(const customer& from) {
  ordered_json made = {{"id", from.id}, {"name", from.name}};
  for (const auto& [name, member] : text_attributes) {
    if (name == "status") put_list(made, "services", from.services, from.omit_absent);
    if (const auto& value = from.*member) {
      made[std::string(name)] = *value;
    } else if (!from.omit_absent) {
      made[std::string(name)] = nullptr;
    }
  }
  made["created_at"] = from.created_at;
  put_list(made, "signed_seasons", from.signed_seasons, from.omit_absent);
  return made;
}

ordered_json to_json(const invoice& from) {
  return {{"id", from.id},
          {"customer_id", from.customer_id},
          {"number", from.number},
          {"amount_cents", from.amount_cents},
          {"currency", from.currency},
          {"status", from.status},
          {"due_on", from.due_on},
          {"issued_on", from.issued_on}};
}

ordered_json to_json(const interaction& from) {
  return {{"id", from.id},
          {"customer_id", from.customer_id},
          {"direction", from.direction},
          {"channel", from.channel},
          {"occurred_at", from.occurred_at}};
}

json customer_attributes(const request& from) {
  if (media_type(from) != "application/json") {
    throw problem{415, "unsupported-media-type", "The body must be application/json."};
  }

  auto body = parse_strictly(from.body);
  if (!body.is_object() || !body.contains("customer") || !body["customer"].is_object()) {
    throw invalid_body({{field_error::place::pointer, "/customer", "must be there and be an object"}});
  }
  for (const auto& [key, value] : body.items()) {
    if (key != "customer")
      throw invalid_body({{field_error::place::pointer, "/" + pointer_step(key), "is not known here"}});
  }
  return std::move(body["customer"]);
}

void apply_attributes(customer& onto, const json& attributes) {
  std::vector<field_error> errors;
  for (const auto& [name, value] : attributes.items()) {
    if (auto complaint = set_attribute(onto, name, value)) {
      errors.push_back({field_error::place::pointer, "/customer/" + pointer_step(name), *std::move(complaint)});
    }
  }
  if (onto.name.empty() && !attributes.contains("name")) {
    errors.push_back({field_error::place::pointer, "/customer/name", "must be there"});
  }
  if (!errors.empty()) throw invalid_body(std::move(errors));
}

}  // namespace reference_crm
