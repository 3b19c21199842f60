#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <unordered_set>

namespace reference_crm {

/// The nonces of one key, each for as long as its request could be sent again. Not for several threads at once.
class nonce_memory {
 public:
  enum class verdict { fresh, seen, full };

  explicit nonce_memory(std::size_t capacity) : capacity_(capacity) {}

  /// Remembers a nonce until after `last`. It drops none to make room: that would let it be sent again.
  verdict remember(const std::string& nonce, std::chrono::sys_seconds last, std::chrono::sys_seconds now) {
    forget(now);
    if (nonces_.contains(nonce)) return verdict::seen;
    if (nonces_.size() >= capacity_) return verdict::full;
    const auto [place, is_new] = nonces_.insert(nonce);
    by_last_.emplace(last, &*place);
    return verdict::fresh;
  }

  /// When there is room again; only for a full memory.
  std::chrono::sys_seconds room_at() const { return by_last_.begin()->first + std::chrono::seconds(1); }

 private:
  void forget(std::chrono::sys_seconds now) {
    while (!by_last_.empty() && by_last_.begin()->first < now) {
      nonces_.erase(nonces_.find(*by_last_.begin()->second));
      by_last_.erase(by_last_.begin());
    }
  }

  std::size_t capacity_;
  std::unordered_set<std::string> nonces_;
  std::multimap<std::chrono::sys_seconds, const std::string*> by_last_;  ///< The nonces above stay where they are.
};

}  // namespace reference_crm
