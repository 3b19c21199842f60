// The one translation unit with the whole client in it.
#include "execute.hpp"

#include <crm/crm.hpp>

#include "commands.hpp"

namespace crm_cli {

namespace {

/// The clients are composed here, for the retries come from the command line.
template <class Transport>
using client_on = crm::basic_crm_client<Transport, crm::retry_schedule, crm::task_cache, crm::api_key>;

template <class Client>
crm::result<answer> execute_with(const std::string& url, const settings& s) {
  crm::client_options options;
  options.transport = s.transport;
  options.user_agent = "crm/" CRM_CLIENT_VERSION_STRING;
  auto client = Client::make(url, crm::api_key::from_env(s.api_key_env), std::move(options), s.retry);
  if (!client) return std::move(client).error();
  return execute_on(*client, s.command, s.call);
}

}  // namespace

crm::result<void> check_api_key(const settings& s) {
  if (s.mock) return {};
  return crm::api_key::from_env(s.api_key_env).ready();
}

crm::result<answer> execute(const settings& s) {
  if (s.mock) return execute_with<client_on<crm::mock_transport<>>>("https://mock.invalid", s);
  return execute_with<client_on<crm::httplib_transport>>(s.url, s);
}

}  // namespace crm_cli
