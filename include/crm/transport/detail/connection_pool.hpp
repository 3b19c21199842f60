/// @file
/// A bounded pool of connections, the most recently used first.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include <crm/transport/concept.hpp>

namespace crm::inline v0::detail {

/// Lends connections, one a call in flight. The last one returned is lent first: it is the warmest, and the
/// others grow old and are dropped.
template <class Connection>
class connection_pool {
 public:
  explicit connection_pool(std::size_t most, milliseconds max_idle) : most_{most}, max_idle_{max_idle} {}

  /// A place in the pool, with a connection in it where an idle one was fit. Gives the place back when it dies,
  /// and the connection with it if `keep` was called.
  class lease {
   public:
    lease(connection_pool& pool, std::unique_ptr<Connection> idle) : pool_{&pool}, connection_{std::move(idle)} {}
    lease(lease&& other) noexcept
        : pool_{std::exchange(other.pool_, nullptr)},
          connection_{std::move(other.connection_)},
          kept_at_{other.kept_at_} {}
    lease& operator=(lease&&) = delete;
    ~lease() {
      if (pool_ != nullptr) pool_->put_back(kept_at_ ? std::move(connection_) : nullptr, kept_at_);
    }

    [[nodiscard]] std::unique_ptr<Connection>& connection() noexcept { return connection_; }
    void keep(time_point now) noexcept { kept_at_ = now; }

   private:
    connection_pool* pool_;
    std::unique_ptr<Connection> connection_;
    std::optional<time_point> kept_at_;
  };

  /// Waits for a place; nothing where the deadline or a stop came first.
  [[nodiscard]] std::optional<lease> take(const send_limits& limits) {
    std::vector<std::unique_ptr<Connection>> unfit;  // closed after the lock is released
    std::unique_lock lock{mutex_};
    if (!free_.wait_until(lock, limits.stop, limits.deadline, [&] { return lent_ < most_; })) return std::nullopt;
    // Room for what comes later, while it may still fail: giving a place back may not.
    idle_.reserve(idle_.size() + lent_ + 1);
    const time_point oldest = clock::now() - max_idle_;
    const auto young =
        std::find_if(idle_.begin(), idle_.end(), [&](const auto& each) { return each.second >= oldest; });
    unfit.reserve(static_cast<std::size_t>(young - idle_.begin()));
    for (auto each = idle_.begin(); each != young; ++each) unfit.push_back(std::move(each->first));
    idle_.erase(idle_.begin(), young);
    while (!idle_.empty()) {
      auto& last = idle_.back().first;
      const bool fit = last->is_quiet();
      if (!fit) unfit.push_back(std::move(last));
      auto connection = std::move(last);
      idle_.pop_back();
      if (fit) return lend(std::move(connection));
    }
    return lend(nullptr);
  }

 private:
  [[nodiscard]] lease lend(std::unique_ptr<Connection> idle) noexcept {
    ++lent_;
    return lease{*this, std::move(idle)};
  }

  void put_back(std::unique_ptr<Connection> connection, std::optional<time_point> since) {
    {
      const std::lock_guard lock{mutex_};
      --lent_;
      if (connection != nullptr) idle_.emplace_back(std::move(connection), *since);
    }
    free_.notify_one();
  }

  const std::size_t most_;
  const milliseconds max_idle_;
  std::mutex mutex_;
  std::condition_variable_any free_;
  std::size_t lent_ = 0;
  std::vector<std::pair<std::unique_ptr<Connection>, time_point>> idle_;
};

}  // namespace crm::inline v0::detail
