#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

#include <crm/model/customer.hpp>
#include <crm/model/page.hpp>

namespace {

constexpr crm::page_number first = 1;
static_assert(first.value() == 1 && crm::page_number{2'000'000'000}.value() == 2'000'000'000);
static_assert(crm::page_size{1}.value() == 1 && crm::page_size{100}.value() == 100);

template <class P>
concept has_records = requires(P&& page) {
  std::forward<P>(page).records();
};

}  // namespace

TEST_CASE("page numbers start at 1", "[model]") {
  CHECK(crm::page_number::of(1).value().value() == 1);
  CHECK(crm::page_number::of(std::numeric_limits<std::int64_t>::max()).value().value() ==
        std::numeric_limits<std::int64_t>::max());
  CHECK_FALSE(crm::page_number::of(0));
  CHECK_FALSE(crm::page_number::of(-1));
}

TEST_CASE("a page holds 1 to 100 records", "[model]") {
  CHECK(crm::page_size::of(1).value().value() == 1);
  CHECK(crm::page_size::of(100).value().value() == 100);
  for (const std::int64_t size : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{101}, (std::int64_t{1} << 32) + 25}) {
    INFO(size);
    const auto refused = crm::page_size::of(size);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == crm::errc::invalid_argument);
  }
}

TEST_CASE("records are reached through a page that has a name only", "[model]") {
  using page = crm::page<crm::customer>;
  STATIC_REQUIRE(has_records<page&>);
  STATIC_REQUIRE(has_records<const page&>);
  STATIC_REQUIRE_FALSE(has_records<page>);
  STATIC_REQUIRE_FALSE(has_records<const page>);
}

static_assert(crm::detail::borrows<std::vector<std::string_view>>());
static_assert(!crm::detail::borrows<std::vector<std::string>>());

TEST_CASE("what a page was made of is moved on, for two pages cannot have one memory", "[model]") {
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<crm::page<crm::customer_view>::spent>);
  STATIC_REQUIRE_FALSE(std::is_copy_assignable_v<crm::page<crm::customer_view>::spent>);
}

TEST_CASE("a page gives its records, its meta, and its records away", "[model]") {
  crm::customer jane{};
  jane.id = "1";
  crm::page<crm::customer> page{{jane}, crm::page_meta{1, 1, 25}};
  REQUIRE(page.records().size() == 1);
  CHECK(page.records()[0].id == "1");
  CHECK(page.meta()->total == 1);
  const auto taken = std::move(page).take();
  CHECK(taken == std::vector<crm::customer>{jane});
}

TEST_CASE("a page keeps the text its views point into, however it is moved", "[model]") {
  auto text = std::make_shared<crm::detail::page_text>();
  text->body = "Jane";
  const std::weak_ptr<crm::detail::page_text> alive = text;
  {
    crm::customer_view jane{};
    jane.name = text->body;
    crm::page<crm::customer_view> page{{jane}, std::nullopt, std::move(text)};
    const auto moved = std::move(page);
    CHECK_FALSE(alive.expired());
    CHECK(moved.records()[0].name == "Jane");
  }
  CHECK(alive.expired());
}
