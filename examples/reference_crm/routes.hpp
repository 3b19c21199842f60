#pragma once

#include <optional>

#include "auth/gate.hpp"
#include "auth/token_endpoint.hpp"
#include "clock.hpp"
#include "handlers.hpp"
#include "rate_limit.hpp"

namespace reference_crm {

enum class retry_after_form { seconds, http_date };

/// From a request to its answer: who may come in, how often, and which handler is meant. Safe from many threads.
class application {
 public:
  /// `tokens` is null where there is no token endpoint.
  application(service& crm, gate& guard, token_endpoint* tokens, const server_clock& clock)
      : crm_(crm), gate_(guard), tokens_(tokens), clock_(clock) {}

  void limit_rate(double per_second, double burst, retry_after_form form) {
    bucket_.emplace(per_second, burst);
    form_ = form;
  }

  /// Never throws for what a client did; problems become their answers.
  outcome handle(const request& asked);

 private:
  void admit(const request& asked);

  service& crm_;
  gate& gate_;
  token_endpoint* tokens_;
  const server_clock clock_;
  std::optional<token_bucket> bucket_;
  retry_after_form form_ = retry_after_form::seconds;
};

}  // namespace reference_crm
