// How often memory is asked for to read a page, or to write a body.
#include <cstddef>
#include <string>
#include <utility>

#include <crm/json/document.hpp>
#include <crm/json/encode.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/page.hpp>
#include <crm/query/patch.hpp>

#include "allocation/memory.hpp"
#include "bench/page_body.hpp"
#include "support/catch.hpp"

namespace {

using bench::page_kind;
using views = crm::page<crm::customer_view>;

/// Reads a page, and answers how many allocations it took; then the page's memory is to be used again.
std::size_t allocations_of(std::string body, views::spent& used) {
  const auto before = memory::made;
  auto page = crm::json::decode_page<crm::customer_view>(std::move(body), std::exchange(used, {}));
  const auto after = memory::made;
  REQUIRE(page);
  REQUIRE(page->records().size() == 25);
  used = std::move(*page).recycle();
  return after - before;
}

}  // namespace

TEST_CASE("a page of views takes three allocations, and none where a page is used again", "[json]") {
  for (const auto kind : {page_kind::ordered, page_kind::shuffled, page_kind::shuffled_each, page_kind::escaped}) {
    const std::string body = bench::page_body(25, kind);
    views::spent used;
    (void)allocations_of(body, used);  // what the thread keeps of tokens has its room now
    used = {};
    CHECK(allocations_of(body, used) <= 3);
    CHECK(allocations_of(body, used) == 0);
    CHECK(allocations_of(body, used) == 0);
  }
}

TEST_CASE("a body of a new customer takes one allocation, whatever has to be escaped", "[json]") {
  const auto jane = crm::new_customer{"Jane Smith"}
                        .email("jane@example.com")
                        .services({"mowing", "weed_control"})
                        .last_service_date(crm::date{"2025-09-15"})
                        .signed_seasons({2025, 2026})
                        .notes("\"Call\"\n\x01 in the evening \xC3\xA9")
                        .phone(crm::null);
  const auto before = memory::made;
  const auto body = crm::json::encode_attributes(jane);
  const auto after = memory::made;
  REQUIRE(body);
  CHECK(after - before == 1);
}
