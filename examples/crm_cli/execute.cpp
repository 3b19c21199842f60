// The one translation unit with the whole client in it.
#include "execute.hpp"

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include <crm/crm.hpp>
#include <crm/observe/several.hpp>
#include <crm/observe/task_events.hpp>

#include "any_auth.hpp"
#include "commands.hpp"
#include "event_words.hpp"
#include "exit_code.hpp"
#include "optional_observer.hpp"
#include "token_file.hpp"

namespace crm_cli {

namespace {

using observers =
    crm::several_observers<optional_observer<crm::task_events<event_file>>, optional_observer<event_words>>;

/// The clients are composed here, for retries, credential and observers come from the command line.
template <class Transport>
using client_on = crm::basic_crm_client<Transport, crm::retry_schedule, crm::task_cache, any_auth, observers>;

any_auth api_key_of(const credential& given) {
  crm::api_key key = given.api_key_file ? crm::api_key::from_file(*given.api_key_file)
                                        : crm::api_key::from_env(given.api_key_env.value_or("CRM_API_KEY"));
  return {given.api_key_header ? std::move(key).in_header(*given.api_key_header) : key};
}

any_auth oauth2_of(const credential& given, const settings& s) {
  const std::string variable = given.oauth_client_secret_env.value_or("CRM_OAUTH_CLIENT_SECRET");
  crm::oauth2_options options{.token_endpoint = *given.oauth_token_endpoint,
                              .client_id = *given.oauth_client_id,
                              .scope = given.oauth_scope.value_or(""),
                              .transport = s.transport};
  auto grant = crm::oauth2_grant::client_credentials(crm::secret::from_env(variable));
  if (given.oauth_refresh_token_file) {
    const auto file =
        token_file::open(*given.oauth_refresh_token_file, s.call.deadline.value_or(crm::client_options{}.deadline));
    const auto token = file.and_then([](const token_file& opened) { return opened.read(); });
    const bool has_secret = given.oauth_client_secret_env || std::getenv(variable.c_str()) != nullptr;
    grant = has_secret ? crm::oauth2_grant::refresh_token(crm::secret::from_env(variable), token)
                       : crm::oauth2_grant::refresh_token(token);
    options.store_refresh_token = [file](const crm::secret& next) {
      if (const auto kept = file->store(next); !kept) complain(kept.error().message);
    };
  }
  return {crm::oauth2<crm::httplib_transport>{std::move(options), std::move(grant)}};
}

any_auth auth_of(const settings& s) {
  const credential& given = s.credential;
  if (given.form == auth_form::oauth2 && !s.mock) return oauth2_of(given, s);
  if (given.form == auth_form::hmac)
    return {
        crm::hmac_sha256{*given.hmac_key_id, crm::secret::from_env(given.hmac_secret_env.value_or("CRM_HMAC_SECRET"))}};
  return api_key_of(given);
}

observers observers_of(const settings& s) {
  std::optional<crm::task_events<event_file>> events;
  if (s.events) events.emplace(*s.events);
  return observers{optional_observer{std::move(events)},
                   optional_observer{s.verbose ? std::optional{event_words{}} : std::nullopt}};
}

template <class Client>
crm::result<answer> execute_with(const std::string& url, const settings& s) {
  crm::client_options options;
  options.transport = s.transport;
  options.user_agent = "crm/" CRM_CLIENT_VERSION_STRING;
  auto client = Client::make(url, auth_of(s), std::move(options), s.retry, observers_of(s));
  if (!client) return std::move(client).error();
  return execute_on(s.task ? client->for_task(*s.task) : *client, s);
}

/// What a credential is called, and the option by which its secret is found elsewhere.
std::pair<std::string, std::string> names_of(auth_form form) {
  switch (form) {
    case auth_form::api_key: break;
    case auth_form::oauth2: return {"OAuth credential", "--oauth-client-secret-env"};
    case auth_form::hmac: return {"HMAC key", "--hmac-secret-env"};
  }
  return {"API key", "--api-key-env"};
}

}  // namespace

crm::result<void> check_credential(const settings& s) {
  if (s.mock) return {};
  auto usable = auth_of(s).ready();
  if (usable) return usable;
  const auto [what, option] = names_of(s.credential.form);
  std::string why = "no " + what + ": " + usable.error().message;
  if (usable.error().message.starts_with("the environment variable")) why += " (" + option + " names another variable)";
  return crm::invalid_argument(std::move(why));
}

crm::result<crm_check::report> execute(const check_settings& s) {
  using namespace std::chrono_literals;
  auto base = crm::http::base_url::parse(s.common.url);
  if (!base) return std::move(base).error();
  const auto prefix = base->prefix;
  auto transport = crm::httplib_transport::make(*std::move(base), s.common.transport);
  if (!transport) return std::move(transport).error();
  const auto auth = auth_of(s.common);
  std::string read_only_key;
  if (s.read_only_key_env) {
    auto key = crm::secret::from_env(*s.read_only_key_env);
    if (!key) return std::move(key).error();
    read_only_key = key->reveal();
  }
  crm::send_limits limits{transport->now() + s.common.call.deadline.value_or(5min), s.common.call.stop};
  return crm_check::check({
      .send = [&](const crm::http::request& request) { return transport->send(request, limits); },
      .authorize = [&](crm::http::request& request) -> crm::result<void> {
        if (auto proof = auth.authorize(request, limits); !proof) return std::move(proof).error();
        return {};
      },
      .wait =
          [&](std::chrono::seconds time) {
            const auto when = transport->now() + time;
            return when < limits.deadline && transport->wait_until(when, limits.stop) == crm::wake::due;
          },
      .begin_cleanup =
          [&] {
            limits = {transport->now() + 10s, {}};
          },
      .prefix = prefix,
      .write = s.write,
      .require_extensions = s.require_extensions,
      .read_only_key = read_only_key,
      .burst = s.burst,
  });
}

crm::result<answer> execute(const settings& s) {
  if (s.mock) return execute_with<client_on<crm::mock_transport<>>>("https://mock.invalid", s);
  return execute_with<client_on<crm::httplib_transport>>(s.url, s);
}

}  // namespace crm_cli
