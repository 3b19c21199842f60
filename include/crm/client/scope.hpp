/// @file
/// A task's cache: what is read twice is asked once, also by two threads at once, and what a write has overtaken is not
/// kept.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <crm/cache/concept.hpp>
#include <crm/result.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::detail {

/// The same target with its parameters in alphabetical order.
[[nodiscard]] inline std::string canonical(std::string_view target) {
  const auto question = target.find('?');
  if (target.find('&') == std::string_view::npos) return std::string{target};
  std::vector<std::string_view> parameters;
  for (auto begin = question + 1; begin <= target.size();) {
    const auto end = std::min(target.find('&', begin), target.size());
    parameters.push_back(target.substr(begin, end - begin));
    begin = end + 1;
  }
  std::sort(parameters.begin(), parameters.end());
  std::string sorted{target.substr(0, question)};
  char separator = '?';
  for (const auto parameter : parameters) {
    sorted.push_back(std::exchange(separator, '&'));
    sorted.append(parameter);
  }
  return sorted;
}

/// One scope, shared by the copies of a task's client. Safe to use from several threads.
template <cache_policy CachePolicy>
class cache_scope {
  /// A read that is under way.
  struct flight {
    bool over = false;
    std::optional<result<cached_response>> outcome{};  // nothing where it is another's to find out
  };

 public:
  /// The duty to read from the CRM, for all who ask for the same meanwhile. Given up unless it is fulfilled.
  class errand {
   public:
    errand(errand&&) noexcept = default;
    errand& operator=(errand&&) = delete;
    ~errand() {
      if (flight_ == nullptr) return;
      const std::lock_guard lock{scope_->mutex_};
      scope_->land(*this, std::nullopt);
    }

    /// An answer that is kept but must be asked about first, or null.
    [[nodiscard]] const cached_response& doubted() const noexcept { return doubted_; }

    /// Hands the answer to those who wait. What is worth it is kept, unless a write has come between.
    void fulfil(const cached_response& answer, bool worth_keeping) {
      const std::lock_guard lock{scope_->mutex_};
      if (worth_keeping && scope_->writes_ == writes_before_) scope_->cache_.store(key_, answer);
      scope_->land(*this, answer);
    }
    /// Hands on the error, unless it is of this reader's own limits: then another reads.
    void fail(const error& e) {
      const bool own = e.code == errc::cancelled || e.code == errc::deadline_exceeded || e.stopped == gave_up::deadline;
      const std::lock_guard lock{scope_->mutex_};
      scope_->land(*this, own ? std::nullopt : std::optional<result<cached_response>>{e});
    }

   private:
    friend cache_scope;
    errand(cache_scope* scope, cache_key key, std::shared_ptr<flight> of, cached_response doubted)
        : scope_{scope},
          key_{std::move(key)},
          flight_{std::move(of)},
          doubted_{std::move(doubted)},
          writes_before_{scope->writes_} {}

    cache_scope* scope_;
    cache_key key_;
    std::shared_ptr<flight> flight_;
    cached_response doubted_;
    std::uint64_t writes_before_;
  };

  /// An answer, an error of the read that was waited for or of the waiting, or the duty to read.
  using turn = std::variant<cached_response, error, errand>;

  /// Waits for a read of the same that is under way, within the limits; `now` is the transport's time.
  [[nodiscard]] turn ask(const cache_key& key, const send_limits& limits, time_point now) {
    std::unique_lock lock{mutex_};
    const auto begin = std::chrono::steady_clock::now();
    for (;;) {
      cached_response kept = cache_.lookup(key);
      if (kept != nullptr && !revalidating_cache<CachePolicy>) return kept;
      const auto [found, first] = flights_.try_emplace(key);
      if (first) {
        found->second = std::make_shared<flight>();
        return errand{this, key, found->second, std::move(kept)};
      }
      const auto waited_for = found->second;
      const auto left = std::clamp<clock::duration>(limits.deadline - now, clock::duration{0}, std::chrono::hours{24});
      if (!landed_.wait_until(lock, limits.stop, begin + left, [&] { return waited_for->over; }))
        return gave_up_waiting(limits);
      if (waited_for->outcome) {
        if (*waited_for->outcome) return **waited_for->outcome;
        return waited_for->outcome->error();
      }
    }
  }

  /// Leave to read past the cache. What comes of it is kept, and waited for by nobody.
  [[nodiscard]] errand read_past(const cache_key& key) {
    const std::lock_guard lock{mutex_};
    return {this, key, nullptr, nullptr};
  }

  void forget(const touched_paths& paths) {
    const std::lock_guard lock{mutex_};
    ++writes_;
    cache_.forget(paths);
    flights_.clear();  // who asks from now on wants to see the write
  }

 private:
  [[nodiscard]] static error gave_up_waiting(const send_limits& limits) {
    const bool stopped = limits.stop.stop_requested();
    error e;
    e.code = stopped ? errc::cancelled : errc::deadline_exceeded;
    e.message = stopped ? "the caller asked to stop" : "the call's time ran out while another read the same";
    if (!stopped) e.stopped = gave_up::deadline;
    return e;
  }

  /// Requires that `mutex_` is held.
  void land(errand& of, std::optional<result<cached_response>> outcome) {
    const auto landed = std::exchange(of.flight_, nullptr);
    if (landed == nullptr) return;
    landed->outcome = std::move(outcome);
    landed->over = true;
    const auto found = flights_.find(of.key_);
    if (found != flights_.end() && found->second == landed) flights_.erase(found);
    landed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any landed_;
  std::uint64_t writes_ = 0;
  std::unordered_map<cache_key, std::shared_ptr<flight>, cache_key::hash> flights_;
  CachePolicy cache_;
};

}  // namespace crm::inline v0::detail
