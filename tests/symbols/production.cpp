// A program as it is shipped: the real client, by the umbrella header.
#include <crm/crm.hpp>

#include <iostream>

int main(int argc, char** argv) {
  const auto client =
      crm::crm_client::make(argc > 1 ? argv[1] : "https://crm.example.com", crm::api_key::from_env("CRM_API_KEY"));
  if (!client) return std::cerr << client.error() << '\n', 1;
  const auto task = client->for_task("reactivation-2026");
  const auto found = task.query(crm::customers.status("past"));
  const auto made = task.create(crm::new_customer{"Jane"});
  const auto overdue = task.invoices(crm::invoices.status("overdue"));
  return found && made && overdue ? 0 : 1;
}
