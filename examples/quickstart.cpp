// SOP 1, Reactivation: past fertilizer and weed-control customers who have not signed for 2026 are to get an offer.
#include <crm/crm.hpp>

#include <iostream>

constexpr auto lapsed = crm::customers.status(crm::status::past)
                            .services(crm::service::fertilizer, crm::service::weed_control)
                            .not_signed_for_season(2026);

int main(int argc, char** argv) {
  const char* url = argc > 1 ? argv[1] : "https://crm.example.com";
  crm::crm_client client{url, crm::api_key::from_env("CRM_API_KEY")};

  auto ids = client.query_ids(lapsed);  // ids first, then act: a list moves while it is written to
  if (!ids) return std::cerr << ids.error() << '\n', 1;

  for (const std::string& id : *ids) {
    auto task = client.for_task("reactivation-2026/" + id);  // a cache that dies with the task
    auto found = task.find(id);                              // crm::result<std::optional<crm::customer>>
    if (!found) return std::cerr << found.error() << '\n', 1;
    if (!*found || !lapsed.matches(**found)) continue;  // gone, or signed meanwhile

    const crm::customer& customer = **found;
    std::cout << customer.name << ", " << customer.city.value_or("city unknown") << '\n';  // here goes your offer
    auto notes = customer.notes.value_or("") + "\nOffer for season 2026 made";
    if (auto noted = task.update(customer, crm::customer_patch{}.notes(notes)); !noted)  // with If-Match
      std::cerr << noted.error() << '\n';  // e.g. somebody else has changed this customer meanwhile
  }
}
