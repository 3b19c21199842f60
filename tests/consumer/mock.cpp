// A program on the in-memory CRM: needs neither httplib nor OpenSSL.
#include <crm/crm.hpp>

#include <iostream>

#if defined(CRM_CLIENT_WITH_HTTPLIB) || defined(CPPHTTPLIB_OPENSSL_SUPPORT)
#error "the core must not bring httplib"
#endif

int main() {
  constexpr auto lapsed =
      crm::customers.status(crm::status::past).services(crm::service::fertilizer).not_signed_for_season(2026);
  crm::mock_crm_client client{"https://crm.example.com", crm::api_key::from_env("THERE_IS_NO_KEY")};
  const auto found = client.query(lapsed);
  if (!found) {
    std::cerr << found.error() << '\n';
    return 1;
  }
  std::cout << "crm_client " CRM_CLIENT_VERSION_STRING ": " << found->size() << " customers\n";
}
