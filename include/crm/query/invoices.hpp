/// @file
/// Filters over invoices. (Extension of the contract, for SOP 5, Collections.)
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include <crm/detail/never.hpp>
#include <crm/model/date.hpp>
#include <crm/model/invoice.hpp>
#include <crm/model/resource.hpp>
#include <crm/query/filter.hpp>

namespace crm::inline v0 {

/// A filter over invoices as a plain value.
struct invoice_filter {
  using kind = invoices_kind;

  std::optional<invoice_status> status{};
  std::optional<std::string> customer_id{};
  std::optional<date> due_before{};

  template <class F>
  constexpr void for_each_term(F&& f) const {
    if (status) f(terms::status{}, *status);
    if (customer_id) f(terms::customer_id{}, *customer_id);
    if (due_before) f(terms::due_before{}, *due_before);
  }

  template <record T>
  [[nodiscard]] bool matches(const T& r) const {
    return v0::matches(*this, r);
  }

  friend bool operator==(const invoice_filter&, const invoice_filter&) = default;
};

template <class... Terms>
class invoices_filter : public detail::filter_base<invoices_kind, invoices_filter, Terms...> {
 public:
  using detail::filter_base<invoices_kind, invoices_filter, Terms...>::filter_base;

  /// `status=`: draft, open, overdue, paid, or a word met at run time.
  [[nodiscard]] constexpr auto status(invoice_status_name word) const {
    return this->template with<terms::status>(word);
  }
  template <class T>
    requires detail::run_time_word<detail::unwrapped<T>, invoice_status_vocabulary>
  [[nodiscard]] auto status(const T& word) const {
    return this->template with<terms::status>(
        detail::map_optional(word, [](const auto& w) { return detail::own_word<invoice_status>(w); }));
  }

  /// `customer_id=`: one customer's invoices.
  [[nodiscard]] constexpr auto customer_id(static_text id) const { return this->template with<terms::customer_id>(id); }
  template <class T>
    requires detail::run_time_text<detail::unwrapped<T>>
  [[nodiscard]] auto customer_id(const T& id) const {
    return this->template with<terms::customer_id>(
        detail::map_optional(id, [](const auto& text) { return std::string{std::string_view{text}}; }));
  }

  /// `due_before=`: invoices due before this day.
  [[nodiscard]] constexpr auto due_before(date day) const { return this->template with<terms::due_before>(day); }
  [[nodiscard]] constexpr auto due_before(std::optional<date> day) const {
    return this->template with<terms::due_before>(day);
  }
  template <std::convertible_to<std::string_view> T>
  void due_before(const T&) const {
    static_assert(detail::never<T>,
                  "a date belongs here: crm::date{\"2025-11-01\"} for a literal, crm::date::parse(text) for text");
  }

  /// The same filter as a plain value.
  operator invoice_filter() const {
    invoice_filter plain;
    this->for_each_term([&]<class Tag>(Tag, const auto& value) {
      if constexpr (std::same_as<Tag, terms::status>) {
        plain.status = detail::own_word<invoice_status>(value);
      } else if constexpr (std::same_as<Tag, terms::customer_id>) {
        plain.customer_id = std::string{detail::characters(value)};
      } else {
        plain.due_before = value;
      }
    });
    return plain;
  }
};

/// Every invoice; narrow it: `crm::invoices.status("overdue")`.
inline constexpr invoices_filter<> invoices{};

}  // namespace crm::inline v0
