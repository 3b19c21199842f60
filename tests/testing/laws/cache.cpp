#include <crm/testing/laws/cache.hpp>

#include <string>
#include <unordered_map>

#include <crm/cache/none.hpp>
#include <crm/cache/task_cache.hpp>

#include "support/catch.hpp"

namespace {

namespace laws = crm::testing::laws;

/// The simplest that is right.
struct map_cache {
  std::unordered_map<crm::cache_key, crm::cached_response, crm::cache_key::hash> kept{};

  [[nodiscard]] crm::cached_response lookup(const crm::cache_key& key) const {
    const auto found = kept.find(key);
    return found == kept.end() ? nullptr : found->second;
  }
  void store(const crm::cache_key& key, const crm::cached_response& response) { kept[key] = response; }
  void forget(const crm::touched_paths& paths) {
    std::erase_if(kept, [&](const auto& each) { return paths.touches(each.first.target); });
  }
};
struct keeps_what_was_written : map_cache {
  static void forget(const crm::touched_paths&) {}
};
struct keeps_lists : map_cache {
  void forget(const crm::touched_paths& paths) {
    std::erase_if(kept, [&](const auto& each) { return each.first.target == paths.record; });
  }
};
struct keeps_the_first : map_cache {
  void store(const crm::cache_key& key, const crm::cached_response& response) { kept.emplace(key, response); }
};
struct mixes_credentials : map_cache {
  [[nodiscard]] crm::cached_response lookup(const crm::cache_key& key) const {
    return map_cache::lookup({0, key.target});
  }
  void store(const crm::cache_key& key, const crm::cached_response& response) {
    map_cache::store({0, key.target}, response);
  }
};
struct forgets_at_once : map_cache {
  static void store(const crm::cache_key&, const crm::cached_response&) {}
};
struct one_for_all : map_cache {
  [[nodiscard]] static map_cache& shared() {
    static map_cache one;
    return one;
  }
  [[nodiscard]] static crm::cached_response lookup(const crm::cache_key& key) { return shared().lookup(key); }
  static void store(const crm::cache_key& key, const crm::cached_response& r) { shared().store(key, r); }
  static void forget(const crm::touched_paths& paths) { shared().forget(paths); }
};

}  // namespace

TEST_CASE("the caches keep the laws", "[testing][laws]") {
  CHECK(laws::check_cache<crm::task_cache>() == laws::none);
  CHECK(laws::check_cache<crm::revalidating_task_cache>(2) == laws::none);
  CHECK(laws::check_cache<crm::no_cache>() == laws::none);
  CHECK(laws::check_cache<map_cache>() == laws::none);
}

TEST_CASE("each law of caches catches who breaks it", "[testing][laws]") {
  const std::string stale = "cache policy: what a write has touched, or was never stored, is not answered";
  const std::string mixed =
      "cache policy: a key is answered with what was stored last under it: its credential and its target";
  CHECK(laws::check_cache<keeps_what_was_written>() == laws::violations{stale});
  CHECK(laws::check_cache<keeps_lists>() == laws::violations{stale});
  CHECK(laws::check_cache<keeps_the_first>() == laws::violations{mixed});
  CHECK(laws::check_cache<mixes_credentials>().size() == 2);
  CHECK(laws::check_cache<forgets_at_once>() ==
        laws::violations{"cache policy: an answer of a few kilobytes is found when it was just stored"});
  CHECK(laws::check_cache<one_for_all>() == laws::violations{"cache policy: a new scope knows nothing of another"});
}
