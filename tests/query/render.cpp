#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

#include <crm/model/customer.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>
#include <crm/query/customers.hpp>
#include <crm/query/interactions.hpp>
#include <crm/query/invoices.hpp>
#include <crm/query/render.hpp>

namespace {

using crm::list_style;

template <class T, class F>
crm::result<std::string> rendered(const F& filter, list_style lists = list_style::comma) {
  std::string target = "/x";
  crm::query_writer out{target, lists};
  crm::render<crm::resource<T>>(out, filter);
  if (auto sound = std::move(out).finish(); !sound) return std::move(sound).error();
  return target;
}

template <class F>
std::string query(const F& filter, list_style lists = list_style::comma) {
  return rendered<crm::customer>(filter, lists).value();
}

template <class F>
std::string refusal(const F& filter, list_style lists = list_style::comma) {
  const auto refused = rendered<crm::customer>(filter, lists);
  return refused ? "not refused: " + *refused : refused.error().message;
}

struct other_crm : crm::customer_resource {
  static constexpr std::string_view status_parameter = "state", city_parameter = "town";
};

}  // namespace

TEST_CASE("every term of a customer filter travels under the contract's name", "[query]") {
  CHECK(query(crm::customers) == "/x");
  CHECK(query(crm::customers.status("past")
                  .services("fertilizer", "weed_control")
                  .not_signed_for_season(2026)
                  .last_service_before(crm::date{"2025-11-01"})
                  .city("Eagan")) ==
        "/x?status=past&services=fertilizer,weed_control&not_signed_for_season=2026&last_service_before=2025-11-01&"
        "city=Eagan");
}

TEST_CASE("a plain filter value renders as the builder does", "[query]") {
  const auto filter = crm::customers.status("past").services("mowing").not_signed_for_season(2026).city("Eagan");
  const crm::customer_filter plain = filter;
  CHECK(query(plain) == query(filter));
}

TEST_CASE("every term of invoices and interactions travels under the contract's name", "[query]") {
  CHECK(rendered<crm::invoice>(crm::invoices.status("overdue").customer_id("a/b").due_before(crm::date{"2026-03-01"}))
            .value() == "/x?status=overdue&customer_id=a%2Fb&due_before=2026-03-01");
  CHECK(rendered<crm::interaction>(
            crm::interactions.since(crm::timestamp{"2026-03-01T12:00:00-06:00"}).direction("inbound"))
            .value() == "/x?since=2026-03-01T18%3A00%3A00Z&direction=inbound");
}

TEST_CASE("values are percent-encoded byte by byte", "[query]") {
  CHECK(query(crm::customers.city(std::string{"S\xC3\xA3o Paulo & +=#?%/,;"})) ==
        "/x?city=S%C3%A3o%20Paulo%20%26%20%2B%3D%23%3F%25%2F%2C%3B");
  CHECK(query(crm::customers.city(std::string{"a-b.c_d~e"})) == "/x?city=a-b.c_d~e");
  CHECK(query(crm::customers.city(std::string{"\r\n"})) == "/x?city=%0D%0A");
}

TEST_CASE("a list travels with bare commas, its words encoded", "[query]") {
  CHECK(query(crm::customers.services(std::vector<std::string>{"a b", "c&d", "e"})) == "/x?services=a%20b,c%26d,e");
}

TEST_CASE("a list travels in brackets where the CRM wants it so", "[query]") {
  CHECK(query(crm::customers.services("fertilizer", "mowing").city("Eagan"), list_style::brackets) ==
        "/x?services%5B%5D=fertilizer&services%5B%5D=mowing&city=Eagan");
  CHECK(query(crm::customers.services(std::vector<std::string>{"a,b"}), list_style::brackets) ==
        "/x?services%5B%5D=a%2Cb");
}

TEST_CASE("an absent optional is not sent", "[query]") {
  CHECK(query(crm::customers.city(std::optional<std::string>{}).status("past")) == "/x?status=past");
}

TEST_CASE("an empty value is refused, for a CRM could answer with everybody", "[query]") {
  CHECK(refusal(crm::customers.city(std::string{})) == "city is empty: leave the filter out to mean all");
  CHECK(refusal(crm::customers.status(std::string{})) == "status is empty: leave the filter out to mean all");
  CHECK(refusal(crm::customers.city(std::optional<std::string>{""})) ==
        "city is empty: leave the filter out to mean all");
}

TEST_CASE("an empty list, or one with an empty word, is refused", "[query]") {
  for (const auto lists : {list_style::comma, list_style::brackets}) {
    CHECK(refusal(crm::customers.services(std::vector<crm::service>{}), lists) ==
          "services is an empty list: leave the filter out to mean all");
    CHECK(refusal(crm::customers.services(std::vector<std::string>{"mowing", ""}), lists) ==
          "services is empty: leave the filter out to mean all");
  }
}

TEST_CASE("a comma within a word is refused where commas part the words", "[query]") {
  CHECK(refusal(crm::customers.services(std::vector<std::string>{"mowing,fertilizer"})) ==
        "services holds a word with a comma, which a comma-separated list cannot carry");
}

TEST_CASE("bad UTF-8 is refused, and the message does not repeat it", "[query]") {
  CHECK(refusal(crm::customers.city(std::string{"Jos\xE9"})) == "city is not valid UTF-8");
  CHECK(refusal(crm::customers.services(std::vector<std::string>{"mowing", "\xFF"})) == "services is not valid UTF-8");
}

TEST_CASE("of several refusals the first is told, as an invalid argument", "[query]") {
  const auto refused = rendered<crm::customer>(crm::customers.city(std::string{}).status(std::string{"\xFF"}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == crm::errc::invalid_argument);
  CHECK(refused.error().message == "city is empty: leave the filter out to mean all");
}

TEST_CASE("another CRM's names are met by its resource alone", "[query]") {
  std::string target;
  crm::query_writer out{target};
  crm::render<other_crm>(out, crm::customers.status("past").city("Eagan").not_signed_for_season(2026));
  CHECK(std::move(out).finish());
  CHECK(target == "?state=past&town=Eagan&not_signed_for_season=2026");
}
