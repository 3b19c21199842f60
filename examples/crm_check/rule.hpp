/// @file
/// What a rule is, and the table of all. Of the standard library alone: the reference CRM reads it too.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace crm_check {

/// Whether proving a rule changes the CRM.
enum class access { reads, writes };

struct rule {
  std::string_view name;
  crm_check::access access;
  std::string_view section;   ///< of docs/contract.md
  std::string_view sentence;  ///< what holds
  std::string_view mutation;  ///< what `reference_crm --break NAME` does; empty where there is no such thing
  std::string_view unbroken;  ///< then why
};

inline constexpr std::array rules{
#define CRM_RULE(name, needs, section, sentence, mutation) \
  rule{#name, crm_check::access::needs, section, sentence, mutation, {}},
#define CRM_RULE_UNBROKEN(name, needs, section, sentence, why) \
  rule{#name, crm_check::access::needs, section, sentence, {}, why},
#include "rules.def"
#undef CRM_RULE
#undef CRM_RULE_UNBROKEN
};

static_assert(std::all_of(rules.begin(), rules.end(),
                          [](const rule& r) { return r.mutation.empty() != r.unbroken.empty(); }));

}  // namespace crm_check
