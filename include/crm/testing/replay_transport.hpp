/// @file
/// A transport that answers from a recording.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/testing/detail/complaints.hpp>
#include <crm/testing/detail/limits.hpp>
#include <crm/testing/detail/renaming.hpp>
#include <crm/testing/recording.hpp>
#include <crm/testing/redaction.hpp>
#include <crm/testing/virtual_clock.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::testing {

/// How closely a replay must follow its recording.
enum class replay_mode : unsigned char {
  strict,   ///< the same requests in the same order, with the same headers, and all of them
  lenient,  ///< any order; an exchange answers as often as it is asked for, and need not be asked for at all
};

/// Answers as the recording has it, in virtual time. In a redacted recording a fake matches whatever text the test has
/// in its place, as long as it is the same one each time; and where an answer holds the fake of a text that the test
/// has named in a request, the test gets its own text back. All other fakes it gets as they are.
///
/// A request that the recording does not have where it comes, and in strict mode an exchange that was not asked for,
/// are findings, as a `scripted_transport`'s are: told at once, and the end of the program if nobody asks for them.
///
/// A handle: copies share the replay. Safe to use from several threads; in strict mode they must keep the order.
class replay_transport {
 public:
  /// `rules` are those that it was recorded by.
  explicit replay_transport(recording recorded, replay_mode mode = replay_mode::strict, redaction rules = {})
      : state_{std::make_shared<state>(std::move(recorded), mode, std::move(rules))} {}

  [[nodiscard]] transport_result send(const http::request& request, const send_limits& limits) {
    if (const auto over = detail::limit_reached(limits, now())) return tl::unexpected{*over};
    return state_->answer(request);
  }
  [[nodiscard]] time_point now() const { return state_->time.now(); }
  [[nodiscard]] wake wait_until(time_point when, const std::stop_token& stop) {
    return state_->time.wait_until(when, stop);
  }

  /// What was not as the recording has it; in strict mode, exchanges that were not asked for are among it from the
  /// start. Empty where the recording was kept.
  [[nodiscard]] std::vector<std::string> findings() const {
    const std::lock_guard lock{state_->mutex};
    auto all = state_->wrong.hear();
    for (auto& each : state_->left_over()) all.push_back(std::move(each));
    return all;
  }
  /// As `scripted_transport::on_finding`.
  void on_finding(detail::finding_handler handler) const {
    const std::lock_guard lock{state_->mutex};
    state_->wrong.handle_by(std::move(handler));
  }

  [[nodiscard]] virtual_clock& time() const noexcept { return state_->time; }

 private:
  struct state {
    state(recording made, replay_mode chosen, redaction by)
        : recorded{std::move(made)},
          mode{chosen},
          rules{recorded.redacted ? std::move(by) : redaction::none()},
          used(recorded.exchanges.size()) {}
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() { wrong.close(left_over()); }

    [[nodiscard]] transport_result answer(const http::request& asked) {
      const std::lock_guard lock{mutex};
      wrong.touch();
      ++requests;
      const auto found = mode == replay_mode::strict ? the_next(asked) : some_that_fits(asked);
      if (!found)
        return tl::unexpected{
            transport_failure{errc::bad_response, delivery::not_sent, "the recording has another request, or none"}};
      used[*found] = true;
      return restored(recorded.exchanges[*found].outcome);
    }

    [[nodiscard]] std::optional<std::size_t> the_next(const http::request& asked) {
      const std::size_t next = next_unused();
      if (next == used.size()) return refuse(asked, " comes after the end of the recording"), std::nullopt;
      detail::comparison compared{rules, names};
      if (const auto what = compared.difference(recorded.exchanges[next].request, asked, true)) {
        refuse(asked, " is not what exchange " + std::to_string(next + 1) + " has: " + summary(next) + "; the " +
                          std::string{*what} + " differs");
        return std::nullopt;
      }
      names.learn(compared.learned());
      return next;
    }

    /// One that was not used is better than one that was; the last that was used is as good as the CRM's latest word.
    [[nodiscard]] std::optional<std::size_t> some_that_fits(const http::request& asked) {
      std::optional<std::size_t> found;
      renaming_pairs learned;
      for (std::size_t i = 0; i < used.size(); ++i) {
        detail::comparison compared{rules, names};
        if (compared.difference(recorded.exchanges[i].request, asked, false)) continue;
        found = i;
        learned = compared.learned();
        if (!used[i]) break;
      }
      if (!found) refuse(asked, " is not in the recording");
      names.learn(learned);
      return found;
    }

    [[nodiscard]] transport_result restored(const transport_result& outcome) const {
      if (!outcome) return outcome;
      if (!rules.replaces()) return http::response{*outcome};
      detail::restorer restore{rules, names};
      http::response answer{outcome->status, outcome->headers, detail::mapped_body(outcome->body, restore)};
      for (auto& [name, value] : answer.headers)
        if (detail::is_opaque_header(name)) {
          const detail::quoted_text inside{value};
          value = inside.with(names.real_of(inside.text));
        }
      return answer;
    }

    [[nodiscard]] std::size_t next_unused() const {
      return static_cast<std::size_t>(std::find(used.begin(), used.end(), false) - used.begin());
    }
    [[nodiscard]] std::string summary(std::size_t of) const {
      const auto& r = recorded.exchanges[of].request;
      return std::string{to_string(r.method)} + " " + r.target;
    }
    void refuse(const http::request& asked, const std::string& why) {
      wrong.add("request " + std::to_string(requests) + ", " + std::string{to_string(asked.method)} + " " +
                asked.target + "," + why);
    }
    [[nodiscard]] std::vector<std::string> left_over() const {
      std::vector<std::string> all;
      for (std::size_t i = 0; i < used.size() && mode == replay_mode::strict; ++i)
        if (!used[i]) all.push_back("exchange " + std::to_string(i + 1) + " was never asked for: " + summary(i));
      return all;
    }

    using renaming_pairs = detail::renaming::pairs;

    const recording recorded;
    const replay_mode mode;
    const redaction rules;
    std::vector<bool> used;
    std::size_t requests = 0;
    detail::renaming names;
    detail::complaints wrong;
    virtual_clock time;
    mutable std::mutex mutex;
  };

  std::shared_ptr<state> state_;
};

static_assert(transport<replay_transport> && !networked_transport<replay_transport>);

}  // namespace crm::inline v0::testing
