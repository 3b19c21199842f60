#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/hana/adapt_struct.hpp>

#include "support/catch.hpp"

#include <crm/query/patch.hpp>

namespace patch_test {

struct contact {
  std::string uid;
  std::string title;
  std::optional<std::string> mail;
  std::vector<int> tags;
};

}  // namespace patch_test

BOOST_HANA_ADAPT_STRUCT(patch_test::contact, uid, title, mail, tags);

template <>
struct crm::resource<patch_test::contact> : crm::customer_resource {
  static constexpr std::string_view path = "/rest/contacts", many = "contacts", one = "contact";
  static constexpr std::array<std::string_view, 1> read_only{"uid"};
  static constexpr std::array<std::string_view, 2> required{"title", "mail"};
};

namespace {

template <class T>
std::vector<std::string_view> named(const crm::attributes<T>& attributes) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < crm::field_count<T>; ++i)
    if (attributes.names(i)) out.push_back(crm::field_names<T>[i]);
  return out;
}

using names = std::vector<std::string_view>;

crm::customer jane_smith() {
  crm::customer c{};
  c.id = "17";
  c.name = "Jane Smith";
  c.email = "jane@example.com";
  c.city = "Eagan";
  c.services = {crm::service::mowing};
  return c;
}

}  // namespace

TEST_CASE("a patch names nothing until told to", "[query]") {
  CHECK(crm::customer_patch{}.empty());
  auto c = jane_smith();
  crm::customer_patch{}.apply_to(c);
  CHECK(c == jane_smith());
}

TEST_CASE("a field of a patch is absent, set or null", "[query]") {
  const auto patch = crm::customer_patch{}.email(crm::null).notes("Re-signed");
  CHECK_FALSE(patch.empty());
  CHECK(named(patch) == names{"email", "notes"});
  CHECK_FALSE(patch.values().email);
  CHECK(patch.values().notes == "Re-signed");

  auto c = jane_smith();
  patch.apply_to(c);
  CHECK_FALSE(c.email);
  CHECK(c.notes == "Re-signed");
  CHECK(c.city == "Eagan");
  CHECK(c.id == "17");
}

TEST_CASE("every settable field of a customer has a setter", "[query]") {
  const auto patch = crm::customer_patch{}
                         .name("J")
                         .email("e")
                         .phone("p")
                         .address("a")
                         .city("c")
                         .state("s")
                         .zip("z")
                         .services({"mowing", crm::service::fertilizer})
                         .status("active")
                         .last_service_date(crm::date{"2025-09-15"})
                         .notes("n")
                         .source("o")
                         .signed_seasons({2025, 2026});
  crm::customer c{};
  patch.apply_to(c);
  CHECK(c.name == "J");
  CHECK(c.email == "e");
  CHECK(c.phone == "p");
  CHECK(c.address == "a");
  CHECK(c.city == "c");
  CHECK(c.state == "s");
  CHECK(c.zip == "z");
  CHECK(c.services == std::vector<crm::service>{crm::service::mowing, crm::service::fertilizer});
  CHECK(c.status == crm::status::active);
  CHECK(c.last_service_date == crm::date{"2025-09-15"});
  CHECK(c.notes == "n");
  CHECK(c.source == "o");
  CHECK(c.signed_seasons == std::vector<crm::season>{2025, 2026});
  CHECK(named(patch).size() == crm::field_count<crm::customer> - crm::resource<crm::customer>::read_only.size());
}

TEST_CASE("every optional field of a customer can be cleared by name", "[query]") {
  const auto patch = crm::customer_patch{}
                         .email(crm::null)
                         .phone(crm::null)
                         .address(crm::null)
                         .city(crm::null)
                         .state(crm::null)
                         .zip(crm::null)
                         .status(crm::null)
                         .last_service_date(crm::null)
                         .notes(crm::null)
                         .source(crm::null);
  CHECK(named(patch).size() == 10);
  auto c = jane_smith();
  c.status = crm::status::past;
  c.last_service_date = crm::date{"2025-09-15"};
  patch.apply_to(c);
  auto bare = crm::customer{};
  bare.id = "17";
  bare.name = "Jane Smith";
  bare.services = {crm::service::mowing};
  CHECK(c == bare);
}

TEST_CASE("the last word on a field counts", "[query]") {
  CHECK_FALSE(crm::customer_patch{}.email("e").email(crm::null).values().email);
  CHECK(crm::customer_patch{}.email(crm::null).email("e").values().email == "e");
}

TEST_CASE("a list is replaced as a whole, and cleared by an empty one", "[query]") {
  auto c = jane_smith();
  crm::customer_patch{}.services(std::vector<crm::service>{}).apply_to(c);
  CHECK(c.services.empty());
  c = jane_smith();
  crm::patch<crm::customer> cleared;
  cleared.clear<"services">();
  cleared.apply_to(c);
  CHECK(c.services.empty());
}

TEST_CASE("a status is a literal, a constant or a word met at run time", "[query]") {
  const std::string met = "paused";
  CHECK(crm::customer_patch{}.status("past").values().status == crm::status::past);
  CHECK(crm::customer_patch{}.status(crm::status::past).values().status == crm::status::past);
  CHECK(crm::customer_patch{}.status(crm::status{met}).values().status->str() == "paused");
}

TEST_CASE("fields are set and cleared by name where there is no setter", "[query]") {
  crm::patch<patch_test::contact> patch;
  patch.set<"title">("Dr").set<"tags">(std::vector{1, 2}).clear<"mail">();
  CHECK(named(patch) == names{"title", "mail", "tags"});

  patch_test::contact c{"7", "Ms", "jane@example.com", {}};
  patch.apply_to(c);
  CHECK(c.uid == "7");
  CHECK(c.title == "Dr");
  CHECK_FALSE(c.mail);
  CHECK(c.tags == std::vector{1, 2});

  crm::patch<patch_test::contact> by_null;
  by_null.set<"mail">(crm::null);
  CHECK(by_null.names(2));
}

TEST_CASE("a new record is made from its required fields, in the resource's order", "[query]") {
  const crm::draft<patch_test::contact> fresh{"Dr", "jane@example.com"};
  CHECK(named(fresh) == names{"title", "mail"});
  CHECK(fresh.values().title == "Dr");
  CHECK(fresh.values().mail == "jane@example.com");
}

TEST_CASE("a new customer has a name and what else is set", "[query]") {
  const auto fresh =
      crm::new_customer{"Jane Smith"}.email("jane@example.com").status(crm::status::lead).source("google");
  CHECK(named(fresh) == names{"name", "email", "status", "source"});
  CHECK(fresh.values().name == "Jane Smith");

  auto copy = fresh;
  copy.city("Eagan");
  CHECK(named(copy).size() == 5);
  CHECK(named(fresh).size() == 4);
}

TEST_CASE("text does not become a new customer unasked", "[query]") {
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, crm::new_customer>);
  STATIC_REQUIRE(std::is_constructible_v<crm::new_customer, std::string>);
}
