/// @file
/// The command line.
#pragma once

#include <variant>

#include "exit_code.hpp"
#include "settings.hpp"

namespace crm_cli {

/// What to do; or, where that is already known, how to end: after help was shown or an error said.
[[nodiscard]] std::variant<settings, check_settings, exit_code> parse_arguments(int argc, char** argv);

}  // namespace crm_cli
