/// @file
/// Filters over one customer's interactions. (Extension of the contract, for SOP 3, Quote Follow-Up.)
#pragma once

#include <concepts>
#include <optional>
#include <string_view>

#include <crm/detail/never.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/resource.hpp>
#include <crm/model/timestamp.hpp>
#include <crm/query/filter.hpp>

namespace crm::inline v0 {

/// A filter over interactions as a plain value.
struct interaction_filter {
  using kind = interactions_kind;

  std::optional<timestamp> since{};
  std::optional<crm::direction> direction{};

  template <class F>
  constexpr void for_each_term(F&& f) const {
    if (since) f(terms::since{}, *since);
    if (direction) f(terms::direction{}, *direction);
  }

  template <record T>
  [[nodiscard]] bool matches(const T& r) const {
    return v0::matches(*this, r);
  }

  friend bool operator==(const interaction_filter&, const interaction_filter&) = default;
};

template <class... Terms>
class interactions_filter : public detail::filter_base<interactions_kind, interactions_filter, Terms...> {
 public:
  using detail::filter_base<interactions_kind, interactions_filter, Terms...>::filter_base;

  /// `since=`: at this moment or later.
  [[nodiscard]] constexpr auto since(timestamp moment) const { return this->template with<terms::since>(moment); }
  [[nodiscard]] constexpr auto since(std::optional<timestamp> moment) const {
    return this->template with<terms::since>(moment);
  }
  template <std::convertible_to<std::string_view> T>
  void since(const T&) const {
    static_assert(detail::never<T>,
                  "a time belongs here: crm::timestamp{\"2025-11-01T00:00:00Z\"} for a literal, "
                  "crm::timestamp::parse(text) for text");
  }

  /// `direction=`: inbound or outbound.
  [[nodiscard]] constexpr auto direction(direction_name word) const {
    return this->template with<terms::direction>(word);
  }
  template <class T>
    requires detail::run_time_word<detail::unwrapped<T>, direction_vocabulary>
  [[nodiscard]] auto direction(const T& word) const {
    return this->template with<terms::direction>(
        detail::map_optional(word, [](const auto& w) { return detail::own_word<crm::direction>(w); }));
  }

  /// The same filter as a plain value.
  operator interaction_filter() const {
    interaction_filter plain;
    this->for_each_term([&]<class Tag>(Tag, const auto& value) {
      if constexpr (std::same_as<Tag, terms::since>) {
        plain.since = value;
      } else {
        plain.direction = detail::own_word<crm::direction>(value);
      }
    });
    return plain;
  }
};

/// Every interaction; narrow it: `crm::interactions.direction("inbound")`.
inline constexpr interactions_filter<> interactions{};

}  // namespace crm::inline v0
