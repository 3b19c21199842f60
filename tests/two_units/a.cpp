// One of two units that use everything: a function that is not inline, or a variable that is not, does not link.
#include <crm/crm.hpp>

#include <cstddef>

constexpr auto wanted = crm::customers.status(crm::status::past);

/// How many customers of the sample data have lapsed, by this unit's code.
std::size_t lapsed_by_a() {
  return crm::mock_crm_client{"https://crm.example.com", crm::api_key::from_env("UNSET")}.query(wanted).value().size();
}

/// The constant's address, which both units must agree on.
const void* customers_by_a() { return &crm::customers; }

crm::result<crm::crm_client> client_by_a() {
  return crm::crm_client::make("http://127.0.0.1:1", crm::api_key::from_text("key"));
}
