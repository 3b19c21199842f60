/// @file
/// The idempotency keys a caller has given, so that one does not serve for two different requests.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include <crm/http/message.hpp>

namespace crm::inline v0::detail {

/// Under a key that it knows a server answers as it did the first time, whatever the body: the second customer would
/// silently be the first. Keeps the last `most` keys, and of their requests a hash. Safe to use from several threads.
class key_ledger {
 public:
  static constexpr std::size_t most = 1'024;

  /// Whether the key is new, or was given with the same request. O(most).
  [[nodiscard]] bool admit(std::string_view key, const http::request& request) {
    const std::size_t print = print_of(request);
    const std::lock_guard lock{mutex_};
    const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const entry& e) { return e.key == key; });
    if (known != entries_.end()) return known->print == print;
    if (entries_.size() == most) entries_.pop_front();
    entries_.push_back({std::string{key}, print});
    return true;
  }

 private:
  struct entry {
    std::string key;
    std::size_t print;
  };

  [[nodiscard]] static std::size_t print_of(const http::request& request) {
    std::string all{to_string(request.method)};
    all.append(" ").append(request.target).append("\n").append(request.body);
    return std::hash<std::string>{}(all);
  }

  std::mutex mutex_;
  std::deque<entry> entries_;
};

}  // namespace crm::inline v0::detail
