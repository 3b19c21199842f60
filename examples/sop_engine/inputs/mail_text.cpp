#include "inputs/mail_text.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstddef>

namespace sop {

namespace {

constexpr std::string_view blanks = " \t\r\n";

/// Bytes of a header or of a field that are looked at. A mail is anybody's text.
constexpr std::size_t most_value = 10'000;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

/// What stands behind `name:` on one of the lines.
std::optional<std::string> value_of(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && lowered(trimmed(line.substr(0, colon))) == lowered(name))
      return std::string{trimmed(line.substr(colon + 1, most_value))};
  }
  return std::nullopt;
}

std::string from_base64(std::string_view text) {
  std::string padded(text);
  padded.append((4 - padded.size() % 4) % 4, '=');
  std::string bytes(padded.size(), '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(padded.data()), static_cast<int>(padded.size()));
  if (size < 0) return {};
  const auto padding = static_cast<std::size_t>(
      std::count(padded.end() - std::min<std::ptrdiff_t>(2, std::ssize(padded)), padded.end(), '='));
  bytes.resize(static_cast<std::size_t>(size) - std::min(padding, static_cast<std::size_t>(size)));
  return bytes;
}

int hex_digit(char c) {
  c = lower(c);
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::string from_quoted(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '=' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (escape) {
      bytes.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
      i += 2;
    } else {
      bytes.push_back(text[i] == '_' ? ' ' : text[i]);
    }
  }
  return bytes;
}

/// `=?UTF-8?B?…?=` and `=?UTF-8?Q?…?=`; blanks between two of them do not count. (RFC 2047, section 2: 75 characters.)
std::string decoded(std::string_view text) {
  constexpr std::size_t longest_word = 75;
  std::string out;
  for (bool after_word = false; !text.empty();) {
    const auto begin = std::min(text.find("=?"), text.size());
    const std::string_view between = text.substr(0, begin);
    const bool counts =
        !after_word || between.find_first_not_of(blanks) != std::string_view::npos || begin == text.size();
    const std::string_view word = text.substr(begin, longest_word);
    constexpr std::string_view charset = "=?utf-8?";
    const auto end = word.find("?=", charset.size() + 2);
    const bool is_word = lowered(word.substr(0, charset.size())) == charset && end != std::string_view::npos &&
                         word[charset.size() + 1] == '?';
    if (counts || !is_word) out.append(between);
    if (!is_word) {
      out.append(text.substr(begin, 2));
      text.remove_prefix(std::min(begin + 2, text.size()));
      after_word = false;
      continue;
    }
    const std::string_view coded = word.substr(charset.size() + 2, end - charset.size() - 2);
    out.append(lower(word[charset.size()]) == 'b' ? from_base64(coded) : from_quoted(coded));
    text.remove_prefix(begin + end + 2);
    after_word = true;
  }
  return out;
}

}  // namespace

mail_text::mail_text(std::string_view whole) {
  std::string text;
  for (const char c : whole)
    if (c != '\r') text.push_back(c);
  const auto end = std::min(text.find("\n\n"), text.size());
  body_ = text.substr(std::min(end + 2, text.size()));
  // Unfolded: a line that begins with a blank goes on with the one before.
  for (std::size_t i = 0; i < end; ++i) {
    const bool folds = text[i] == '\n' && i + 1 < end && (text[i + 1] == ' ' || text[i + 1] == '\t');
    if (!folds) headers_.push_back(text[i]);
  }
}

std::optional<std::string> mail_text::header(std::string_view name) const {
  auto found = value_of(headers_, name);
  if (found) found = decoded(*found);
  return found;
}

std::optional<std::string> mail_text::field(std::string_view name) const { return value_of(body_, name); }

mailbox read_mailbox(std::string_view text) {
  const auto open = text.rfind('<'), close = text.rfind('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return {{}, std::string{trimmed(text)}};
  std::string_view name = trimmed(text.substr(0, open));
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
  std::string plain;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\' && i + 1 < name.size()) ++i;
    plain.push_back(name[i]);
  }
  return {plain, std::string{trimmed(text.substr(open + 1, close - open - 1))}};
}

std::optional<std::string> normalised_address(std::string_view address) {
  constexpr std::string_view specials = "<>,;:()\"\\[]";
  const auto may_stand = [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > ' ' && byte != 0x7F && specials.find(c) == std::string_view::npos;
  };
  const auto at = address.find('@');
  const bool sound = at != std::string_view::npos && at > 0 && at + 1 < address.size() && address.rfind('@') == at &&
                     address.size() <= 254 && std::all_of(address.begin(), address.end(), may_stand);
  if (!sound) return std::nullopt;
  return lowered(address);
}

std::string phone_digits(std::string_view phone) {
  std::string digits;
  for (const char c : phone)
    if (c >= '0' && c <= '9') digits.push_back(c);
  if (digits.size() == 11 && digits.front() == '1') digits.erase(0, 1);
  return digits;
}

}  // namespace sop
