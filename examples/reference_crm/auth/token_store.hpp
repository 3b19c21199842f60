#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "auth/digest.hpp"

namespace reference_crm {

/// The OAuth tokens that are good now, in memory only and as digests. Safe from many threads.
///
/// A refresh token and all that came from it are one family. A refresh retires the token it was asked with; if a
/// retired one is sent again, somebody has a copy, and the whole family ends (RFC 9700, section 4.14.2).
class token_store {
 public:
  explicit token_store(std::chrono::seconds lifetime) : lifetime_(lifetime) {}

  struct tokens {
    std::string access;
    std::optional<std::string> refresh = {};
  };

  enum class refusal { unknown, reused };

  struct refreshed {
    std::optional<tokens> issued = {};
    refusal why_not = refusal::unknown;
  };

  std::chrono::seconds lifetime() const { return lifetime_; }

  /// Begins a family with a refresh token that was agreed on before.
  void begin_family(std::string_view refresh_token);

  /// An access token of no family (client credentials).
  tokens issue();

  refreshed refresh(std::string_view refresh_token);

  bool know(std::string_view access_token) const;

  /// How many there were that had not expired.
  std::size_t revoke_access_tokens();
  std::size_t revoke_refresh_tokens();

 private:
  using clock = std::chrono::steady_clock;
  using family = std::uint64_t;

  struct access {
    family of;
    clock::time_point expires;
  };

  std::string new_access_token(family of);
  void forget_expired();
  void end(family of);

  const std::chrono::seconds lifetime_;
  mutable std::mutex mutex_;
  family last_family_ = 0;
  std::map<digest, access> access_;
  std::map<digest, family> current_;
  std::map<digest, family> retired_;
  std::deque<digest> retired_in_order_;  ///< The oldest first: retired_ is bounded.
};

}  // namespace reference_crm
