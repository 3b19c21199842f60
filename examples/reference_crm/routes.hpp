#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "auth.hpp"
#include "handlers.hpp"
#include "rate_limit.hpp"

namespace reference_crm {

enum class retry_after_form { seconds, http_date };

/// From a request to its answer: who may come in, how often, and which handler is meant. Safe from many threads.
class application {
 public:
  application(service& crm, std::unique_ptr<authenticator> auth) : crm_(crm), auth_(std::move(auth)) {}

  void limit_rate(double per_second, double burst, retry_after_form form) {
    bucket_.emplace(per_second, burst);
    form_ = form;
  }

  struct outcome {
    answer given;
    std::string_view route;  ///< The template, as `/api/v1/customers/{id}`: free of customer data.
  };

  /// Never throws for what a client did; problems become their answers.
  outcome handle(const request& asked);

 private:
  void admit(const request& asked);

  service& crm_;
  std::unique_ptr<authenticator> auth_;
  std::optional<token_bucket> bucket_;
  retry_after_form form_ = retry_after_form::seconds;
};

}  // namespace reference_crm
