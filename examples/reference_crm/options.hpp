#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "routes.hpp"
#include "server.hpp"

namespace reference_crm {

/// What the command line says.
struct settings {
  server_options server;
  std::optional<int> admin_port;
  std::string database_file;
  std::optional<std::int64_t> seed;
  double rate_limit = 0;
  double rate_burst = 0;
  retry_after_form form = retry_after_form::seconds;
  std::int64_t max_per_page = 100;
  std::string broken_rule;

  // Secrets come by the names of environment variables: a command line can be read by everybody on the machine.
  std::vector<std::string> api_key_envs;
  std::vector<std::string> read_only_key_envs;
  std::string oauth_client;
  std::string oauth_secret_env;
  std::string refresh_token_env;
  std::int64_t token_lifetime = 300;
  std::vector<std::string> hmac_keys;
  std::vector<std::string> hmac_secret_envs;
  std::size_t hmac_nonces = 100'000;
  std::int64_t clock_offset = 0;
};

void describe(CLI::App& command, settings& chosen);

}  // namespace reference_crm
