/// @file
/// A task's cache: what is read twice is asked once, also by two threads at once, and what a write has overtaken is not
/// kept.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
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
    explicit flight(cache_key of) : key{std::move(of)} {}

    const cache_key key;
    bool joinable = true;
    bool overtaken = false;  // by a write, or by a later read that wanted to be new
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
      scope_->land(flight_, std::nullopt);
    }

    /// An answer that is kept but must be asked about first, or null.
    [[nodiscard]] const cached_response& doubted() const noexcept { return doubted_; }

    /// Hands the answer to those who wait. What is worth it is kept, unless it was overtaken.
    void fulfil(const cached_response& answer, bool worth_keeping) {
      const std::lock_guard lock{scope_->mutex_};
      if (worth_keeping && scope_->may_keep(*flight_)) scope_->cache_.store(flight_->key, answer);
      scope_->land(flight_, answer);
    }
    /// Hands on the error, unless it is of this reader's own making: then another reads.
    void fail(const error& e) {
      const bool own = e.code == errc::cancelled || e.code == errc::deadline_exceeded ||
                       e.code == errc::invalid_argument || e.stopped == gave_up::deadline;
      const std::lock_guard lock{scope_->mutex_};
      const std::string_view target = flight_->key.target;
      if (doubted_ != nullptr)  // it was not confirmed: the next to ask reads anew
        scope_->cache_.forget({{}, {}, target.substr(0, target.find('?'))});
      scope_->land(flight_, own ? std::nullopt : std::optional<result<cached_response>>{e});
    }

   private:
    friend cache_scope;
    errand(cache_scope* scope, cached_response doubted) noexcept : scope_{scope}, doubted_{std::move(doubted)} {}

    cache_scope* scope_;
    std::shared_ptr<flight> flight_;
    cached_response doubted_;
  };

  /// An answer, an error of the read that was waited for or of the waiting, or the duty to read.
  using turn = std::variant<cached_response, error, errand>;

  /// Waits for a read of the same that is under way, within the limits. `now` is the transport's time; what is left of
  /// it is waited in real time.
  [[nodiscard]] turn ask(const cache_key& key, const send_limits& limits, time_point now) {
    const auto begin = std::chrono::steady_clock::now();
    const auto left = std::clamp<clock::duration>(limits.deadline - now, clock::duration{0}, std::chrono::hours{24});
    std::unique_lock lock{mutex_};
    for (;;) {
      cached_response kept = cache_.lookup(key);
      if (kept != nullptr && !revalidating_cache<CachePolicy>) return kept;
      const auto found = std::find_if(flights_.begin(), flights_.end(),
                                      [&](const auto& each) { return each->joinable && each->key == key; });
      if (found == flights_.end()) return take_off(key, std::move(kept));
      const auto waited_for = *found;
      if (!landed_.wait_until(lock, limits.stop, begin + left, [&] { return waited_for->over; }))
        return gave_up_waiting(limits);
      if (waited_for->outcome) {
        if (*waited_for->outcome) return **waited_for->outcome;
        return waited_for->outcome->error();
      }
    }
  }

  /// Leave to read past the cache. What comes of it is kept, in place of what earlier reads bring.
  [[nodiscard]] errand read_past(const cache_key& key) {
    const std::lock_guard lock{mutex_};
    errand mine = take_off(key, nullptr);
    for (const auto& each : flights_)
      if (each != mine.flight_ && each->key == key) overtake(*each);
    return mine;
  }

  /// Nothing that these paths touch is kept any more, nor what reads under way bring of it.
  void forget(const touched_paths& paths) noexcept {
    const std::lock_guard lock{mutex_};
    forget_now(paths);
  }

  /// A write begins: what it touches is read without being kept until it has ended.
  void begin_write(const touched_paths& paths) {
    const std::lock_guard lock{mutex_};
    unsettled_.push_back({paths.collection, paths.search, std::string{paths.record}, false});
  }
  /// It is over, and what was read before may no longer be true. Where it may yet take effect, it does not end.
  void end_write(const touched_paths& paths, bool may_take_effect_later) noexcept {
    const std::lock_guard lock{mutex_};
    forget_now(paths);
    const auto with = [&](bool lasting) {
      return [&, lasting](const unsettled_write& w) { return w.is_of(paths) && w.lasting == lasting; };
    };
    const auto mine = std::find_if(unsettled_.begin(), unsettled_.end(), with(false));
    // One of a kind says enough.
    const bool told_already = std::any_of(unsettled_.begin(), unsettled_.end(), with(true));
    if (may_take_effect_later && !told_already) {
      mine->lasting = true;
    } else {
      unsettled_.erase(mine);
    }
  }

 private:
  /// A write that is under way, or of unknown outcome. Paths of collections are constants.
  struct unsettled_write {
    std::string_view collection, search;
    std::string record;
    bool lasting;

    [[nodiscard]] bool is_of(const touched_paths& p) const noexcept {
      return collection == p.collection && record == p.record;
    }
  };

  [[nodiscard]] static error gave_up_waiting(const send_limits& limits) {
    const bool stopped = limits.stop.stop_requested();
    error e;
    e.code = stopped ? errc::cancelled : errc::deadline_exceeded;
    e.message = stopped ? "the caller asked to stop" : "the call's time ran out while another read the same";
    if (!stopped) e.stopped = gave_up::deadline;
    return e;
  }

  // --- `mutex_` is held ---

  [[nodiscard]] errand take_off(const cache_key& key, cached_response doubted) {
    auto made = std::make_shared<flight>(key);
    flights_.push_back(made);
    errand mine{this, std::move(doubted)};
    mine.flight_ = std::move(made);
    return mine;
  }

  void land(std::shared_ptr<flight>& of, const std::optional<result<cached_response>>& outcome) {
    of->outcome = outcome;
    of->over = true;
    flights_.erase(std::find(flights_.begin(), flights_.end(), of));
    of = nullptr;
    landed_.notify_all();
  }

  void forget_now(const touched_paths& paths) noexcept {
    for (const auto& each : flights_)
      if (paths.touches(each->key.target)) overtake(*each);
    cache_.forget(paths);
  }

  /// Who asks from now on does not wait for it.
  static void overtake(flight& one) noexcept {
    one.joinable = false;
    one.overtaken = true;
  }

  [[nodiscard]] bool may_keep(const flight& one) const {
    return !one.overtaken && std::none_of(unsettled_.begin(), unsettled_.end(), [&](const unsettled_write& w) {
      return touched_paths{w.collection, w.search, w.record}.touches(one.key.target);
    });
  }

  std::mutex mutex_;
  std::condition_variable_any landed_;
  std::vector<std::shared_ptr<flight>> flights_;
  std::vector<unsettled_write> unsettled_;
  CachePolicy cache_;
};

}  // namespace crm::inline v0::detail
