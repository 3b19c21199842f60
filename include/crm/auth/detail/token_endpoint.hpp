/// @file
/// What is asked of an OAuth 2.0 token endpoint, and what it answers. (RFC 6749, sections 2.3, 4.4, 5 and 6.)
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <crm/auth/detail/credential_header.hpp>
#include <crm/auth/oauth2_options.hpp>
#include <crm/detail/base64.hpp>
#include <crm/detail/wipe.hpp>
#include <crm/http/message.hpp>
#include <crm/http/retry_after.hpp>
#include <crm/http/uri.hpp>
#include <crm/json/document.hpp>
#include <crm/secret.hpp>

namespace crm::inline v0::detail {

struct token_request {
  std::string_view path;
  std::string_view client_id;
  std::string_view scope;
  client_authentication authentication = client_authentication::basic;
  const secret* client_secret = nullptr;  // of a public client there is none
  const secret* refresh_token = nullptr;  // where that is the grant
};

/// The caller overwrites it when it was sent: its body and headers hold the credential, and nothing else does.
[[nodiscard]] inline http::request to_http(const token_request& asked) {
  constexpr std::size_t for_names = 128, most_for_a_byte = 3;
  const std::string_view client_secret =
      asked.client_secret != nullptr ? asked.client_secret->reveal() : std::string_view{};
  const std::string_view refresh_token =
      asked.refresh_token != nullptr ? asked.refresh_token->reveal() : std::string_view{};
  const auto room = [](auto... texts) { return for_names + most_for_a_byte * (0 + ... + texts.size()); };

  http::request out{http::method::post, std::string{asked.path}, {{"Accept", "application/json"}}, {}};
  out.body.reserve(room(refresh_token, asked.scope, asked.client_id, client_secret));
  const auto add = [&](std::string_view name, std::string_view value) {
    out.body.append(out.body.empty() ? "" : "&").append(name).append("=");
    http::append_encoded(out.body, value);
  };
  add("grant_type", asked.refresh_token != nullptr ? "refresh_token" : "client_credentials");
  if (asked.refresh_token != nullptr) add("refresh_token", refresh_token);
  if (!asked.scope.empty()) add("scope", asked.scope);
  if (asked.client_secret != nullptr && asked.authentication == client_authentication::basic) {
    std::string pair;
    pair.reserve(room(asked.client_id, client_secret));
    http::append_encoded(pair, asked.client_id);
    pair.append(":");
    http::append_encoded(pair, client_secret);
    std::string encoded = base64(pair);
    add_credential(out.headers, "Authorization", "Basic ", encoded);
    wipe(pair);
    wipe(encoded);
  } else {
    add("client_id", asked.client_id);
    if (asked.client_secret != nullptr) add("client_secret", client_secret);
  }
  out.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
  return out;
}

struct token_answer {
  secret access_token;
  std::optional<secret> refresh_token;
  /// Nothing where it was absent, not above zero, or no number.
  std::optional<std::chrono::seconds> expires_in;
};

/// The error codes of RFC 6749, section 5.2: asking again with the same credential changes nothing.
[[nodiscard]] inline std::string_view known_refusal(std::string_view body) {
  constexpr std::array<std::string_view, 6> codes{"invalid_grant",       "invalid_client",         "invalid_request",
                                                  "unauthorized_client", "unsupported_grant_type", "invalid_scope"};
  json::detail::text_store store;
  json::detail::reader in{store};
  const auto root = in.parse(body);
  const auto members = root ? in.scalar<json::detail::object>(*root, "") : std::nullopt;
  if (!members) return {};
  const std::string code = json::detail::short_text(in, *members, "error");
  const auto* const known = std::find(codes.begin(), codes.end(), code);
  return known == codes.end() ? std::string_view{} : *known;
}

[[nodiscard]] inline result<token_answer> read_token(std::string_view body) {
  using namespace std::chrono;
  json::detail::text_store store;
  json::detail::reader in{store};
  const auto root = in.parse(body);
  const auto members = root ? in.scalar<json::detail::object>(*root, "expected an object") : std::nullopt;
  std::optional<json::detail::element> access, type, lifetime, refresh;
  if (!members || !in.member(*members, "access_token", access) || !in.member(*members, "token_type", type) ||
      !in.member(*members, "expires_in", lifetime) || !in.member(*members, "refresh_token", refresh)) {
    error e = in.fault();
    e.message.insert(0, "the token endpoint's answer: ");
    return e;
  }
  const auto text = [&](const std::optional<json::detail::element>& member) {
    return member ? in.scalar<std::string_view>(*member, "").value_or("") : std::string_view{};
  };
  const auto broken = [](std::string_view why) {
    error e;
    e.code = errc::bad_response;
    e.message = why;
    return e;
  };
  if (!http::same_name(text(type), "Bearer")) return broken("the token endpoint's token is no bearer token");
  auto token = secret::from_text(text(access));
  if (!token) return broken("the token endpoint's token cannot be sent");
  token_answer answer{*std::move(token), {}, {}};
  if (refresh && !refresh->is_null()) {
    auto next = secret::from_text(text(refresh));
    if (!next) return broken("the token endpoint's refresh token cannot be sent");
    answer.refresh_token = *std::move(next);
  }
  // Beyond a day nobody knows: and the number must not overflow.
  const double count = lifetime ? in.scalar<double>(*lifetime, "").value_or(0) : 0;
  if (count >= 1) answer.expires_in = seconds{static_cast<long long>(std::min(count, 86'400.0))};
  return answer;
}

}  // namespace crm::inline v0::detail
