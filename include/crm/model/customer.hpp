/// @file
/// A customer of the CRM. (ADR 10, CRM API Contract.)
#pragma once

#include <concepts>
#include <optional>

#include <crm/model/date.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/form.hpp>
#include <crm/model/season.hpp>
#include <crm/model/service.hpp>
#include <crm/model/status.hpp>
#include <crm/model/timestamp.hpp>

namespace crm::inline v0 {

/// Every field of the contract. Only `id` and `name` are always there; any other may be missing.
template <class Form>
struct basic_customer {
  using text = typename Form::text;

  text id{};
  text name{};
  std::optional<text> email{};
  std::optional<text> phone{};
  std::optional<text> address{};
  std::optional<text> city{};
  std::optional<text> state{};
  std::optional<text> zip{};
  typename Form::template list<basic_service<text>> services{};
  std::optional<basic_status<text>> status{};
  std::optional<date> last_service_date{};
  std::optional<text> notes{};
  std::optional<text> source{};
  std::optional<timestamp> created_at{};
  /// The seasons this customer has signed for. (Extension: serves `not_signed_for_season`.)
  typename Form::template list<season> signed_seasons{};

  /// The entity tag of this state, filled by `find`, `create` and `update`; not a field of the body. An
  /// `update(customer, patch)` sends it as `If-Match` (RFC 9110, section 13.1.1).
  text version{};

  friend bool operator==(const basic_customer&, const basic_customer&) requires std::same_as<Form, owning_form>
  = default;
};

}  // namespace crm::inline v0

template <class Form>
struct boost::hana::accessors_impl<crm::basic_customer<Form>> {
  static constexpr auto apply() {
    using crm::detail::field_row;
    using C = crm::basic_customer<Form>;
    return make_tuple(field_row<"id", &C::id>(), field_row<"name", &C::name>(), field_row<"email", &C::email>(),
                      field_row<"phone", &C::phone>(), field_row<"address", &C::address>(),
                      field_row<"city", &C::city>(), field_row<"state", &C::state>(), field_row<"zip", &C::zip>(),
                      field_row<"services", &C::services>(), field_row<"status", &C::status>(),
                      field_row<"last_service_date", &C::last_service_date>(), field_row<"notes", &C::notes>(),
                      field_row<"source", &C::source>(), field_row<"created_at", &C::created_at>(),
                      field_row<"signed_seasons", &C::signed_seasons>());
  }
};
