/// @file
/// A transport that writes down what goes through it, without what is personal or secret.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <crm/http/uri.hpp>
#include <crm/result.hpp>
#include <crm/testing/detail/recorder.hpp>
#include <crm/testing/detail/wrapper.hpp>
#include <crm/testing/recording.hpp>
#include <crm/testing/redaction.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::testing {

/// Passes everything on, and records it for a `replay_transport`. Redaction comes before: what it takes out is never in
/// the recording, nor in the file. The same text is replaced by the same fake wherever it comes.
///
/// A handle: copies share the recording. As safe to use from several threads as `Inner` is.
template <transport Inner>
class recording_transport : public detail::wrapper<Inner> {
 public:
  explicit recording_transport(Inner inner, redaction rules = {})
      : detail::wrapper<Inner>{std::move(inner)}, state_{std::make_shared<state>(std::move(rules), this->now())} {}

  [[nodiscard]] static result<recording_transport> make(const http::base_url& base,
                                                        const transport_options& options) requires requires {
    Inner::make(base, options);
  }
  { return detail::made_around<recording_transport, Inner>(base, options); }

  [[nodiscard]] transport_result send(const http::request& request, const send_limits& limits) {
    const time_point begin = this->now();
    auto outcome = this->inner().send(request, limits);
    const time_point end = this->now();
    if (!outcome && was_limited(outcome.error())) return outcome;
    std::string_view prefix;
    if constexpr (networked_transport<Inner>) prefix = this->inner().base().prefix;

    const std::lock_guard lock{state_->mutex};
    auto asked = state_->redact.redacted(request, prefix);
    transport_result answered = tl::unexpected{transport_failure{}};
    if (outcome) {
      answered = state_->redact.redacted(*outcome, request);
    } else {
      answered = outcome;
    }
    state_->made.exchanges.push_back({std::move(asked), std::move(answered), begin - state_->begin, end - begin});
    return outcome;
  }

  /// What went through so far, by whichever copy.
  [[nodiscard]] recording taken() const {
    const std::lock_guard lock{state_->mutex};
    return state_->made;
  }

 private:
  /// A limit was reached before anything was sent: there was no exchange.
  [[nodiscard]] static bool was_limited(const transport_failure& f) noexcept {
    return f.sent == delivery::not_sent && (f.code == errc::deadline_exceeded || f.code == errc::cancelled);
  }

  struct state {
    state(redaction rules, time_point now) : redact{std::move(rules)}, begin{now} {
      made.redacted = redact.rules().replaces();
    }

    std::mutex mutex;
    detail::recorder redact;
    recording made;
    const time_point begin;
  };

  std::shared_ptr<state> state_;
};

}  // namespace crm::inline v0::testing
