/// @file
/// All calls as JSON lines. (ADR 10, Implementation, Phase 2: "Log all CRM calls to TaskEvents".)
#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <crm/json/string.hpp>
#include <crm/model/timestamp.hpp>
#include <crm/observe/concept.hpp>

namespace crm::inline v0 {

namespace detail {

/// One event as a line of JSON, key by key.
class event_line {
 public:
  event_line(std::string_view name, std::string_view severity, const events::call_id& call, const timestamp& now) {
    add("time", to_string(now));
    add("event", name);
    add("severity", severity);
    add_if("task.id", call.task);
    if (call.number != 0) add("crm.call", static_cast<std::int64_t>(call.number));
    add("crm.operation", to_string(call.op));
    add("http.request.method", http::to_string(call.method));
    add_if("url.template", call.route);
    if (call.traceparent.size() == 55) {
      add("trace_id", call.traceparent.substr(3, 32));
      add("parent_id", call.traceparent.substr(36, 16));
    }
  }

  event_line& add(std::string_view key, std::string_view text) {
    if (!json::append_string(begin(key), text)) text_.append("\"?\"");
    return *this;
  }
  event_line& add(std::string_view key, std::int64_t number) {
    begin(key).append(std::to_string(number));
    return *this;
  }
  event_line& add(std::string_view key, bool value) {
    begin(key).append(value ? "true" : "false");
    return *this;
  }
  template <std::size_t N>
  event_line& add(std::string_view key, const char (&text)[N]) {
    return add(key, std::string_view{text});
  }
  /// In milliseconds, to the microsecond.
  event_line& add(std::string_view key, clock::duration time) {
    std::array<char, 32> digits{};
    const double ms = std::chrono::duration<double, std::milli>{time}.count();
    const auto end = std::to_chars(digits.begin(), digits.end(), ms, std::chars_format::fixed, 3).ptr;
    begin(key).append(digits.begin(), end);
    return *this;
  }
  event_line& add_if(std::string_view key, std::string_view text) { return text.empty() ? *this : add(key, text); }
  /// A status of 0 says that there was none.
  event_line& add_status(int status) {
    return status == 0 ? *this : add("http.response.status_code", std::int64_t{status});
  }

  [[nodiscard]] std::string take() && { return std::move(text_.append("}")); }

 private:
  std::string& begin(std::string_view key) {
    return text_.append(text_.empty() ? "{\"" : ",\"").append(key).append("\":");
  }

  std::string text_;
};

}  // namespace detail

/// Writes each event as one line of JSON to a sink, a call of which is never under way twice: a stream, or what takes a
/// `std::string_view`, the line without its end. The keys are those of docs/events.md, after OpenTelemetry's semantic
/// conventions for HTTP where those have one; of a call, its task's id is one. A handle: copies share the sink.
template <class Sink, class WallClock = std::chrono::system_clock>
class task_events {
 public:
  explicit task_events(Sink sink) : state_{std::make_shared<state>(std::move(sink))} {}

  void on(const events::call_started& e) { write(line("crm.call.started", "INFO", e.call)); }
  void on(const events::attempt_made& e) {
    write(line("crm.attempt", e.reason.empty() ? "INFO" : "WARN", e.call)
              .add("http.request.resend_count", std::int64_t{e.number - 1})
              .add_status(e.status)
              .add_if("crm.reason", e.reason)
              .add_if("crm.request_id", e.request_id)
              .add("duration_ms", e.took));
  }
  void on(const events::retry_scheduled& e) {
    write(line("crm.retry.scheduled", "WARN", e.call)
              .add("http.request.resend_count", std::int64_t{e.next - 1})
              .add_if("crm.reason", e.reason)
              .add("delay_ms", e.delay));
  }
  void on(const events::gate_closed& e) {
    write(line("crm.gate.closed", "WARN", e.call).add_status(e.status).add("delay_ms", clock::duration{e.pause}));
  }
  void on(const events::gate_opened& e) { write(line("crm.gate.opened", "INFO", e.call)); }
  void on(const events::breaker_changed& e) {
    write(line("crm.breaker.changed", "WARN", e.call).add("crm.breaker.state", to_string(e.now)));
  }
  void on(const events::cache_hit& e) { write(line("crm.cache.hit", "INFO", e.call)); }
  void on(const events::not_found& e) {
    write(line("crm.not_found", "WARN", e.call).add_if("crm.request_id", e.request_id));
  }
  void on(const events::credential_failed& e) {
    write(line("crm.credential.failed", "ERROR", e.call)
              .add_status(e.status)
              .add_if("crm.request_id", e.request_id)
              .add("crm.credential.generation", static_cast<std::int64_t>(e.generation)));
  }
  void on(const events::escalated& e) {
    write(line("crm.escalated", "ERROR", e.call)
              .add("message", events::escalated::message)
              .add_status(e.status)
              .add_if("crm.request_id", e.request_id)
              .add("crm.credential.generation", static_cast<std::int64_t>(e.generation)));
  }
  void on(const events::call_finished& e) {
    const bool absent = e.error == errc::not_found;  // which the ADR has logged as a warning
    auto one = line("crm.call.finished", absent ? "WARN" : e.error ? "ERROR" : "INFO", e.call);
    one.add_status(e.status).add("crm.attempts", std::int64_t{e.attempts}).add_if("crm.request_id", e.request_id);
    if (e.error) one.add("error.type", to_string(*e.error)).add_if("crm.gave_up", to_string(e.stopped));
    if (e.outcome_unknown) one.add("crm.outcome_unknown", true);
    write(one.add("duration_ms", e.took));
  }

 private:
  struct state {
    explicit state(Sink to) : sink{std::move(to)} {}

    std::mutex mutex;
    Sink sink;
  };

  [[nodiscard]] static detail::event_line line(std::string_view name, std::string_view severity,
                                               const events::call_id& call) {
    return {name, severity, call, timestamp{std::chrono::floor<std::chrono::microseconds>(WallClock::now())}};
  }
  void write(detail::event_line& made) {
    const std::string text = std::move(made).take();
    const std::lock_guard lock{state_->mutex};
    std::invoke(state_->sink, std::string_view{text});
  }
  void write(detail::event_line&& made) { write(made); }

  std::shared_ptr<state> state_;
};

namespace detail {

/// Writes lines to a stream that lives as long, each at once.
struct stream_sink {
  std::ostream* out;
  void operator()(std::string_view line) const { *out << line << '\n' << std::flush; }
};

}  // namespace detail

/// To a stream, which must live as long.
[[nodiscard]] inline task_events<detail::stream_sink> task_events_to(std::ostream& out) {
  return task_events{detail::stream_sink{&out}};
}

}  // namespace crm::inline v0
