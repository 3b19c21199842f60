#include "breaks.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "calendar.hpp"
#include "crm_check/rule.hpp"
#include "problem.hpp"
#include "query.hpp"

namespace reference_crm {

// One function a rule, of the rule's name: what the table says that the server does wrong.
namespace breaks {

#define CRM_RULE(name, needs, section, sentence, mutation) \
  outcome name(const request& asked, const request_handler& sound);
#define CRM_RULE_UNBROKEN(name, needs, section, sentence, why)
#include "crm_check/rules.def"
#undef CRM_RULE
#undef CRM_RULE_UNBROKEN

namespace {

using json = nlohmann::ordered_json;

// --- What a request is

bool is(const request& asked, std::string_view method, std::vector<std::string> below_v1) {
  below_v1.insert(below_v1.begin(), {"api", "v1"});
  return asked.method == method && std::equal(asked.path.begin(), asked.path.end(), below_v1.begin(), below_v1.end(),
                                              [](const std::string& segment, const std::string& wanted) {
                                                return wanted == "*" || segment == wanted;
                                              });
}

bool is_search(const request& asked) { return is(asked, "GET", {"customers", "search"}); }
bool is_find(const request& asked) { return is(asked, "GET", {"customers", "*"}) && !is_search(asked); }
bool is_list(const request& asked) { return is(asked, "GET", {"customers"}); }
bool is_invoices(const request& asked) { return is(asked, "GET", {"invoices"}); }
bool is_interactions(const request& asked) { return is(asked, "GET", {"customers", "*", "interactions"}); }
bool is_create(const request& asked) { return is(asked, "POST", {"customers"}); }
bool is_update(const request& asked) { return is(asked, "PATCH", {"customers", "*"}); }

std::string value_of(const request& asked, std::string_view parameter) {
  for (const auto& [name, value] : asked.query)
    if (name == parameter) return value;
  return {};
}

bool has(const request& asked, std::string_view parameter) { return !value_of(asked, parameter).empty(); }

/// Whether this is the only filter of a list of customers.
bool filters_only_by(const request& asked, std::string_view parameter) {
  return is_list(asked) && has(asked, parameter) &&
         std::all_of(asked.query.begin(), asked.query.end(), [&](auto& pair) {
           return pair.first == parameter || pair.first == "page" || pair.first == "per_page";
         });
}

bool is_word(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_season(std::string_view text) {
  return is_number(text) && text.size() == 4 && text >= "1900" && text <= "2100";
}

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == ' ' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return text;
}

// --- Other requests made of one

request without(request asked, std::string_view parameter) {
  std::erase_if(asked.query, [&](const auto& pair) { return pair.first == parameter; });
  return asked;
}

request with(request asked, std::string_view parameter, std::string value) {
  asked = without(std::move(asked), parameter);
  asked.query.emplace_back(parameter, std::move(value));
  return asked;
}

request without_header(request asked, const std::string& name) {
  asked.headers.erase(name);
  return asked;
}

/// With another customer in the body; as it is where there is none.
template <class Change>
request with_customer(request asked, Change change) {
  auto body = json::parse(asked.body, nullptr, false);
  if (!body.is_object() || !body.contains("customer") || !body["customer"].is_object()) return asked;
  change(body["customer"]);
  asked.body = body.dump();
  return asked;
}

// --- Other answers made of one

outcome with_header(outcome made, std::string_view name, const std::string& value) {
  std::erase_if(made.given.headers, [&](const auto& each) { return each.first == name; });
  if (!value.empty()) made.given.headers.emplace_back(name, value);
  return made;
}

std::string header_of(const outcome& made, std::string_view name) {
  for (const auto& [key, value] : made.given.headers)
    if (key == name) return value;
  return {};
}

/// With another body, where there is one and it is no error's.
template <class Change>
outcome with_body(outcome made, Change change) {
  if (made.given.status / 100 != 2 || made.given.body.empty()) return made;
  auto body = json::parse(made.given.body);
  change(body);
  made.given.body = body.dump();
  return made;
}

outcome plain(int status, std::string body = {}) { return {{.status = status, .body = std::move(body)}, "broken"}; }

outcome crash() { return {to_answer({500, "internal", "Something went wrong here."}), "broken"}; }

outcome nobody() { return plain(200, R"({"customers":[],"meta":{"total":0,"page":1,"per_page":25}})"); }

outcome reversed(outcome made, const char* list) {
  return with_body(std::move(made), [&](json& body) { std::reverse(body[list].begin(), body[list].end()); });
}

/// What this process remembers of earlier requests.
class memory {
 public:
  /// Whether it is there already; from now on it is.
  bool add(const std::string& item) {
    const std::scoped_lock lock(mutex_);
    return !items_.insert(item).second;
  }
  bool has(const std::string& item) {
    const std::scoped_lock lock(mutex_);
    return items_.contains(item);
  }
  void remove(const std::string& item) {
    const std::scoped_lock lock(mutex_);
    items_.erase(item);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> items_;
};

request ignoring_unless(const request& asked, std::string_view parameter, bool sound) {
  return has(asked, parameter) && !sound ? without(asked, parameter) : asked;
}

}  // namespace

// --- Lists

outcome list_can_be_read(const request& asked, const request_handler& sound) {
  if (!is_list(asked)) return sound(asked);
  return with_body(sound(asked), [](json& body) { body["meta"]["total"] = "many"; });
}

outcome ids_and_names_are_there(const request& asked, const request_handler& sound) {
  if (!is_list(asked) && !is_search(asked)) return sound(asked);
  return with_body(sound(asked), [](json& body) {
    for (auto& each : body["customers"])
      if (each["name"] == "Jane Smith") each["id"] = each["id"].get<std::string>() + "/1";
  });
}

outcome good_answers_are_json(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (is_list(asked) && made.given.status == 200) made.given.content_type = "text/html";
  return made;
}

outcome meta_says_what_was_asked(const request& asked, const request_handler& sound) {
  return with_body(sound(asked), [](json& body) {
    if (body.contains("meta")) body["meta"]["page"] = 1;
  });
}

outcome total_is_right(const request& asked, const request_handler& sound) {
  if (!is_list(asked)) return sound(asked);
  return with_body(sound(asked), [](json& body) { body["meta"]["total"] = body["meta"]["total"].get<int>() + 1; });
}

outcome a_page_holds_25_by_default(const request& asked, const request_handler& sound) {
  return sound(is_list(asked) && !has(asked, "per_page") ? with(asked, "per_page", "20") : asked);
}

outcome per_page_goes_to_100(const request& asked, const request_handler& sound) {
  return sound(is_list(asked) && value_of(asked, "per_page") == "100" ? with(asked, "per_page", "50") : asked);
}

outcome per_page_beyond_100_is_422(const request& asked, const request_handler& sound) {
  const auto size = value_of(asked, "per_page");
  return sound(is_number(size) && size.size() >= 3 ? with(asked, "per_page", "100") : asked);
}

outcome bad_page_is_422(const request& asked, const request_handler& sound) {
  auto taken = asked;
  for (const auto* parameter : {"page", "per_page"})
    if (const auto value = value_of(asked, parameter); !is_number(value) || value == "0")
      taken = without(std::move(taken), parameter);
  return sound(taken);
}

outcome page_after_the_last_is_empty(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  const bool beyond = is_list(asked) && has(asked, "page") && value_of(asked, "page") != "1";
  if (beyond && made.given.status == 200 && json::parse(made.given.body)["customers"].empty())
    return {to_answer({404, "no-such-page", "There is no such page."}), "broken"};
  return made;
}

outcome pages_hold_each_record_once(const request& asked, const request_handler& sound) {
  const auto page = value_of(asked, "page");
  if (!is_list(asked) || !is_number(page) || page == "1") return sound(asked);
  auto before = sound(with(asked, "page", std::to_string(std::stoll(page) - 1)));
  return with_body(sound(asked), [&](json& body) {
    auto earlier = json::parse(before.given.body);
    if (!body["customers"].empty() && !earlier["customers"].empty())
      body["customers"].front() = earlier["customers"].back();
  });
}

outcome order_is_stable(const request& asked, const request_handler& sound) {
  static std::mutex mutex;
  static std::string last;
  const std::scoped_lock lock(mutex);
  const bool small = value_of(asked, "per_page") != "100";
  const bool repeated = is_list(asked) && small && std::exchange(last, asked.target) == asked.target;
  return repeated ? reversed(sound(asked), "customers") : sound(asked);
}

outcome order_is_oldest_first(const request& asked, const request_handler& sound) {
  return is_list(asked) ? reversed(sound(asked), "customers") : sound(asked);
}

// --- Filters

outcome status_filter(const request& asked, const request_handler& sound) {
  static const std::set<std::string> known{"active", "past", "lead", "cold"};
  const bool ignored = filters_only_by(asked, "status") && known.contains(value_of(asked, "status"));
  return sound(ignored ? without(asked, "status") : asked);
}

outcome unknown_status_matches_nothing(const request& asked, const request_handler& sound) {
  return sound(is_list(asked) && value_of(asked, "status") == "no_such_status" ? without(asked, "status") : asked);
}

outcome services_filter(const request& asked, const request_handler& sound) {
  const bool ignored = filters_only_by(asked, "services") && is_word(value_of(asked, "services"));
  return sound(ignored ? without(asked, "services") : asked);
}

outcome several_services_mean_any(const request& asked, const request_handler& sound) {
  const auto services = value_of(asked, "services");
  return sound(services.find(',') == std::string::npos
                   ? asked
                   : with(asked, "services", services.substr(0, services.find(','))));
}

outcome services_as_rails_reads_them(const request& asked, const request_handler& sound) {
  return sound(without(asked, "services[]"));
}

outcome city_filter(const request& asked, const request_handler& sound) {
  const auto city = value_of(asked, "city");
  const bool mixed = is_plain(city) && lower(city) != city &&
                     std::any_of(city.begin(), city.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return sound(filters_only_by(asked, "city") && mixed ? without(asked, "city") : asked);
}

outcome words_are_compared_exactly(const request& asked, const request_handler& sound) {
  return sound(is_list(asked) && has(asked, "status") ? with(asked, "status", lower(value_of(asked, "status")))
                                                      : asked);
}

outcome not_signed_for_season(const request& asked, const request_handler& sound) {
  const bool ignored =
      filters_only_by(asked, "not_signed_for_season") && is_season(value_of(asked, "not_signed_for_season"));
  return sound(ignored ? without(asked, "not_signed_for_season") : asked);
}

outcome never_signed_matches(const request& asked, const request_handler& sound) {
  if (!is_list(asked) || !has(asked, "not_signed_for_season")) return sound(asked);
  return with_body(sound(asked), [](json& body) {
    auto& list = body["customers"];
    list.erase(std::remove_if(
                   list.begin(), list.end(),
                   [](const json& each) { return !each.contains("signed_seasons") || each["signed_seasons"].empty(); }),
               list.end());
  });
}

outcome last_service_before(const request& asked, const request_handler& sound) {
  auto day = value_of(asked, "last_service_before");
  if (!is_day(day)) return sound(asked);
  // The 29th of February would be none three years before.
  if (day.substr(5) == "02-29") day.replace(8, 2, "28");
  const auto year = std::to_string(std::stoi(day.substr(0, 4)) - 3);
  return sound(with(asked, "last_service_before", year + day.substr(4)));
}

outcome last_service_before_is_strict(const request& asked, const request_handler& sound) {
  const auto day = parse_day(value_of(asked, "last_service_before"));
  if (!day) return sound(asked);
  return sound(with(asked, "last_service_before", to_day(*day + std::chrono::days(1))));
}

outcome never_served_never_matches(const request& asked, const request_handler& sound) {
  if (!is_list(asked) || !has(asked, "last_service_before") || value_of(asked, "page") != "1") return sound(asked);
  const auto all = sound(without(asked, "last_service_before"));
  return with_body(sound(asked), [&](json& body) {
    const auto everybody = json::parse(all.given.body);
    for (const auto& each : everybody["customers"])
      if (!each.contains("last_service_date") || each["last_service_date"].is_null()) body["customers"].push_back(each);
  });
}

outcome filters_combine_with_and(const request& asked, const request_handler& sound) {
  return sound(is_list(asked) && has(asked, "status") && has(asked, "city") ? without(asked, "city") : asked);
}

outcome bad_season_is_422(const request& asked, const request_handler& sound) {
  return sound(ignoring_unless(asked, "not_signed_for_season", is_season(value_of(asked, "not_signed_for_season"))));
}

outcome bad_day_is_422(const request& asked, const request_handler& sound) {
  return sound(ignoring_unless(asked, "last_service_before", is_day(value_of(asked, "last_service_before"))));
}

outcome wildcards_are_text(const request& asked, const request_handler& sound) {
  return sound(value_of(asked, "city") == "%" ? without(asked, "city") : asked);
}

outcome quotes_are_text(const request& asked, const request_handler& sound) {
  auto taken = asked;
  if (is_list(asked))
    std::erase_if(taken.query, [](const auto& pair) { return pair.second.find('\'') != std::string::npos; });
  return sound(taken);
}

// --- Search

outcome search_finds_by_name(const request& asked, const request_handler& sound) {
  const auto q = value_of(asked, "q");
  const bool name = q.find('@') == std::string::npos && q.find_first_of("0123456789") == std::string::npos;
  auto made = sound(asked);
  return is_search(asked) && made.given.status == 200 && name ? nobody() : made;
}

outcome search_finds_by_email(const request& asked, const request_handler& sound) {
  return is_search(asked) && value_of(asked, "q").find('@') != std::string::npos ? nobody() : sound(asked);
}

outcome search_finds_by_phone(const request& asked, const request_handler& sound) {
  const auto q = value_of(asked, "q");
  const bool number = q.find_first_of("0123456789") != std::string::npos && q.find('@') == std::string::npos;
  return is_search(asked) && number ? nobody() : sound(asked);
}

outcome search_folds_case(const request& asked, const request_handler& sound) {
  const auto q = value_of(asked, "q");
  const bool capitals =
      q.find(' ') != std::string::npos && std::none_of(q.begin(), q.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return is_search(asked) && capitals && is_plain(q) ? nobody() : sound(asked);
}

outcome search_folds_accents(const request& asked, const request_handler& sound) {
  if (!is_search(asked) || !is_plain(value_of(asked, "q"))) return sound(asked);
  return with_body(sound(asked), [](json& body) {
    auto& list = body["customers"];
    list.erase(std::remove_if(list.begin(), list.end(),
                              [](const json& each) { return !is_ascii(each["name"].get<std::string>()); }),
               list.end());
  });
}

outcome search_forgives_a_letter(const request& asked, const request_handler& sound) {
  const auto q = lower(value_of(asked, "q"));
  if (!is_search(asked) || q.find(' ') == std::string::npos || !is_plain(q)) return sound(asked);
  return with_body(sound(asked), [&](json& body) {
    auto& list = body["customers"];
    list.erase(std::remove_if(list.begin(), list.end(),
                              [&](const json& each) {
                                const auto name = lower(each["name"].get<std::string>());
                                return is_ascii(name) && name.find(q) == std::string::npos;
                              }),
               list.end());
  });
}

outcome search_puts_the_best_first(const request& asked, const request_handler& sound) {
  return is_search(asked) ? reversed(sound(asked), "customers") : sound(asked);
}

outcome search_needs_q(const request& asked, const request_handler& sound) {
  return is_search(asked) && !has(asked, "q") && sound(asked).given.status == 422 ? nobody() : sound(asked);
}

outcome search_without_match_is_empty(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (is_search(asked) && made.given.status == 200 && json::parse(made.given.body)["customers"].empty())
    return {to_answer(unknown_customer()), "broken"};
  return made;
}

outcome search_bears_any_text(const request& asked, const request_handler& sound) {
  return is_search(asked) && value_of(asked, "q").find('"') != std::string::npos ? crash() : sound(asked);
}

outcome search_bears_a_long_text(const request& asked, const request_handler& sound) {
  return value_of(asked, "q").size() > 1000 ? crash() : sound(asked);
}

// --- One customer

outcome find_agrees_with_the_list(const request& asked, const request_handler& sound) {
  if (!is_find(asked)) return sound(asked);
  return with_body(sound(asked), [](json& body) {
    // Those that the checker makes are judged by other rules.
    if (body["customer"].value("source", json()) != "crm-check") body["customer"]["notes"] = "of another customer";
  });
}

outcome unknown_id_is_404(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  const bool well_formed = is_find(asked) && asked.path[3].find_first_not_of("0123456789abcdef-") == std::string::npos;
  return well_formed && made.given.status == 404 ? plain(200, R"({"customer":null})") : made;
}

outcome encoded_slash_stays_in_the_id(const request& asked, const request_handler& sound) {
  request taken = asked;
  taken.path.clear();
  for (auto segment : asked.path) {
    for (auto slash = segment.find('/'); slash != std::string::npos; slash = segment.find('/')) {
      taken.path.push_back(segment.substr(0, slash));
      segment.erase(0, slash + 1);
    }
    taken.path.push_back(segment);
  }
  return sound(taken);
}

outcome id_is_compared_whole(const request& asked, const request_handler& sound) {
  auto taken = asked;
  for (auto& segment : taken.path) segment.resize(std::min(segment.find('\0'), segment.size()));
  return sound(taken);
}

outcome long_id_is_refused(const request& asked, const request_handler& sound) {
  return is_find(asked) && asked.path[3].size() > 256 ? crash() : sound(asked);
}

outcome etag_is_strong(const request& asked, const request_handler& sound) {
  auto taken = asked;
  if (const auto tag = asked.header("if-match"); tag && tag->starts_with("W/"))
    taken.headers["if-match"] = tag->substr(2);
  auto made = sound(taken);
  const auto tag = header_of(made, "ETag");
  return tag.empty() ? made : with_header(std::move(made), "ETag", "W/" + tag);
}

outcome etag_stays_while_nothing_changes(const request& asked, const request_handler& sound) {
  static std::atomic<int> count = 0;
  auto taken = asked;
  for (const auto* name : {"if-match", "if-none-match"})
    if (const auto tag = asked.header(name); tag && tag->find('.') != std::string::npos)
      taken.headers[name] = tag->substr(0, tag->find('.')) + '"';
  auto made = sound(taken);
  auto tag = header_of(made, "ETag");
  if (tag.empty()) return made;
  tag.pop_back();
  return with_header(std::move(made), "ETag", tag + "." + std::to_string(++count) + "\"");
}

outcome current_tag_is_304(const request& asked, const request_handler& sound) {
  return sound(without_header(asked, "if-none-match"));
}

outcome other_tag_is_200(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (!is_find(asked) || !asked.header("if-none-match") || made.given.status != 200) return made;
  made.given.status = 304;
  made.given.body.clear();
  return made;
}

// --- Invoices

outcome invoices_can_be_read(const request& asked, const request_handler& sound) {
  if (!is_invoices(asked)) return sound(asked);
  return with_body(sound(asked), [](json& body) {
    for (auto& each : body["invoices"]) each["amount_cents"] = "many";
  });
}

outcome invoices_by_status(const request& asked, const request_handler& sound) {
  return sound(is_invoices(asked) ? without(asked, "status") : asked);
}

outcome invoices_of_a_customer(const request& asked, const request_handler& sound) {
  return sound(is_invoices(asked) ? without(asked, "customer_id") : asked);
}

outcome invoices_due_before(const request& asked, const request_handler& sound) {
  return sound(is_invoices(asked) && is_day(value_of(asked, "due_before")) ? without(asked, "due_before") : asked);
}

outcome invoices_bad_day_is_422(const request& asked, const request_handler& sound) {
  return sound(ignoring_unless(asked, "due_before", is_day(value_of(asked, "due_before"))));
}

outcome invoices_come_in_order(const request& asked, const request_handler& sound) {
  return is_invoices(asked) ? reversed(sound(asked), "invoices") : sound(asked);
}

// --- Interactions

outcome interactions_can_be_read(const request& asked, const request_handler& sound) {
  if (!is_interactions(asked)) return sound(asked);
  return with_body(sound(asked), [](json& body) {
    for (auto& each : body["interactions"]) each["customer_id"] = "another";
  });
}

outcome interactions_since(const request& asked, const request_handler& sound) {
  return sound(is_interactions(asked) && parse_instant(value_of(asked, "since")) ? without(asked, "since") : asked);
}

outcome interactions_by_direction(const request& asked, const request_handler& sound) {
  return sound(is_interactions(asked) ? without(asked, "direction") : asked);
}

outcome interactions_bad_since_is_422(const request& asked, const request_handler& sound) {
  return sound(ignoring_unless(asked, "since", parse_instant(value_of(asked, "since")).has_value()));
}

outcome interactions_of_nobody_are_404(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (!is_interactions(asked) || made.given.status != 404) return made;
  return plain(200, R"({"interactions":[],"meta":{"total":0,"page":1,"per_page":25}})");
}

outcome interactions_come_in_order(const request& asked, const request_handler& sound) {
  return is_interactions(asked) ? reversed(sound(asked), "interactions") : sound(asked);
}

// --- Errors and headers

outcome errors_are_problem_details(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (made.given.status >= 400) made.given.content_type = "text/plain";
  return made;
}

outcome answers_have_a_request_id(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  // An empty one: the server itself gives every answer one that has none.
  if (made.given.status >= 400) made.given.headers.emplace_back("X-Request-Id", "");
  return made;
}

outcome odd_headers_are_borne(const request& asked, const request_handler& sound) {
  return asked.header("accept").value_or("").find(";q=") != std::string::npos ? crash() : sound(asked);
}

outcome rate_limit_says_when(const request& asked, const request_handler& sound) {
  static std::atomic<int> count = 0;
  if (++count == 20) return {to_answer({429, "rate-limited", "Too many requests."}), "broken"};
  return sound(asked);
}

// --- Credentials

outcome a_credential_is_asked_for(const request& asked, const request_handler& sound) {
  return is_list(asked) && !asked.header("authorization") ? nobody() : sound(asked);
}

outcome every_endpoint_asks_for_it(const request& asked, const request_handler& sound) {
  return is_search(asked) && !asked.header("authorization") ? nobody() : sound(asked);
}

outcome a_wrong_credential_is_401(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  return asked.header("authorization") && made.given.status == 401 ? nobody() : made;
}

outcome a_401_has_a_challenge(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  return asked.header("authorization") ? made : with_header(std::move(made), "WWW-Authenticate", "");
}

outcome a_refused_token_is_named(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  return header_of(made, "WWW-Authenticate").empty() ? made
                                                     : with_header(std::move(made), "WWW-Authenticate", "Bearer");
}

outcome no_answer_holds_a_credential(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (made.given.status != 401) return made;
  auto body = json::parse(made.given.body);
  body["detail"] = "Refused: " + asked.header("authorization").value_or("");
  made.given.body = body.dump();
  return made;
}

outcome a_credential_that_may_not_is_403(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (made.given.status == 403) made.given.status = 401;
  return made;
}

// --- Creates

outcome create_is_201(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  if (made.given.status == 201) made.given.status = 200;
  return made;
}

outcome create_says_where(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  return made.given.status == 201 ? with_header(std::move(made), "Location", "/api/v1/customers") : made;
}

outcome create_keeps_every_field(const request& asked, const request_handler& sound) {
  return sound(is_create(asked) ? with_customer(asked,
                                                [](json& customer) {
                                                  if (customer.contains("phone")) customer.erase("zip");
                                                })
                                : asked);
}

outcome create_keeps_any_text(const request& asked, const request_handler& sound) {
  auto taken = asked;
  if (is_create(asked)) std::erase_if(taken.body, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return sound(taken);
}

outcome create_needs_a_name(const request& asked, const request_handler& sound) {
  return sound(is_create(asked) ? with_customer(asked,
                                                [](json& customer) {
                                                  if (!customer.contains("name")) customer["name"] = "unnamed";
                                                })
                                : asked);
}

outcome create_refuses_unknown_fields(const request& asked, const request_handler& sound) {
  return sound(is_create(asked) ? with_customer(asked, [](json& customer) { customer.erase("favourite_colour"); })
                                : asked);
}

outcome create_refuses_id_and_created_at(const request& asked, const request_handler& sound) {
  const auto drop = [](json& customer) {
    customer.erase("id");
    customer.erase("created_at");
  };
  return sound(is_create(asked) ? with_customer(asked, drop) : asked);
}

outcome create_refuses_bad_values(const request& asked, const request_handler& sound) {
  const auto drop = [](json& customer) {
    const auto day = customer.value("last_service_date", json());
    if (day.is_string() && !is_day(day.get<std::string>())) customer.erase("last_service_date");
  };
  return sound(is_create(asked) ? with_customer(asked, drop) : asked);
}

outcome broken_json_is_400(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  return is_create(asked) && made.given.status == 400 ? crash() : made;
}

outcome other_media_type_is_415(const request& asked, const request_handler& sound) {
  auto taken = asked;
  if (is_create(asked)) taken.headers["content-type"] = "application/json";
  return sound(taken);
}

outcome wrong_method_is_405(const request& asked, const request_handler& sound) {
  return with_header(sound(asked), "Allow", "");
}

// --- Idempotency

outcome a_repeated_create_is_done_once(const request& asked, const request_handler& sound) {
  static memory answered;
  const auto key = asked.header("idempotency-key");
  if (!is_create(asked) || !key) return sound(asked);
  // Another body under the key is still refused.
  if (answered.has(*key + asked.body)) return sound(without_header(asked, "idempotency-key"));
  auto made = sound(asked);
  if (made.given.status == 201) answered.add(*key + asked.body);
  return made;
}

outcome a_replay_says_so(const request& asked, const request_handler& sound) {
  return with_header(sound(asked), "Idempotent-Replayed", "");
}

outcome a_key_with_another_body_is_422(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  const bool reused = made.given.body.find("idempotency-key-reused") != std::string::npos;
  return reused ? sound(without_header(asked, "idempotency-key")) : made;
}

outcome a_refused_create_takes_no_key(const request& asked, const request_handler& sound) {
  static memory taken;
  const auto key = asked.header("idempotency-key");
  if (!is_create(asked) || !key) return sound(asked);
  if (taken.has(*key)) return {to_answer({422, "idempotency-key-reused", "This key was used."}), "broken"};
  auto made = sound(asked);
  if (made.given.status == 422) taken.add(*key);
  return made;
}

outcome creates_at_once_make_one(const request& asked, const request_handler& sound) {
  static memory in_flight;
  const auto key = asked.header("idempotency-key");
  if (!is_create(asked) || !key) return sound(asked);
  if (in_flight.add(*key)) return sound(without_header(asked, "idempotency-key"));
  // Long enough that the others come meanwhile.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  auto made = sound(asked);
  in_flight.remove(*key);
  return made;
}

// --- Updates

outcome update_keeps_what_it_does_not_name(const request& asked, const request_handler& sound) {
  const auto clear = [](json& customer) {
    if (!customer.contains("notes")) customer["notes"] = nullptr;
  };
  // One that names nothing is still refused.
  const bool empty = asked.body == R"({"customer":{}})";
  return sound(is_update(asked) && !empty ? with_customer(asked, clear) : asked);
}

outcome update_clears_by_null(const request& asked, const request_handler& sound) {
  const auto drop = [](json& customer) {
    for (const auto* name : {"address", "services"})
      if (customer.contains(name) && customer[name].is_null()) customer.erase(name);
  };
  return sound(is_update(asked) ? with_customer(asked, drop) : asked);
}

outcome update_replaces_a_list(const request& asked, const request_handler& sound) {
  if (!is_update(asked)) return sound(asked);
  auto reading = asked;
  reading.method = "GET";
  reading.headers.erase("if-none-match");
  const auto before = sound(reading);
  return sound(with_customer(asked, [&](json& customer) {
    if (before.given.status != 200 || !customer.contains("services") || !customer["services"].is_array()) return;
    const auto found = json::parse(before.given.body);
    for (const auto& each : found["customer"].value("services", json::array())) customer["services"].push_back(each);
  }));
}

outcome empty_update_is_422(const request& asked, const request_handler& sound) {
  if (!is_update(asked) || asked.body != R"({"customer":{}})") return sound(asked);
  auto reading = asked;
  reading.method = "GET";
  return sound(reading);
}

outcome name_cannot_be_cleared(const request& asked, const request_handler& sound) {
  const auto drop = [](json& customer) {
    if (customer.contains("name") && customer["name"].is_null()) customer.erase("name");
  };
  return sound(is_update(asked) ? with_customer(asked, drop) : asked);
}

outcome update_refuses_unknown_fields(const request& asked, const request_handler& sound) {
  const auto drop = [](json& customer) {
    for (const auto* name : {"favourite_colour", "id", "created_at"}) customer.erase(name);
  };
  return sound(is_update(asked) ? with_customer(asked, drop) : asked);
}

outcome update_of_an_unknown_id_is_404(const request& asked, const request_handler& sound) {
  auto made = sound(asked);
  return is_update(asked) && made.given.status == 404
             ? outcome{to_answer({422, "no-such-customer", "There is none."}), "broken"}
             : made;
}

outcome update_changes_the_etag(const request& asked, const request_handler& sound) {
  if (!is_update(asked)) return sound(asked);
  auto reading = asked;
  reading.method = "GET";
  reading.headers.erase("if-none-match");
  const auto before = header_of(sound(reading), "ETag");
  auto made = sound(asked);
  return made.given.status == 200 ? with_header(std::move(made), "ETag", before) : made;
}

outcome current_tag_lets_an_update_through(const request& asked, const request_handler& sound) {
  if (!is_update(asked) || !asked.header("if-match")) return sound(asked);
  return {to_answer({412, "changed-since", "The customer has changed."}), "broken"};
}

outcome stale_tag_is_412(const request& asked, const request_handler& sound) {
  const bool strong = asked.header("if-match").value_or("").starts_with('"');
  return sound(is_update(asked) && strong ? without_header(asked, "if-match") : asked);
}

outcome weak_tag_never_matches(const request& asked, const request_handler& sound) {
  auto taken = asked;
  if (const auto tag = asked.header("if-match"); tag && tag->starts_with("W/"))
    taken.headers["if-match"] = tag->substr(2);
  return sound(taken);
}

}  // namespace breaks

namespace {

struct mutation {
  std::string_view rule;
  outcome (*answer)(const request&, const request_handler&);
};

constexpr std::array mutations{
#define CRM_RULE(name, needs, section, sentence, what) mutation{#name, &breaks::name},
#define CRM_RULE_UNBROKEN(name, needs, section, sentence, why)
#include "crm_check/rules.def"
#undef CRM_RULE
#undef CRM_RULE_UNBROKEN
};

}  // namespace

request_handler broken(std::string_view rule, request_handler sound) {
  const auto found =
      std::find_if(mutations.begin(), mutations.end(), [&](const mutation& each) { return each.rule == rule; });
  if (found == mutations.end()) return {};
  return [answer = found->answer, sound = std::move(sound)](const request& asked) { return answer(asked, sound); };
}

}  // namespace reference_crm
