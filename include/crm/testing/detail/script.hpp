/// @file
/// A script being played: its steps, what was asked, and what went wrong.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/http/message.hpp>
#include <crm/testing/detail/complaints.hpp>
#include <crm/testing/detail/limits.hpp>
#include <crm/testing/script_steps.hpp>
#include <crm/testing/virtual_clock.hpp>

namespace crm::inline v0::testing::detail {

/// Whether a message, which ends in logs, may show what a header of this name holds: of any other it may be a
/// credential.
[[nodiscard]] inline bool may_be_shown(std::string_view name) {
  constexpr std::array<std::string_view, 8> all{"Accept",          "Content-Type", "If-Match",   "If-None-Match",
                                                "Idempotency-Key", "X-Request-Id", "User-Agent", "traceparent"};
  return std::any_of(all.begin(), all.end(), [&](auto each) { return http::same_name(each, name); });
}

/// The lines by which a request differs from what its step names; empty where it does not.
[[nodiscard]] inline std::string difference(const step& wanted, const http::request& got) {
  std::string lines;
  const auto tell = [&](std::string_view what, std::string_view expected, std::string_view found) {
    lines.append("\n  ").append(what).append(" expected: ").append(expected);
    lines.append("\n  ").append(what).append("      got: ").append(found);
  };
  if (wanted.method && *wanted.method != got.method) tell("method", to_string(*wanted.method), to_string(got.method));
  if (wanted.target && *wanted.target != got.target) tell("target", *wanted.target, got.target);
  for (const auto& [name, value] : wanted.headers) {
    const auto found = got.headers.get(name);
    if (found == value) continue;
    const bool shown = may_be_shown(name);
    tell("header " + name, shown ? std::string_view{value} : "(not shown: it may be a credential)",
         !found  ? "(none)"
         : shown ? *found
                 : "(another: see requests())");
  }
  if (wanted.body && *wanted.body != got.body) tell("body", *wanted.body, got.body);
  return lines;
}

/// What a step is, for messages.
[[nodiscard]] inline std::string description(const step& s) {
  std::string text;
  if (s.method) text.append(to_string(*s.method)).append(" ");
  if (s.target) text.append(*s.target).append(" ");
  text.append(text.empty() ? "any request, answered with " : "answered with ");
  return text.append(s.outcome ? std::to_string(s.outcome->status) : std::string{s.outcome.error().reason});
}

/// Safe to use from several threads.
class script {
 public:
  explicit script(std::vector<step> steps) : steps_{std::move(steps)} {}
  script(const script&) = delete;
  script& operator=(const script&) = delete;
  ~script() { wrong_.close(left_over()); }

  [[nodiscard]] transport_result send(const http::request& request, const send_limits& limits) {
    const time_point now = time.now();
    if (const auto over = limit_reached(limits, now)) return tl::unexpected{*over};
    const auto [played, takes] = take(request);
    if (takes <= milliseconds{0}) return copy_of(played);
    const bool in_time = limits.deadline - now > takes;
    if (time.pass_until(in_time ? now + takes : limits.deadline, limits.stop) == wake::stopped)
      return tl::unexpected{stopped(delivery::unknown)};
    if (!in_time) return tl::unexpected{late(delivery::unknown)};
    return copy_of(played);
  }

  [[nodiscard]] std::vector<http::request> requests() const {
    const std::lock_guard lock{mutex_};
    return requests_;
  }

  /// What went wrong so far; and what is left over, as of now.
  [[nodiscard]] std::vector<std::string> findings() {
    const std::lock_guard lock{mutex_};
    auto all = wrong_.hear();
    for (auto& each : left_over()) all.push_back(std::move(each));
    return all;
  }

  void on_finding(finding_handler handler) {
    const std::lock_guard lock{mutex_};
    wrong_.handle_by(std::move(handler));
  }
  void may_end_early() {
    const std::lock_guard lock{mutex_};
    may_end_early_ = true;
  }
  void restart() {
    const std::lock_guard lock{mutex_};
    next_ = 0;
    requests_.clear();
    wrong_.clear();
  }

  virtual_clock time;

 private:
  struct due {
    const transport_result& played;
    milliseconds takes;
  };

  /// Not a copy of the whole: tl::expected's ends the program where memory runs out.
  [[nodiscard]] static transport_result copy_of(const transport_result& played) {
    if (played) return http::response{*played};
    return played;
  }
  [[nodiscard]] due take(const http::request& request) {
    static const transport_result unexpected{tl::unexpected{
        transport_failure{errc::bad_response, delivery::not_sent, "the script expects another request"}}};
    static const transport_result at_end{
        tl::unexpected{transport_failure{errc::bad_response, delivery::not_sent, "the script is at its end"}}};
    const std::lock_guard lock{mutex_};
    wrong_.touch();
    requests_.push_back(request);
    const std::string number = "request " + std::to_string(requests_.size());
    if (next_ == steps_.size()) {
      wrong_.add(number + " has no step left: " + std::string{to_string(request.method)} + " " + request.target);
      return {at_end, {}};
    }
    const step& wanted = steps_[next_];
    if (const auto lines = difference(wanted, request); !lines.empty()) {
      wrong_.add(number + " is not the one that step " + std::to_string(next_ + 1) + " expects" + lines);
      return {unexpected, {}};
    }
    if (!wanted.repeats) ++next_;
    return {wanted.outcome, wanted.takes};
  }

  [[nodiscard]] std::vector<std::string> left_over() const {
    std::vector<std::string> all;
    for (std::size_t left = next_; left < steps_.size() && !may_end_early_; ++left)
      if (!steps_[left].repeats)
        all.push_back("step " + std::to_string(left + 1) + " was never reached: " + description(steps_[left]));
    return all;
  }

  const std::vector<step> steps_;
  mutable std::mutex mutex_;
  std::size_t next_ = 0;
  std::vector<http::request> requests_;
  complaints wrong_;
  bool may_end_early_ = false;
};

}  // namespace crm::inline v0::testing::detail
