#pragma once

#include <string_view>

#include "http.hpp"

namespace reference_crm {

/// A server that is wrong in one way, around a sound one: so that a checker of the contract can be checked. The ways
/// are those of examples/crm_check/rules.def. Empty where there is no such mutation.
request_handler broken(std::string_view rule, request_handler sound);

}  // namespace reference_crm
