/// @file
/// The command line.
#pragma once

#include <variant>

#include "settings.hpp"

namespace sop {

/// What to do; or, where that is already known, how to end: after help was shown or an error said.
[[nodiscard]] std::variant<run_settings, status_settings, exit_code> parse_options(int argc, char** argv);

}  // namespace sop
