#include "query.hpp"

#include <algorithm>
#include <charconv>

#include "calendar.hpp"
#include "fold.hpp"
#include "problem.hpp"

namespace reference_crm {

namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode_or_throw(std::string_view text) {
  auto decoded = percent_decode(text, true);
  if (!decoded || !is_utf8(*decoded)) throw problem{400, "bad-query", "The query is not percent-encoded UTF-8."};
  return *std::move(decoded);
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

query_pairs parse_query(std::string_view text) {
  query_pairs pairs;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;

    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view{};
    pairs.emplace_back(decode_or_throw(pair.substr(0, equals)), decode_or_throw(value));
  }
  return pairs;
}

std::optional<std::string> single(const query_pairs& query, std::string_view name) {
  std::optional<std::string> found;
  for (const auto& [key, value] : query) {
    if (key != name) continue;
    if (found) throw invalid_parameter(std::string(name), "must be given once");
    if (value.empty()) throw invalid_parameter(std::string(name), "must not be empty");
    found = value;
  }
  return found;
}

std::vector<std::string> several(const query_pairs& query, std::string_view name) {
  std::vector<std::string> found;
  const auto add = [&](std::string_view item) {
    if (item.empty()) throw invalid_parameter(std::string(name), "must not hold an empty item");
    found.emplace_back(item);
  };

  for (const auto& [key, value] : query) {
    if (key == std::string(name) + "[]") {
      add(value);
    } else if (key == name) {
      std::string_view rest = value;
      while (true) {
        const auto comma = rest.find(',');
        add(rest.substr(0, comma));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
      }
    }
  }
  return found;
}

std::optional<std::string> day_parameter(const query_pairs& query, std::string_view name) {
  auto text = single(query, name);
  if (text && !is_day(*text)) throw invalid_parameter(std::string(name), "must be a day that exists, as YYYY-MM-DD");
  return text;
}

std::optional<std::int64_t> integer_parameter(const query_pairs& query, std::string_view name, std::int64_t least,
                                              std::int64_t most) {
  const auto text = single(query, name);
  if (!text) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc{} || end != text->data() + text->size() || value < least || value > most) {
    throw invalid_parameter(std::string(name),
                            "must be a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

page_request page_parameters(const query_pairs& query, std::int64_t max_per_page) {
  page_request wanted;
  wanted.page = integer_parameter(query, "page", 1, 1'000'000'000).value_or(1);
  wanted.per_page =
      integer_parameter(query, "per_page", 1, max_per_page).value_or(std::min<std::int64_t>(25, max_per_page));
  return wanted;
}

}  // namespace reference_crm
