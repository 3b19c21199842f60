/// @file
/// Where the contract's names stand: paths, parameters, envelopes. Nowhere else.
///
/// A CRM with other names is met by deriving from one of these for a record of one's own:
///
///     template <> struct crm::resource<contact> : crm::customer_resource {
///       static constexpr std::string_view path = "/rest/contacts", many = "contacts", one = "contact";
///     };
#pragma once

#include <array>
#include <string_view>

#include <crm/fwd.hpp>

namespace crm::inline v0 {

/// Which filters a record answers to.
struct customers_kind {};
struct invoices_kind {};
struct interactions_kind {};

/// What every list of the contract shares. (ADR 10, CRM API Contract, `meta`.)
struct paged_resource {
  static constexpr std::string_view page_parameter = "page";
  static constexpr std::string_view per_page_parameter = "per_page";
  static constexpr std::string_view meta = "meta";
};

struct customer_resource : paged_resource {
  using kind = customers_kind;

  static constexpr std::string_view path = "/api/v1/customers";
  static constexpr std::string_view search_path = "/api/v1/customers/search";
  static constexpr std::string_view many = "customers";
  static constexpr std::string_view one = "customer";

  static constexpr std::string_view status_parameter = "status";
  static constexpr std::string_view services_parameter = "services";
  static constexpr std::string_view not_signed_for_season_parameter = "not_signed_for_season";
  static constexpr std::string_view last_service_before_parameter = "last_service_before";
  static constexpr std::string_view city_parameter = "city";
  static constexpr std::string_view search_parameter = "q";

  /// Fields the CRM alone writes.
  static constexpr std::array<std::string_view, 2> read_only{"id", "created_at"};
  /// Fields a new record must have, in the order `draft` takes them.
  static constexpr std::array<std::string_view, 1> required{"name"};
};

struct invoice_resource : paged_resource {
  using kind = invoices_kind;

  static constexpr std::string_view path = "/api/v1/invoices";
  static constexpr std::string_view many = "invoices";
  static constexpr std::string_view one = "invoice";

  static constexpr std::string_view status_parameter = "status";
  static constexpr std::string_view customer_id_parameter = "customer_id";
  static constexpr std::string_view due_before_parameter = "due_before";
};

struct interaction_resource : paged_resource {
  using kind = interactions_kind;

  /// Interactions lie below their customer: `{path}/{customer id}{sub_path}`.
  static constexpr std::string_view path = customer_resource::path;
  static constexpr std::string_view sub_path = "/interactions";
  static constexpr std::string_view many = "interactions";
  static constexpr std::string_view one = "interaction";

  static constexpr std::string_view since_parameter = "since";
  static constexpr std::string_view direction_parameter = "direction";
};

template <class Form>
struct resource<basic_customer<Form>> : customer_resource {};
template <class Form>
struct resource<basic_invoice<Form>> : invoice_resource {};
template <class Form>
struct resource<basic_interaction<Form>> : interaction_resource {};

/// A record type with a `resource` that says where the CRM keeps it.
template <class T>
concept has_resource = requires {
  typename resource<T>::kind;
  resource<T>::path;
  resource<T>::many;
};

}  // namespace crm::inline v0
