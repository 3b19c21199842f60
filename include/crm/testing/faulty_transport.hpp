/// @file
/// A transport with a network that fails by lot, the same way in every run.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include <crm/http/uri.hpp>
#include <crm/result.hpp>
#include <crm/testing/detail/limits.hpp>
#include <crm/testing/detail/wrapper.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::testing {

/// What can befall a request.
enum class fault : unsigned char {
  none,
  refused,       ///< no connection: the CRM saw nothing
  reset_before,  ///< the connection broke before the CRM acted; the client cannot know
  reset_after,   ///< it broke when the CRM had acted
  timeout,       ///< the CRM acted, and its answer did not come in time
  cut_off,       ///< the CRM acted, and its answer's body ended too soon
  unavailable,   ///< 503 in the CRM's place, which did not act
  rate_limited,  ///< 429 with `Retry-After` of one to three seconds
};
inline constexpr std::size_t fault_kinds = 8;

/// How likely each fault is, from 0 to 1, and none is the rest. The sum is at most 1: a transport with other rates,
/// which would not do what its test believes, ends the program.
struct fault_rates {
  double refused = 0;
  double reset_before = 0;
  double reset_after = 0;
  double timeout = 0;
  double cut_off = 0;
  double unavailable = 0;
  double rate_limited = 0;
  /// Every exchange takes up to so long, in the transport's time: at most a day.
  milliseconds slowest{0};

  /// Each kind of fault as likely as the others, and some fault with this probability.
  [[nodiscard]] static constexpr fault_rates evenly(double any) noexcept {
    const double each = any / (fault_kinds - 1);
    return {each, each, each, each, each, each, each};
  }

  /// Whether these are probabilities.
  [[nodiscard]] constexpr bool are_possible() const noexcept {
    double sum = 0;
    for (const double each : {refused, reset_before, reset_after, timeout, cut_off, unavailable, rate_limited}) {
      if (!(each >= 0)) return false;  // nor is NaN
      sum += each;
    }
    return sum <= 1 + 1e-9 && slowest >= milliseconds{0} && slowest <= std::chrono::hours{24};
  }
};

/// What befalls a request is decided by `Seed`, by the request's method, target and body, and by how often that very
/// request was sent before: so the same calls meet the same faults in every run, whatever other threads send between.
/// Threads that send equal requests share their faults, in the order in which they come. Headers do not count: they
/// hold keys that differ from run to run.
///
/// A handle: copies share what was sent. As safe to use from several threads as `Inner` is.
template <transport Inner, std::uint64_t Seed>
class faulty_transport : public detail::wrapper<Inner> {
 public:
  explicit faulty_transport(Inner inner, const fault_rates& rates = fault_rates::evenly(0.2))
      : detail::wrapper<Inner>{std::move(inner)}, rates_{rates} {
    if (rates.are_possible()) return;
    std::fputs("fault_rates: each from 0 to 1, at most 1 in all, and slowest from 0 to a day\n", stderr);
    std::abort();
  }

  [[nodiscard]] static result<faulty_transport> make(const http::base_url& base,
                                                     const transport_options& options) requires requires {
    Inner::make(base, options);
  }
  { return detail::made_around<faulty_transport, Inner>(base, options); }

  [[nodiscard]] transport_result send(const http::request& request, const send_limits& limits) {
    if (const auto over = detail::limit_reached(limits, this->now())) return tl::unexpected{*over};
    const lot drawn = draw(request);
    if (auto late = pass(drawn.latency, limits, delivery::not_sent)) return *late;
    switch (drawn.what) {
      case fault::none: break;
      case fault::refused: return unreachable(delivery::not_sent, "the connection was refused");
      case fault::reset_before: return unreachable(delivery::unknown, "the connection was reset");
      case fault::unavailable: return http::response{503, {}, {}};
      case fault::rate_limited: return http::response{429, {{"Retry-After", std::to_string(1 + drawn.number % 3)}}, {}};
      case fault::reset_after:
      case fault::cut_off:
      case fault::timeout: return lose(drawn.what, this->inner().send(request, limits), limits);
    }
    return this->inner().send(request, limits);
  }

  /// How many requests met this fault, or none.
  [[nodiscard]] std::size_t count(fault what) const {
    const std::lock_guard lock{state_->mutex};
    return state_->counts[static_cast<std::size_t>(what)];
  }

 private:
  struct lot {
    fault what;
    clock::duration latency;
    std::uint64_t number;
  };
  struct state {
    std::mutex mutex;
    std::map<std::uint64_t, std::uint64_t> sent;  // of each request, by its hash
    std::array<std::size_t, fault_kinds> counts{};
  };

  [[nodiscard]] static transport_result unreachable(delivery sent, std::string_view reason) {
    return tl::unexpected{transport_failure{errc::unreachable, sent, reason}};
  }

  /// splitmix64: every standard library's distributions differ, this does not. (Steele et al., 2014.)
  [[nodiscard]] static constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31U);
  }
  /// FNV-1a.
  [[nodiscard]] static constexpr std::uint64_t hashed(std::uint64_t seed, std::string_view text) noexcept {
    for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return mixed(seed);
  }
  /// From 0 to 1, without 1.
  [[nodiscard]] static constexpr double fraction(std::uint64_t random) noexcept {
    return static_cast<double>(random >> 11U) * 0x1.0p-53;
  }

  [[nodiscard]] lot draw(const http::request& request) {
    const std::uint64_t which = hashed(hashed(hashed(Seed, to_string(request.method)), request.target), request.body);
    const std::lock_guard lock{state_->mutex};
    const std::uint64_t random = mixed(which ^ mixed(++state_->sent[which]));
    const fault what = chosen(fraction(random));
    ++state_->counts[static_cast<std::size_t>(what)];
    const auto slowest = std::chrono::duration<double, std::milli>{static_cast<double>(rates_.slowest.count())};
    return {what, std::chrono::duration_cast<clock::duration>(slowest * fraction(mixed(random))), mixed(random + 1)};
  }

  [[nodiscard]] fault chosen(double at) const noexcept {
    const std::array<std::pair<double, fault>, fault_kinds - 1> all{{{rates_.refused, fault::refused},
                                                                     {rates_.reset_before, fault::reset_before},
                                                                     {rates_.reset_after, fault::reset_after},
                                                                     {rates_.timeout, fault::timeout},
                                                                     {rates_.cut_off, fault::cut_off},
                                                                     {rates_.unavailable, fault::unavailable},
                                                                     {rates_.rate_limited, fault::rate_limited}}};
    for (const auto& [rate, what] : all) {
      if (at < rate) return what;
      at -= rate;
    }
    return fault::none;
  }

  /// Lets time pass; the failure where a limit comes first.
  [[nodiscard]] std::optional<transport_result> pass(clock::duration time, const send_limits& limits, delivery sent) {
    if (time <= clock::duration::zero()) return std::nullopt;
    const time_point begin = this->now();
    const bool in_time = limits.deadline - begin > time;
    if (pass_until(in_time ? begin + time : limits.deadline, limits.stop) == wake::stopped)
      return tl::unexpected{detail::stopped(sent)};
    if (!in_time) return tl::unexpected{detail::late(sent)};
    return std::nullopt;
  }

  /// On a virtual clock that takes no note of it: it is no wait of the client's.
  [[nodiscard]] wake pass_until(time_point when, const std::stop_token& stop) {
    if constexpr (requires { this->inner().time().pass_until(when, stop); }) {
      return this->inner().time().pass_until(when, stop);
    } else {
      return this->inner().wait_until(when, stop);
    }
  }

  /// The answer did not reach us, or not whole.
  [[nodiscard]] transport_result lose(fault what, transport_result answer, const send_limits& limits) {
    if (!answer) return answer;
    if (what == fault::reset_after) return unreachable(delivery::unknown, "the connection was reset");
    if (what == fault::cut_off) return unreachable(delivery::unknown, "the answer ended too soon");
    if (auto late = pass(transport_options{}.read_timeout, limits, delivery::unknown)) return *late;
    return unreachable(delivery::unknown, "no answer in time");
  }

  fault_rates rates_;
  std::shared_ptr<state> state_ = std::make_shared<state>();
};

}  // namespace crm::inline v0::testing
