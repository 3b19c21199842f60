#include "sinks/webhook.hpp"

#include <chrono>

#include "engine/database.hpp"

namespace sop {

namespace {

escalation::incoming_webhook opened(const crm::result<crm::secret>& address) {
  auto hook = escalation::incoming_webhook::open(address, {});
  if (!hook) throw unusable(hook.error().message);
  return *std::move(hook);
}

}  // namespace

webhook::webhook(const crm::result<crm::secret>& address) : hook_{opened(address)} {}

delivery webhook::deliver(const envelope& of, const post& what, const std::stop_token& stop) {
  const auto answer = hook_.post(what.channel, what.text, {{"Idempotency-Key", "\"" + of.id + "\""}},
                                 {hook_.now() + std::chrono::seconds{10}, stop});
  if (!answer) return {verdict::later, {"the webhook does not answer"}};
  const int status = answer->status;
  if (status >= 200 && status < 300) return {};
  const bool may_change = status >= 500 || status == 408 || status == 425 || status == 429;
  return {may_change ? verdict::later : verdict::never, {"the webhook refuses", status}};
}

}  // namespace sop
