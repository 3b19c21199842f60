/// @file
/// What a command brought.
#pragma once

#include <variant>
#include <vector>

#include <crm/model/customer.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>

namespace crm_cli {

using answer =
    std::variant<std::vector<crm::customer>, crm::customer, std::vector<crm::invoice>, std::vector<crm::interaction>>;

}  // namespace crm_cli
