/// @file
/// What the command line said, as values that are already checked.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include <crm/options.hpp>
#include <crm/query/customers.hpp>
#include <crm/query/interactions.hpp>
#include <crm/query/invoices.hpp>
#include <crm/query/patch.hpp>
#include <crm/retry/schedule.hpp>

namespace crm_cli {

struct query_command {
  crm::customer_filter wanted;
};
struct find_command {
  std::string id;
};
struct search_command {
  std::string text;
};
struct create_command {
  crm::new_customer fresh;
};
struct update_command {
  std::string id;
  crm::customer_patch changes;
  /// The entity tag the customer must still have; empty where it does not matter.
  std::string version;
};
struct invoices_command {
  crm::invoice_filter wanted;
};
struct interactions_command {
  std::string customer_id;
  crm::interaction_filter wanted;
};

using command = std::variant<query_command, find_command, search_command, create_command, update_command,
                             invoices_command, interactions_command>;

enum class format { table, json, csv };

struct settings {
  crm_cli::command command;

  /// Empty with `mock`.
  std::string url;
  bool mock = false;
  std::string api_key_env = "CRM_API_KEY";
  crm::transport_options transport;
  crm::retry_schedule retry;
  crm::call_options call;

  /// A table on a terminal and JSON lines elsewhere, unless the command line says.
  std::optional<crm_cli::format> format;
  /// Show a single customer's entity tag too.
  bool with_version = false;
};

}  // namespace crm_cli
