#include "options.hpp"

#include <algorithm>
#include <map>

#include "auth/hmac_header.hpp"
#include "crm_check/rule.hpp"

namespace reference_crm {

namespace {

void describe_limits(CLI::App& command, settings& chosen) {
  static const std::map<std::string, retry_after_form> forms = {{"seconds", retry_after_form::seconds},
                                                                {"http-date", retry_after_form::http_date}};
  auto* rate = command.add_option("--rate-limit", chosen.rate_limit, "Requests a second; beyond that 429")
                   ->check(CLI::Range(0.001, 1'000'000.0));
  command.add_option("--rate-burst", chosen.rate_burst, "Requests at once after a quiet time (default: one second's)")
      ->check(CLI::Range(1.0, 1'000'000.0))
      ->needs(rate);
  command.add_option("--retry-after-form", chosen.form, "How a 429 says when to come again: seconds or http-date")
      ->transform(CLI::CheckedTransformer(forms))
      ->default_str("seconds");
  command.add_option("--max-per-page", chosen.max_per_page, "Largest per_page taken")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command.add_option("--threads", chosen.server.threads, "Connections served at the same time, idle ones included")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
}

void describe_credentials(CLI::App& command, settings& chosen) {
  command
      .add_option("--api-key-env", chosen.api_key_envs,
                  "Environment variable that holds an API key; may be given several times")
      ->allow_extra_args(false);

  command
      .add_option("--read-only-key-env", chosen.read_only_key_envs,
                  "Environment variable that holds an API key with which writes are 403; may be given several times")
      ->allow_extra_args(false);

  auto* client = command.add_option("--oauth-client", chosen.oauth_client,
                                    "Id of the one OAuth client; POST /oauth/token then issues access tokens");
  auto* secret = command.add_option("--oauth-client-secret-env", chosen.oauth_secret_env,
                                    "Environment variable that holds the client's secret");
  client->needs(secret);
  secret->needs(client);
  command.add_option("--token-lifetime", chosen.token_lifetime, "Seconds that an access token is good")
      ->check(CLI::Range(1, 86'400 * 365))
      ->capture_default_str()
      ->needs(client);
  command
      .add_option("--oauth-refresh-token-env", chosen.refresh_token_env,
                  "Environment variable that holds the first refresh token")
      ->needs(client);

  const CLI::Validator key_id([](const std::string& id) { return is_key_id(id) ? "" : "not a key id"; }, "");
  auto* key = command
                  .add_option("--hmac-key", chosen.hmac_keys,
                              "Id of a shared secret for signed requests; may be given several times")
                  ->allow_extra_args(false)
                  ->check(key_id);
  auto* shared = command
                     .add_option("--hmac-secret-env", chosen.hmac_secret_envs,
                                 "Environment variable that holds it; one for each --hmac-key, in the same order")
                     ->allow_extra_args(false);
  key->needs(shared);
  shared->needs(key);
  command
      .add_option("--hmac-nonces", chosen.hmac_nonces,
                  "Nonces remembered for each key; when there is no more room, 429")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str()
      ->needs(key);
}

}  // namespace

void describe(CLI::App& command, settings& chosen) {
  command.add_option("--host", chosen.server.host, "Address to listen on")->capture_default_str();
  command.add_option("--port", chosen.server.port, "Port to listen on; 0 takes any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command
      .add_option("--admin-port", chosen.admin_port,
                  "Port of the admin listener, on 127.0.0.1 only; 0 takes any free one. Without it there is none")
      ->check(CLI::Range(0, 65535));
  command.add_option("--db", chosen.database_file, "SQLite file; made if it is not there")->required();
  command.add_option("--seed", chosen.seed, "If the database is empty: fill it with Jane Smith and N others")
      ->check(CLI::Range(0, 1'000'000));
  describe_credentials(command, chosen);
  describe_limits(command, chosen);
  command
      .add_option("--clock-offset", chosen.clock_offset,
                  "Seconds by which the server's clock is ahead of the machine's, for Date and for signatures")
      ->check(CLI::Range(-4'000'000'000.0, 4'000'000'000.0))
      ->capture_default_str();
  command.add_option("--break", chosen.broken_rule, "Break this rule of the contract, to see that `crm check` notices")
      ->type_name("RULE")
      ->check(CLI::Validator(
          [](const std::string& name) {
            const auto breaks_it = [&](const crm_check::rule& each) {
              return each.name == name && each.unbroken.empty();
            };
            return std::any_of(crm_check::rules.begin(), crm_check::rules.end(), breaks_it)
                       ? ""
                       : "not a rule that can be broken";
          },
          ""));
  command.add_flag("--log", chosen.server.log, "A line a request on standard error: method, route, status, time");
  command.footer(
      "Without a credential option everybody is let in; with several of them, any one credential that is good is "
      "enough.\n"
      "The first line on standard output is the base URL, the second that of the admin listener.\n"
      "SIGTERM or SIGINT ends the server cleanly.");
}

}  // namespace reference_crm
