/// @file
/// The null auth policy.
#pragma once

#include <crm/auth/concept.hpp>

namespace crm::inline v0 {

/// Requests as they are, for a CRM that asks for no credential.
struct no_auth {
  static constexpr bool carries_credential = false;
  static constexpr bool proves_nothing = true;

  [[nodiscard]] result<void> ready() const { return {}; }
  [[nodiscard]] result<proof> authorize(http::request&, const send_limits&) const { return proof{}; }
};

}  // namespace crm::inline v0
