#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "support/catch.hpp"

#include <crm/cache/task_cache.hpp>

namespace {

static_assert(crm::cache_policy<crm::task_cache> && !crm::null_cache<crm::task_cache>);
static_assert(!crm::revalidating_cache<crm::task_cache> && crm::revalidating_cache<crm::revalidating_task_cache>);

constexpr crm::touched_paths customer_7{"/customers", "/customers/search", "/customers/7"};

crm::cached_response answer(std::string body) {
  return std::make_shared<const crm::http::response>(crm::http::response{200, {}, std::move(body)});
}

crm::cache_key at(std::string target) { return {1, std::move(target)}; }

}  // namespace

TEST_CASE("an answer is kept under its exact target", "[cache]") {
  crm::task_cache cache;
  const auto jane = answer("jane");
  CHECK(cache.lookup(at("/customers/1")) == nullptr);
  cache.store(at("/customers/1"), jane);
  CHECK(cache.lookup(at("/customers/1")) == jane);
  CHECK(cache.lookup(at("/customers/1?")) == nullptr);
  CHECK(cache.lookup(at("/customers/11")) == nullptr);
}

TEST_CASE("fault 76, an answer to one credential is none to another", "[cache]") {
  crm::task_cache cache;
  cache.store({1, "/customers/1"}, answer("jane"));
  CHECK(cache.lookup({2, "/customers/1"}) == nullptr);
  CHECK(cache.lookup({0, "/customers/1"}) == nullptr);
  CHECK(cache.lookup({1, "/customers/1"}) != nullptr);
}

TEST_CASE("fault 77, a write touches its record, what lies below it, and the lists and searches of its collection",
          "[cache]") {
  for (const char* touched : {"/customers/7", "/customers/7?x=1", "/customers/7/interactions?page=1", "/customers",
                              "/customers?page=1", "/customers/search?q=a"})
    CHECK(customer_7.touches(touched));
  for (const char* other : {"/customers/70", "/customers/8", "/customers/8/interactions", "/invoices?page=1", "/", ""})
    CHECK_FALSE(customer_7.touches(other));
  constexpr crm::touched_paths created{"/customers", "/customers/search", ""};
  CHECK(created.touches("/customers?city=Eagan"));
  CHECK_FALSE(created.touches("/customers/7"));
  constexpr crm::touched_paths unsearched{"/invoices", "", ""};
  CHECK_FALSE(unsearched.touches("/customers"));
}

TEST_CASE("what a write touches is forgotten, though not by those who use it", "[cache]") {
  crm::task_cache cache;
  for (const char* target : {"/customers/7", "/customers?page=1", "/customers/8"}) cache.store(at(target), answer("x"));
  const auto in_use = cache.lookup(at("/customers/7"));
  cache.forget(customer_7);
  CHECK(cache.lookup(at("/customers/7")) == nullptr);
  CHECK(cache.lookup(at("/customers?page=1")) == nullptr);
  CHECK(cache.lookup(at("/customers/8")) != nullptr);
  CHECK(in_use->body == "x");
}

TEST_CASE("a scope keeps 256 answers: what was not used for longest goes first", "[cache]") {
  crm::task_cache cache;
  for (std::size_t i = 0; i < crm::task_cache::most_entries; ++i) cache.store(at(std::to_string(i)), answer("x"));
  CHECK(cache.lookup(at("0")) != nullptr);  // used
  cache.store(at("256"), answer("x"));
  CHECK(cache.lookup(at("0")) != nullptr);
  CHECK(cache.lookup(at("1")) == nullptr);
  CHECK(cache.lookup(at("2")) != nullptr);
  CHECK(cache.lookup(at("256")) != nullptr);
}

TEST_CASE("a scope keeps 16 MiB of answers", "[cache]") {
  crm::task_cache cache;
  constexpr std::size_t half = crm::task_cache::most_bytes / 2 - 2;  // with its target
  cache.store(at("/a"), answer(std::string(half, 'a')));
  cache.store(at("/b"), answer(std::string(half, 'b')));
  CHECK(cache.lookup(at("/a")) != nullptr);
  cache.store(at("/c"), answer("c"));
  CHECK(cache.lookup(at("/a")) != nullptr);
  CHECK(cache.lookup(at("/b")) == nullptr);
  CHECK(cache.lookup(at("/c")) != nullptr);
}

TEST_CASE("what is larger than a scope drives nothing out of it", "[cache]") {
  crm::task_cache cache;
  cache.store(at("/a"), answer("a"));
  cache.store(at("/b"), answer(std::string(crm::task_cache::most_bytes + 1, 'b')));
  CHECK(cache.lookup(at("/a")) != nullptr);
  CHECK(cache.lookup(at("/b")) == nullptr);
}

TEST_CASE("a newer answer takes the place of an older one, even where it is too large to keep", "[cache]") {
  crm::task_cache cache;
  const auto newer = answer("newer");
  cache.store(at("/a"), answer("older"));
  cache.store(at("/a"), newer);
  CHECK(cache.lookup(at("/a")) == newer);
  cache.store(at("/a"), answer(std::string(crm::task_cache::most_bytes + 1, 'b')));
  CHECK(cache.lookup(at("/a")) == nullptr);
}

TEST_CASE("an answer stored twice is counted once", "[cache]") {
  crm::task_cache cache;
  const auto half = answer(std::string(crm::task_cache::most_bytes / 2 - 2, 'a'));
  cache.store(at("/a"), half);
  cache.store(at("/a"), half);
  cache.store(at("/b"), half);
  CHECK(cache.lookup(at("/a")) != nullptr);
  CHECK(cache.lookup(at("/b")) != nullptr);
}

TEST_CASE("an answer's headers count too", "[cache]") {
  crm::task_cache cache;
  crm::http::response large{200, {{"X", std::string(crm::task_cache::most_bytes, 'x')}}, {}};
  cache.store(at("/a"), std::make_shared<const crm::http::response>(std::move(large)));
  CHECK(cache.lookup(at("/a")) == nullptr);
}

TEST_CASE("each of many answers is found, whichever others came and went", "[cache]") {
  crm::task_cache cache;
  for (int i = 0; i < 2'000; ++i) {
    cache.store(at("/customers/" + std::to_string(i)), answer(std::to_string(i)));
    if (i % 7 == 0) {
      const std::string gone = "/customers/" + std::to_string(i / 2);
      cache.forget({"/customers", "", gone});
      CHECK(cache.lookup(at(gone)) == nullptr);
    }
  }
  int kept = 0;
  for (int i = 0; i < 2'000; ++i) {
    const auto found = cache.lookup(at("/customers/" + std::to_string(i)));
    if (found == nullptr) continue;
    ++kept;
    CHECK(found->body == std::to_string(i));
    CHECK(i >= 2'000 - 256);
  }
  CHECK(kept > 200);
}
