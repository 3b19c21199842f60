// A program on the real client by Boost.Beast. It only makes one: that links OpenSSL, and needs no server.
#include <crm/crm.hpp>

#include <iostream>

#if !defined(CRM_CLIENT_WITH_BEAST) || defined(CRM_CLIENT_WITH_HTTPLIB) || defined(CPPHTTPLIB_OPENSSL_SUPPORT)
#error "crm_client::beast must bring its macro, and nothing of httplib"
#endif

template <class>
constexpr bool is_over_beast = false;
template <class... Policies>
constexpr bool is_over_beast<crm::basic_crm_client<crm::beast_transport, Policies...>> = true;
static_assert(is_over_beast<crm::crm_client>);

int main() {
  const crm::crm_client client{"https://crm.example.com", crm::api_key::from_text("a-key")};
  const auto task = client.for_task("consumer");
  static_cast<void>(task);
  std::cout << "crm_client " CRM_CLIENT_VERSION_STRING " over Boost.Beast\n";
}
