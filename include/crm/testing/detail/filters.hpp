/// @file
/// Filters out of a query, by the names in `resource<T>`.
#pragma once

#include <string>

#include <crm/model/resource.hpp>
#include <crm/query/customers.hpp>
#include <crm/query/interactions.hpp>
#include <crm/query/invoices.hpp>
#include <crm/testing/query_string.hpp>

namespace crm::inline v0::testing::detail {

[[nodiscard]] inline customer_filter read_filter(parameter_reader& in, customers_kind) {
  using R = resource<customer>;
  return {.status = in.word<crm::status>(R::status_parameter),
          .services = in.words<crm::service>(R::services_parameter),
          .not_signed_for_season = in.year(R::not_signed_for_season_parameter),
          .last_service_before = in.day(R::last_service_before_parameter),
          .city = in.text(R::city_parameter)};
}

[[nodiscard]] inline invoice_filter read_filter(parameter_reader& in, invoices_kind) {
  using R = resource<invoice>;
  return {.status = in.word<invoice_status>(R::status_parameter),
          .customer_id = in.text(R::customer_id_parameter),
          .due_before = in.day(R::due_before_parameter)};
}

[[nodiscard]] inline interaction_filter read_filter(parameter_reader& in, interactions_kind) {
  using R = resource<interaction>;
  return {.since = in.moment(R::since_parameter), .direction = in.word<crm::direction>(R::direction_parameter)};
}

}  // namespace crm::inline v0::testing::detail
