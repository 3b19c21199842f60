/// @file
/// What of an exchange may be written down: by allow-list, everything else is replaced.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <crm/http/message.hpp>
#include <crm/model/borrows.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>
#include <crm/model/page.hpp>
#include <crm/model/resource.hpp>
#include <crm/model/season.hpp>

namespace crm::inline v0::testing {

/// Which names and values are known to be harmless. It is read off the model by Boost.Hana:
///  - A field whose type is a vocabulary's word keeps the words that its vocabulary knows, and a season is kept. All
///    other text, every number, date and time is a person's and is replaced, whatever it holds.
///  - A member that is no field of a record, no envelope and nothing of a list's `meta` or of problem details is left
///  out.
///  - Paths keep the segments of the contract, queries its parameters' names, in both of them values as in bodies.
///  - Headers: `Accept`, `Content-Type`, `Retry-After`, `Date`; entity tags, request ids and idempotency keys replaced;
///    all others, among them every credential, cookie and signature, are left out.
class redaction {
 public:
  /// What the contract's own records have.
  redaction() {
    for (const auto name : {"total", "page", "per_page"}) rules_[name].count = true;
    for (const auto name : {"type", "title", "detail", "errors", "pointer", "parameter", "status"}) rules_[name];
    rules_["status"].status = rules_["type"].problem_type = rules_["title"].problem_title = true;
    rules_["pointer"].place = rules_["parameter"].place = true;
    knows<customer>();
    knows<invoice>();
    knows<interaction>();
  }

  /// Nothing is replaced or left out but headers, credentials and bodies that are not JSON, in which a credential could
  /// not be told: for CRMs whose customers are invented.
  [[nodiscard]] static redaction none() {
    redaction all;
    all.replaces_ = false;
    return all;
  }

  /// Knows the fields and names of a model of one's own, too.
  template <has_resource T>
  redaction& knows() {
    using R = resource<T>;
    rules_[std::string{R::many}].envelope = true;
    add_path(R::path);
    if constexpr (requires { R::one; }) rules_[std::string{R::one}].envelope = true;
    if constexpr (requires { R::meta; }) rules_[std::string{R::meta}].envelope = true;
    if constexpr (requires { R::sub_path; }) add_path(R::sub_path);
    if constexpr (requires { R::search_path; }) add_path(R::search_path);
    add_fields<T>();
    add_parameters<R>();
    return *this;
  }

  /// Keeps every value under this name, of a field or a query parameter, as it is: it must not speak of anybody.
  redaction& keep(std::string name) {
    rules_[std::move(name)].always = true;
    return *this;
  }

  // What the recorder asks.

  [[nodiscard]] bool replaces() const noexcept { return replaces_; }
  /// Whether a member or parameter of this name may be seen.
  [[nodiscard]] bool knows_name(std::string_view name) const {
    return !is_credential(name) && (!replaces_ || find(name) != nullptr);
  }
  [[nodiscard]] bool knows_segment(std::string_view segment) const {
    return !replaces_ || std::find(segments_.begin(), segments_.end(), segment) != segments_.end();
  }

  /// Whether words of a vocabulary stand under this name.
  [[nodiscard]] bool has_words(std::string_view name) const {
    const rule* known = find(name);
    return known != nullptr && !known->words.empty();
  }

  /// Whether this text may be seen under this name.
  [[nodiscard]] bool keeps(std::string_view name, std::string_view text) const {
    if (is_credential(name)) return false;
    if (!replaces_ || text.empty()) return true;
    const rule* known = find(name);
    if (known == nullptr) return false;
    if (known->always ||
        std::any_of(known->words.begin(), known->words.end(), [&](auto is_known) { return is_known(text); }))
      return true;
    if (known->season || known->count) return is_number(text) && keeps(name, number_in(text));
    if (known->problem_type) return text == "about:blank" || contains(problem_types, text);
    if (known->problem_title) return contains(problem_titles, text);
    return known->place && is_place(text);
  }
  [[nodiscard]] bool keeps(std::string_view name, std::int64_t number) const {
    if (!replaces_) return true;
    const rule* known = find(name);
    if (known == nullptr) return false;
    return known->always || (known->season && number >= 1900 && number <= 2100) ||
           (known->count && number >= 0 && number < 1'000'000) || (known->status && number >= 100 && number <= 599);
  }

 private:
  struct rule {
    std::vector<bool (*)(std::string_view)> words{};  // whether a vocabulary knows it
    bool always = false, envelope = false, season = false, count = false, status = false;
    bool problem_type = false, problem_title = false, place = false;
  };

  static constexpr std::array<std::string_view, 3> problem_types{
      "/problems/invalid-customer", "/problems/invalid-parameter", "/problems/idempotency-key-reused"};
  static constexpr std::array<std::string_view, 15> problem_titles{"Bad Request",
                                                                   "Unauthorized",
                                                                   "Forbidden",
                                                                   "Not Found",
                                                                   "Method Not Allowed",
                                                                   "Conflict",
                                                                   "Precondition Failed",
                                                                   "Unsupported Media Type",
                                                                   "Unprocessable Content",
                                                                   "Unprocessable Entity",
                                                                   "Too Many Requests",
                                                                   "Internal Server Error",
                                                                   "Bad Gateway",
                                                                   "Service Unavailable",
                                                                   "Gateway Timeout"};

  /// As token endpoints and others call them, in whatever spelling: `accessToken`, `API-Key`. Never seen.
  [[nodiscard]] static bool is_credential(std::string_view name) {
    constexpr std::array<std::string_view, 8> parts{"token",         "secret",    "password",  "apikey",
                                                    "authorization", "assertion", "signature", "cookie"};
    std::string letters;
    for (const char c : name)
      if (c != '_' && c != '-') letters.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    return letters != "tokentype" && std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
             return letters.find(part) != std::string::npos;
           });
  }
  [[nodiscard]] static bool contains(const auto& list, std::string_view text) {
    return std::find(list.begin(), list.end(), text) != list.end();
  }
  [[nodiscard]] static bool is_number(std::string_view text) {
    return text.size() <= 9 && text.find_first_not_of("0123456789") == std::string_view::npos;
  }
  [[nodiscard]] static std::int64_t number_in(std::string_view digits) {
    std::int64_t number = 0;
    for (const char c : digits) number = number * 10 + (c - '0');
    return number;
  }

  [[nodiscard]] const rule* find(std::string_view name) const {
    const auto found = rules_.find(name);
    return found == rules_.end() ? nullptr : &found->second;
  }

  /// A JSON pointer of known names and small numbers, or a known parameter.
  [[nodiscard]] bool is_place(std::string_view text) const {
    if (text.front() != '/') return find(text) != nullptr;
    while (!text.empty()) {
      text.remove_prefix(1);
      const std::string_view part = text.substr(0, text.find('/'));
      if (find(part) == nullptr && !(is_number(part) && part.size() <= 3)) return false;
      text.remove_prefix(part.size());
    }
    return true;
  }

  void add_path(std::string_view path) {
    while (!path.empty()) {
      path.remove_prefix(1);
      const std::string_view segment = path.substr(0, path.find('/'));
      segments_.emplace_back(segment);
      path.remove_prefix(segment.size());
    }
  }

  template <class F>
  static void allow(rule& to) {
    if constexpr (v0::detail::is_optional<F>) {
      allow<typename F::value_type>(to);
    } else if constexpr (std::same_as<F, v0::season>) {
      to.season = true;
    } else if constexpr (v0::detail::word_like<F>) {
      to.words.push_back([](std::string_view text) { return F{typename F::text_type{text}}.is_known(); });
    } else if constexpr (requires { typename F::value_type; } && !std::convertible_to<F, std::string_view>) {
      allow<std::remove_const_t<typename F::value_type>>(to);
    }
  }
  template <record T>
  void add_fields() {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (add_field<field_type_at<T, I>>(field_names<T>[I]), ...); }
    (std::make_index_sequence<field_count<T>>{});
  }
  template <class F>
  void add_field(std::string_view name) {
    rule& to = rules_[std::string{name}];
    allow<F>(to);
    if constexpr (record<F>) add_fields<F>();
  }

  template <class R>
  void add_parameters() {
    const auto add = [&](std::string_view name, auto allow_value) { allow_value(rules_[std::string{name}]); };
    const auto nothing = [](rule&) {};
    if constexpr (requires { R::page_parameter; }) add(R::page_parameter, [](rule& r) { r.count = true; });
    if constexpr (requires { R::per_page_parameter; }) add(R::per_page_parameter, [](rule& r) { r.count = true; });
    if constexpr (requires { R::search_parameter; }) add(R::search_parameter, nothing);
    if constexpr (requires { R::status_parameter; })
      add(R::status_parameter, [&](rule& r) { r.words = words_of("status"); });
    if constexpr (requires { R::services_parameter; })
      add(R::services_parameter, [&](rule& r) { r.words = words_of("services"); });
    if constexpr (requires { R::direction_parameter; })
      add(R::direction_parameter, [&](rule& r) { r.words = words_of("direction"); });
    if constexpr (requires { R::not_signed_for_season_parameter; })
      add(R::not_signed_for_season_parameter, [](rule& r) { r.season = true; });
    if constexpr (requires { R::last_service_before_parameter; }) add(R::last_service_before_parameter, nothing);
    if constexpr (requires { R::city_parameter; }) add(R::city_parameter, nothing);
    if constexpr (requires { R::customer_id_parameter; }) add(R::customer_id_parameter, nothing);
    if constexpr (requires { R::due_before_parameter; }) add(R::due_before_parameter, nothing);
    if constexpr (requires { R::since_parameter; }) add(R::since_parameter, nothing);
  }
  [[nodiscard]] std::vector<bool (*)(std::string_view)> words_of(std::string_view field) const {
    const rule* known = find(field);
    return known != nullptr ? known->words : std::vector<bool (*)(std::string_view)>{};
  }

  bool replaces_ = true;
  std::map<std::string, rule, std::less<>> rules_;
  std::vector<std::string> segments_;
};

}  // namespace crm::inline v0::testing
