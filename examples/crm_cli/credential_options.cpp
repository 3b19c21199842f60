#include "credential_options.hpp"

#include <array>
#include <string>

#include "options.hpp"
#include "values.hpp"

namespace crm_cli {

namespace {

struct described {
  const char* name;
  auth_form form;
  std::optional<std::string> credential::*value;
  crm::result<std::string> (*read)(const std::string&);
  const char* type;
  const char* help;
  bool required = false;
};

// A secret is never on the command line, where every process could read it: options name a variable or a file.
constexpr std::array known{
    described{"--api-key-env", auth_form::api_key, &credential::api_key_env, read_text, "NAME",
              "Environment variable that holds the API key (default CRM_API_KEY); a CRM that asks for none takes any"},
    described{"--api-key-file", auth_form::api_key, &credential::api_key_file, read_text, "FILE",
              "File that holds the API key, in place of a variable"},
    described{"--api-key-header", auth_form::api_key, &credential::api_key_header, read_header_name, "NAME",
              "Send the bare key in this header, in place of Authorization: Bearer"},
    described{"--oauth-token-endpoint", auth_form::oauth2, &credential::oauth_token_endpoint, read_token_endpoint,
              "URL", "Where access tokens come from", true},
    described{"--oauth-client-id", auth_form::oauth2, &credential::oauth_client_id, read_text, "ID",
              "The OAuth client's id", true},
    described{"--oauth-client-secret-env", auth_form::oauth2, &credential::oauth_client_secret_env, read_text, "NAME",
              "Environment variable that holds the client's secret (default CRM_OAUTH_CLIENT_SECRET)"},
    described{"--oauth-scope", auth_form::oauth2, &credential::oauth_scope, read_text, "WORDS",
              "What the token should allow (default: as the server has it)"},
    described{"--oauth-refresh-token-file", auth_form::oauth2, &credential::oauth_refresh_token_file, read_text, "FILE",
              "Get tokens by the refresh token in this file, and keep there the one that follows it; a client without "
              "a secret is a public one"},
    described{"--hmac-key-id", auth_form::hmac, &credential::hmac_key_id, read_text, "ID",
              "Names the shared secret that requests are signed with", true},
    described{"--hmac-secret-env", auth_form::hmac, &credential::hmac_secret_env, read_text, "NAME",
              "Environment variable that holds the shared secret (default CRM_HMAC_SECRET)"},
};

constexpr std::array<const char*, 3> names{"api-key", "oauth2", "hmac"};

crm::result<auth_form> read_form(const std::string& text) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (text == names[i]) return static_cast<auth_form>(i);
  return crm::invalid_argument("is api-key, oauth2 or hmac");
}

}  // namespace

void add_credential_options(CLI::App& app, credential& to) {
  const std::string group = "Credential";
  add_value(app, "--auth", to.form, read_form, "FORM", "api-key (default), oauth2 or hmac")->group(group);
  for (const auto& each : known)
    add_value(app, each.name, to.*each.value, each.read, each.type, each.help)->group(group);
}

void check_credential_options(const credential& given) {
  for (const auto& each : known) {
    const std::string form = std::string{"--auth "} + names[static_cast<std::size_t>(each.form)];
    if (each.form != given.form && given.*each.value) throw CLI::ValidationError(each.name, "is an option of " + form);
    if (each.form == given.form && each.required && !(given.*each.value))
      throw CLI::ValidationError(each.name, "is missing: " + form + " needs it");
  }
  if (given.api_key_env && given.api_key_file)
    throw CLI::ValidationError("--api-key-file", "is instead of --api-key-env: leave one out");
}

}  // namespace crm_cli
