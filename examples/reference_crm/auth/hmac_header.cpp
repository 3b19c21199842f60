#include "auth/hmac_header.hpp"

#include <algorithm>
#include <charconv>
#include <map>

#include "auth/digest.hpp"

namespace reference_crm {

namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view nonce_characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

bool consists_of(std::string_view text, std::string_view allowed, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most && text.find_first_not_of(allowed) == std::string_view::npos;
}

void skip_blanks(std::string_view& text) { text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size())); }

/// `name="value"`, with commas between them: each name once, in any order, and no backslash in a value.
std::optional<std::map<std::string, std::string, std::less<>>> parse_parameters(std::string_view text) {
  std::map<std::string, std::string, std::less<>> found;
  while (true) {
    const auto equals = text.find("=\"");
    if (equals == std::string_view::npos) return std::nullopt;
    std::string name(text.substr(0, equals));
    text.remove_prefix(equals + 2);
    const auto quote = text.find('"');
    if (quote == std::string_view::npos || text.substr(0, quote).find('\\') != std::string_view::npos) {
      return std::nullopt;
    }
    if (!found.try_emplace(std::move(name), text.substr(0, quote)).second) return std::nullopt;

    text.remove_prefix(quote + 1);
    skip_blanks(text);
    if (text.empty()) return found;
    if (text.front() != ',') return std::nullopt;
    text.remove_prefix(1);
    skip_blanks(text);
  }
}

}  // namespace

bool is_key_id(std::string_view text) { return consists_of(text, nonce_characters, 1, 128); }

std::optional<hmac_credential> parse_hmac(std::string_view parameters) {
  const auto found = parse_parameters(parameters);
  if (!found || found->size() != 4) return std::nullopt;
  const auto value = [&](std::string_view name) {
    const auto place = found->find(name);
    return place == found->end() ? std::string() : place->second;
  };
  hmac_credential sent{.key_id = value("keyid"),
                       .timestamp = value("timestamp"),
                       .seconds = 0,
                       .nonce = value("nonce"),
                       .signature = value("signature")};

  const bool fits = is_key_id(sent.key_id) && consists_of(sent.timestamp, digits, 1, 12) &&
                    consists_of(sent.nonce, nonce_characters, 16, 128) &&
                    consists_of(sent.signature, hex_digits, 64, 64);
  if (!fits) return std::nullopt;
  std::from_chars(sent.timestamp.data(), sent.timestamp.data() + sent.timestamp.size(), sent.seconds);
  return sent;
}

std::string canonical_text(const request& asked, const hmac_credential& sent) {
  std::string text(hmac_credential::scheme);
  for (const auto& line : {asked.sent_method, asked.target, sent.timestamp, sent.nonce, to_hex(sha256(asked.body))}) {
    text += '\n';
    text += line;
  }
  return text;
}

}  // namespace reference_crm
