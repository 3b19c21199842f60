/// @file
/// What a script is made of: which request is expected next, and what comes back. As values, and as types.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <crm/error.hpp>
#include <crm/http/message.hpp>
#include <crm/model/fields.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::testing {

/// One step of a script. What it does not name of a request may be anything.
struct step {
  step(http::response answer) : outcome{std::move(answer)} {}            // NOLINT(google-explicit-constructor)
  step(transport_failure failure) : outcome{tl::unexpected{failure}} {}  // NOLINT(google-explicit-constructor)
  step(transport_result answer_or_failure)
      : outcome{std::move(answer_or_failure)} {}  // NOLINT(google-explicit-constructor)

  /// Which request it is for. The target is compared byte for byte, as it is sent: percent-encoded.
  [[nodiscard]] step to(http::method wanted, std::string target_wanted) && {
    method = wanted;
    target = std::move(target_wanted);
    return std::move(*this);
  }
  /// The request's first header of this name has this value.
  [[nodiscard]] step with_header(std::string name, std::string value) && {
    headers.push_back({std::move(name), std::move(value)});
    return std::move(*this);
  }
  /// The request's whole body.
  [[nodiscard]] step with_body(std::string wanted) && {
    body = std::move(wanted);
    return std::move(*this);
  }
  /// How long it takes, in the script's time.
  [[nodiscard]] step after(milliseconds time) && {
    takes = time;
    return std::move(*this);
  }
  /// Answers as often as it is asked, or never. Requires that it is the last of its script.
  [[nodiscard]] step repeated() && {
    repeats = true;
    return std::move(*this);
  }

  transport_result outcome;
  std::optional<http::method> method{};
  std::optional<std::string> target{};
  http::header_list headers{};
  std::optional<std::string> body{};
  milliseconds takes{};
  bool repeats = false;
};

/// A step that answers; a body is JSON unless `headers` name another `Content-Type`.
[[nodiscard]] inline step answer(int status, std::string body = {}, http::header_list headers = {}) {
  if (!body.empty() && !headers.get("Content-Type")) headers.push_back({"Content-Type", "application/json"});
  return http::response{status, std::move(headers), std::move(body)};
}

// The same as types. Each is a step as a value, too: `reply<503>{}`.

/// An answer with this status and this body, of JSON.
template <int Status, fixed_string Body = "">
struct reply {
  static_assert(Status >= 200 && Status <= 599, "an answer's status is from 200 to 599");
  operator step() const { return answer(Status, std::string{Body.view()}); }  // NOLINT(google-explicit-constructor)
};

/// An answer that asks for a pause: `retry_after<429, 2>` for two seconds.
template <int Status, int Seconds>
struct retry_after {
  static_assert(Seconds >= 0, "a pause is not negative");
  operator step() const {  // NOLINT(google-explicit-constructor)
    return answer(Status, {}, {{"Retry-After", std::to_string(Seconds)}});
  }
};

/// No answer for ten seconds: the server may have acted.
struct timeout {
  operator step() const {  // NOLINT(google-explicit-constructor)
    return step{transport_failure{errc::unreachable, delivery::unknown, "no answer in time"}}.after(
        transport_options{}.read_timeout);
  }
};

/// The connection broke before an answer: the server may have acted.
struct reset {
  operator step() const {  // NOLINT(google-explicit-constructor)
    return transport_failure{errc::unreachable, delivery::unknown, "the connection was reset"};
  }
};

/// No connection: the server saw nothing.
struct refused {
  operator step() const {  // NOLINT(google-explicit-constructor)
    return transport_failure{errc::unreachable, delivery::not_sent, "the connection was refused"};
  }
};

/// A step that expects this request: `expect<http::method::get, "/api/v1/customers/1", reply<404>>`.
template <http::method Method, fixed_string Target, class Step>
struct expect {
  operator step() const {  // NOLINT(google-explicit-constructor)
    return step{Step{}}.to(Method, std::string{Target.view()});
  }
};

}  // namespace crm::inline v0::testing
