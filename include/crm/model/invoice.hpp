/// @file
/// An invoice. (Extension of the contract, for SOP 5, Collections.)
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <crm/model/date.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/form.hpp>
#include <crm/model/vocabulary.hpp>

namespace crm::inline v0 {

struct invoice_status_vocabulary {
  static constexpr std::string_view what = "invoice status";
  static constexpr std::array<std::string_view, 4> known{"draft", "open", "overdue", "paid"};
};
using invoice_status_name = word_name<invoice_status_vocabulary>;

struct invoice_status_constants {
  static constexpr invoice_status_name draft{"draft"};
  static constexpr invoice_status_name open{"open"};
  static constexpr invoice_status_name overdue{"overdue"};
  static constexpr invoice_status_name paid{"paid"};
};

template <class Text>
struct basic_invoice_status : word<invoice_status_vocabulary, Text>, invoice_status_constants {
  using word<invoice_status_vocabulary, Text>::word;
};
using invoice_status = basic_invoice_status<std::string>;

template <class Form>
struct basic_invoice {
  using text = typename Form::text;

  text id{};
  text customer_id{};
  std::optional<text> number{};
  /// In the currency's smallest unit.
  std::int64_t amount_cents{};
  /// ISO 4217, e.g. `USD`.
  text currency{};
  std::optional<basic_invoice_status<text>> status{};
  std::optional<date> due_on{};
  std::optional<date> issued_on{};

  friend bool operator==(const basic_invoice&, const basic_invoice&) = default;
};

}  // namespace crm::inline v0

template <class Form>
struct boost::hana::accessors_impl<crm::basic_invoice<Form>> {
  static constexpr auto apply() {
    using crm::detail::field_row;
    using I = crm::basic_invoice<Form>;
    return make_tuple(field_row<"id", &I::id>(), field_row<"customer_id", &I::customer_id>(),
                      field_row<"number", &I::number>(), field_row<"amount_cents", &I::amount_cents>(),
                      field_row<"currency", &I::currency>(), field_row<"status", &I::status>(),
                      field_row<"due_on", &I::due_on>(), field_row<"issued_on", &I::issued_on>());
  }
};
