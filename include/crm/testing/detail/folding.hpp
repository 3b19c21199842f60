/// @file
/// Text as a search compares it: without case, without accents, cut into words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/detail/utf8.hpp>

namespace crm::inline v0::testing::detail {

/// Takes one code point off the front. Requires UTF-8, not empty.
[[nodiscard]] constexpr char32_t take_character(std::string_view& text) noexcept {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t c = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) c = (c << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(length);
  return c;
}

/// Base letters by Unicode's canonical decompositions, and the strokes and ligatures that have none. `.` folds to
/// itself, `*` to two letters.
inline constexpr std::string_view latin_from_00c0 =
    "aaaaaa*ceeeeiiiidnooooo.ouuuuy**aaaaaa*ceeeeiiiidnooooo.ouuuuy*y"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii**jjkkklllllll"
    "lllnnnnnnnnnoooooo**rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
inline constexpr std::string_view latin_from_1ea0 =
    "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooo"
    "oooouuuuuuuuuuuuuuyyyyyyyy";

[[nodiscard]] constexpr std::u32string_view two_letters(char32_t c) noexcept {
  switch (c) {
    case U'Æ':
    case U'æ': return U"ae";
    case U'Þ':
    case U'þ': return U"th";
    case U'Ĳ':
    case U'ĳ': return U"ij";
    case U'Œ':
    case U'œ': return U"oe";
    default: return U"ss";  // ß
  }
}

inline void append_folded(std::u32string& out, char32_t c) {
  if (c >= 0x300 && c <= 0x36F) return;  // an accent that stands after its letter
  if (c >= U'A' && c <= U'Z') c += U'a' - U'A';
  char base = '.';
  if (c >= 0xC0 && c - 0xC0 < latin_from_00c0.size()) base = latin_from_00c0[c - 0xC0];
  if (c >= 0x1EA0 && c - 0x1EA0 < latin_from_1ea0.size()) base = latin_from_1ea0[c - 0x1EA0];
  if (base == '*') {
    out.append(two_letters(c));
  } else {
    out.push_back(base == '.' ? c : static_cast<char32_t>(base));
  }
}

/// Letters and digits. Scripts beyond Latin are all letters here, but for the two signs among Latin's and the
/// punctuation block.
[[nodiscard]] constexpr bool is_word_character(char32_t c) noexcept {
  if (c < 0xC0) return (c >= U'0' && c <= U'9') || (c >= U'A' && c <= U'Z') || (c >= U'a' && c <= U'z');
  return c != U'×' && c != U'÷' && (c < 0x2000 || c > 0x206F);
}

/// An apostrophe joins: O'Brien is one word, however it is typed.
[[nodiscard]] constexpr bool is_apostrophe(char32_t c) noexcept { return c == U'\'' || c == U'‘' || c == U'’'; }

/// The text with every letter folded and nothing left out. Text that is not UTF-8 folds to nothing.
[[nodiscard]] inline std::u32string folded(std::string_view text) {
  std::u32string out;
  if (!v0::detail::is_utf8(text)) return out;
  while (!text.empty()) append_folded(out, take_character(text));
  return out;
}

/// The text's words, folded.
[[nodiscard]] inline std::vector<std::u32string> folded_words(std::string_view text) {
  std::vector<std::u32string> words;
  if (!v0::detail::is_utf8(text)) return words;
  std::u32string word;
  const auto finish = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  while (!text.empty()) {
    const char32_t c = take_character(text);
    if (is_word_character(c)) {
      append_folded(word, c);
    } else if (!is_apostrophe(c)) {
      finish();
    }
  }
  finish();
  return words;
}

/// A phone number's digits, without the 1 of North America that some dial and some leave out.
[[nodiscard]] inline std::u32string phone_digits(std::string_view text) {
  std::u32string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9') digits.push_back(static_cast<char32_t>(c));
  if (digits.size() == 11 && digits.front() == U'1') digits.erase(0, 1);
  return digits;
}

/// Whether one letter changed, added, left out, or two neighbours swapped make one word the other: a
/// Damerau-Levenshtein distance of at most one.
[[nodiscard]] constexpr bool within_one_edit(std::u32string_view a, std::u32string_view b) noexcept {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  const auto differ = std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin();
  a.remove_prefix(static_cast<std::size_t>(differ));
  b.remove_prefix(static_cast<std::size_t>(differ));
  if (a.size() != b.size()) return a == b.substr(1);
  if (a.empty() || a.substr(1) == b.substr(1)) return true;
  return a.size() > 1 && a[0] == b[1] && a[1] == b[0] && a.substr(2) == b.substr(2);
}

}  // namespace crm::inline v0::testing::detail
