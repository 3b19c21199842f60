#pragma once

#include "auth/gate.hpp"
#include "auth/token_endpoint.hpp"
#include "http.hpp"

namespace reference_crm {

/// What an operator, or a test, does to the running server. Reachable over loopback only, and asks for no credential.
class admin {
 public:
  /// `tokens` is null where there is no token endpoint.
  admin(gate& guard, token_endpoint* tokens) : gate_(guard), tokens_(tokens) {}

  /// Never throws for what a client did; problems become their answers.
  outcome handle(const request& asked);

 private:
  answer add_api_key(const request& asked);
  answer revoke(const request& asked);
  answer set_token_endpoint(const request& asked);
  answer read_statistics(const request& asked);

  struct route;

  gate& gate_;
  token_endpoint* tokens_;
};

}  // namespace reference_crm
