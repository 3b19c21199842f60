/// @file
/// A retry schedule met at run time, for tools that take it from their command line.
#pragma once

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include <crm/result.hpp>
#include <crm/retry/concept.hpp>

namespace crm::inline v0 {

/// The waits as given, one a retry; none means no retry.
class retry_schedule {
 public:
  static constexpr milliseconds longest = std::chrono::hours{24};

  retry_schedule() = default;

  [[nodiscard]] static result<retry_schedule> of(std::vector<milliseconds> waits) {
    for (const auto wait : waits)
      if (wait < milliseconds{0} || wait > longest)
        return invalid_argument("a wait before a retry is not negative and at most a day");
    retry_schedule made;
    made.waits_ = std::move(waits);
    return made;
  }

  /// `retries` waits, each `factor` times the one before.
  [[nodiscard]] static result<retry_schedule> exponential(int retries, milliseconds first = milliseconds{2'000},
                                                          int factor = 2) {
    if (retries < 0 || retries > 20) return invalid_argument("retries are a number from 0 to 20");
    if (first <= milliseconds{0} || factor < 1 || factor > 10)
      return invalid_argument("a backoff starts above zero and grows by a factor from 1 to 10");
    std::vector<milliseconds> waits;
    // A wait that is too long ends the growth before it can overflow, and is refused below.
    for (auto wait = first; retries > 0; --retries) {
      waits.push_back(wait);
      if (wait > longest) break;
      wait *= factor;
    }
    return of(std::move(waits));
  }

  [[nodiscard]] std::optional<milliseconds> delay(int retry) const noexcept {
    const auto index = static_cast<std::size_t>(retry - 1);
    return index < waits_.size() ? std::optional{waits_[index]} : std::nullopt;
  }

 private:
  std::vector<milliseconds> waits_;
};

}  // namespace crm::inline v0
