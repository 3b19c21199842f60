// A program on the real client. It only makes one: that links all of httplib and OpenSSL, and needs no server.
#include <crm/crm.hpp>

#include <iostream>

#if !defined(CRM_CLIENT_WITH_HTTPLIB) || !defined(CPPHTTPLIB_OPENSSL_SUPPORT)
#error "crm_client::httplib must bring its macro and httplib's"
#endif

int main() {
  const crm::crm_client client{"https://crm.example.com", crm::api_key::from_text("a-key")};
  const auto task = client.for_task("consumer");
  static_cast<void>(task);
  std::cout << "crm_client " CRM_CLIENT_VERSION_STRING " over httplib\n";
}
