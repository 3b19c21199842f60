// Which client a program is built with, chosen once: the in-memory CRM while developing, the real one in a release.
#include <crm/crm.hpp>

#include <cstdlib>
#include <iostream>
#include <type_traits>

namespace {

#ifdef NDEBUG
constexpr bool release = true;
#else
constexpr bool release = false;
#endif

/// Both clients are made and used alike, so that nothing else in the program asks which one it has.
using client_type = std::conditional_t<release, crm::crm_client, crm::mock_crm_client>;

/// What the program does, for any client. A test would hand it a mock of its own.
template <class Client>
int list_snow_customers(const Client& client) {
  constexpr auto snow = crm::customers.status(crm::status::active).services(crm::service::snow_removal);
  const auto found = client.query(snow);
  if (!found) {
    std::cerr << found.error() << '\n';
    return 1;
  }
  std::cout << found->size() << " active customers for snow removal\n";
  for (const crm::customer& each : *found) std::cout << "  " << each.name << '\n';
  return 0;
}

}  // namespace

int main() {
  const char* url = std::getenv("CRM_URL");
  const auto key = crm::api_key::from_env("CRM_API_KEY");
  if (release && url == nullptr) {
    std::cout << "A release build asks the CRM at CRM_URL, with the key in CRM_API_KEY. Without them, in memory:\n";
    return list_snow_customers(crm::mock_crm_client{"https://crm.example.com", key});
  }

  const auto client = client_type::make(url != nullptr ? url : "https://crm.example.com", key);
  if (!client) {
    std::cerr << client.error() << '\n';
    return 1;
  }
  return list_snow_customers(*client);
}
