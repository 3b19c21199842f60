/// @file
/// The options that say how the program proves to the CRM who it is.
#pragma once

#include <CLI/App.hpp>

#include "settings.hpp"

namespace crm_cli {

void add_credential_options(CLI::App& app, credential& to);

/// Throws `CLI::ValidationError` where an option is missing, or belongs to another form.
void check_credential_options(const credential& given);

}  // namespace crm_cli
