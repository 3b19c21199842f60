/// @file
/// Reads within one task are asked once. (ADR 10, Task Context Caching.)
#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <unordered_map>

#include <crm/cache/concept.hpp>

namespace crm::inline v0 {

/// Keeps up to 256 answers and 16 MiB of them; beyond, what was not used for longest goes first. Each operation is O(1)
/// but `forget`, which is O(answers kept).
class task_cache {
 public:
  static constexpr std::size_t most_entries = 256;
  static constexpr std::size_t most_bytes = 16U << 20U;

  task_cache() = default;
  task_cache(const task_cache&) = delete;  // `places_` points into `entries_`
  task_cache& operator=(const task_cache&) = delete;

  [[nodiscard]] cached_response lookup(const cache_key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->answer;
  }

  void store(const cache_key& key, const cached_response& response) {
    if (const auto older = places_.find(key); older != places_.end()) erase(older->second);
    const std::size_t size = size_of({key, response});
    if (size > most_bytes) return;
    while (entries_.size() >= most_entries || bytes_ + size > most_bytes) erase(std::prev(entries_.end()));
    std::list<entry> made;
    made.push_front({key, response});
    places_.emplace(key, made.begin());
    entries_.splice(entries_.begin(), made);  // throws nothing: all of it is done, or nothing
    bytes_ += size;
  }

  void forget(const touched_paths& paths) {
    for (auto each = entries_.begin(); each != entries_.end();)
      each = paths.touches(each->key.target) ? erase(each) : std::next(each);
  }

 private:
  struct entry {
    cache_key key;
    cached_response answer;
  };
  using place = std::list<entry>::iterator;

  [[nodiscard]] static std::size_t size_of(const entry& one) noexcept {
    std::size_t size = one.key.target.size() + one.answer->body.size();
    for (const auto& [name, value] : one.answer->headers) size += name.size() + value.size();
    return size;
  }

  place erase(place at) {
    bytes_ -= size_of(*at);
    places_.erase(at->key);
    return entries_.erase(at);
  }

  std::list<entry> entries_;  // the last used first
  std::unordered_map<cache_key, place, cache_key::hash> places_;
  std::size_t bytes_ = 0;
};

/// The same, but a record that was read before is asked about again, by its entity tag: the CRM answers 304 where it is
/// unchanged, and sends no body. For tasks that live long beside others who write.
class revalidating_task_cache : public task_cache {
 public:
  static constexpr bool revalidates = true;
};

}  // namespace crm::inline v0
