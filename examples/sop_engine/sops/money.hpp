/// @file
/// Amounts in a currency's smallest unit. Never a floating-point number.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sop {

/// By currency.
using totals = std::map<std::string, std::int64_t>;

/// Adds; false where the sum cannot be held. What is no ISO 4217 code counts as `other`: totals are
/// kept, and the CRM's text is not.
[[nodiscard]] bool add_to(totals& sums, std::string_view currency, std::int64_t amount);

/// `USD 395.75`.
[[nodiscard]] std::string to_text(std::string_view currency, std::int64_t amount);

}  // namespace sop
