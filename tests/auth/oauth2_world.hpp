/// @file
/// A CRM and a token endpoint on one virtual time, as scripted as a test wants them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <crm/auth/oauth2.hpp>
#include <crm/http/uri.hpp>
#include <crm/testing/virtual_clock.hpp>

#include "support/scripted_transport.hpp"

namespace oauth_world {

/// What copies of the transport share. Requests below `/token` are the endpoint's.
struct world {
  crm::testing::virtual_clock time;
  std::mutex mutex;
  std::condition_variable_any changed;
  bool held = false;                  // the endpoint answers nobody until it is let go
  std::atomic<bool> stopped = false;  // somebody ended a request
  std::size_t together = 0;           // the CRM answers nobody until so many have asked
  std::string unwelcome{};            // a token that the CRM refuses
  std::deque<crm::transport_result> tokens, answers;
  std::vector<crm::http::request> token_requests, requests;

  void hold(bool on) {
    const std::lock_guard lock{mutex};
    held = on;
    changed.notify_all();
  }
  /// Waits, in real time, until the endpoint was asked so often.
  void await_token_requests(std::size_t count) {
    std::unique_lock lock{mutex};
    changed.wait(lock, [&] { return token_requests.size() >= count; });
  }
  [[nodiscard]] std::size_t count_token_requests() {
    const std::lock_guard lock{mutex};
    return token_requests.size();
  }
};

class network {
 public:
  explicit network(std::shared_ptr<world> w) : world_{std::move(w)} {}

  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    std::unique_lock lock{world_->mutex};
    const bool token = request.target == "/token";
    (token ? world_->token_requests : world_->requests).push_back(request);
    world_->changed.notify_all();
    const auto may_answer = [&] { return token ? !world_->held : world_->requests.size() >= world_->together; };
    if (!world_->changed.wait(lock, limits.stop, may_answer) && (world_->stopped = true))
      return tl::unexpected{crm::transport_failure{crm::errc::cancelled, crm::delivery::unknown, "stopped"}};
    if (!token && request.headers.get("Authorization") == "Bearer " + world_->unwelcome) return support::answer(401);
    auto& script = token ? world_->tokens : world_->answers;
    auto outcome = script.at(0);
    if (script.size() > 1) script.pop_front();
    return outcome;
  }
  crm::time_point now() const { return world_->time.now(); }
  crm::wake wait_until(crm::time_point when, const std::stop_token& stop) {
    return world_->time.wait_until(when, stop);
  }
  [[nodiscard]] const crm::http::base_url& base() const noexcept { return base_; }

 private:
  std::shared_ptr<world> world_;
  crm::http::base_url base_ = crm::http::base_url::parse("https://crm.example.com").value();
};

using auth = crm::oauth2<network>;

[[nodiscard]] inline crm::transport_result token(const std::string& value,
                                                 const std::string& more = R"(,"expires_in":3600)") {
  return support::answer(200, R"({"access_token":")" + value + R"(","token_type":"Bearer")" + more + "}");
}

[[nodiscard]] inline crm::oauth2_options options() {
  crm::oauth2_options chosen;
  chosen.token_endpoint = "https://crm.example.com/token";
  chosen.client_id = "sop-engine";
  return chosen;
}
[[nodiscard]] inline crm::oauth2_grant own_secret() {
  return crm::oauth2_grant::client_credentials(crm::secret::from_text("hunter2"));
}
[[nodiscard]] inline auth own(const std::shared_ptr<world>& w, crm::oauth2_options chosen = options()) {
  return {network{w}, std::move(chosen), own_secret()};
}

/// What a request would carry now, or the error's message.
[[nodiscard]] inline std::string carried(const auth& by, const std::shared_ptr<world>& w) {
  crm::http::request request;
  const auto done = by.authorize(request, {w->time.now() + std::chrono::seconds{60}, {}});
  return done ? std::string{request.headers.get("Authorization").value_or("nothing")} : done.error().message;
}

}  // namespace oauth_world
