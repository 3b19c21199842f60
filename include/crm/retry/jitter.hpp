/// @file
/// Waits drawn by lot, so that many clients that failed together do not come back together.
///
/// The three kinds, by the names under which they are known: M. Brooker, "Exponential Backoff and Jitter", AWS
/// Architecture Blog, 2015.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include <crm/retry/concept.hpp>

namespace crm::inline v0 {

namespace detail {

/// Numbers by lot, from several threads at once. Copies draw from the same source. (Steele, Lea and Flood, "Fast
/// splittable pseudorandom number generators", 2014.)
class lot {
 public:
  lot() : lot{std::random_device{}()} {}
  explicit lot(std::uint64_t seed) : state_{std::make_shared<std::atomic<std::uint64_t>>(seed)} {}

  /// Evenly from `least` to `most`, both included.
  [[nodiscard]] milliseconds between(milliseconds least, milliseconds most) const noexcept {
    if (most <= least) return least;
    std::uint64_t z = state_->fetch_add(0x9E3779B97F4A7C15U, std::memory_order_relaxed) + 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    z ^= z >> 31U;
    const auto width = static_cast<std::uint64_t>((most - least).count()) + 1;
    return least + milliseconds{static_cast<std::int64_t>(z % width)};
  }

 private:
  std::shared_ptr<std::atomic<std::uint64_t>> state_;
};

/// What the three kinds of jitter have in common: they wrap a backoff, and nothing else.
template <retry_policy Inner>
class jitter_base {
  static_assert(layer_of<Inner> < retry_layer::jitter, "jitter wraps a backoff itself: put it inside of the others");
  static_assert(!never_retries<Inner>, "there is no wait to spread: crm::no_retry never retries");

 public:
  static constexpr retry_layer layer = retry_layer::jitter;

  jitter_base() = default;
  explicit jitter_base(Inner inner) : inner_{std::move(inner)} {}
  /// With a seed, the same waits every time.
  jitter_base(Inner inner, std::uint64_t seed) : inner_{std::move(inner)}, lot_{seed} {}

 protected:
  Inner inner_{};
  lot lot_;
};

}  // namespace detail

/// From nothing to the whole wait.
template <retry_policy Inner>
class full_jitter : public detail::jitter_base<Inner> {
 public:
  using detail::jitter_base<Inner>::jitter_base;

  [[nodiscard]] std::optional<milliseconds> delay(int retry) const {
    const auto whole = this->inner_.delay(retry);
    if (!whole) return whole;
    return this->lot_.between(milliseconds{0}, *whole);
  }
};

/// From half the wait to the whole: never much too soon.
template <retry_policy Inner>
class equal_jitter : public detail::jitter_base<Inner> {
 public:
  using detail::jitter_base<Inner>::jitter_base;

  [[nodiscard]] std::optional<milliseconds> delay(int retry) const {
    const auto whole = this->inner_.delay(retry);
    if (!whole) return whole;
    return this->lot_.between(*whole / 2, *whole);
  }
};

/// From the backoff's first wait to three times the wait before, and never above the backoff's longest. How often to
/// try is the backoff's to say.
template <retry_policy Inner>
class decorrelated_jitter : public detail::jitter_base<Inner> {
 public:
  using detail::jitter_base<Inner>::jitter_base;

  [[nodiscard]] std::optional<milliseconds> delay(int retry) const { return delay(retry, milliseconds{0}); }
  [[nodiscard]] std::optional<milliseconds> delay(int retry, milliseconds previous) const {
    static_assert(
        requires { Inner::longest_wait; }, "decorrelated jitter wraps crm::exponential_backoff");
    const auto first = this->inner_.delay(1);
    if (!first || !this->inner_.delay(retry)) return std::nullopt;
    return std::min(Inner::longest_wait, this->lot_.between(*first, std::max(*first, previous) * 3));
  }
};

}  // namespace crm::inline v0
