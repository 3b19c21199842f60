/// @file
/// What the limits of a call mean to a transport that reaches a network.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include <crm/transport/concept.hpp>

namespace crm::inline v0::detail {

/// When a wait is over that begins now: after this silence, and never beyond the call's deadline.
[[nodiscard]] inline time_point soon(milliseconds silence, const send_limits& limits) noexcept {
  return std::min(limits.deadline, clock::now() + silence);
}

[[nodiscard]] inline transport_failure not_sent(std::string_view reason, errc code = errc::unreachable) noexcept {
  return {code, delivery::not_sent, reason};
}

/// What ended a call, where its caller or its time did.
[[nodiscard]] inline std::optional<transport_failure> spent(const send_limits& limits, delivery sent) {
  if (limits.stop.stop_requested()) return transport_failure{errc::cancelled, sent, "the caller asked to stop"};
  if (clock::now() >= limits.deadline)
    return transport_failure{errc::deadline_exceeded, sent, "the call's time ran out"};
  return std::nullopt;
}

}  // namespace crm::inline v0::detail
