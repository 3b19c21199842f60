/// @file
/// Each rule's proof: it returns where the rule holds, and throws (verdict.hpp) where it does not or cannot be proved.
#pragma once

#include "../session.hpp"

namespace crm_check::proofs {

#define CRM_RULE(name, needs, section, sentence, mutation) void name(session& crm);
#define CRM_RULE_UNBROKEN(name, needs, section, sentence, why) void name(session& crm);
#include "../rules.def"
#undef CRM_RULE
#undef CRM_RULE_UNBROKEN

}  // namespace crm_check::proofs
