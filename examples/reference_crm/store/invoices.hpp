#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/customers.hpp"

namespace reference_crm {

struct invoice {
  std::string id;
  std::string customer_id;
  std::string number;
  std::int64_t amount_cents = 0;
  std::string currency;
  std::string status;
  std::string due_on;
  std::string issued_on;
};

struct invoice_filter {
  std::optional<std::string> status;
  std::optional<std::string> customer_id;
  std::optional<std::string> due_before;
};

/// In the order of issue, then id.
page_of<invoice> list_invoices(connection& db, const invoice_filter& filter, const page_request& page);

void insert_invoice(connection& db, std::int64_t customer_seq, const invoice& made);

}  // namespace reference_crm
