/// @file
/// What a cache policy is: one scope of answers, opened with a task and dead with it. (ADR 10, Task Context
/// Caching.)
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include <crm/detail/hash.hpp>
#include <crm/http/message.hpp>

namespace crm::inline v0 {

/// An answer held by a cache and by those who read it.
using cached_response = std::shared_ptr<const http::response>;

/// What a read is known by: who asked, and for what.
struct cache_key {
  /// Which of the client's credentials; counted up each time one is put in place.
  std::uint64_t credential = 0;
  /// Path and query, the parameters in alphabetical order.
  std::string target;

  friend bool operator==(const cache_key&, const cache_key&) = default;

  struct hash {
    [[nodiscard]] std::size_t operator()(const cache_key& key) const noexcept {
      return static_cast<std::size_t>(detail::hash_of(key.target, key.credential));
    }
  };
};

/// What a write may have changed: its record, with what lies below it, and every list and search of its collection.
struct touched_paths {
  std::string_view collection;  ///< e.g. `/api/v1/customers`
  std::string_view search;      ///< of the collection; empty where it has none
  std::string_view record;      ///< the record's own path; empty where it is new

  /// Whether an answer to a read of this target may no longer be true.
  [[nodiscard]] constexpr bool touches(std::string_view target) const noexcept {
    const std::string_view path = target.substr(0, target.find('?'));
    if (path == collection || path == search) return true;
    return !record.empty() && path.starts_with(record) && (path.size() == record.size() || path[record.size()] == '/');
  }
};

/// Requires of `C`, for `c` an lvalue; the client asks for one thing at a time:
///  - `C{}` opens an empty scope.
///  - `c.lookup(key)`: the answer stored under this key, or null.
///  - `c.store(key, response)`: keeps a 200 answer to a read, in place of an older one.
///  - `c.forget(paths)`: forgets every answer whose target `paths.touches`, after a write. Throws
///    nothing.
template <class C>
concept cache_policy = std::default_initializable<C> &&
    requires(C& c, const cache_key& key, const cached_response& response, const touched_paths& paths) {
  { c.lookup(key) } -> std::same_as<cached_response>;
  c.store(key, response);
  c.forget(paths);
};

/// A policy that keeps nothing: the client then holds no scope at all.
template <class C>
concept null_cache = cache_policy<C> && std::is_empty_v<C>;

/// A policy whose kept answers are asked about before they are used: has the record's entity tag changed? (RFC 9110,
/// section 13.1.2.) An answer without an entity tag is then asked for anew.
template <class C>
concept revalidating_cache = cache_policy<C> && requires {
  requires C::revalidates;
};

}  // namespace crm::inline v0
