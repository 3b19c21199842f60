/// @file
/// OAuth 2.0: short-lived access tokens, got when they are needed and renewed before they expire. (RFC 6749; ADR 10,
/// Authentication with CRM.)
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <crm/auth/concept.hpp>
#include <crm/auth/detail/token_keeper.hpp>
#include <crm/auth/oauth2_options.hpp>
#include <crm/http/uri.hpp>
#include <crm/secret.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0 {

/// What a token is got by: the client's own secret, a refresh token, or both.
class oauth2_grant {
 public:
  /// The client's own credential. (RFC 6749, section 4.4.)
  [[nodiscard]] static oauth2_grant client_credentials(result<secret> client_secret) {
    return {std::move(client_secret), std::nullopt};
  }
  /// A refresh token. (RFC 6749, section 6.)
  [[nodiscard]] static oauth2_grant refresh_token(result<secret> client_secret, result<secret> token) {
    return {std::move(client_secret), std::move(token)};
  }
  /// The same of a public client, which has no secret.
  [[nodiscard]] static oauth2_grant refresh_token(result<secret> token) { return {std::nullopt, std::move(token)}; }

  [[nodiscard]] result<void> check() const {
    for (const auto* each : {&client_secret_, &token_})
      if (*each)
        if (auto sound = check_secret(**each); !sound) return sound;
    return {};
  }
  /// Requires that `check` found nothing.
  [[nodiscard]] std::optional<secret> client_secret() const { return value_of(client_secret_); }
  [[nodiscard]] std::optional<secret> token() const { return value_of(token_); }

 private:
  oauth2_grant(std::optional<result<secret>> own, std::optional<result<secret>> token)
      : client_secret_{std::move(own)}, token_{std::move(token)} {}

  [[nodiscard]] static std::optional<secret> value_of(const std::optional<result<secret>>& given) {
    return given ? std::optional{**given} : std::nullopt;
  }

  std::optional<result<secret>> client_secret_, token_;
};

/// `Authorization: Bearer <access token>`, the token got from an endpoint that any model of the transport concept
/// reaches; it must tell the same time as the client's own. A handle: copies share the token. Safe to use from several
/// threads. Making one never throws: what cannot be used is reported when a client that needs it is made.
///
/// However many calls need a token, one request for it is under way, and each keeps its own deadline. A token that the
/// CRM refuses with 401 is renewed, but not again within ten seconds. What the endpoint refuses for good (RFC 6749,
/// section 5.2) stays refused until `replace`.
template <transport Transport>
class oauth2 {
 public:
  static constexpr bool carries_credential = true;

  oauth2(oauth2_options options, const oauth2_grant& grant) : keeper_{make(std::move(options), grant)} {}
  /// With a transport of the caller's own to the token endpoint's host.
  oauth2(Transport endpoint, oauth2_options options, const oauth2_grant& grant)
      : keeper_{make(std::move(endpoint), std::move(options), grant)} {}

  // Copied where it would be moved: a credential that was moved from would be none.
  oauth2(const oauth2&) = default;
  oauth2& operator=(const oauth2&) = default;

  [[nodiscard]] result<void> ready() const {
    if (!keeper_) return keeper_.error();
    return {};
  }
  /// Which credential is in place, counted from 1.
  [[nodiscard]] std::uint64_t generation() const { return keeper_ ? (*keeper_)->generation() : 0; }

  /// Puts a new credential in place. Tokens got by the old one are not used again; a request under way for the old one
  /// may still hand out a refresh token. Where the new one cannot be used the old one stays.
  [[nodiscard]] result<void> replace(const oauth2_grant& grant) const {
    if (!keeper_) return keeper_.error();
    if (auto sound = grant.check(); !sound) return sound;
    (*keeper_)->replace(grant.client_secret(), grant.token());
    return {};
  }

  [[nodiscard]] result<proof> authorize(http::request& request, const send_limits& limits) const {
    if (!keeper_) return keeper_.error();
    return (*keeper_)->authorize(request, limits);
  }
  /// Whether another token than the refused one is there, or can be got.
  [[nodiscard]] bool renew(const proof& refused, const http::response&) const {
    return keeper_ && (*keeper_)->renew(refused);
  }

 private:
  using keeper = std::shared_ptr<detail::token_keeper<Transport>>;

  [[nodiscard]] static result<http::base_url> address_of(const oauth2_options& options) {
    auto url = http::base_url::parse(options.token_endpoint);
    if (url) return url;
    return invalid_argument(
        "the token endpoint is an address like https://auth.example.com/token, without user info, query or fragment");
  }

  [[nodiscard]] static result<keeper> make(oauth2_options options, const oauth2_grant& grant) {
    auto url = address_of(options);
    if (!url) return std::move(url).error();
    auto made = Transport::make(*std::move(url), options.transport);
    if (!made) return std::move(made).error();
    return make(*std::move(made), std::move(options), grant);
  }

  [[nodiscard]] static result<keeper> make(Transport endpoint, oauth2_options options, const oauth2_grant& grant) {
    auto url = address_of(options);
    if (!url) return std::move(url).error();
    if (auto sound = grant.check(); !sound) return std::move(sound).error();
    if (options.client_id.empty()) return invalid_argument("the OAuth client's id is empty");
    if (options.farewell < milliseconds{0} || options.farewell > std::chrono::hours{24})
      return invalid_argument("a farewell of OAuth is at most a day");
    for (const auto time : {options.unstated_lifetime, options.timeout})
      if (time <= milliseconds{0} || time > std::chrono::hours{24})
        return invalid_argument("a time of OAuth is above zero and at most a day");
    if (options.refresh_ahead < milliseconds{0}) return invalid_argument("a token is not renewed after its end");
    if constexpr (networked_transport<Transport>)
      if (!is_private(endpoint) && !options.allow_insecure_credentials)
        return invalid_argument("the token endpoint would be told credentials in the clear: use https");
    std::string path = url->prefix;
    if (path.empty() || options.token_endpoint.ends_with('/')) path.push_back('/');
    return std::make_shared<detail::token_keeper<Transport>>(std::move(endpoint), std::move(path), std::move(options),
                                                             grant.client_secret(), grant.token());
  }

  result<keeper> keeper_;
};

}  // namespace crm::inline v0
