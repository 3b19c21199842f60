/// @file
/// What must hold of every cache policy: the executable form of `cache/concept.hpp`'s comment.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>

#include <crm/cache/concept.hpp>
#include <crm/testing/laws/violations.hpp>

namespace crm::inline v0::testing::laws {

namespace detail {

inline cached_response some_answer(std::uint32_t number) {
  return std::make_shared<const http::response>(
      http::response{200, {{"ETag", std::to_string(number)}}, std::string(number % 4'000, 'x')});
}

}  // namespace detail

/// Every law, by a history of 4,000 stores, look-ups and writes of a dozen records: whatever a cache answers is what
/// was stored last under that very key, and has not been written since. It may forget, but not mix up.
template <cache_policy C>
[[nodiscard]] violations check_cache(std::uint32_t seed = 1) {
  ledger broken{"cache policy"};
  static constexpr std::string_view collection = "/api/v1/customers", search = "/api/v1/customers/search";
  static constexpr std::array<std::string_view, 12> targets{
      "/api/v1/customers",
      "/api/v1/customers?city=Eagan&page=1",
      "/api/v1/customers/search?q=jane",
      "/api/v1/customers/1",
      "/api/v1/customers/12",
      "/api/v1/customers/1/interactions",
      "/api/v1/customers/1/interactions?page=2",
      "/api/v1/customers/12/interactions",
      "/api/v1/invoices",
      "/api/v1/invoices?customer_id=1",
      "/api/v1/customersxyz",
      "/",
  };
  static constexpr std::array<touched_paths, 4> writes{{
      {collection, search, {}},
      {collection, search, "/api/v1/customers/1"},
      {collection, search, "/api/v1/customers/12"},
      {"/api/v1/invoices", {}, {}},
  }};

  C cache{};
  broken.demand(cache.lookup({1, std::string{targets[3]}}) == nullptr, "a new scope is empty");
  std::unordered_map<cache_key, cached_response, cache_key::hash> stored;
  std::mt19937 random{seed};
  for (std::uint32_t round = 0; round < 4'000; ++round) {
    const cache_key key{1 + random() % 2, std::string{targets[random() % targets.size()]}};
    switch (random() % 8) {
      case 0: {
        const auto& paths = writes[random() % writes.size()];
        cache.forget(paths);
        for (auto each = stored.begin(); each != stored.end();)
          each = paths.touches(each->first.target) ? stored.erase(each) : std::next(each);
        break;
      }
      case 1:
      case 2: {
        stored[key] = detail::some_answer(round);
        cache.store(key, stored[key]);
        if constexpr (!null_cache<C>)
          broken.demand(cache.lookup(key) != nullptr, "an answer of a few kilobytes is found when it was just stored");
        break;
      }
      default: {
        const auto known = stored.find(key);
        const cached_response found = cache.lookup(key);
        if (found == nullptr) break;
        if (!broken.demand(known != stored.end(), "what a write has touched, or was never stored, is not answered"))
          break;
        broken.demand(
            found->status == 200 && found->headers == known->second->headers && found->body == known->second->body,
            "a key is answered with what was stored last under it: its credential and its target");
      }
    }
  }
  C other{};
  for (const auto& [key, answer] : stored)
    broken.demand(other.lookup(key) == nullptr, "a new scope knows nothing of another");
  return broken.take();
}

}  // namespace crm::inline v0::testing::laws
