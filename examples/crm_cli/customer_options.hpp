/// @file
/// The options of `create` and `update` that set or clear a customer's fields.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include <crm/model/customer.hpp>
#include <crm/query/patch.hpp>

namespace crm_cli {

/// The fields that were named.
struct customer_fields {
  std::optional<std::string> name{}, email{}, phone{}, address{}, city{}, state{}, zip{};
  std::optional<std::vector<crm::service>> services{};
  std::optional<crm::status> status{};
  std::optional<crm::date> last_service_date{};
  std::optional<std::string> notes{}, source{};
  std::optional<std::vector<crm::season>> signed_seasons{};
  std::vector<std::string> cleared{};
};

/// An option for each field that may be set. Answers that of the name.
CLI::Option* add_customer_fields(CLI::App& app, customer_fields& fields);
/// `--clear FIELD`.
void add_clear(CLI::App& app, customer_fields& fields);

/// Requires that the name was given.
[[nodiscard]] crm::new_customer to_new_customer(const customer_fields& fields);
/// Throws `CLI::ValidationError` where nothing is changed, or a field is both set and cleared.
[[nodiscard]] crm::customer_patch to_patch(const customer_fields& fields);

}  // namespace crm_cli
