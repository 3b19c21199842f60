/// @file
/// The client's retries and breaker, chosen on the command line.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include <crm/retry/breaker.hpp>
#include <crm/retry/schedule.hpp>

namespace sop {

/// How long the breaker refuses calls. The library's has that in its type, so there are some to choose from.
enum class breaker_pause : int { half_a_second = 500, five_seconds = 5'000, half_a_minute = 30'000 };

/// A `crm::circuit_breaker` around a schedule met at run time.
class chosen_breaker {
  template <breaker_pause Pause>
  using breaker = crm::circuit_breaker<crm::retry_schedule, 5, static_cast<int>(Pause)>;
  using adr = breaker<breaker_pause::half_a_minute>;

 public:
  static constexpr crm::retry_layer layer = crm::retry_layer::breaker;
  using permit = adr::permit;

  chosen_breaker() = default;
  chosen_breaker(crm::retry_schedule schedule, breaker_pause pause) : breaker_{make(std::move(schedule), pause)} {}

  [[nodiscard]] std::optional<crm::milliseconds> delay(int retry) const {
    return std::visit([&](const auto& b) { return b.delay(retry); }, breaker_);
  }
  [[nodiscard]] tl::expected<permit, std::optional<crm::time_point>> enter(crm::time_point now) const {
    return std::visit([&](const auto& b) { return b.enter(now); }, breaker_);
  }
  [[nodiscard]] crm::breaker_outlook outlook(crm::time_point now) const {
    return std::visit([&](const auto& b) { return b.outlook(now); }, breaker_);
  }

 private:
  using any = std::variant<adr, breaker<breaker_pause::five_seconds>, breaker<breaker_pause::half_a_second>>;

  [[nodiscard]] static any make(crm::retry_schedule schedule, breaker_pause pause) {
    switch (pause) {
      case breaker_pause::half_a_second: return breaker<breaker_pause::half_a_second>{std::move(schedule)};
      case breaker_pause::five_seconds: return breaker<breaker_pause::five_seconds>{std::move(schedule)};
      case breaker_pause::half_a_minute: break;
    }
    return adr{std::move(schedule)};
  }

  any breaker_;
};
static_assert(crm::has_outlook<chosen_breaker>);

}  // namespace sop
