#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rules.hpp"

namespace crm_check::proofs {

namespace {

using crm::customer;

constexpr std::size_t samples = 3;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// Letters and single spaces alone, at least two words: what no way of cutting words can take apart otherwise.
bool is_plain_name(const std::string& name) {
  return name.find(' ') != std::string::npos && std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return c == ' ' || (c < 0x80 && std::isalpha(c) != 0);
         });
}

std::vector<customer> found_by(session& crm, const std::string& text) {
  return crm.page<customer>(search_path, {{"q", text}, {"per_page", "100"}}).records;
}

bool finds(session& crm, const std::string& text, const customer& whom) {
  const auto found = found_by(crm, text);
  // A full page of others with the same name proves nothing.
  return found.size() == 100 ||
         std::any_of(found.begin(), found.end(), [&](const customer& each) { return each.id == whom.id; });
}

/// Some customers that fit; not applicable where there are none.
template <class Fits>
std::vector<customer> some_customers(session& crm, Fits fits, const std::string& why_none) {
  std::vector<customer> chosen;
  for (const auto& each : crm.customers().records)
    if (chosen.size() < samples && fits(each)) chosen.push_back(each);
  require(!chosen.empty(), why_none);
  return chosen;
}

/// Customers whose name finds them: what else finds them is judged by these.
std::vector<customer> found_by_name(session& crm, bool (*fits)(const std::string&), const std::string& why_none) {
  auto chosen = some_customers(
      crm, [&](const customer& each) { return fits(each.name); }, why_none);
  std::erase_if(chosen, [&](const customer& each) { return !finds(crm, each.name, each); });
  require(!chosen.empty(), "nobody is found by name");
  return chosen;
}

/// The Latin letters with accents that fold to one letter, in UTF-8.
constexpr std::array<std::pair<std::string_view, char>, 28> accents{
    {{"á", 'a'}, {"à", 'a'}, {"â", 'a'}, {"ã", 'a'}, {"ä", 'a'}, {"å", 'a'}, {"ç", 'c'},
     {"é", 'e'}, {"è", 'e'}, {"ê", 'e'}, {"ë", 'e'}, {"í", 'i'}, {"ì", 'i'}, {"î", 'i'},
     {"ï", 'i'}, {"ñ", 'n'}, {"ó", 'o'}, {"ò", 'o'}, {"ô", 'o'}, {"õ", 'o'}, {"ö", 'o'},
     {"ú", 'u'}, {"ù", 'u'}, {"û", 'u'}, {"ü", 'u'}, {"É", 'E'}, {"Á", 'A'}, {"Ö", 'O'}}};

std::string without_accents(std::string text) {
  for (const auto& [accented, plain] : accents)
    for (auto at = text.find(accented); at != std::string::npos; at = text.find(accented))
      text.replace(at, accented.size(), 1, plain);
  return text;
}

bool only_accents_apart(const std::string& name) { return !is_ascii(name) && is_ascii(without_accents(name)); }

std::set<std::string> words_of(const std::string& name) {
  std::set<std::string> words;
  std::string word;
  for (const char c : capitals(without_accents(name)) + " ") {
    if (c != ' ') {
      word += c;
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
  return words;
}

/// The words before the `@`.
std::set<std::string> words_of_address(const customer& of) {
  auto local = of.email.value_or("");
  local.resize(std::min(local.find('@'), local.size()));
  std::replace_if(
      local.begin(), local.end(), [](char c) { return c == '.' || c == '_' || c == '-'; }, ' ');
  return words_of(local);
}

/// Whether a search for the word may bring the other too: it begins with it, or is one letter apart.
bool is_near(const std::string& word, const std::string& other) {
  if (word.size() < 4 || word == other) return false;
  if (other.starts_with(word)) return true;
  if (word.size() != other.size()) return false;
  return std::inner_product(word.begin(), word.end(), other.begin(), 0, std::plus<>{}, std::not_equal_to<>{}) == 1;
}

}  // namespace

void search_finds_by_name(session& crm) {
  for (const auto& each : some_customers(
           crm, [](const customer& one) { return is_plain_name(one.name); }, "no customer has a plain name"))
    demand(finds(crm, each.name, each), "a customer's whole name does not find the customer");
}

void search_finds_by_email(session& crm) {
  for (const auto& each : some_customers(
           crm, [](const customer& one) { return one.email.has_value(); }, "no customer has an email address"))
    demand(finds(crm, *each.email, each), "a customer's email address does not find the customer");
}

void search_finds_by_phone(session& crm) {
  for (const auto& each : some_customers(
           crm, [](const customer& one) { return one.phone.has_value(); }, "no customer has a phone number"))
    demand(finds(crm, *each.phone, each), "a customer's phone number does not find the customer");
}

void search_folds_case(session& crm) {
  for (const auto& each : found_by_name(crm, is_plain_name, "no customer has a plain name"))
    demand(finds(crm, capitals(each.name), each), "a customer's name in capitals does not find the customer");
}

void search_folds_accents(session& crm) {
  for (const auto& each : found_by_name(crm, only_accents_apart, "no customer's name has an accent"))
    demand(finds(crm, without_accents(each.name), each), "a name without its accents does not find the customer");
}

void search_forgives_a_letter(session& crm) {
  const auto has_long_word = [](const std::string& name) { return is_plain_name(name) && name.find(' ') >= 4; };
  for (const auto& each :
       found_by_name(crm, has_long_word, "no customer has a plain name that begins with a long word")) {
    auto misspelt = each.name;
    misspelt[2] = misspelt[2] == 'y' ? 'i' : 'y';
    demand(finds(crm, misspelt, each), "a name with one letter wrong does not find the customer");
  }
}

void search_puts_the_best_first(session& crm) {
  constexpr int most_asked = 8;
  std::set<std::string> words;
  for (const auto& each : crm.customers().records)
    if (is_ascii(without_accents(each.name))) words.merge(words_of(each.name));
  int asked = 0, judged = 0;
  for (const auto& word : words) {
    const bool has_neighbour =
        std::any_of(words.begin(), words.end(), [&](const auto& other) { return is_near(word, other); });
    if (!has_neighbour || ++asked > most_asked) continue;
    const auto found = found_by(crm, word);
    // Names that fold in ways unknown here, and addresses that hold the word, are as good as the word itself.
    const auto exact = [&](const customer& each) {
      return words_of(each.name).contains(word) || !is_ascii(without_accents(each.name)) ||
             words_of_address(each).contains(word);
    };
    // Only where both kinds are there can their order be wrong.
    if (std::all_of(found.begin(), found.end(), exact) || std::none_of(found.begin(), found.end(), exact)) continue;
    ++judged;
    demand(exact(found.front()), "the first result does not have the word that others have");
  }
  require(judged > 0, "no search found both a word and one like it");
}

void search_needs_q(session& crm) {
  crm.get(search_path, terms{}).must_be(422);
  crm.get(search_path, terms{{"q", ""}}).must_be(422);
}

void search_without_match_is_empty(session& crm) {
  const auto found = found_by(crm, "zqxjkvzqxjkv").size();
  demand(found == 0, std::to_string(found) + " customers are found by a word without sense");
}

void search_bears_any_text(session& crm) {
  using namespace std::string_literals;
  for (const auto& text : {"'"s, "\""s, "\"a\" OR \"b\""s, "'; DROP TABLE customers;--"s, "NEAR(a b)"s, "a* AND (b"s,
                           "^:-+~"s, "%_\\"s, "a\0b"s, "🐕"s, "<script>"s, "\r\nX-Evil: 1"s, "ﷺ"s})
    crm.get(search_path, terms{{"q", text}}).must_be_served_or_refused();
}

void search_bears_a_long_text(session& crm) {
  crm.get(search_path, terms{{"q", std::string(2000, 'a')}}).must_be_served_or_refused();
}

}  // namespace crm_check::proofs
