#include "values.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>

#include <crm/http/message.hpp>
#include <crm/http/uri.hpp>
#include <crm/json/encode.hpp>

namespace crm_cli {

namespace {

/// The number that is the whole text.
std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class Word>
crm::result<Word> read_word(const std::string& text) {
  return read_text(text).transform([](const std::string& sound) { return Word{sound}; });
}

/// Every element of `a,b,c`, read by `read`.
template <class T>
crm::result<std::vector<T>> read_list(std::string_view text, crm::result<T> (*read)(const std::string&)) {
  std::vector<T> out;
  while (true) {
    const auto comma = text.find(',');
    auto item = read(std::string{text.substr(0, comma)});
    if (!item) return std::move(item).error();
    out.push_back(*std::move(item));
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

crm::result<crm::milliseconds> read_duration(const std::string& text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = number(std::string_view{text}.substr(0, digits));
  const std::string_view unit = std::string_view{text}.substr(digits);
  const std::int64_t factor = unit == "ms" ? 1 : unit == "s" ? 1'000 : unit == "m" ? 60'000 : 0;
  if (!count || factor == 0) return crm::invalid_argument("a duration is a number and ms, s or m, e.g. 500ms, 3s, 2m");
  constexpr std::int64_t day = std::chrono::milliseconds{std::chrono::hours{24}}.count();
  if (*count <= 0 || *count > day / factor) return crm::invalid_argument("a duration is above zero and at most a day");
  return crm::milliseconds{*count * factor};
}

crm::result<std::string> read_text(const std::string& text) {
  if (text.empty()) return crm::invalid_argument("is empty: leave it out instead");
  std::string quoted;
  if (!crm::json::append_string(quoted, text)) return crm::invalid_argument("is not valid UTF-8");
  return text;
}

crm::result<std::string> read_id(const std::string& text) {
  if (auto segment = crm::http::path_segment(text); !segment) return segment;
  return read_text(text);
}

crm::result<std::string> read_url(const std::string& text) {
  const auto base = crm::http::base_url::parse(text);
  if (!base) return base.error();
  if (!base->tls && !base->is_loopback())
    return crm::invalid_argument("a credential would travel in the clear: use https");
  return text;
}

crm::result<std::string> read_token_endpoint(const std::string& text) {
  if (!read_url(text))
    return crm::invalid_argument(
        "is an https address without user info, query or fragment, or an http one of this machine");
  return text;
}

crm::result<std::string> read_header_name(const std::string& text) {
  if (!crm::http::is_token(text)) return crm::invalid_argument("is not the name of a header");
  return text;
}

crm::result<std::string> read_idempotency_key(const std::string& text) {
  const auto unfit = [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\'; };
  if (text.empty() || text.size() > 255 || std::any_of(text.begin(), text.end(), unfit))
    return crm::invalid_argument("a key is 1 to 255 visible ASCII characters without quote or backslash");
  return text;
}

crm::result<std::string> read_version(const std::string& text) {
  if (text.starts_with("W/")) return crm::invalid_argument("a weak entity tag never matches");
  const bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  const std::string inside = quoted ? text.substr(1, text.size() - 2) : text;
  const auto unfit = [](char c) { return c == '"' || c <= ' ' || c == '\x7f'; };
  if (inside.empty() || !crm::http::is_field_value(inside) || std::any_of(inside.begin(), inside.end(), unfit))
    return crm::invalid_argument("is no entity tag: take it from the field `version` of find --with-version");
  return '"' + inside + '"';
}

crm::result<crm::status> read_status(const std::string& text) { return read_word<crm::status>(text); }
crm::result<crm::invoice_status> read_invoice_status(const std::string& text) {
  return read_word<crm::invoice_status>(text);
}
crm::result<crm::direction> read_direction(const std::string& text) { return read_word<crm::direction>(text); }

crm::result<std::vector<crm::service>> read_services(const std::string& text) {
  return read_list<crm::service>(text, [](const std::string& word) -> crm::result<crm::service> {
    if (word.empty()) return crm::invalid_argument("services are words with a comma between two, none of them empty");
    return read_word<crm::service>(word);
  });
}

crm::result<crm::date> read_date(const std::string& text) { return crm::date::parse(text); }

crm::result<crm::timestamp> read_moment(const std::string& text) {
  if (const auto day = crm::date::read(text)) return crm::timestamp{std::chrono::sys_days{day->ymd()}};
  if (const auto moment = crm::timestamp::read(text)) return *moment;
  return crm::invalid_argument("a time is written 2024-03-10T09:30:00Z, or as a day, 2024-03-10");
}

crm::result<crm::season> read_season(const std::string& text) { return crm::season::of(number(text).value_or(0)); }

crm::result<std::vector<crm::season>> read_seasons(const std::string& text) {
  return read_list<crm::season>(text, read_season);
}

crm::result<crm::page_size> read_page_size(const std::string& text) {
  return crm::page_size::of(number(text).value_or(0));
}

crm::result<crm::concurrent_requests> read_concurrency(const std::string& text) {
  return crm::concurrent_requests::of(number(text).value_or(0));
}

crm::result<crm::retry_schedule> read_retries(const std::string& text) {
  const auto count = number(text);
  return crm::retry_schedule::exponential(count && *count >= 0 && *count <= 20 ? static_cast<int>(*count) : -1);
}

}  // namespace crm_cli
