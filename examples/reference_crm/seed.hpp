#pragma once

#include <cstdint>

#include "store/database.hpp"

namespace reference_crm {

/// Fills an empty database with Jane Smith of the ADR and so many others, the same ones every time.
/// Returns false, and does nothing, where there are customers already.
bool seed(database& db, std::int64_t count);

}  // namespace reference_crm
