#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "support/catch.hpp"

#include <crm/cache/task_cache.hpp>

namespace {

static_assert(crm::cache_policy<crm::task_cache> && !crm::null_cache<crm::task_cache>);

crm::cached_response answer(std::string body) {
  return std::make_shared<const crm::http::response>(crm::http::response{200, {}, std::move(body)});
}

}  // namespace

TEST_CASE("an answer is kept under its exact target", "[cache]") {
  crm::task_cache cache;
  const auto jane = answer("jane");
  CHECK(cache.lookup("/customers/1") == nullptr);
  cache.store("/customers/1", jane);
  CHECK(cache.lookup("/customers/1") == jane);
  CHECK(cache.lookup("/customers/1?") == nullptr);
  CHECK(cache.lookup("/customers/11") == nullptr);
}

TEST_CASE("clearing forgets every answer but not those in use", "[cache]") {
  crm::task_cache cache;
  cache.store("/a", answer("a"));
  cache.store("/b", answer("b"));
  const auto in_use = cache.lookup("/a");
  cache.clear();
  CHECK(cache.lookup("/a") == nullptr);
  CHECK(cache.lookup("/b") == nullptr);
  CHECK(in_use->body == "a");
}

TEST_CASE("a scope keeps 256 answers, and none beyond", "[cache]") {
  crm::task_cache cache;
  for (std::size_t i = 0; i <= crm::task_cache::most_entries; ++i) cache.store("/" + std::to_string(i), answer("x"));
  CHECK(cache.lookup("/0") != nullptr);
  CHECK(cache.lookup("/255") != nullptr);
  CHECK(cache.lookup("/256") == nullptr);
  cache.clear();
  cache.store("/256", answer("x"));
  CHECK(cache.lookup("/256") != nullptr);
}

TEST_CASE("a scope keeps 16 MiB of answers, and none beyond", "[cache]") {
  crm::task_cache cache;
  constexpr std::size_t half = crm::task_cache::most_bytes / 2;
  cache.store("/a", answer(std::string(half, 'a')));
  cache.store("/b", answer(std::string(half + 1, 'b')));
  CHECK(cache.lookup("/b") == nullptr);
  cache.store("/c", answer(std::string(half, 'c')));
  CHECK(cache.lookup("/c") != nullptr);
  cache.store("/d", answer("d"));
  CHECK(cache.lookup("/d") == nullptr);

  cache.clear();
  cache.store("/b", answer(std::string(half + 1, 'b')));
  CHECK(cache.lookup("/b") != nullptr);
}

TEST_CASE("a newer answer takes the place of an older one", "[cache]") {
  crm::task_cache cache;
  const auto newer = answer("newer");
  cache.store("/a", answer("older"));
  cache.store("/a", newer);
  CHECK(cache.lookup("/a") == newer);
}

TEST_CASE("an answer stored twice is counted once", "[cache]") {
  crm::task_cache cache;
  const auto half = answer(std::string(crm::task_cache::most_bytes / 2, 'a'));
  cache.store("/a", half);
  cache.store("/a", half);
  cache.store("/b", half);
  CHECK(cache.lookup("/b") != nullptr);
}
