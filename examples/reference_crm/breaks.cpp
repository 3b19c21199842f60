#include "breaks.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "breaks/mutation.hpp"

namespace reference_crm {

namespace {

struct mutation {
  std::string_view rule;
  outcome (*answer)(const request&, const request_handler&);
};

constexpr std::array mutations{
#define CRM_RULE(name, needs, section, sentence, what) mutation{#name, &breaks::name},
#define CRM_RULE_UNBROKEN(name, needs, section, sentence, why)
#include "crm_check/rules.def"
#undef CRM_RULE
#undef CRM_RULE_UNBROKEN
};

}  // namespace

request_handler broken(std::string_view rule, request_handler sound) {
  const auto found =
      std::find_if(mutations.begin(), mutations.end(), [&](const mutation& each) { return each.rule == rule; });
  if (found == mutations.end()) return {};
  return [answer = found->answer, sound = std::move(sound)](const request& asked) { return answer(asked, sound); };
}

}  // namespace reference_crm
