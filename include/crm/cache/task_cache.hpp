/// @file
/// Reads within one task are asked once. (ADR 10, Task Context Caching.)
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include <crm/cache/concept.hpp>

namespace crm::inline v0 {

/// Keeps up to 256 answers and 16 MiB of them; what does not fit is asked again. Any write through the same
/// scope clears it: which lists a changed customer belongs to, the CRM alone knows.
class task_cache {
 public:
  static constexpr std::size_t most_entries = 256;
  static constexpr std::size_t most_bytes = 16U << 20U;

  [[nodiscard]] cached_response lookup(const std::string& target) {
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(target);
    return found == entries_.end() ? nullptr : found->second;
  }

  void store(const std::string& target, const cached_response& response) {
    const std::size_t size = response->body.size();
    const std::lock_guard lock{mutex_};
    if (const auto older = entries_.find(target); older != entries_.end()) {
      bytes_ -= older->second->body.size();
      entries_.erase(older);
    }
    if (entries_.size() >= most_entries || bytes_ + size > most_bytes) return;
    entries_.emplace(target, response);
    bytes_ += size;
  }

  void clear() {
    const std::lock_guard lock{mutex_};
    entries_.clear();
    bytes_ = 0;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, cached_response> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace crm::inline v0
