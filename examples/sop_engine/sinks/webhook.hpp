/// @file
/// Posts to a Slack incoming webhook, or to standard error where there is none.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include <crm/result.hpp>
#include <crm/secret.hpp>

#include "incoming_webhook.hpp"
#include "sinks/sink.hpp"

namespace sop {

/// Each post carries its key as `Idempotency-Key`. A post whose answer was lost is sent again: at least once, and a
/// receiver that knows keys takes it once. Slack itself does not look at it.
class webhook final : public post_sink {
 public:
  /// Throws `unusable` where the address cannot be used.
  explicit webhook(const crm::result<crm::secret>& address);

  [[nodiscard]] delivery deliver(const envelope& of, const post& what, const std::stop_token& stop) override;

 private:
  escalation::incoming_webhook hook_;
};

/// For those who have no webhook: a line a post.
class spoken_posts final : public post_sink {
 public:
  explicit spoken_posts(std::function<void(const std::string&)> say) : say_{std::move(say)} {}

  [[nodiscard]] delivery deliver(const envelope&, const post& what, const std::stop_token&) override {
    say_(what.channel + " " + what.text);
    return {};
  }

 private:
  std::function<void(const std::string&)> say_;
};

}  // namespace sop
