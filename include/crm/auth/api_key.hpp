/// @file
/// An API key as a bearer token. (ADR 10, Authentication with CRM; RFC 6750, section 2.1.)
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <crm/auth/concept.hpp>
#include <crm/secret.hpp>

namespace crm::inline v0 {

/// `Authorization: Bearer <key>`. Making one never throws: a key that cannot be used is reported when a client
/// that needs it is made, so that the in-memory CRM runs without one.
class api_key {
 public:
  static constexpr bool carries_credential = true;

  /// The key in this environment variable.
  [[nodiscard]] static api_key from_env(const std::string& variable) { return api_key{secret::from_env(variable)}; }
  /// The key as text; prefer a source that is not the program's own code.
  [[nodiscard]] static api_key from_text(std::string_view key) { return api_key{secret::from_text(key)}; }

  explicit api_key(result<secret> key) : key_{std::make_shared<const result<secret>>(std::move(key))} {}

  // Copied where it would be moved: a key that was moved from would be none.
  api_key(const api_key&) = default;
  api_key& operator=(const api_key&) = default;

  [[nodiscard]] result<void> ready() const {
    if (!*key_) return key_->error();
    return {};
  }

  [[nodiscard]] result<void> authorize(http::request& request) const {
    if (!*key_) return key_->error();
    request.headers.push_back({"Authorization", std::string{"Bearer "}.append((*key_)->reveal())});
    return {};
  }

 private:
  std::shared_ptr<const result<secret>> key_;
};

}  // namespace crm::inline v0
