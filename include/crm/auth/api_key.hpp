/// @file
/// An API key as a bearer token. (ADR 10, Authentication with CRM; RFC 6750, section 2.1.)
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include <crm/auth/concept.hpp>
#include <crm/auth/detail/credential_header.hpp>
#include <crm/secret.hpp>

namespace crm::inline v0 {

/// `Authorization: Bearer <key>`, or the bare key in a header of another name. A handle: copies share the key, and
/// `replace` puts another in its place while calls run. Making one never throws: a key that cannot be used is reported
/// when a client that needs it is made, so that the in-memory CRM runs without one.
class api_key {
 public:
  static constexpr bool carries_credential = true;

  /// The key in this environment variable.
  [[nodiscard]] static api_key from_env(const std::string& variable) { return api_key{secret::from_env(variable)}; }
  /// The key in this file, e.g. `/run/secrets/crm_api_key`.
  [[nodiscard]] static api_key from_file(const std::string& path) { return api_key{secret::from_file(path)}; }
  /// The key as text; prefer a source that is not the program's own code.
  [[nodiscard]] static api_key from_text(std::string_view key) { return api_key{secret::from_text(key)}; }

  explicit api_key(result<secret> key) : state_{std::make_shared<state>(std::move(key))} {}

  // Copied where it would be moved: a key that was moved from would be none.
  api_key(const api_key&) = default;
  api_key& operator=(const api_key&) = default;

  /// This key, sent bare in a header of this name: not one of those that the client itself sends.
  [[nodiscard]] api_key in_header(std::string name) const {
    const std::lock_guard lock{state_->mutex};
    const api_key other{state_->key};
    other.state_->header = std::move(name);
    return other;
  }

  /// Rotation: from now on every request of every copy carries this key. A call that the CRM refuses because it left
  /// with the key before is sent again. Where the new key cannot be used the old one stays.
  [[nodiscard]] result<void> replace(result<secret> key) const {
    if (auto sound = check_secret(key); !sound) return sound;
    const std::lock_guard lock{state_->mutex};
    state_->key = std::move(key);
    ++state_->generation;
    return {};
  }

  /// Which key is in place, counted from 1.
  [[nodiscard]] std::uint64_t generation() const {
    const std::lock_guard lock{state_->mutex};
    return state_->generation;
  }

  [[nodiscard]] result<void> ready() const {
    if (!http::is_token(state_->header)) return invalid_argument("the name of the API key's header is no token");
    if (http::is_clients_own(state_->header) && !http::same_name(state_->header, "Authorization"))
      return invalid_argument("the API key's header is the client's own to send");
    const std::lock_guard lock{state_->mutex};
    return check_secret(state_->key);
  }

  [[nodiscard]] result<proof> authorize(http::request& request, const send_limits&) const {
    const bool bearer = http::same_name(state_->header, "Authorization");
    if (request.headers.get(state_->header))
      return invalid_argument("the API key's header is not the caller's to send");
    const std::lock_guard lock{state_->mutex};
    if (!state_->key) return state_->key.error();
    detail::add_credential(request.headers, state_->header, bearer ? "Bearer " : "", (*state_->key).reveal());
    return proof{state_->generation};
  }

  /// Whether the key was replaced since.
  [[nodiscard]] bool renew(const proof& refused, const http::response&) const {
    const std::lock_guard lock{state_->mutex};
    return state_->generation != refused.credential;
  }

 private:
  struct state {
    explicit state(result<secret> first) : key{std::move(first)} {}

    std::string header = "Authorization";
    std::mutex mutex;
    result<secret> key;
    std::uint64_t generation = 1;
  };

  std::shared_ptr<state> state_;
};

}  // namespace crm::inline v0
