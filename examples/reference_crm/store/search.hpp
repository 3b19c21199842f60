#pragma once

#include <string>

#include "store/customers.hpp"

namespace reference_crm {

/// Puts the customer's name, email and phone, folded, where the search finds them; replaces what was there.
void index_customer(connection& db, const customer& indexed);

/// Customers in whom every word of the query is found, misspelt by a letter at most, best match first.
page_of<customer> search_customers(connection& db, const std::string& query, const page_request& page);

}  // namespace reference_crm
