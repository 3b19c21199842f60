#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/customers.hpp"

namespace reference_crm {

struct interaction {
  std::string id;
  std::string customer_id;
  std::string direction;
  std::string channel;
  std::string occurred_at;
};

struct interaction_filter {
  std::optional<std::string> since;  ///< RFC 3339, UTC, whole seconds; that second included.
  std::optional<std::string> direction;
};

/// In the order they happened, then id.
page_of<interaction> list_interactions(connection& db, const customer& whose, const interaction_filter& filter,
                                       const page_request& page);

void insert_interaction(connection& db, std::int64_t customer_seq, const interaction& made);

}  // namespace reference_crm
