/// @file
/// What a cache policy is: one scope of answers, opened with a task and dead with it. (ADR 10, Task Context
/// Caching.)
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>

#include <crm/http/message.hpp>

namespace crm::inline v0 {

/// An answer held by a cache and by those who read it.
using cached_response = std::shared_ptr<const http::response>;

/// Requires of `C`, for `c` an lvalue shared between threads:
///  - `C{}` opens an empty scope.
///  - `c.lookup(target)`: the answer stored for these exact target bytes, or null.
///  - `c.store(target, response)`: keeps a 200 answer to a read, in place of an older one.
///  - `c.clear()`: forgets everything, after a write.
template <class C>
concept cache_policy = std::default_initializable<C> &&
    requires(C& c, const std::string& target, const cached_response& response) {
  { c.lookup(target) } -> std::same_as<cached_response>;
  c.store(target, response);
  c.clear();
};

/// A policy that keeps nothing: the client then holds no scope at all.
template <class C>
concept null_cache = cache_policy<C> && std::is_empty_v<C>;

}  // namespace crm::inline v0
