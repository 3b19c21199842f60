#pragma once

#include <cstdint>
#include <string>

#include "http.hpp"
#include "store/database.hpp"
#include "store/idempotency.hpp"

namespace reference_crm {

/// What every handler works with.
struct service {
  database& db;
  std::int64_t max_per_page = 100;
  keys_in_flight keys = {};
};

// One function an endpoint; `id` is what stood for {id} in its route. They throw problems.
answer list_customers(service& crm, const request& asked, const std::string& id);
answer search_customers(service& crm, const request& asked, const std::string& id);
answer find_customer(service& crm, const request& asked, const std::string& id);
answer create_customer(service& crm, const request& asked, const std::string& id);
answer update_customer(service& crm, const request& asked, const std::string& id);
answer list_invoices(service& crm, const request& asked, const std::string& id);
answer list_interactions(service& crm, const request& asked, const std::string& id);

}  // namespace reference_crm
