/// @file
/// Fuzzy search over customers: what the contract's search endpoint means by a match. (docs/contract.md, Search.)
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/detail/optional.hpp>
#include <crm/model/fields.hpp>
#include <crm/testing/detail/folding.hpp>

namespace crm::inline v0::testing {

/// A search text, ready to be held against customers. Every one of its words must stand for a word of the name, the
/// email address or the phone number: the same, its beginning, or one slip away from it. Case and accents do not
/// count. A phone number may be typed in any form, and part of it is enough.
class fuzzy_query {
 public:
  static constexpr int best = 1000;

  explicit fuzzy_query(std::string_view text) : wanted_{words_of_query(text)} {}

  /// From 1 to `best` for a match, better matches higher; 0 for none. A query without a word matches nothing.
  template <record T>
  [[nodiscard]] int score(const T& customer) const {
    if (wanted_.empty()) return 0;
    const auto words = words_of_customer(customer);
    int sum = 0;
    for (const auto& wanted : wanted_) {
      int reached = 0;
      for (const auto& word : words) reached = std::max(reached, likeness(wanted, word));
      if (reached == 0) return 0;
      sum += reached;
    }
    return sum / static_cast<int>(wanted_.size());
  }

 private:
  using word_list = std::vector<std::u32string>;

  /// Shorter words have too many neighbours.
  static constexpr std::size_t least_letters_for_a_slip = 4;
  static constexpr std::size_t least_digits_of_a_phone = 3;

  static void append(word_list& to, word_list from) { std::move(from.begin(), from.end(), std::back_inserter(to)); }

  [[nodiscard]] static bool looks_like_phone(std::string_view text) {
    return text.find_first_not_of("0123456789+-.()/ ") == std::string_view::npos &&
           detail::phone_digits(text).size() >= least_digits_of_a_phone;
  }

  [[nodiscard]] static bool is_number(std::u32string_view word) noexcept {
    return word.find_first_not_of(U"0123456789") == std::u32string_view::npos;
  }

  [[nodiscard]] static word_list words_of_query(std::string_view text) {
    if (looks_like_phone(text)) return {detail::phone_digits(text)};
    constexpr std::string_view blanks = " \t\r\n";
    word_list found;
    for (auto from = text.find_first_not_of(blanks); from != std::string_view::npos;
         from = text.find_first_not_of(blanks, from)) {
      const auto end = std::min(text.find_first_of(blanks, from), text.size());
      append(found, words_of_piece(text.substr(from, end - from)));
      from = end;
    }
    std::erase(found, std::u32string{});  // what was not UTF-8 would be the beginning of every word
    return found;
  }

  /// An email address stays whole: its parts are shared by many.
  [[nodiscard]] static word_list words_of_piece(std::string_view piece) {
    if (piece.find('@') != std::string_view::npos) return {detail::folded(piece)};
    if (looks_like_phone(piece)) return {detail::phone_digits(piece)};
    return detail::folded_words(piece);
  }

  template <record T>
  [[nodiscard]] static word_list words_of_customer(const T& customer) {
    word_list found = detail::folded_words(field<"name">(customer));
    if (const auto* email = v0::detail::present(field<"email">(customer))) {
      append(found, detail::folded_words(*email));
      found.push_back(detail::folded(*email));
    }
    if (const auto* phone = v0::detail::present(field<"phone">(customer)))
      found.push_back(detail::phone_digits(*phone));
    return found;
  }

  /// How well a word of the query stands for one of the customer's. A number with another digit is another number:
  /// for those, only a part counts.
  [[nodiscard]] static int likeness(std::u32string_view wanted, std::u32string_view word) {
    if (wanted == word) return best;
    const auto share = [&](int most) {
      return most * static_cast<int>(wanted.size()) / static_cast<int>(std::max<std::size_t>(word.size(), 1));
    };
    if (word.starts_with(wanted)) return 700 + share(250);
    if (is_number(wanted)) {
      const bool part = wanted.size() >= least_digits_of_a_phone && word.find(wanted) != std::u32string_view::npos;
      return part ? 500 + share(150) : 0;
    }
    if (wanted.size() < least_letters_for_a_slip || !detail::within_one_edit(wanted, word)) return 0;
    return wanted.front() == word.front() ? 690 : 650;
  }

  word_list wanted_;
};

}  // namespace crm::inline v0::testing
