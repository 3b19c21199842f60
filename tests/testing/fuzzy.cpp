#include <crm/testing/fuzzy.hpp>

#include <string>
#include <string_view>

#include <crm/model/customer.hpp>

#include "support/catch.hpp"

namespace {

using crm::testing::fuzzy_query;

crm::customer somebody(std::string name, std::string email = "", std::string phone = "") {
  crm::customer c;
  c.id = "1";
  c.name = std::move(name);
  if (!email.empty()) c.email = std::move(email);
  if (!phone.empty()) c.phone = std::move(phone);
  return c;
}
int score(std::string_view query, const crm::customer& c) { return fuzzy_query{query}.score(c); }
bool finds(std::string_view query, const crm::customer& c) { return score(query, c) > 0; }

const crm::customer jane_smith = somebody("Jane Smith", "jane@example.com", "612-555-1234");

TEST_CASE("the contract's examples: smyth finds Smith, jose finds José", "[testing]") {
  CHECK(finds("smyth", jane_smith));
  CHECK(finds("jose", somebody("José García")));
  CHECK(finds("José", somebody("Jose Garcia")));
}

TEST_CASE("case does not count", "[testing]") {
  CHECK(score("JANE smith", jane_smith) == fuzzy_query::best);
  CHECK(score("éMILE", somebody("Émile")) == fuzzy_query::best);
}

TEST_CASE("Latin letters fold to their base letters, in all the blocks that names are written in", "[testing]") {
  const auto [query, name] = GENERATE(table<std::string, std::string>({
      {"siobhan", "Siobhán"},
      {"soren odegard", "Søren Ødegård"},
      {"lukasz", "Łukasz"},
      {"thao nguyen", "Thảo Nguyễn"},
      {"strasse", "Straße"},
      {"aeon", "Æon"},
      {"thorn", "Þorn"},
      {"oeuvre", "Œuvre"},
      {"ijsselmuiden", "Ĳsselmuiden"},
      {"zizkov", "Žižkov"},
      {"dyson", "Ďýşoň"},
      {"aeiouy", "ẠẸỊỌỤỲ"},
      {"jose", "Jose\u0301"},
  }));
  CAPTURE(query, name);
  CHECK(score(query, somebody(name)) == fuzzy_query::best);
}

TEST_CASE("a letter of another script stands for itself", "[testing]") {
  CHECK(score("Иван", somebody("Иван Петров")) == fuzzy_query::best);
  CHECK_FALSE(finds("Иван", jane_smith));
}

TEST_CASE("an apostrophe joins a name, whichever is typed, or none", "[testing]") {
  const auto siobhan = somebody("Siobhán O'Brien");
  for (const auto query : {"O'Brien", "obrien", "O’Brien"}) CHECK(score(query, siobhan) == fuzzy_query::best);
}

TEST_CASE("a word of four letters may have one slip: a letter changed, left out, added, or two swapped", "[testing]") {
  for (const auto slip : {"smyth", "smth", "smiith", "simth", "asmith", "zmith", "smit", "smitt"}) {
    CAPTURE(slip);
    CHECK(finds(slip, jane_smith));
  }
  for (const auto two : {"smytt", "sth", "smiithh", "htims", "mits"}) {
    CAPTURE(two);
    CHECK_FALSE(finds(two, jane_smith));
  }
}

TEST_CASE("a slip is one letter, also where a letter is several bytes", "[testing]") {
  CHECK(finds("Ивен", somebody("Иван")));
  CHECK(finds("Иавн", somebody("Иван")));
}

TEST_CASE("a shorter word must be right", "[testing]") {
  CHECK_FALSE(finds("jne", jane_smith));
  CHECK_FALSE(finds("kim", somebody("Tim")));
  CHECK(finds("tim", somebody("Tim")));
}

TEST_CASE("the beginning of a word is enough", "[testing]") {
  CHECK(finds("ja", jane_smith));
  CHECK(finds("smi", jane_smith));
  CHECK_FALSE(finds("mith", somebody("Blacksmith")));
}

TEST_CASE("every word of the query must be found", "[testing]") {
  CHECK(finds("smith jane", jane_smith));
  CHECK_FALSE(finds("jane miller", jane_smith));
}

TEST_CASE("an email address is found whole, by its parts and misspelt by a letter", "[testing]") {
  CHECK(score("jane@example.com", jane_smith) == fuzzy_query::best);
  CHECK(score("JANE@Example.com", jane_smith) == fuzzy_query::best);
  CHECK(finds("jnae@example.com", jane_smith));
  CHECK(finds("example.com", jane_smith));
  CHECK_FALSE(finds("john@example.com", jane_smith));
}

TEST_CASE("a phone number is found in any spelling, and by part of it", "[testing]") {
  for (const auto spelling : {"612-555-1234", "6125551234", "(612) 555-1234", "+1 612 555 1234", "1.612.555.1234"}) {
    CAPTURE(spelling);
    CHECK(score(spelling, jane_smith) == fuzzy_query::best);
  }
  CHECK(finds("555-1234", jane_smith));
  CHECK(finds("jane 612", jane_smith));
  CHECK_FALSE(finds("612-555-1235", jane_smith));
  CHECK(finds("763 555 0103", somebody("A", "", "+1 763 555 0103")));
}

TEST_CASE("better matches score higher: the same, then the beginning, then a slip", "[testing]") {
  const auto exact = score("smith", jane_smith), beginning = score("smit", jane_smith),
             slip = score("smyth", jane_smith), slip_at_start = score("zmith", jane_smith);
  CHECK(exact == fuzzy_query::best);
  CHECK(exact > beginning);
  CHECK(beginning > slip);
  CHECK(slip > slip_at_start);
  CHECK(slip_at_start > 0);
  CHECK(score("jane smith", jane_smith) > score("jane smyth", jane_smith));
}

TEST_CASE("a query without a word finds nobody", "[testing]") {
  for (const auto query : {"", "   ", "!?", "\xff@\xff", "\xc3"}) {
    CAPTURE(query);
    CHECK_FALSE(finds(query, jane_smith));
  }
}

TEST_CASE("text that is not UTF-8 is not found, and does no harm", "[testing]") {
  CHECK_FALSE(finds("jane", somebody("\xff\xfe", "\xff@\xfe", "\xff")));
}

}  // namespace
