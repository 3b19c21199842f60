/// @file
/// What the command line said, as values that are already checked.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include <crm/options.hpp>
#include <crm/query/customers.hpp>
#include <crm/query/interactions.hpp>
#include <crm/query/invoices.hpp>
#include <crm/query/patch.hpp>
#include <crm/retry/schedule.hpp>

#include "descriptor.hpp"
#include "event_file.hpp"

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

/// What `--auth` may be; the numbers are those of the words in its help.
enum class auth_form { api_key, oauth2, hmac };

/// How the program proves to the CRM who it is; absent is what was not said. Never a secret: where to find it.
struct credential {
  auth_form form = auth_form::api_key;
  std::optional<std::string> api_key_env{}, api_key_file{}, api_key_header{};
  std::optional<std::string> oauth_token_endpoint{}, oauth_client_id{}, oauth_client_secret_env{}, oauth_scope{},
      oauth_refresh_token_file{};
  std::optional<std::string> hmac_key_id{}, hmac_secret_env{};
};

struct settings {
  crm_cli::command command;

  /// Empty with `mock`.
  std::string url;
  bool mock = false;
  crm_cli::credential credential;
  crm::transport_options transport;
  crm::retry_schedule retry;
  crm::call_options call;
  std::optional<std::string> task;

  /// Where `--events` has them written, and whether `-v` has them told.
  std::optional<event_file> events;
  bool verbose = false;

  /// A table on a terminal and JSON lines elsewhere, unless the command line says.
  std::optional<crm_cli::format> format;
  /// Show a single customer's entity tag too.
  bool with_version = false;
};

/// `crm check`: not a command of the client's, but requests of its own.
struct check_settings {
  settings common;
  bool write = false;
  bool require_extensions = false;
  std::size_t burst = 0;
  /// The variable that holds a key which may read only.
  std::optional<std::string> read_only_key_env;
  /// Where JUnit's report goes, opened before anything is sent.
  std::optional<descriptor> junit;
};

}  // namespace crm_cli
