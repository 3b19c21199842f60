/// @file
/// A request or an answer as it may be written down.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <crm/http/message.hpp>
#include <crm/http/retry_after.hpp>
#include <crm/http/uri.hpp>
#include <crm/json/decode.hpp>
#include <crm/json/string.hpp>
#include <crm/testing/query_string.hpp>
#include <crm/testing/redaction.hpp>

namespace crm::inline v0::testing::detail {

/// A number as JSON has it.
[[nodiscard]] inline std::string number_text(json::detail::element e) {
  if (e.is_int64()) return std::to_string(e.get_int64().value_unsafe());
  if (e.is_uint64()) return std::to_string(e.get_uint64().value_unsafe());
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), e.get_double().value_unsafe()).ptr;
  return {text.data(), end};
}

/// Whether redaction keeps a number as it is.
[[nodiscard]] inline bool keeps_number(const redaction& rules, std::string_view name, json::detail::element e) {
  return e.is_int64() ? rules.keeps(name, e.get_int64().value_unsafe()) : !rules.replaces();
}

/// JSON once more, without white space. `map.knows(name)` says whether a member stays, `map.text(name, text)`,
/// `map.number(name, element)` and `map.truth(name, bool)` what a value becomes; the values in an array have its name.
template <class Map>
void append_mapped(std::string& out, json::detail::element e, std::string_view name, Map& map) {
  auto separate = [&, first = true]() mutable {
    if (!std::exchange(first, false)) out.push_back(',');
  };
  if (e.is_object()) {
    out.push_back('{');
    for (const auto [key, value] : json::detail::object{e.get_object().value_unsafe()}) {
      if (!map.knows(key)) continue;
      separate();
      json::append_string(out, key);
      out.push_back(':');
      append_mapped(out, value, key, map);
    }
    out.push_back('}');
  } else if (e.is_array()) {
    out.push_back('[');
    for (const auto value : json::detail::array{e.get_array().value_unsafe()}) {
      separate();
      append_mapped(out, value, name, map);
    }
    out.push_back(']');
  } else if (e.is_string()) {
    json::append_string(out, map.text(name, e.get_string().value_unsafe()));
  } else if (e.is_bool()) {
    out.append(map.truth(name, e.get_bool().value_unsafe()) ? "true" : "false");
  } else if (e.is_null()) {
    out.append("null");
  } else {
    out.append(map.number(name, e));
  }
}

/// How deep JSON is nested: brackets in its texts do not count.
[[nodiscard]] inline int depth_of(std::string_view json) noexcept {
  int depth = 0, deepest = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') in_text = !in_text;
    if (in_text && c == '\\') ++i;
    if (in_text) continue;
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  return deepest;
}

/// A body mapped. One that is not JSON, or nested deeper than any of the contract, becomes a text that is no JSON
/// either.
template <class Map>
[[nodiscard]] std::string mapped_body(std::string_view body, Map& map) {
  constexpr int most_depth = 32;
  if (body.empty()) return {};
  json::detail::text_store store;
  json::detail::reader in{store};
  const auto root = depth_of(body) <= most_depth ? in.parse(body) : std::nullopt;
  if (!root) return "(left out: " + std::to_string(body.size()) + " bytes that are not JSON)";
  std::string out;
  append_mapped(out, *root, {}, map);
  return out;
}

/// A header's value without what surrounds an opaque text: `W/"…"` or `"…"`.
struct quoted_text {
  explicit quoted_text(std::string_view value) : text{value} {
    before = value.starts_with("W/\"") ? "W/\"" : value.starts_with("\"") ? "\"" : "";
    if (before.empty() || value.size() <= before.size() || !value.ends_with('"')) {
      before = {};
    } else {
      after = "\"";
      text = value.substr(before.size(), value.size() - before.size() - 1);
    }
  }
  [[nodiscard]] std::string with(std::string_view other) const {
    return std::string{before}.append(other).append(after);
  }
  std::string_view before{}, text, after{};
};

/// Headers whose value is nobody's in itself, but could hold anything: kept as a fake, by which the same is known
/// again.
[[nodiscard]] inline bool is_opaque_header(std::string_view name) {
  constexpr std::array<std::string_view, 5> all{"ETag", "If-Match", "If-None-Match", "Idempotency-Key", "X-Request-Id"};
  return std::any_of(all.begin(), all.end(), [&](auto each) { return http::same_name(each, name); });
}

/// Whether this is a date as servers may send it. Its parser passes over the name of the day.
[[nodiscard]] inline bool is_http_date(std::string_view text) {
  constexpr std::array<std::string_view, 7> days{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  return std::find(days.begin(), days.end(), text.substr(0, 3)) != days.end() &&
         http::parse_http_date(text).has_value();
}

/// Whether a header may be seen with this value.
[[nodiscard]] inline bool is_harmless_header(const http::header& h) {
  const std::string_view value = h.value;
  if (http::same_name(h.name, "Accept") || http::same_name(h.name, "Content-Type"))
    return value == "application/json" || value == "application/problem+json" || value == "text/html" ||
           value == "application/json; charset=utf-8" || value == "text/plain";
  if (http::same_name(h.name, "Retry-After"))
    return (!value.empty() && value.size() <= 6 && value.find_first_not_of("0123456789") == std::string_view::npos) ||
           is_http_date(value);
  return http::same_name(h.name, "Date") && is_http_date(value);
}

/// A target put together anew from what `map` answers: `map.segment(text)` for each part of the path, `map.name(text)`
/// for a parameter's name, `map.text(name, text)` for its value; the words of a list where `map.lists(name)`, one by
/// one.
template <class Map>
[[nodiscard]] std::string mapped_target(std::string_view target, Map& map) {
  const auto question = std::min(target.find('?'), target.size());
  std::string out;
  for (std::string_view path = target.substr(0, question); !path.empty();) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    http::append_encoded(out += '/', map.segment(http::decoded(segment).value_or(std::string{segment})));
    path.remove_prefix(segment.size());
  }
  const auto query = query_string::parse(target.substr(std::min(question + 1, target.size())));
  if (!query) return http::append_encoded(out += '?', map.name(target.substr(question + 1))), out;
  char separator = '?';
  for (const auto& [name, value] : query->parameters()) {
    const bool brackets = name.ends_with("[]");
    const std::string_view bare = std::string_view{name}.substr(0, name.size() - (brackets ? 2 : 0));
    out.push_back(std::exchange(separator, '&'));
    http::append_encoded(out, map.name(bare));
    out.append(brackets ? "%5B%5D=" : "=");
    std::string_view rest = value;
    for (auto comma = rest.find(','); !brackets && map.lists(bare) && comma != std::string_view::npos;
         comma = rest.find(',')) {
      http::append_encoded(out, map.text(bare, rest.substr(0, comma)));
      out.append("%2C");
      rest.remove_prefix(comma + 1);
    }
    http::append_encoded(out, map.text(bare, rest));
  }
  return out;
}

}  // namespace crm::inline v0::testing::detail
