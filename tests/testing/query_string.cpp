#include <crm/testing/query_string.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <crm/model/customer.hpp>
#include <crm/model/resource.hpp>
#include <crm/query/customers.hpp>
#include <crm/query/render.hpp>
#include <crm/testing/detail/filters.hpp>

#include "support/catch.hpp"

namespace {

using crm::testing::parameter_reader;
using crm::testing::query_string;
using customer_resource = crm::resource<crm::customer>;

query_string parsed(std::string_view text) {
  auto query = query_string::parse(text);
  REQUIRE(query.has_value());
  return *std::move(query);
}

/// The parameter that a reader refused, or nothing.
std::string refusal_of(const parameter_reader& in) {
  if (!in.refused()) return "";
  CHECK(in.refused()->status == 422);
  return in.refused()->details.fields.at(0).first;
}

TEST_CASE("a query is parted and decoded, plus signs as spaces", "[testing]") {
  const auto query = parsed("city=Saint+Paul&&q=Jos%C3%A9%20%2B&empty=&bare&a=b=c");
  const auto& read = query.parameters();
  REQUIRE(read.size() == 5);
  CHECK(read[0].name == "city");
  CHECK(read[0].value == "Saint Paul");
  CHECK(read[1].value == "José +");
  CHECK(read[2].value.empty());
  CHECK(read[3].name == "bare");
  CHECK(read[3].value.empty());
  CHECK(read[4].value == "b=c");
}

TEST_CASE("a query that is not percent-encoded UTF-8 is no query", "[testing]") {
  for (const auto broken : {"a=%", "a=%4", "a=%zz", "%=a", "a=%ff", "a=b&c=%C3"}) {
    CAPTURE(broken);
    CHECK_FALSE(query_string::parse(broken).has_value());
  }
}

TEST_CASE("an absent parameter is nothing, and no fault", "[testing]") {
  const auto query = parsed("");
  parameter_reader in{query};
  CHECK_FALSE(in.text("a").has_value());
  CHECK_FALSE(in.day("a").has_value());
  CHECK_FALSE(in.words<crm::service>("a").has_value());
  CHECK_FALSE(in.refused().has_value());
}

TEST_CASE("a parameter is given once and is not empty", "[testing]") {
  const auto query = parsed("a=1&a=2&b=");
  parameter_reader twice{query}, empty{query};
  CHECK_FALSE(twice.text("a").has_value());
  CHECK(refusal_of(twice) == "a");
  CHECK_FALSE(empty.text("b").has_value());
  CHECK(refusal_of(empty) == "b");
}

TEST_CASE("the first fault is the one that is told", "[testing]") {
  const auto query = parsed("a=&b=");
  parameter_reader in{query};
  (void)in.text("b");
  (void)in.text("a");
  CHECK(refusal_of(in) == "b");
}

TEST_CASE("a list is read in both of its forms", "[testing]") {
  const std::vector<crm::service> both{crm::service::mowing, crm::service{std::string{"aeration"}}};
  for (const auto text : {"s=mowing,aeration", "s[]=mowing&s[]=aeration", "s%5B%5D=mowing&s%5B%5D=aeration"}) {
    const auto query = parsed(text);
    parameter_reader in{query};
    CHECK(in.words<crm::service>("s") == both);
    CHECK_FALSE(in.refused().has_value());
  }
  const auto query = parsed("s[]=a%2Cb");
  parameter_reader in{query};
  REQUIRE(in.words<crm::service>("s").has_value());
  CHECK(in.words<crm::service>("s")->at(0).str() == "a,b");
}

TEST_CASE("a list holds no empty word", "[testing]") {
  for (const auto text : {"s=", "s=a,", "s=,a", "s=a,,b", "s[]=", "s[]=a&s[]="}) {
    CAPTURE(text);
    const auto query = parsed(text);
    parameter_reader in{query};
    (void)in.words<crm::service>("s");
    CHECK(refusal_of(in) == "s");
  }
}

TEST_CASE("days, times and years are read strictly", "[testing]") {
  const auto query = parsed(
      "day=2025-02-28&no_day=2025-02-30&at=2026-01-01T00:00:00%2B01:00&no_time=2026-01-01"
      "&year=2026&word=next&no_year=" +
      std::to_string(crm::season::last + 1));
  parameter_reader in{query};
  CHECK(in.day("day") == crm::date{"2025-02-28"});
  CHECK(in.moment("at") == crm::timestamp{"2025-12-31T23:00:00Z"});
  CHECK(in.year("year").value().year() == 2026);
  CHECK_FALSE(in.refused().has_value());

  parameter_reader day{query}, time{query}, year{query}, word{query};
  CHECK_FALSE(day.day("no_day").has_value());
  CHECK(refusal_of(day) == "no_day");
  CHECK_FALSE(time.moment("no_time").has_value());
  CHECK(refusal_of(time) == "no_time");
  CHECK_FALSE(year.year("no_year").has_value());
  CHECK(refusal_of(year) == "no_year");
  CHECK_FALSE(word.year("word").has_value());
  CHECK(refusal_of(word) == "word");
}

TEST_CASE("a page is the first, of 25, unless asked otherwise", "[testing]") {
  const auto nothing = parsed(""), given = parsed("page=3&per_page=100");
  parameter_reader in{nothing}, other{given};
  CHECK(in.page<customer_resource>() == crm::page_meta{0, 1, 25});
  CHECK(other.page<customer_resource>() == crm::page_meta{0, 3, 100});
}

TEST_CASE("page and per_page are numbers within their bounds", "[testing]") {
  const auto [text, at_fault] = GENERATE(table<std::string, std::string>({
      {"page=0", "page"},
      {"page=-1", "page"},
      {"page=one", "page"},
      {"page=1.5", "page"},
      {"page=%201", "page"},
      {"page=", "page"},
      {"page=2147483648", "page"},
      {"page=99999999999999999999", "page"},
      {"page=1&page=2", "page"},
      {"per_page=0", "per_page"},
      {"per_page=101", "per_page"},
      {"per_page=x", "per_page"},
  }));
  CAPTURE(text);
  const auto query = parsed(text);
  parameter_reader in{query};
  (void)in.page<customer_resource>();
  CHECK(refusal_of(in) == at_fault);
}

TEST_CASE("a filter rendered and read back is the same filter, in both list styles", "[testing]") {
  const crm::customer_filter filter = crm::customers.status("past")
                                          .services("fertilizer", "weed_control")
                                          .not_signed_for_season(2026)
                                          .last_service_before(crm::date{"2025-11-01"})
                                          .city("Saint Paul & Söhne, +1");
  for (const auto style : {crm::list_style::comma, crm::list_style::brackets}) {
    std::string target;
    crm::query_writer out{target, style};
    crm::render<customer_resource>(out, filter);
    REQUIRE(std::move(out).finish().has_value());
    const auto query = parsed(std::string_view{target}.substr(1));
    parameter_reader in{query};
    CHECK(crm::testing::detail::read_filter(in, crm::customers_kind{}) == filter);
    CHECK_FALSE(in.refused().has_value());
  }
}

}  // namespace
