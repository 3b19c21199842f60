/// @file
/// Filters over customers. (ADR 10, CRM API Contract, query parameters.)
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include <crm/detail/never.hpp>
#include <crm/model/date.hpp>
#include <crm/model/resource.hpp>
#include <crm/model/season.hpp>
#include <crm/model/service.hpp>
#include <crm/model/status.hpp>
#include <crm/query/filter.hpp>

namespace crm::inline v0 {

/// A filter over customers as a plain value, for functions, conditions and containers. Any `customers` filter
/// converts to it.
struct customer_filter {
  using kind = customers_kind;

  std::optional<crm::status> status{};
  /// Any of these. An empty list is refused when the filter is sent: leave it unset to mean every service.
  std::optional<std::vector<crm::service>> services{};
  std::optional<season> not_signed_for_season{};
  std::optional<date> last_service_before{};
  std::optional<std::string> city{};

  template <class F>
  constexpr void for_each_term(F&& f) const {
    if (status) f(terms::status{}, *status);
    if (services) f(terms::services{}, *services);
    if (not_signed_for_season) f(terms::not_signed_for_season{}, *not_signed_for_season);
    if (last_service_before) f(terms::last_service_before{}, *last_service_before);
    if (city) f(terms::city{}, *city);
  }

  template <record T>
  [[nodiscard]] bool matches(const T& r) const {
    return v0::matches(*this, r);
  }

  friend bool operator==(const customer_filter&, const customer_filter&) = default;
};

template <class... Terms>
class customers_filter : public detail::filter_base<customers_kind, customers_filter, Terms...> {
 public:
  using detail::filter_base<customers_kind, customers_filter, Terms...>::filter_base;
  using further = detail::further_word<service_vocabulary>;

  /// `status=`; a literal or constant, or a word met at run time.
  [[nodiscard]] constexpr auto status(status_name word) const { return this->template with<terms::status>(word); }
  template <class T>
    requires detail::run_time_word<detail::unwrapped<T>, status_vocabulary>
  [[nodiscard]] auto status(const T& word) const {
    return this->template with<terms::status>(
        detail::map_optional(word, [](const auto& w) { return detail::own_word<crm::status>(w); }));
  }

  /// `services=`: customers with any of these, up to eight by name, or a list met at run time.
  [[nodiscard]] constexpr auto services(service_name first, further b = {}, further c = {}, further d = {},
                                        further e = {}, further f = {}, further g = {}, further h = {}) const {
    static_words<service_vocabulary> words{{first, first, first, first, first, first, first, first}, 1};
    for (const further& word : {b, c, d, e, f, g, h})
      if (word.given) words.words[words.count++] = word.name;
    return this->template with<terms::services>(words);
  }
  template <class T>
    requires detail::run_time_words<detail::unwrapped<T>, service_vocabulary>
  [[nodiscard]] auto services(const T& words) const {
    return this->template with<terms::services>(detail::map_optional(words, [](const auto& list) {
      std::vector<crm::service> owned;
      for (const auto& w : list) owned.push_back(detail::own_word<crm::service>(w));
      return owned;
    }));
  }
  template <class T>
    requires detail::run_time_word<detail::unwrapped<T>, service_vocabulary>
  [[nodiscard]] auto services(const T& word) const {
    return this->template with<terms::services>(
        detail::map_optional(word, [](const auto& w) { return std::vector{detail::own_word<crm::service>(w)}; }));
  }

  /// `not_signed_for_season=`: customers whose `signed_seasons` lack this year.
  [[nodiscard]] constexpr auto not_signed_for_season(season year) const {
    return this->template with<terms::not_signed_for_season>(year);
  }
  template <std::same_as<std::optional<season>> T>
  [[nodiscard]] constexpr auto not_signed_for_season(T year) const {
    return this->template with<terms::not_signed_for_season>(year);
  }
  /// A year met at run time is checked on its way in.
  template <std::integral T>
  void not_signed_for_season(T&) const {
    static_assert(detail::never<T>, "a year met at run time goes through crm::season::of(year)");
  }

  /// `last_service_before=`: customers last served before this day.
  [[nodiscard]] constexpr auto last_service_before(date day) const {
    return this->template with<terms::last_service_before>(day);
  }
  [[nodiscard]] constexpr auto last_service_before(std::optional<date> day) const {
    return this->template with<terms::last_service_before>(day);
  }
  template <std::convertible_to<std::string_view> T>
  void last_service_before(const T&) const {
    static_assert(detail::never<T>,
                  "a date belongs here: crm::date{\"2025-11-01\"} for a literal, crm::date::parse(text) for text");
  }

  /// `city=`, compared exactly.
  [[nodiscard]] constexpr auto city(static_text name) const { return this->template with<terms::city>(name); }
  template <class T>
    requires detail::run_time_text<detail::unwrapped<T>>
  [[nodiscard]] auto city(const T& name) const {
    return this->template with<terms::city>(
        detail::map_optional(name, [](const auto& n) { return std::string{std::string_view{n}}; }));
  }

  /// The same filter as a plain value.
  operator customer_filter() const {
    customer_filter plain;
    this->for_each_term([&]<class Tag>(Tag, const auto& value) {
      if constexpr (std::same_as<Tag, terms::status>) {
        plain.status = detail::own_word<crm::status>(value);
      } else if constexpr (std::same_as<Tag, terms::services>) {
        auto& list = plain.services.emplace();
        for (const auto& word : value) list.push_back(detail::own_word<crm::service>(word));
      } else if constexpr (std::same_as<Tag, terms::not_signed_for_season>) {
        plain.not_signed_for_season = value;
      } else if constexpr (std::same_as<Tag, terms::last_service_before>) {
        plain.last_service_before = value;
      } else {
        plain.city = std::string{detail::characters(value)};
      }
    });
    return plain;
  }
};

/// Every customer; narrow it: `crm::customers.status("past").city("Eagan")`.
inline constexpr customers_filter<> customers{};

}  // namespace crm::inline v0
