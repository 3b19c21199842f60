/// @file
/// Where a step's result leads: the next step, an end, or its on_failure path. (ADR 10, Failure Handling.)
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <crm/error.hpp>
#include <crm/observe/events.hpp>
#include <crm/transport/concept.hpp>

#include "engine/procedure.hpp"

namespace sop {

/// That the CRM could not be asked, whatever was to be asked.
[[nodiscard]] inline bool is_outage(const crm::error& e) noexcept {
  return e.code == crm::errc::unreachable || e.code == crm::errc::deadline_exceeded;
}

/// That it could, and answered with 5xx. Nothing that needs the CRM is begun again before the CRM has answered the
/// engine well, so what fails like this again and again fails by itself.
[[nodiscard]] inline bool is_answer(const failure& outage) noexcept { return outage.http_status != 0; }

[[nodiscard]] inline failure failure_of(const crm::error& e) noexcept { return {e.code, e.status}; }

/// A moment of the transport's, as it is kept: in the wall clock's time. On a transport without a network time passes
/// by waiting for it.
template <class Client>
[[nodiscard]] wall_time to_wall_time(const Client& client, crm::time_point at, const std::stop_token& stop) {
  auto& transport = client.transport_model();
  if constexpr (crm::networked_transport<std::remove_cvref_t<decltype(transport)>>) {
    return wall_now() + std::max(milliseconds{1}, std::chrono::ceil<milliseconds>(at - transport.now()));
  } else {
    static_cast<void>(transport.wait_until(at, stop));
    return wall_now();
  }
}

/// When to ask a CRM again that wants to be left alone.
template <class Client>
[[nodiscard]] wall_time time_to_ask_again(const Client& client, const crm::error& e, const std::stop_token& stop) {
  return to_wall_time(client, e.retry_at.value_or(client.transport_model().now() + std::chrono::seconds{1}), stop);
}

/// One post a round for each `what` (a step or a message) and reason, however many fail by it.
[[nodiscard]] inline new_message escalation_of(std::string_view sop, const std::string& round, const std::string& what,
                                               const failure& why, std::int64_t task) {
  const std::string reason = to_string(why);
  return {std::string{sop} + "/" + round + "/" + what + "/" + reason, "failed", false,
          json{{"task", task}, {"sop", sop}, {"what", what}, {"reason", reason}}};
}

struct round_info {
  /// As `begin_round` named it: failures are told once a round.
  std::string name;
  /// Before the first retry of a step.
  milliseconds retry_after{2'000};
};

template <class Client>
class next_state_of {
 public:
  next_state_of(const task& of, const procedure<Client>& whole, const step<Client>& at, step_context<Client>& context,
                const Client& client, const round_info& round)
      : task_{of}, whole_{whole}, at_{at}, context_{context}, client_{client}, round_{round} {}

  [[nodiscard]] change by(const crm::result<outcome>& result) {
    if (!result) return by(result.error());
    switch (result->what) {
      case outcome::kind::advance: {
        const step<Client>* next = whole_.after(at_);
        return next != nullptr ? completed(task_state::running, *next) : completed(task_state::done, at_);
      }
      case outcome::kind::done: return completed(task_state::done, at_, result->reason);
      case outcome::kind::skip: return completed(task_state::skipped, at_, result->reason);
      case outcome::kind::wait: {
        change c = completed(task_state::waiting, at_);
        c.due_at = wall_now() + result->after;
        return c;
      }
      case outcome::kind::fail: break;
    }
    return follow(path::escalate, {result->reason});
  }

 private:
  [[nodiscard]] change by(const crm::error& e) {
    const failure why = failure_of(e);
    if (e.code == crm::errc::cancelled) return ready_again();
    if (is_outage(e)) return follow(at_.on_failure.unreachable, why);
    if (e.code == crm::errc::rate_limited) {
      change c = left(task_state::waiting, why);
      c.due_at = time_to_ask_again(client_, e, context_.call().stop);
      return c;
    }
    // People are told of these by the client itself, once a credential.
    if (e.code == crm::errc::unauthorized || e.code == crm::errc::forbidden) return left(task_state::failed, why);
    return follow(at_.on_failure.otherwise, why);
  }

  [[nodiscard]] change follow(path where, const failure& why) {
    switch (where) {
      case path::pause: {
        // The first one says nothing: everybody may get that answer.
        if (is_answer(why) && task_.outages >= std::max(1, at_.on_failure.retries))
          return follow(at_.on_failure.after_retries, why);
        change c = left(task_state::paused, why);
        c.outages = task_.outages + (is_answer(why) ? 1 : 0);
        return c;
      }
      case path::retry_later: {
        if (task_.failures >= at_.on_failure.retries) return follow(at_.on_failure.after_retries, why);
        change c = left(task_state::waiting, why);
        const auto after = round_.retry_after * (1 << std::min(task_.failures, 10));
        c.due_at = to_wall_time(client_, client_.transport_model().now() + after, context_.call().stop);
        c.failures = task_.failures + 1;
        return c;
      }
      case path::skip: return left(task_state::skipped, why);
      case path::escalate: {
        change c = left(task_state::failed, why);
        c.messages.push_back(escalation_of(whole_.name, round_.name, "step " + std::string{at_.name}, why, task_.id));
        return c;
      }
      case path::fail: break;
    }
    return left(task_state::failed, why);
  }

  /// The step is done, and so is what it asked for.
  [[nodiscard]] change completed(task_state now, const step<Client>& at, code_word why = "") {
    change c{.now = now,
             .step = std::string{at.name},
             .needs_crm = at.needs == needs::crm,
             .context = context_.context,
             .reason = std::string{why.str()}};
    c.messages = context_.take_messages();
    c.children = context_.take_children();
    return c;
  }

  /// The step is as if it had not been begun.
  [[nodiscard]] change left(task_state now, const failure& why) const {
    return {.now = now,
            .step = task_.step,
            .needs_crm = at_.needs == needs::crm,
            .context = task_.context,
            .reason = to_string(why),
            .failures = task_.failures,
            .outages = task_.outages};
  }
  [[nodiscard]] change ready_again() const {
    change c = left(task_state::ready, {""});
    c.due_at = wall_time{};
    return c;
  }

  const task& task_;
  const procedure<Client>& whole_;
  const step<Client>& at_;
  step_context<Client>& context_;
  const Client& client_;
  const round_info& round_;
};

template <class Client>
[[nodiscard]] change next_state(const task& of, const procedure<Client>& whole, const step<Client>& at,
                                const crm::result<outcome>& result, step_context<Client>& context, const Client& client,
                                const registry<Client>& known, const round_info& round) {
  next_state_of<Client> decide{of, whole, at, context, client, round};
  change next = decide.by(result);
  for (new_message& each : next.messages) {
    const auto made_by = known.templates.find(each.template_name);
    if (made_by == known.templates.end()) return decide.by(fail("unknown template"));
    each.needs_crm = made_by->second.needs == needs::crm;
  }
  for (new_task& each : next.children) {
    const step<Client>* begins_with = whole.find(each.step);
    if (begins_with == nullptr) return decide.by(fail("unknown step"));
    each.needs_crm = begins_with->needs == needs::crm;
  }
  return next;
}

}  // namespace sop
