/// @file
/// The null retry policy.
#pragma once

#include <crm/retry/concept.hpp>

namespace crm::inline v0 {

/// One attempt, no more.
struct no_retry {
  static constexpr milliseconds total_wait{0};

  [[nodiscard]] constexpr std::optional<milliseconds> delay(int) const noexcept { return std::nullopt; }
};

}  // namespace crm::inline v0
