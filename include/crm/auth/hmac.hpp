/// @file
/// Requests signed with a shared secret, by HMAC-SHA256. (RFC 2104, FIPS 180-4; ADR 10, Authentication with CRM.)
///
/// Needs OpenSSL's libcrypto.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <crm/auth/concept.hpp>
#include <crm/detail/uuid.hpp>
#include <crm/http/message.hpp>
#include <crm/http/retry_after.hpp>
#include <crm/http/uri.hpp>
#include <crm/secret.hpp>

namespace crm::inline v0 {

namespace detail {

using sha256_digest = std::array<unsigned char, 32>;

[[nodiscard]] inline std::string hex(const sha256_digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : digest) out.append({digits[byte >> 4U], digits[byte & 15U]});
  return out;
}

/// Nothing where OpenSSL cannot: it has no SHA-256, or no memory.
[[nodiscard]] inline std::optional<sha256_digest> sha256(std::string_view bytes) {
  sha256_digest digest{};
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) return std::nullopt;
  return digest;
}
[[nodiscard]] inline std::optional<sha256_digest> hmac_of(std::string_view key, std::string_view bytes) {
  sha256_digest digest{};
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, bytes.size(), digest.data(), nullptr) ==
      nullptr)
    return std::nullopt;
  return digest;
}

}  // namespace detail

/// What is signed: the parts of a request that must not change on the way, the exact bytes of its target among them.
/// (docs/contract.md, Authentication.)
[[nodiscard]] inline std::string canonical_request(const http::request& request, std::string_view timestamp,
                                                   std::string_view nonce, std::string_view body_digest) {
  std::string text = "CRM-HMAC-SHA256";
  for (const std::string_view part :
       {http::to_string(request.method), std::string_view{request.target}, timestamp, nonce, body_digest})
    text.append("\n").append(part);
  return text;
}

namespace detail {

/// The value of `Authorization`; nothing where OpenSSL cannot sign.
[[nodiscard]] inline std::optional<std::string> signed_header(std::string_view key_id, std::string_view key,
                                                              const http::request& request, std::string_view timestamp,
                                                              std::string_view nonce) {
  const auto body = sha256(request.body);
  if (!body) return std::nullopt;
  const auto signature = hmac_of(key, canonical_request(request, timestamp, nonce, hex(*body)));
  if (!signature) return std::nullopt;
  std::string value{"CRM-HMAC-SHA256 "};
  const std::string hex_signature = hex(*signature);
  for (const auto& [name, text] : {std::pair<std::string_view, std::string_view>{"keyid", key_id},
                                   {"timestamp", timestamp},
                                   {"nonce", nonce},
                                   {"signature", hex_signature}})
    value.append(value.ends_with('"') ? ", " : "").append(name).append("=\"").append(text).append("\"");
  return value;
}

}  // namespace detail

/// `Authorization: CRM-HMAC-SHA256 keyid="…", timestamp="…", nonce="…", signature="…"`, made anew for each attempt. A
/// handle: copies share the key, and `replace` puts another in its place while calls run. Safe to use from several
/// threads. Making one never throws: a key that cannot be used is reported when a client that needs it is made.
///
/// Where the CRM refuses a signature and its `Date` is more than a second away from the time it was signed by, the
/// difference to `WallClock` is learned and the request signed once more.
template <class WallClock = std::chrono::system_clock>
class basic_hmac_sha256 {
 public:
  static constexpr bool carries_credential = true;

  basic_hmac_sha256(std::string key_id, result<secret> key)
      : state_{std::make_shared<state>(std::move(key_id), std::move(key))} {}

  // Copied where it would be moved: a key that was moved from would be none.
  basic_hmac_sha256(const basic_hmac_sha256&) = default;
  basic_hmac_sha256& operator=(const basic_hmac_sha256&) = default;

  [[nodiscard]] result<void> ready() const {
    const std::lock_guard lock{state_->mutex};
    if (auto sound = check_secret(state_->key); !sound) return sound;
    return check_id(state_->key_id);
  }
  /// Which key is in place, counted from 1.
  [[nodiscard]] std::uint64_t generation() const {
    const std::lock_guard lock{state_->mutex};
    return state_->generation;
  }

  /// Rotation: from now on every request of every copy is signed with this key. Where it cannot be used the old one
  /// stays.
  [[nodiscard]] result<void> replace(std::string_view key_id, const result<secret>& key) const {
    if (auto sound = check_secret(key); !sound) return sound;
    if (auto sound = check_id(key_id); !sound) return sound;
    const std::lock_guard lock{state_->mutex};
    state_->key_id = key_id;
    state_->key = key;
    ++state_->generation;
    return {};
  }

  [[nodiscard]] result<proof> authorize(http::request& request, const send_limits&) const {
    const auto now = std::chrono::floor<std::chrono::seconds>(WallClock::now()).time_since_epoch().count();
    const std::int64_t skew = state_->skew.load();
    const std::string timestamp = std::to_string(now + skew), nonce = detail::uuid_v4();
    const auto [key_id, key, generation] = [&] {  // signing takes the longer, the longer a body is: without the lock
      const std::lock_guard lock{state_->mutex};
      return std::tuple{state_->key_id, state_->key, state_->generation};
    }();
    if (!key) return key.error();
    auto header = detail::signed_header(key_id, key->reveal(), request, timestamp, nonce);
    if (!header) return unusable();
    request.headers.push_back({"Authorization", *std::move(header)});
    return proof{generation, static_cast<std::uint64_t>(skew)};
  }

  /// Whether the key was replaced since, or the clock that the request was signed by is found to be wrong: of several
  /// calls that find so at once, each is worth sending again.
  [[nodiscard]] bool renew(const proof& refused, const http::response& answer) const {
    {
      const std::lock_guard lock{state_->mutex};
      if (state_->generation != refused.credential) return true;
    }
    const auto theirs = http::parse_http_date(answer.headers.get("Date").value_or(""));
    if (!theirs) return false;
    const auto ours = std::chrono::floor<std::chrono::seconds>(WallClock::now()).time_since_epoch();
    const std::int64_t skew = (theirs->time_since_epoch() - ours).count();
    state_->skew = skew;
    const std::int64_t change = skew - static_cast<std::int64_t>(refused.token);
    return change > 1 || change < -1;
  }

 private:
  struct state {
    state(std::string id, result<secret> first) : key_id{std::move(id)}, key{std::move(first)} {}

    std::mutex mutex;
    std::string key_id;
    result<secret> key;
    std::uint64_t generation = 1;
    std::atomic<std::int64_t> skew{0};  // seconds by which the CRM's clock is ahead
  };

  [[nodiscard]] static result<void> check_id(std::string_view id) {
    const auto plain = [](char c) { return http::is_unreserved(c) && c != '~'; };
    if (id.empty() || id.size() > 128 || !std::all_of(id.begin(), id.end(), plain))
      return invalid_argument("an HMAC key's id is 1 to 128 letters, digits and `.`, `_`, `-`");
    return {};
  }
  [[nodiscard]] static error unusable() {
    error e;
    e.code = errc::unauthorized;
    e.message = "OpenSSL cannot sign the request";
    return e;
  }

  std::shared_ptr<state> state_;
};

using hmac_sha256 = basic_hmac_sha256<>;

}  // namespace crm::inline v0
