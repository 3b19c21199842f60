#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "support/catch.hpp"

#include <crm/detail/hash.hpp>

using crm::detail::hash_of;

TEST_CASE("a text's hash depends on each of its bytes, its length and the seed", "[detail]") {
  std::set<std::uint64_t> seen;
  std::size_t texts = 0;
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string text(size, 'a');
    ++texts, seen.insert(hash_of(text, 0));
    ++texts, seen.insert(hash_of(text, 1));
    for (std::size_t at = 0; at < size; ++at) {
      std::string other = text;
      other[at] = 'b';
      ++texts, seen.insert(hash_of(other, 0));
    }
  }
  CHECK(seen.size() == texts);
}

TEST_CASE("the hashes of texts that differ in a few bytes alone are spread over a small table", "[detail]") {
  for (std::size_t at = 0; at < 52; ++at) {
    std::string text = "/api/v1/customers/5f0c2f0e-6a5b-4b52-9c7b-0d7f4f3c1a2b";
    std::set<std::uint64_t> places;
    for (int i = 0; i < 256; ++i) {
      text[at] = static_cast<char>('a' + i % 16);
      text[at + 1] = static_cast<char>('a' + i / 16);
      places.insert(hash_of(text, 7) % 512);
    }
    CAPTURE(at);
    CHECK(places.size() > 160);  // of 201 to be expected by chance
  }
}
