/// @file
/// The tasks as a table.
#pragma once

#include <string>

namespace sop {

/// Throws `unusable` where the file is no database of the engine's.
[[nodiscard]] std::string status_of(const std::string& database_file);

}  // namespace sop
