#include "text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace crm_cli {

namespace {

struct character {
  char32_t code;
  std::size_t size;
  bool valid;
};

/// The character that begins the text, which is not empty. A byte that is not UTF-8 stands for itself.
character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {lead, 1, false};
  char32_t code = lead & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return {lead, 1, false};
    code = (code << 6u) | (byte(i) & 0x3Fu);
  }
  constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least[size] || code > 0x10FFFF || surrogate) return {lead, 1, false};
  return {code, size, true};
}

struct range {
  char32_t first, last;
};

template <std::size_t Size>
bool among(const std::array<range, Size>& ranges, char32_t code) {
  return std::any_of(ranges.begin(), ranges.end(), [&](range r) { return code >= r.first && code <= r.last; });
}

/// What a terminal obeys: C0, DEL and C1, line and paragraph separators, and the bidirectional controls.
constexpr std::array<range, 6> obeyed{
    {{0, 0x1F}, {0x7F, 0x9F}, {0x061C, 0x061C}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}}};

/// Combining marks, joiners and variation selectors of the scripts a customer's name is likely to be in.
constexpr std::array<range, 22> zero_wide{
    {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F}, {0x0670, 0x0670},
     {0x06D6, 0x06DC}, {0x0900, 0x0902}, {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31},
     {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200D}, {0x2060, 0x2064},
     {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}}};

/// East Asian Width W and F, emoji among them. (Unicode Standard Annex 11.)
constexpr std::array<range, 28> double_wide{
    {{0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},  {0x2614, 0x2615}, {0x2648, 0x2653},
     {0x26A1, 0x26A1},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},   {0x2705, 0x2705},  {0x2728, 0x2728}, {0x274C, 0x274C},
     {0x2753, 0x2757},   {0x2795, 0x2797},   {0x2B50, 0x2B55},   {0x2E80, 0x303E},  {0x3041, 0x4DBF}, {0x4E00, 0xA4CF},
     {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF01, 0xFF60}, {0xFFE0, 0xFFE6},
     {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}}};

std::size_t width_of(char32_t code) {
  if (code < 0x300) return 1;
  if (among(zero_wide, code)) return 0;
  return among(double_wide, code) ? 2 : 1;
}

void append_hex(std::string& out, char32_t code, int digits) {
  constexpr std::string_view hex = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out.push_back(hex[(code >> shift) & 15u]);
}

void append_escape(std::string& out, const character& c) {
  switch (c.code) {
    case U'\n': out += "\\n"; return;
    case U'\r': out += "\\r"; return;
    case U'\t': out += "\\t"; return;
    default: break;
  }
  const bool byte = c.code < 0x80 || !c.valid;
  out += byte ? "\\x" : "\\u";
  append_hex(out, c.code, byte ? 2 : 4);
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const character c = first_character(text);
    if (!c.valid || among(obeyed, c.code)) {
      append_escape(out, c);
    } else {
      out.append(text.substr(0, c.size));
    }
    text.remove_prefix(c.size);
  }
  return out;
}

std::string visible_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const character c = first_character(json);
    if (c.valid && among(obeyed, c.code)) {
      // None of these stands outside a string, where an escape would not be allowed.
      out += "\\u";
      append_hex(out, c.code, 4);
    } else {
      out.append(json.substr(0, c.size));
    }
    json.remove_prefix(c.size);
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const character c = first_character(text);
    width += width_of(c.code);
    text.remove_prefix(c.size);
  }
  return width;
}

std::string fitted(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  // One column is the ellipsis'. A mark that has no width goes with the character before it.
  std::size_t bytes = 0, used = 0;
  while (bytes < text.size()) {
    const character c = first_character(text.substr(bytes));
    if (used + width_of(c.code) > width - 1) break;
    used += width_of(c.code);
    bytes += c.size;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

}  // namespace crm_cli
