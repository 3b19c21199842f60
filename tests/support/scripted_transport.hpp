/// @file
/// A CRM that answers as it was told to, in virtual time.
#pragma once

#include <algorithm>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <crm/testing/virtual_clock.hpp>
#include <crm/transport/concept.hpp>

namespace support {

/// Answers the n-th request with the n-th outcome, and every further one with the last. Copies share what was asked.
class scripted_transport {
 public:
  explicit scripted_transport(std::vector<crm::transport_result> outcomes) : script_{std::make_shared<script>()} {
    script_->outcomes = std::move(outcomes);
  }

  crm::transport_result send(const crm::http::request& request, const crm::send_limits&) {
    script_->requests.push_back(request);
    const auto& outcome = script_->outcomes.at(std::min(script_->requests.size(), script_->outcomes.size()) - 1);
    // Not a copy of the whole: tl::expected's ends the program where memory runs out.
    if (outcome) return crm::http::response{*outcome};
    return outcome;
  }
  crm::time_point now() { return script_->time.now(); }
  crm::wake wait_until(crm::time_point when, const std::stop_token& stop) {
    return script_->time.wait_until(when, stop);
  }

  /// Forgets what was asked, and answers with the first outcome again.
  void restart() { script_->requests.clear(); }

  [[nodiscard]] const std::vector<crm::http::request>& requests() const { return script_->requests; }
  [[nodiscard]] crm::testing::virtual_clock& time() const { return script_->time; }

 private:
  struct script {
    std::vector<crm::transport_result> outcomes;
    std::vector<crm::http::request> requests;
    crm::testing::virtual_clock time;
  };
  std::shared_ptr<script> script_;
};

[[nodiscard]] inline crm::transport_result answer(int status, std::string body = {}, crm::http::header_list more = {}) {
  more.push_back({"Content-Type", "application/json"});
  more.push_back({"X-Request-Id", "r-1"});
  return crm::http::response{status, std::move(more), std::move(body)};
}
[[nodiscard]] inline crm::transport_result failure(crm::delivery sent, crm::errc code = crm::errc::unreachable) {
  return tl::unexpected{crm::transport_failure{code, sent, "the connection broke"}};
}

}  // namespace support
