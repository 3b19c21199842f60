#pragma once

#include <algorithm>
#include <mutex>
#include <set>
#include <string_view>

#include "auth/digest.hpp"

namespace reference_crm {

/// A key that a header can carry. httplib undoes percent-encoding in header values, so a `%` would not arrive as it
/// was.
inline bool can_be_sent(std::string_view key) {
  return !key.empty() && key.size() <= 1024 &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7F' && c != '%'; });
}

/// The API keys that are good now. Only digests are kept and compared. Safe from many threads.
class api_keys {
 public:
  /// False if the key was there already.
  bool add(std::string_view key) {
    const auto hashed = sha256(key);
    const std::scoped_lock lock(mutex_);
    return known_.insert(hashed).second;
  }

  /// False if there was no such key.
  bool revoke(std::string_view key) {
    const auto hashed = sha256(key);
    const std::scoped_lock lock(mutex_);
    return known_.erase(hashed) == 1;
  }

  bool know(std::string_view key) const {
    const auto hashed = sha256(key);
    const std::scoped_lock lock(mutex_);
    return known_.contains(hashed);
  }

 private:
  mutable std::mutex mutex_;
  std::set<digest> known_;
};

}  // namespace reference_crm
