#include "fold.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace reference_crm {

namespace {

constexpr char32_t bad_character = 0xFFFFFFFF;

/// Takes one code point off the front; `bad_character` for a byte that starts none (RFC 3629).
char32_t take_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  std::size_t size = 1;
  char32_t value = lead;
  char32_t least = 0;
  if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4, value = lead & 0x07u, least = 0x10000;
  } else if (lead >= 0xE0 && lead < 0xF0) {
    size = 3, value = lead & 0x0Fu, least = 0x800;
  } else if (lead >= 0xC2 && lead < 0xE0) {
    size = 2, value = lead & 0x1Fu, least = 0x80;
  } else if (lead >= 0x80) {
    value = bad_character;
  }

  bool good = value != bad_character && text.size() >= size;
  for (std::size_t i = 1; good && i < size; ++i) {
    good = (byte(i) & 0xC0u) == 0x80u;
    value = (value << 6) | (byte(i) & 0x3Fu);
  }
  good = good && value >= least && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  text.remove_prefix(good ? size : 1);
  return good ? value : bad_character;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6)), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18)), put(0x80 | ((c >> 12) & 0x3F)), put(0x80 | ((c >> 6) & 0x3F)), put(0x80 | (c & 0x3F));
  }
}

// The base letter of each code point from U+00C0 and from U+1E00 on, out of Unicode's decompositions;
// `.` has none, `*` stands for two letters.
constexpr std::string_view latin_from_c0 =
    "aaaaaa*ceeeeiiiidnooooo.ouuuuy**aaaaaa*ceeeeiiiidnooooo.ouuuuy*y"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii**jjkkklllllll"
    "lllnnnnnnnnnoooooo**rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs"
    ".................ff.............oo.............uu..............."
    ".............aaiioouuuuuuuuuu.aaaa....ggkkoooo..j...gg..nnaa...."
    "aaaaeeeeiiiioooorrrruuuusstt..hh......aaeeooooooooyy............";
constexpr std::string_view latin_from_1e00 =
    "aabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmm"
    "mmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvv"
    "wwwwwwwwwwxxxxyyzzzzzzhtwy....*.aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeee"
    "eeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy......";

std::string_view two_letters(char32_t c) {
  switch (c) {
    case 0xC6:
    case 0xE6: return "ae";
    case 0xDE:
    case 0xFE: return "th";
    case 0x132:
    case 0x133: return "ij";
    case 0x152:
    case 0x153: return "oe";
    default: return "ss";
  }
}

void append_folded(std::string& out, char32_t c) {
  if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  if (c >= 0x300 && c < 0x370) return;      // a combining accent after its letter
  if (c >= 0x391 && c <= 0x3A9) c += 0x20;  // Greek capitals
  if (c >= 0x410 && c <= 0x42F) c += 0x20;  // Cyrillic capitals

  char base = '.';
  if (c >= 0xC0 && c < 0xC0 + latin_from_c0.size()) base = latin_from_c0[c - 0xC0];
  if (c >= 0x1E00 && c < 0x1E00 + latin_from_1e00.size()) base = latin_from_1e00[c - 0x1E00];
  if (base == '*') {
    out += two_letters(c);
  } else if (base != '.') {
    out += base;
  } else {
    append_utf8(out, c);
  }
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (take_character(text) == bad_character) return false;
  }
  return true;
}

std::string fold(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  while (!text.empty()) {
    const char32_t c = take_character(text);
    if (c != bad_character) append_folded(folded, c);
  }
  return folded;
}

std::vector<std::string> folded_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };

  std::string_view rest = text;
  while (!rest.empty()) {
    const char32_t c = take_character(rest);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    // The general punctuation block holds the curly quotes; other scripts' letters lie above the Latin-1 signs.
    const bool other = c != bad_character && c >= 0xC0 && c != 0xD7 && c != 0xF7 && (c < 0x2000 || c > 0x206F);
    if (letter || other) {
      append_folded(word, c);
    } else if (c != '\'' && c != U'\u2019' && c != U'\u2018') {
      finish();
    }
  }
  finish();
  return words;
}

std::string digits_of(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

std::vector<std::string> trigrams(std::string_view text) {
  std::vector<std::string_view> characters;
  while (!text.empty()) {
    const auto before = text;
    if (take_character(text) != bad_character) characters.push_back(before.substr(0, before.size() - text.size()));
  }

  std::vector<std::string> found;
  for (std::size_t i = 0; i + 2 < characters.size(); ++i) {
    auto trigram = std::string(characters[i]).append(characters[i + 1]).append(characters[i + 2]);
    if (std::find(found.begin(), found.end(), trigram) == found.end()) found.push_back(std::move(trigram));
  }
  return found;
}

bool within_one_edit(std::string_view left, std::string_view right) {
  if (left.size() > right.size()) std::swap(left, right);
  if (right.size() - left.size() > 1) return false;

  const auto [l, r] = std::mismatch(left.begin(), left.end(), right.begin());
  const std::string_view left_rest(l, left.end());
  const std::string_view right_rest(r, right.end());
  if (left.size() != right.size()) return left_rest == right_rest.substr(1);
  if (left_rest.empty() || left_rest.substr(1) == right_rest.substr(1)) return true;
  return left_rest[0] == right_rest[1] && left_rest[1] == right_rest[0] && left_rest.substr(2) == right_rest.substr(2);
}

}  // namespace reference_crm
