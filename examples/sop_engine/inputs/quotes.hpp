/// @file
/// Quotes that were sent: a number, whose, and when. No text of theirs.
#pragma once

#include <string>
#include <vector>

#include <crm/model/timestamp.hpp>

namespace sop {

struct quote {
  std::string number;
  std::string customer_id;
  crm::timestamp sent_at;
};

/// A line a quote: `{"quote": "Q-17", "customer_id": "…", "sent_at": "2026-01-20T15:00:00Z"}`. Throws `unusable`, which
/// names the line that is wrong.
[[nodiscard]] std::vector<quote> read_quotes(const std::string& file);

}  // namespace sop
