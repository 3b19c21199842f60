/// @file
/// Reads within one task are asked once. (ADR 10, Task Context Caching.)
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <crm/cache/concept.hpp>

namespace crm::inline v0 {

/// Keeps up to 256 answers and 16 MiB of them; beyond, what was not used for longest goes first. A lookup is O(1); what
/// makes an answer go is O(answers kept).
class task_cache {
 public:
  static constexpr std::size_t most_entries = 256;
  static constexpr std::size_t most_bytes = 16U << 20U;

  task_cache() = default;
  task_cache(const task_cache&) = delete;  // `places_` would be left behind by a move
  task_cache& operator=(const task_cache&) = delete;

  [[nodiscard]] cached_response lookup(const cache_key& key) noexcept {
    entry* const found = find(key, cache_key::hash{}(key));
    if (found == nullptr) return nullptr;
    found->used = ++uses_;
    return found->answer;
  }

  void store(const cache_key& key, const cached_response& response) {
    entry made{key, response, cache_key::hash{}(key), ++uses_};
    if (entry* const older = find(key, made.hash)) erase(*older);
    const std::size_t size = size_of(made);
    if (size > most_bytes) return;
    while (entries_.size() >= most_entries || bytes_ + size > most_bytes)
      erase(*std::min_element(entries_.begin(), entries_.end(),
                              [](const entry& a, const entry& b) { return a.used < b.used; }));
    entries_.push_back(std::move(made));  // beyond this nothing throws
    index(entries_.size() - 1);
    bytes_ += size;
  }

  void forget(const touched_paths& paths) noexcept {
    const auto gone = [&](const entry& one) { return paths.touches(one.key.target); };
    for (const entry& one : entries_)
      if (gone(one)) bytes_ -= size_of(one);
    if (std::erase_if(entries_, gone) > 0) index_all();
  }

 private:
  struct entry {
    cache_key key;
    cached_response answer;
    std::size_t hash;
    std::uint64_t used;  // when, counted in uses
  };

  [[nodiscard]] static std::size_t size_of(const entry& one) noexcept {
    std::size_t size = one.key.target.size() + one.answer->body.size();
    for (const auto& [name, value] : one.answer->headers) size += name.size() + value.size();
    return size;
  }

  [[nodiscard]] entry* find(const cache_key& key, std::size_t hash) noexcept {
    for (std::size_t at = hash % places_.size(); places_[at] != 0; at = (at + 1) % places_.size()) {
      entry& there = entries_[places_[at] - 1U];
      if (there.hash == hash && there.key == key) return &there;
    }
    return nullptr;
  }
  void index(std::size_t number) noexcept {
    std::size_t at = entries_[number].hash % places_.size();
    while (places_[at] != 0) at = (at + 1) % places_.size();
    places_[at] = static_cast<std::uint16_t>(number + 1);
  }
  void index_all() noexcept {
    places_.fill(0);
    for (std::size_t number = 0; number < entries_.size(); ++number) index(number);
  }
  void erase(entry& one) noexcept {
    bytes_ -= size_of(one);
    if (&one != &entries_.back()) one = std::move(entries_.back());
    entries_.pop_back();
    index_all();
  }

  std::vector<entry> entries_;
  // By its hash, or in the next place that was free: an entry's number, counted from 1. Never more than half full.
  std::array<std::uint16_t, 2 * most_entries> places_{};
  std::size_t bytes_ = 0;
  std::uint64_t uses_ = 0;
};

/// The same, but a record that was read before is asked about again, by its entity tag: the CRM answers 304 where it is
/// unchanged, and sends no body. For tasks that live long beside others who write.
class revalidating_task_cache : public task_cache {
 public:
  static constexpr bool revalidates = true;
};

}  // namespace crm::inline v0
