/// @file
/// What all copies of a client share, and the performing of one call: the shell around `exchange`.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <crm/auth/concept.hpp>
#include <crm/client/key_ledger.hpp>
#include <crm/detail/uuid.hpp>
#include <crm/exchange.hpp>
#include <crm/gate.hpp>
#include <crm/http/uri.hpp>
#include <crm/json/document.hpp>
#include <crm/observe/concept.hpp>
#include <crm/options.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::detail {

/// Refuses headers that cannot be sent, and those by which a caller would take the client's place.
[[nodiscard]] inline result<void> check_headers(const http::header_list& headers) {
  constexpr std::array<std::string_view, 20> own{"Accept",
                                                 "Accept-Encoding",
                                                 "Authorization",
                                                 "Connection",
                                                 "Content-Encoding",
                                                 "Content-Length",
                                                 "Content-Type",
                                                 "Expect",
                                                 "Host",
                                                 "Idempotency-Key",
                                                 "If-Match",
                                                 "If-Modified-Since",
                                                 "If-None-Match",
                                                 "If-Range",
                                                 "Range",
                                                 "TE",
                                                 "Trailer",
                                                 "Transfer-Encoding",
                                                 "Upgrade",
                                                 "User-Agent"};
  for (const auto& [name, value] : headers) {
    if (!http::is_token(name)) return invalid_argument("a header's name is no token");
    if (!http::is_field_value(value))
      return invalid_argument("the value of header " + name + " holds a character that cannot be sent");
    if (std::any_of(own.begin(), own.end(), [&, &n = name](std::string_view o) { return http::same_name(o, n); }))
      return invalid_argument("header " + name + " is the client's own to send");
  }
  return {};
}

[[nodiscard]] inline result<void> check_idempotency_key(std::string_view key) {
  const auto unfit = [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\'; };
  if (key.empty() || key.size() > 255 || std::any_of(key.begin(), key.end(), unfit))
    return invalid_argument("an idempotency key is 1 to 255 visible ASCII characters without quote or backslash");
  return {};
}

/// The cores whose observers this thread is telling something: one within the other, where observers call clients.
struct telling {
  const void* core;
  const telling* outer;
};
inline thread_local const telling* innermost_telling = nullptr;

[[nodiscard]] inline bool is_telling(const void* core) noexcept {
  const telling* each = innermost_telling;
  while (each != nullptr && each->core != core) each = each->outer;
  return each != nullptr;
}

/// One core a client, however many copies of it there are.
template <class Transport, class RetryPolicy, class Auth, class Observer>
struct core {
  core(Transport t, RetryPolicy r, Auth a, client_options o, Observer w)
      : transport{std::move(t)},
        retry{std::move(r)},
        auth{std::move(a)},
        observer{std::move(w)},
        options{std::move(o)},
        pauses{options.pause} {}

  Transport transport;
  [[no_unique_address]] RetryPolicy retry;
  [[no_unique_address]] Auth auth;
  [[no_unique_address]] Observer observer;
  client_options options;
  gate pauses;
  key_ledger keys{};
  std::string prefix{};

  /// Whether this combination may be used at all.
  [[nodiscard]] result<void> check() {
    if (auto sound = allowed_time({}); !sound) return std::move(sound).error();
    if (!http::is_field_value(options.user_agent))
      return invalid_argument("the user agent holds a character that cannot be sent");
    if (options.pause.longest < milliseconds{0} || options.pause.longest > std::chrono::hours{24})
      return invalid_argument("the longest pause is at most a day");
    if (options.pause.pace < milliseconds{0} || options.pause.pace > std::chrono::minutes{1})
      return invalid_argument("the pace after a pause is at most a minute");
    if constexpr (networked_transport<Transport>) {
      const http::base_url& base = transport.base();
      prefix = base.prefix;
      if constexpr (Auth::carries_credential) {
        if (auto ready = auth.ready(); !ready) return ready;
        bool stays_here = base.is_loopback();
        if constexpr (requires { transport.stays_here(); }) stays_here = transport.stays_here();
        if (!base.tls && !stays_here && !options.allow_insecure_credentials)
          return invalid_argument("a credential would travel in the clear: use https, or allow_insecure_credentials");
      }
    }
    return {};
  }

  /// How long a call may take in all.
  [[nodiscard]] result<milliseconds> allowed_time(const call_options& call) const {
    const milliseconds allowed = call.deadline.value_or(options.deadline);
    if (allowed <= milliseconds{0} || allowed > std::chrono::hours{24})
      return invalid_argument("a deadline is above zero and at most a day");
    return allowed;
  }

  /// Performs one call to its end. `request` lacks only what every request has.
  [[nodiscard]] result<http::response> call(operation_traits traits, http::request request, const call_options& call) {
    const auto refused = [&](error e) {
      e.op = traits.op;
      return e;
    };
    if (is_telling(this)) return refused(invalid_argument("an observer must not call the client it observes"));
    auto allowed = allowed_time(call);
    if (!allowed) return refused(std::move(allowed).error());
    if (auto sound = check_headers(call.headers); !sound) return refused(std::move(sound).error());
    if (!call.idempotency_key.empty() && traits.safe)
      return refused(invalid_argument("an idempotency key belongs to a write"));

    const std::string key =
        traits.op == operation::create && call.idempotency_key.empty() ? uuid_v4() : call.idempotency_key;
    if (!key.empty()) {
      if (auto sound = check_idempotency_key(key); !sound) return refused(std::move(sound).error());
      if (!call.idempotency_key.empty() && !keys.admit(key, request))
        return refused(invalid_argument("this idempotency key was given to another request: take a new one"));
      request.headers.push_back(
          {"Idempotency-Key", options.idempotency_key_form == key_form::bare ? key : "\"" + key + "\""});
      // The contract defines keys for creates; an update's is sent, but does not make it safe to repeat.
      traits.keyed = options.server_honours_idempotency_keys && traits.op == operation::create;
    }
    request.target.insert(0, prefix);
    request.headers.push_back({"Accept", "application/json"});
    if (!request.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
    request.headers.push_back({"User-Agent", options.user_agent});
    request.headers.insert(request.headers.end(), call.headers.begin(), call.headers.end());

    const send_limits limits{transport.now() + *allowed, call.stop};
    exchange<RetryPolicy> course{traits, retry, pauses, limits.deadline};
    for (next_step step = course.start(transport.now()); !std::holds_alternative<done_step>(step);) {
      if (const auto* wait = std::get_if<wait_step>(&step)) {
        step = transport.wait_until(wait->until, call.stop) == wake::due ? course.on_waited(transport.now())
                                                                         : course.on_stopped();
      } else {
        step = attempt(course, request, limits);
      }
    }
    auto outcome = course.take();
    if (!outcome && course.refusal()) attach_details(outcome.error(), *course.refusal());
    return outcome;
  }

 private:
  /// Sends once, with a proof of its own.
  [[nodiscard]] next_step attempt(exchange<RetryPolicy>& course, http::request request, const send_limits& limits) {
    if (networked_transport<Transport> || auth.ready()) {
      if (auto authorized = auth.authorize(request); !authorized)
        return course.on_unauthorizable(std::move(authorized).error());
    }
    const time_point begin = transport.now();
    auto outcome = transport.send(request, limits);
    const time_point end = transport.now();
    next_step next = outcome ? course.on_response(*std::move(outcome), end) : course.on_failure(outcome.error(), end);
    if constexpr (!observes_nothing<Observer>) tell_of(course.last(), next, begin, end);
    return next;
  }

  void tell_of(events::attempt_made made, const next_step& next, time_point begin, time_point end) noexcept {
    if (const auto* wait = std::get_if<wait_step>(&next))
      made.next_after = std::chrono::ceil<milliseconds>(wait->until - end);
    made.took = std::chrono::ceil<milliseconds>(end - begin);
    const telling frame{this, innermost_telling};
    innermost_telling = &frame;
    tell(observer, made);
    if (made.status == 404) tell(observer, events::not_found{made.op, made.request_id});
    if (made.status == 401 || made.status == 403)
      tell(observer, events::credential_failed{made.op, made.status, made.request_id});
    innermost_telling = frame.outer;
  }

  static void attach_details(error& e, const http::response& refusal) {
    const auto type = refusal.headers.get("Content-Type");
    if (type && type->starts_with("application/problem+json")) e.details = json::decode_problem(refusal.body);
    if (!e.details) e.excerpt = http::excerpt(refusal.body);
  }
};

}  // namespace crm::inline v0::detail
