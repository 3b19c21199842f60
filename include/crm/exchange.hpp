/// @file
/// One call as a state machine without I/O: it is told what happened and answers what to do next.
///
/// Every failure decision of the library is here, in the gate and in the retry policy, so that each row of the failure
/// table is tested without a socket or a second of waiting, and a client of another kind can drive it too.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <crm/error.hpp>
#include <crm/exchange_step.hpp>
#include <crm/gate.hpp>
#include <crm/http/message.hpp>
#include <crm/http/retry_after.hpp>
#include <crm/result.hpp>
#include <crm/retry/concept.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0 {

template <retry_policy RetryPolicy>
class exchange {
 public:
  /// The policy and the gate must live as long.
  exchange(operation_traits traits, const RetryPolicy& retry, gate& pauses, time_point deadline)
      : traits_{traits}, retry_{retry}, gate_{pauses}, deadline_{deadline}, place_{pauses} {}

  [[nodiscard]] next_step start(time_point now) {
    if constexpr (circuit_breaking<RetryPolicy>) {
      auto entered = retry_.enter(now);
      if (!entered) {
        retry_at_ = std::max(entered.error(), gate_.closed_until(now));
        return stopped_ = gave_up::circuit_open, fail(errc::unreachable, "the CRM is known to be down");
      }
      permit_.emplace(*std::move(entered));
      news_.breaker = permit_->entered();
    }
    return pass_gate(now);
  }
  [[nodiscard]] next_step on_waited(time_point now) { return pass_gate(now); }

  /// The caller asked to stop, in a wait.
  [[nodiscard]] next_step on_stopped() { return fail(errc::cancelled, "the caller asked to stop"); }

  /// The request could not be authorized, and was not sent. Where that may pass it is tried again.
  [[nodiscard]] next_step on_unauthorizable(error e, time_point now) {
    refusal_.reset();
    if (e.code == errc::unreachable || e.code == errc::rate_limited) {
      status_ = 0;
      record("no credential could be had");
      std::optional<std::chrono::seconds> asked;
      if (e.retry_at) asked = std::chrono::ceil<std::chrono::seconds>(std::max(*e.retry_at - now, clock::duration{0}));
      return try_again(e.code, e.message, asked, now);
    }
    e.status = status_;
    e.request_id = request_id_;
    e.op = traits_.op;
    e.outcome_unknown = perhaps_done_;
    e.attempts = std::move(attempts_);
    outcome_.emplace(std::move(e));
    return place_.leave(), done_step{};
  }

  /// `renewed`: there is another proof to send the request with, which is done once a call.
  [[nodiscard]] next_step on_response(http::response r, time_point now, bool renewed = false) {
    ++sent_;
    status_ = r.status;
    reason_ = {};
    request_id_ = http::plain_token(r.headers.get("X-Request-Id"));
    tell_breaker(r.status, now);
    if ((r.status >= 200 && r.status < 300) || (r.status == 304 && traits_.conditional)) {
      outcome_.emplace(std::move(r));
      return done_step{};
    }
    record(reason_of(r.status));
    const auto asked = http::retry_after(r.headers.get("Retry-After"), r.headers.get("Date"));
    refusal_ = std::move(r);
    switch (status_) {
      case 401:
        if (renewed && !std::exchange(replayed_, true)) return pass_gate(now);
        return stop(errc::unauthorized, "the CRM does not accept the credential");
      case 403: return stop(errc::forbidden, "the credential may not do this");
      case 404:
        if (traits_.op == operation::find || traits_.op == operation::update)
          return stop(errc::not_found, "the CRM has no such record");
        return stop(errc::not_found, "the CRM has nothing at this path: no such record, or a wrong address");
      case 412: return stop(errc::conflict, "the record has changed since it was read");
      case 409:
        // Under a key: the first attempt is still at work, and the same key will fetch its answer.
        if (traits_.keyed) {
          perhaps_done_ = true;
          return try_again(errc::conflict, "the first attempt is still at work", asked, now);
        }
        return stop(errc::conflict, "the record is in another state than assumed");
      case 429: return try_again(errc::rate_limited, "the CRM asks for fewer requests", asked, now);
      default: break;
    }
    if (status_ >= 500 && status_ < 600) {
      perhaps_done_ = !traits_.safe;
      if (perhaps_done_ && !traits_.keyed) {
        if (status_ == 503 && asked) {
          close_gate(now, *asked);
          retry_at_ = now + *asked;
        }
        return outcome_unknown("the CRM failed while it worked on the write");
      }
      return try_again(errc::unreachable, "the CRM failed", asked, now);
    }
    if (status_ >= 400 && status_ < 500) return stop(errc::rejected, "the CRM refuses the request");
    if (status_ >= 300 && status_ < 400) return stop(errc::bad_response, redirect_message());
    perhaps_done_ = !traits_.safe;
    return stop(errc::bad_response, "the status is none that HTTP defines");
  }

  [[nodiscard]] next_step on_failure(const transport_failure& f, time_point now) {
    ++sent_;
    status_ = 0;
    refusal_.reset();
    record(f.reason);
    if (f.sent == delivery::unknown && !traits_.safe) perhaps_done_ = true;
    if (f.code == errc::unreachable) tell_breaker(0, now);
    switch (f.code) {
      case errc::unreachable:
        if (perhaps_done_ && !traits_.keyed) return outcome_unknown(f.reason);
        return try_again(errc::unreachable, f.reason, std::nullopt, now);
      case errc::deadline_exceeded: stopped_ = gave_up::deadline; break;
      case errc::cancelled: break;
      default: stopped_ = gave_up::permanent;
    }
    return fail(f.code, f.reason);
  }

  /// Whether a 401 may yet be met by another proof.
  [[nodiscard]] bool may_replay() const noexcept { return !replayed_; }
  /// How often the request was sent.
  [[nodiscard]] int sent() const noexcept { return sent_; }
  /// What has changed since this was asked.
  [[nodiscard]] exchange_news take_news() noexcept { return std::exchange(news_, {}); }
  /// The answer with a 2xx status, or the 304 that was asked for, or the error. Requires a last step of `done_step`.
  [[nodiscard]] result<http::response> take() { return *std::move(outcome_); }
  /// The last attempt's status, 0 where no answer arrived; why it failed, static text; and its answer's request id,
  /// valid until the next one.
  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] std::string_view reason() const noexcept { return reason_; }
  [[nodiscard]] std::string_view request_id() const noexcept { return status_ == 0 ? std::string_view{} : request_id_; }
  /// The answer that carried a refusal, for its problem details.
  [[nodiscard]] const std::optional<http::response>& refusal() const noexcept { return refusal_; }

 private:
  struct nothing {};
  template <class P>
  struct permit_of {
    using type = nothing;
  };
  template <circuit_breaking P>
  struct permit_of<P> {
    using type = typename P::permit;
  };

  /// Sends, unless the CRM has asked for a pause.
  [[nodiscard]] next_step pass_gate(time_point now) {
    const auto [verdict, when, opened] = gate_.ask(place_, now);
    if (verdict == gate::verdict::pass) {
      news_.gate_opened = opened;
      if constexpr (retry_limiting<RetryPolicy>)
        if (attempts_.empty()) retry_.count_call();
      return send_step{};
    }
    if (verdict == gate::verdict::wait && when < deadline_) {
      waited_ += std::chrono::ceil<milliseconds>(when - now);
      return wait_step{when};
    }
    retry_at_ = when;
    if (verdict == gate::verdict::full)
      return stopped_ = gave_up::queue_full, fail(errc::rate_limited, "too many calls wait for the CRM's pause to end");
    return stopped_ = gave_up::deadline, fail(errc::rate_limited, "the CRM asks for a longer pause than the call has");
  }

  [[nodiscard]] next_step try_again(errc code, std::string_view message, std::optional<std::chrono::seconds> asked,
                                    time_point now) {
    const int retry = static_cast<int>(attempts_.size()) - (replayed_ ? 1 : 0);
    const auto backoff = detail::delay_of(retry_, retry, attempts_.back().waited_before);
    const milliseconds own = backoff.value_or(milliseconds{0}),
                       wait = std::max(own, milliseconds{asked.value_or(std::chrono::seconds{0})});
    time_point until = now + wait;
    const bool pauses = status_ == 429 || (status_ == 503 && asked);
    if (pauses) {
      const milliseconds pause = asked ? milliseconds{*asked} : std::max(own, least_pause);
      close_gate(now, pause);
      // This call knows before those that come later.
      if (pause >= own) until = std::max(until, gate_.ask(place_, now).when);
    }
    if (asked || pauses) retry_at_ = until;
    if (!backoff) return stopped_ = gave_up::exhausted, fail(code, message);
    if (until >= deadline_) return stopped_ = gave_up::deadline, fail(code, message);
    if constexpr (retry_limiting<RetryPolicy>) {
      if (!retry_.spend(now)) return stopped_ = gave_up::budget, fail(code, message);
    }
    waited_ = std::chrono::ceil<milliseconds>(until - now);
    return wait_step{until};
  }

  void close_gate(time_point now, milliseconds pause) {
    if (const auto kept = gate_.close(now, pause)) news_.gate_closed = kept;
  }

  /// An answer below 500 shows that the CRM is there.
  void tell_breaker([[maybe_unused]] int code, [[maybe_unused]] time_point now) {
    if constexpr (circuit_breaking<RetryPolicy>) {
      if (code == 0 || (code >= 500 && code < 600)) {
        news_.breaker = permit_->failed(now);
      } else if (code >= 200 && code < 500) {
        news_.breaker = permit_->succeeded();
      }
    }
  }

  [[nodiscard]] next_step outcome_unknown(std::string_view message) {
    stopped_ = gave_up::non_idempotent;
    return fail(errc::unreachable, message);
  }

  /// Where the CRM has answered, whatever an earlier attempt under the same key did is in that answer. A refused
  /// credential, a redirect and a broken status tell nothing of it.
  [[nodiscard]] next_step stop(errc code, std::string_view message) {
    stopped_ = gave_up::permanent;
    if (code != errc::unauthorized && code != errc::forbidden && code != errc::bad_response) perhaps_done_ = false;
    return fail(code, message);
  }

  [[nodiscard]] next_step fail(errc code, std::string_view message) {
    place_.leave();
    error e;
    e.code = code;
    e.message = message;
    e.op = traits_.op;
    e.status = status_;
    e.stopped = stopped_;
    e.outcome_unknown = perhaps_done_;
    e.attempts = std::move(attempts_);
    e.retry_at = retry_at_;
    e.request_id = request_id_;
    outcome_.emplace(std::move(e));
    return done_step{};
  }

  void record(std::string_view reason) {
    reason_ = reason;
    attempts_.push_back({status_, reason, std::exchange(waited_, milliseconds{0})});
    retry_at_.reset();
  }

  [[nodiscard]] std::string redirect_message() const {
    std::string message = "the CRM redirects, which is never followed";
    const std::string host = http::location_host(refusal_->headers.get("Location").value_or(""));
    return host.empty() ? message : message.append("; it points to ").append(host);
  }

  [[nodiscard]] static std::string_view reason_of(int code) noexcept {
    if (code == 429) return "rate limited";
    if (code >= 500) return "server error";
    return "refused";
  }

  /// After a 429 that does not say how long.
  static constexpr milliseconds least_pause{1'000};

  operation_traits traits_;
  const RetryPolicy& retry_;
  gate& gate_;
  time_point deadline_;
  gate::place place_;
  [[no_unique_address]] std::optional<typename permit_of<RetryPolicy>::type> permit_;
  std::vector<attempt> attempts_;
  milliseconds waited_{0};
  int sent_ = 0;
  int status_ = 0;
  std::string_view reason_;
  bool replayed_ = false;
  exchange_news news_;
  bool perhaps_done_ = false;  // a write of this call may have taken effect
  gave_up stopped_ = gave_up::not_applicable;
  std::optional<time_point> retry_at_;
  std::string request_id_;
  std::optional<http::response> refusal_;
  std::optional<result<http::response>> outcome_;
};

}  // namespace crm::inline v0
