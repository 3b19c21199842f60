/// @file
/// Places where a test can have the engine killed.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace sop {

/// Counts the boundaries that the engine passes: before and after each commit, and around each send. At the chosen one
/// the process kills itself, as `kill -9` would: nothing is flushed and nobody is told.
class fault_points {
 public:
  explicit fault_points(std::optional<std::uint64_t> chosen = {}) noexcept : chosen_{chosen.value_or(0)} {}

  void pass() noexcept;
  [[nodiscard]] std::uint64_t passed() const noexcept { return passed_.load(); }

 private:
  const std::uint64_t chosen_;
  std::atomic<std::uint64_t> passed_{0};
};

}  // namespace sop
