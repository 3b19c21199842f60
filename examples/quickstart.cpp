// Past fertilizer and weed-control customers who have not signed for 2026: SOP 1, Reactivation, begins here.
#include <crm/crm.hpp>

#include <iostream>

constexpr auto lapsed = crm::customers.status(crm::status::past)
                            .services(crm::service::fertilizer, crm::service::weed_control)
                            .not_signed_for_season(2026);

int main(int argc, char** argv) {
  const char* url = argc > 1 ? argv[1] : "https://crm.example.com";
  crm::crm_client client{url, crm::api_key::from_env("CRM_API_KEY")};

  auto task = client.for_task("reactivation-2026");  // a cache that dies with the task
  auto found = task.query(lapsed);                   // crm::result<std::vector<crm::customer>>
  if (!found) return std::cerr << found.error() << '\n', 1;

  for (const crm::customer& customer : *found)
    std::cout << customer.name << ", " << customer.city.value_or("city unknown") << '\n';
}
