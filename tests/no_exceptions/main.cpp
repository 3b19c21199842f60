// The library without exceptions, as docs/guide.md says: on a transport other than cpp-httplib's, made by `make`.
#include <crm/crm.hpp>

struct counter {
  int* attempts;
  void on(const crm::events::attempt_made&) const { ++*attempts; }
};

int main() {
  int attempts = 0;
  using client_type =
      crm::basic_crm_client<crm::mock_transport<>, crm::default_retry, crm::task_cache, crm::api_key, counter>;
  const auto client =
      client_type::make("https://crm.example.com", crm::api_key::from_env("CRM_NO_KEY"), {}, {}, counter{&attempts});
  if (!client) return 1;
  const auto found = client->query(crm::customers.status("past"));
  if (!found || found->empty() || attempts != 1) return 1;
  return client->find("nobody") && client->create(crm::new_customer{"Jane"}) ? 0 : 1;
}
