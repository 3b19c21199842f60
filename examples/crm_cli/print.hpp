/// @file
/// Answers as text.
#pragma once

#include <string>

#include "answer.hpp"
#include "settings.hpp"
#include "table.hpp"

namespace crm_cli {

/// Requires that all text is UTF-8, which what a client decoded is. `with_version` concerns a single customer.
[[nodiscard]] std::string to_text(const answer& records, format wanted, const look& how, bool with_version);

}  // namespace crm_cli
