#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/hana/adapt_struct.hpp>
#include <boost/hana/define_struct.hpp>

#include "support/catch.hpp"

#include <crm/model/fields.hpp>

namespace fields_test {

struct contact {
  std::string uid;
  std::optional<std::string> mail;
  int visits = 0;
};

struct defined {
  BOOST_HANA_DEFINE_STRUCT(defined, (int, a), (int, b));
};

struct plain {
  int a;
};

}  // namespace fields_test

BOOST_HANA_ADAPT_STRUCT(fields_test::contact, uid, mail, visits);

namespace {

using fields_test::contact;

constexpr std::array<std::string_view, 3> expected{"uid", "mail", "visits"};
static_assert(crm::record<contact> && crm::record<fields_test::defined> && !crm::record<fields_test::plain>);
static_assert(crm::field_names<contact> == expected);
static_assert(crm::field_index<contact>("visits") == 2 && crm::field_index<contact>("nobody") == 3);
static_assert(crm::has_field<contact, "mail"> && !crm::has_field<contact, "mai">);

}  // namespace

TEST_CASE("a struct adapted with Hana is walked in order, by name", "[model]") {
  const contact c{"7", "jane@example.com", 3};
  std::string names;
  std::vector<std::size_t> positions;
  crm::for_each_field(c, [&](auto index, std::string_view name, const auto&) {
    positions.push_back(index);
    names.append(name).append(" ");
  });
  CHECK(names == "uid mail visits ");
  CHECK(positions == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("a field is reached by its name, and can be changed through it", "[model]") {
  contact c{"7", std::nullopt, 3};
  CHECK(crm::field<"visits">(c) == 3);
  crm::field<"mail">(c) = "jane@example.com";
  CHECK(c.mail == "jane@example.com");
  STATIC_REQUIRE(std::is_same_v<decltype(crm::field<"uid">(c)), std::string&>);
  STATIC_REQUIRE(std::is_same_v<decltype(crm::field<"uid">(std::as_const(c))), const std::string&>);
}

TEST_CASE("walking reaches the record's own fields, not copies", "[model]") {
  contact c{"7", std::nullopt, 3};
  crm::for_each_field(c, [](auto, auto, auto& field) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, int>) field = 9;
  });
  CHECK(c.visits == 9);
}

TEST_CASE("a struct defined with Hana is a record too", "[model]") {
  fields_test::defined d{1, 2};
  CHECK(crm::field<"b">(d) == 2);
  CHECK(crm::field_count<fields_test::defined> == 2);
}
