/// @file
/// What a caller may add to a request.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <crm/http/message.hpp>
#include <crm/result.hpp>

namespace crm::inline v0::detail {

/// Refuses headers that cannot be sent, and those by which a caller would take the client's place.
[[nodiscard]] inline result<void> check_headers(const http::header_list& headers) {
  for (const auto& [name, value] : headers) {
    if (!http::is_token(name)) return invalid_argument("a header's name is no token");
    if (!http::is_field_value(value))
      return invalid_argument("the value of header " + name + " holds a character that cannot be sent");
    if (http::is_clients_own(name)) return invalid_argument("header " + name + " is the client's own to send");
  }
  return {};
}

[[nodiscard]] inline result<void> check_idempotency_key(std::string_view key) {
  const auto unfit = [](char c) { return c <= ' ' || c > '~' || c == '"' || c == '\\'; };
  if (key.empty() || key.size() > 255 || std::any_of(key.begin(), key.end(), unfit))
    return invalid_argument("an idempotency key is 1 to 255 visible ASCII characters without quote or backslash");
  return {};
}

/// None, or version 00: two, 32, 16 and two lower-case hex digits. (W3C Trace Context, section 3.2.)
[[nodiscard]] inline result<void> check_traceparent(std::string_view given) {
  if (given.empty()) return {};
  constexpr std::string_view form = "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
  const auto fits = [](char c, char at) {
    return at == 'x' ? (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') : c == at;
  };
  const auto zero = [](std::string_view id) { return id.find_first_not_of('0') == std::string_view::npos; };
  if (!std::equal(given.begin(), given.end(), form.begin(), form.end(), fits) || zero(given.substr(3, 32)) ||
      zero(given.substr(36, 16)))
    return invalid_argument("a traceparent is 00, a trace id, a parent id and flags, as W3C Trace Context has it");
  return {};
}

}  // namespace crm::inline v0::detail
