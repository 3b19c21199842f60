/// @file
/// What every double says before it looks at a request.
#pragma once

#include <optional>

#include <crm/transport/concept.hpp>

namespace crm::inline v0::testing::detail {

[[nodiscard]] inline transport_failure stopped(delivery sent) noexcept {
  return {errc::cancelled, sent, "the caller asked to stop"};
}
[[nodiscard]] inline transport_failure late(delivery sent) noexcept {
  return {errc::deadline_exceeded, sent, "the deadline has passed"};
}

/// The failure of a send whose limits are reached before it begins.
[[nodiscard]] inline std::optional<transport_failure> limit_reached(const send_limits& limits, time_point now) {
  if (limits.stop.stop_requested()) return stopped(delivery::not_sent);
  if (now >= limits.deadline) return late(delivery::not_sent);
  return std::nullopt;
}

}  // namespace crm::inline v0::testing::detail
