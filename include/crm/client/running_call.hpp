/// @file
/// The performing of one call: the shell around `exchange`, which says what to do.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include <crm/auth/concept.hpp>
#include <crm/detail/wipe.hpp>
#include <crm/exchange.hpp>
#include <crm/http/message.hpp>
#include <crm/json/document.hpp>
#include <crm/observe/events.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::detail {

/// Takes out of an answer what repeats a credential and would come to light: in events, in an error's text, details or
/// excerpt. `proofs` is where the credentials begin among the headers that were sent.
inline void forget_echoes(http::response& answer, const http::header_list& sent, std::size_t proofs) {
  const auto is_told = [](const http::header& h) {
    return http::same_name(h.name, "X-Request-Id") || http::same_name(h.name, "Location");
  };
  const bool refusal = answer.status < 200 || answer.status >= 300;
  if (proofs == sent.size()) return;
  if (!refusal && std::none_of(answer.headers.begin(), answer.headers.end(), is_told)) return;
  const auto without_escapes = [](std::string text) {
    std::erase(text, '\\');
    return text;
  };
  const std::string body = refusal ? without_escapes(answer.body) : std::string{};
  for (std::size_t i = proofs; i < sent.size(); ++i) {
    const std::string& value = sent[i].value;
    std::string credential{value, value.rfind(' ') + 1};  // without its scheme
    std::erase(credential, '\\');
    const auto repeats = [&](const std::string& text) { return text.find(credential) != std::string::npos; };
    if (credential.size() >= 6) {  // not as short as a word of the CRM's
      std::erase_if(answer.headers,
                    [&](const http::header& h) { return is_told(h) && repeats(without_escapes(h.value)); });
      if (repeats(body)) answer.body.clear();
    }
    wipe(credential);
  }
}

/// One call of a client whose policies are those of `Core`, which must live as long.
template <class Core, class RetryPolicy>
class running_call {
 public:
  running_call(Core& core, const events::call_id& id, operation_traits traits, const send_limits& limits)
      : core_{core}, id_{id}, limits_{limits}, course_{traits, core.retry, core.pauses, limits.deadline} {}

  /// Performs it to its end. It begins now.
  [[nodiscard]] result<http::response> run(http::request& request, time_point begin) {
    tell(events::call_started{id_});
    for (next_step step = course_.start(begin); !std::holds_alternative<done_step>(step);) {
      tell_news();
      if (const auto* wait = std::get_if<wait_step>(&step)) {
        step = core_.transport.wait_until(wait->until, limits_.stop) == wake::due
                   ? course_.on_waited(core_.transport.now())
                   : course_.on_stopped();
      } else {
        step = attempt(request);
      }
    }
    tell_news();
    auto outcome = course_.take();
    if (!outcome && course_.refusal()) attach_details(outcome.error(), *course_.refusal());
    if constexpr (Core::is_observed) tell_end(outcome, core_.transport.now() - begin);
    return outcome;
  }

 private:
  /// Sends once, with a proof of its own.
  [[nodiscard]] next_step attempt(http::request& request) {
    const std::size_t proofs = request.headers.size();
    next_step next = authorize_and_send(request, proofs);
    for (std::size_t i = proofs; i < request.headers.size(); ++i) wipe(request.headers[i].value);
    request.headers.resize(proofs);
    return next;
  }

  [[nodiscard]] next_step authorize_and_send(http::request& request, std::size_t proofs) {
    if constexpr (networked_transport<decltype(core_.transport)> && !null_auth<decltype(core_.auth)>) {
      // Asked before: what is put in place meanwhile is not what fails.
      proof_.credential = core_.credential_generation();
      auto authorized = core_.auth.authorize(request, limits_);
      if (!authorized) {
        const time_point now = core_.transport.now();
        next_step next = course_.on_unauthorizable(std::move(authorized).error(), now);
        tell_retry(next, now);
        return next;
      }
      proof_ = *authorized;
    }
    time_point begin{};
    if constexpr (Core::is_observed) begin = core_.transport.now();
    auto outcome = core_.transport.send(request, limits_);
    const time_point end = core_.transport.now();
    if (outcome) forget_echoes(*outcome, request.headers, proofs);
    next_step next = outcome ? on_response(std::move(*outcome), end) : course_.on_failure(outcome.error(), end);
    tell(events::attempt_made{id_, course_.sent(), course_.status(), course_.reason(), course_.request_id(),
                              end - begin});
    tell_news();
    tell_retry(next, end);
    return next;
  }

  [[nodiscard]] next_step on_response(http::response&& answer, time_point now) {
    bool renewed = false;
    if constexpr (renewing_auth<decltype(core_.auth)>)
      renewed = answer.status == 401 && course_.may_replay() && core_.auth.renew(proof_, answer);
    return course_.on_response(std::move(answer), now, renewed);
  }

  static void attach_details(error& e, const http::response& refusal) {
    const auto type = refusal.headers.get("Content-Type");
    if (type && type->starts_with("application/problem+json")) e.details = json::decode_problem(refusal.body);
    if (!e.details) e.excerpt = http::excerpt(refusal.body);
  }

  // --- The observer ---

  template <class Event>
  void tell(const Event& e) noexcept {
    core_.tell(e);
  }

  void tell_news() noexcept {
    if constexpr (!Core::is_observed) return;
    const auto news = course_.take_news();
    if (news.breaker) tell(events::breaker_changed{id_, *news.breaker});
    if (news.gate_opened) tell(events::gate_opened{id_});
    if (news.gate_closed) tell(events::gate_closed{id_, course_.status(), *news.gate_closed});
  }

  /// Of a wait for another attempt, or of the credential's renewal.
  void tell_retry(const next_step& next, time_point now) noexcept {
    if constexpr (!Core::is_observed) return;
    if (std::holds_alternative<done_step>(next)) return;
    const auto* wait = std::get_if<wait_step>(&next);
    tell(events::retry_scheduled{id_, course_.sent() + 1, wait != nullptr ? wait->until - now : clock::duration{},
                                 course_.reason()});
  }

  void tell_end(const result<http::response>& outcome, clock::duration took) noexcept {
    events::call_finished end{.call = id_, .attempts = course_.sent(), .took = took};
    if (outcome) {
      end.status = outcome->status;
      end.request_id = course_.request_id();
    } else {
      const error& e = outcome.error();
      end.error = e.code;
      end.status = e.status;
      end.stopped = e.stopped;
      end.outcome_unknown = e.outcome_unknown;
      end.request_id = e.request_id;
      if (e.status == 404) tell(events::not_found{id_, e.request_id});
      if (e.code == errc::unauthorized || e.code == errc::forbidden)
        core_.tell_failed({id_, e.status, e.request_id, proof_.credential});
    }
    tell(end);
  }

  Core& core_;
  const events::call_id& id_;
  const send_limits& limits_;
  exchange<RetryPolicy> course_;
  proof proof_;
};

}  // namespace crm::inline v0::detail
