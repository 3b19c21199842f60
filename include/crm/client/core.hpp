/// @file
/// What all copies of a client share, and how a call of theirs begins.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include <crm/auth/concept.hpp>
#include <crm/client/key_ledger.hpp>
#include <crm/client/request_checks.hpp>
#include <crm/client/running_call.hpp>
#include <crm/client/telling.hpp>
#include <crm/detail/kept_by_thread.hpp>
#include <crm/detail/uuid.hpp>
#include <crm/exchange.hpp>
#include <crm/gate.hpp>
#include <crm/http/message.hpp>
#include <crm/http/uri.hpp>
#include <crm/options.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::detail {

/// What a call is, besides its request.
struct call_plan {
  operation_traits traits;
  std::string_view route;
  std::string_view task;
  /// A deadline that may come before the call's own.
  time_point until = time_point::max();
};

/// The headers of a request, in memory that its thread uses for one call after the other. What a call begins while
/// another is under way, by its observer or its credential, has memory of its own.
class lent_headers {
 public:
  explicit lent_headers(http::header_list& to) noexcept : to_{to}, own_{std::move(to)} {
    to_ = spare_ != nullptr ? std::move(*spare_) : http::header_list{};
  }
  lent_headers(const lent_headers&) = delete;
  lent_headers& operator=(const lent_headers&) = delete;
  ~lent_headers() {
    to_.resize(std::min(to_.size(), kept_));
    if (spare_ != nullptr) *spare_ = std::move(to_);
  }

  /// `common` is what every request carries, and stays in memory; then comes what the request had.
  void fill(const http::header_list& common) {
    kept_ = common.size();
    to_ = common;
    std::move(own_.begin(), own_.end(), std::back_inserter(to_));
  }

 private:
  http::header_list& to_;
  http::header_list own_;
  http::header_list* const spare_ = kept_by_thread<http::header_list>();
  std::size_t kept_ = 0;
};

/// One core a client, however many copies of it there are.
template <class Transport, class RetryPolicy, class Auth, class Observer>
struct core {
  core(Transport t, RetryPolicy r, Auth a, client_options o, Observer w)
      : transport{std::move(t)},
        retry{std::move(r)},
        auth{std::move(a)},
        watch{std::move(w)},
        options{std::move(o)},
        common_headers{{"Accept", "application/json"}, {"User-Agent", options.user_agent}},
        pauses{options.pause} {}

  Transport transport;
  [[no_unique_address]] RetryPolicy retry;
  [[no_unique_address]] Auth auth;
  [[no_unique_address]] observed<Observer> watch;
  client_options options;
  const http::header_list common_headers;
  gate pauses;
  key_ledger keys{};
  std::string prefix{};

  /// Whether this combination may be used at all.
  [[nodiscard]] result<void> check() {
    if (auto sound = allowed_time(options.deadline); !sound) return std::move(sound).error();
    if (!http::is_field_value(options.user_agent))
      return invalid_argument("the user agent holds a character that cannot be sent");
    if (options.pause.longest < milliseconds{0} || options.pause.longest > std::chrono::hours{24})
      return invalid_argument("the longest pause is at most a day");
    if (options.pause.pace < milliseconds{0} || options.pause.pace > std::chrono::minutes{1})
      return invalid_argument("the pace after a pause is at most a minute");
    if constexpr (networked_transport<Transport>) {
      prefix = transport.base().prefix;
      if constexpr (Auth::carries_credential) {
        if (auto ready = auth.ready(); !ready) return ready;
        if (!is_private(transport) && !options.allow_insecure_credentials)
          return invalid_argument("a credential would travel in the clear: use https, or allow_insecure_credentials");
      }
    }
    return {};
  }

  /// Which credential is in place; 0 where there is one alone.
  [[nodiscard]] std::uint64_t credential_generation() const {
    if constexpr (requires { auth.generation(); }) return auth.generation();
    return 0;
  }

  static constexpr bool is_observed = !observes_nothing<Observer>;
  template <class Event>
  void tell(const Event& e) noexcept {
    watch.tell(e, this);
  }
  void tell_failed(const events::credential_failed& e) noexcept { watch.tell_failed(e, this); }

  /// What must be true of a call, whether it is made or answered from a cache. Answers how long it may take in all.
  [[nodiscard]] result<milliseconds> check_call(const call_options& call, bool safe) const {
    if constexpr (is_observed)
      if (is_telling(this)) return invalid_argument("an observer must not call the client it observes");
    if (auto sound = check_headers(call.headers); !sound) return std::move(sound).error();
    if (safe && !call.idempotency_key.empty()) return invalid_argument("an idempotency key belongs to a write");
    if (auto sound = check_traceparent(call.traceparent); !sound) return std::move(sound).error();
    return allowed_time(call.deadline.value_or(options.deadline));
  }

  /// Performs one call to its end. `request` lacks only what every request has.
  [[nodiscard]] result<http::response> call(const call_plan& plan, http::request request, const call_options& call) {
    const auto refused = [&](error e) {
      e.op = plan.traits.op;
      return e;
    };
    auto allowed = check_call(call, plan.traits.safe);
    if (!allowed) return refused(std::move(allowed).error());
    operation_traits traits = plan.traits;
    lent_headers headers{request.headers};
    headers.fill(common_headers);
    if (auto sound = complete(request, traits, call); !sound) return refused(std::move(sound).error());

    const events::call_id id{traits.op, request.method, plan.route, watch.next_call(), plan.task, call.traceparent};
    const time_point begin = transport.now();
    const send_limits limits{std::min(plan.until, begin + *allowed), call.stop};
    return running_call<core, RetryPolicy>{*this, id, traits, limits}.run(request, begin);
  }

 private:
  [[nodiscard]] static result<milliseconds> allowed_time(milliseconds wanted) {
    if (wanted <= milliseconds{0} || wanted > std::chrono::hours{24})
      return invalid_argument("a deadline is above zero and at most a day");
    return wanted;
  }

  /// Adds what every request has, and what the caller asked for.
  [[nodiscard]] result<void> complete(http::request& request, operation_traits& traits, const call_options& call) {
    if (traits.op == operation::create || !call.idempotency_key.empty()) {
      const std::string key = call.idempotency_key.empty() ? uuid_v4() : call.idempotency_key;
      if (auto sound = check_idempotency_key(key); !sound) return sound;
      if (!call.idempotency_key.empty() && !keys.admit(key, request))
        return invalid_argument("this idempotency key was given to another request: take a new one");
      request.headers.push_back(
          {"Idempotency-Key", options.idempotency_key_form == key_form::bare ? key : "\"" + key + "\""});
      // The contract defines keys for creates; an update's is sent, but does not make it safe to repeat.
      traits.keyed = options.server_honours_idempotency_keys && traits.op == operation::create;
    }
    if (!prefix.empty()) request.target.insert(0, prefix);
    if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    if (!call.traceparent.empty()) request.headers.push_back({"Traceparent", call.traceparent});
    request.headers.insert(request.headers.end(), call.headers.begin(), call.headers.end());
    return {};
  }
};

[[nodiscard]] inline error out_of_time() {
  error e;
  e.code = errc::deadline_exceeded;
  e.message = "the call's time ran out between requests";
  return e;
}

/// A call of several requests, each with what is left of its time.
template <class Core>
class call_in_parts {
 public:
  call_in_parts(Core& core, const call_options& whole)
      : core_{core}, whole_{whole}, end_{core.transport.now() + whole.deadline.value_or(milliseconds{0})} {
    whole_.on_page = nullptr;  // is told by the one who collects, and not to be copied by several threads
  }

  /// The next request's options.
  [[nodiscard]] result<call_options> next(std::stop_token stop) const {
    call_options part = whole_;
    part.stop = std::move(stop);
    if (whole_.deadline) {  // for them all; the client's own deadline is for each
      part.deadline = std::chrono::ceil<milliseconds>(end_ - core_.transport.now());
      if (*part.deadline <= milliseconds{0}) return out_of_time();
    }
    return part;
  }

 private:
  Core& core_;
  call_options whole_;
  time_point end_;
};

}  // namespace crm::inline v0::detail
