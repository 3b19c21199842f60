/// @file
/// A task's cache, kept from holding on to what a write has overtaken.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include <crm/cache/concept.hpp>

namespace crm::inline v0::detail {

/// One scope, shared by the copies of a task's client. A read that was on its way while a write was made may carry the
/// state before it: its answer goes to its caller, and is not kept.
template <cache_policy CachePolicy>
class cache_scope {
 public:
  [[nodiscard]] cached_response lookup(const std::string& target) { return cache_.lookup(target); }

  /// How many writes there have been; told to `store` by a read that begins now.
  [[nodiscard]] std::uint64_t writes() {
    const std::lock_guard lock{mutex_};
    return writes_;
  }
  void store(const std::string& target, const cached_response& response, std::uint64_t writes_before) {
    const std::lock_guard lock{mutex_};
    if (writes_ == writes_before) cache_.store(target, response);
  }
  void clear() {
    const std::lock_guard lock{mutex_};
    ++writes_;
    cache_.clear();
  }

 private:
  std::mutex mutex_;
  std::uint64_t writes_ = 0;
  CachePolicy cache_;
};

}  // namespace crm::inline v0::detail
