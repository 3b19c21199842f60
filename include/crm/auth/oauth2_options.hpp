/// @file
/// How an OAuth 2.0 token endpoint is used.
#pragma once

#include <functional>
#include <string>

#include <crm/error.hpp>
#include <crm/secret.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0 {

/// How a client proves itself to a token endpoint. (RFC 6749, section 2.3.1.)
enum class client_authentication : unsigned char {
  basic,  ///< by HTTP Basic, which every server must understand
  body,   ///< by `client_id` and `client_secret` in the body
};

struct oauth2_options {
  /// E.g. `https://auth.example.com/oauth/token`.
  std::string token_endpoint;
  std::string client_id;
  /// Words separated by spaces; the server's default where empty. (RFC 6749, section 3.3.)
  std::string scope{};
  client_authentication authentication = client_authentication::basic;
  /// How long before its end a token is renewed, but never more than a quarter of its life.
  milliseconds refresh_ahead{60'000};
  /// The life of a token whose answer names none that is above zero.
  milliseconds unstated_lifetime{60'000};
  /// Of one request to the token endpoint. Calls that wait for it keep to their own deadlines.
  milliseconds timeout{30'000};
  /// How long the last copy, when it goes, waits for a request under way that may have used up the refresh token.
  milliseconds farewell{5'000};
  /// Lets credentials travel to the token endpoint over plain http, if that is not this machine.
  bool allow_insecure_credentials = false;
  /// Handed each refresh token that takes the place of the one before, which is then worth nothing: keep it. It is
  /// called on a thread of its own, and must not use a client of this credential. What it throws is dropped.
  std::function<void(const secret&)> store_refresh_token{};
  transport_options transport{};
};

}  // namespace crm::inline v0
