#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "http.hpp"
#include "store/customers.hpp"
#include "store/interactions.hpp"
#include "store/invoices.hpp"

namespace reference_crm {

nlohmann::ordered_json to_json(const customer& from);
nlohmann::ordered_json to_json(const invoice& from);
nlohmann::ordered_json to_json(const interaction& from);

/// The attributes in a body `{"customer":{...}}`; throws 400, 415 or 422 problems.
nlohmann::json customer_attributes(const request& from);

/// Lays the attributes over a customer as RFC 7396 says: absent keeps, null clears; throws a 422 with every complaint.
void apply_attributes(customer& onto, const nlohmann::json& attributes);

}  // namespace reference_crm
