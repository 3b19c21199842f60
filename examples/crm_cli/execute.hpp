/// @file
/// A command carried out on the CRM that the settings name.
#pragma once

#include <crm/result.hpp>

#include "answer.hpp"
#include "crm_check/check.hpp"
#include "settings.hpp"

namespace crm_cli {

/// Why the credential cannot be used, where one is needed and cannot.
[[nodiscard]] crm::result<void> check_credential(const settings& s);

[[nodiscard]] crm::result<answer> execute(const settings& s);

[[nodiscard]] crm::result<crm_check::report> execute(const check_settings& s);

}  // namespace crm_cli
