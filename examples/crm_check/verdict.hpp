/// @file
/// How a rule ends other than by holding: it throws one of these.
#pragma once

#include <stdexcept>
#include <string>

namespace crm_check {

/// The CRM does not do what the rule says. Tells what was seen: statuses, counts, names of the contract; never a value
/// of a customer or a credential.
struct violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// There is nothing here to prove the rule by, and why.
struct not_applicable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The CRM does without an extension of the contract.
struct extension_missing : not_applicable {
  using not_applicable::not_applicable;
};

/// No rule can be proved any longer: the user asked to stop, or the time or the number of requests is used up.
struct check_ended : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void demand(bool holds, const std::string& seen) {
  if (!holds) throw violation(seen);
}

inline void require(bool possible, const std::string& why) {
  if (!possible) throw not_applicable(why);
}

}  // namespace crm_check
