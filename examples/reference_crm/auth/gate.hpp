#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "auth/api_keys.hpp"
#include "auth/hmac_keys.hpp"
#include "auth/statistics.hpp"
#include "auth/token_store.hpp"
#include "clock.hpp"
#include "http.hpp"

namespace reference_crm {

/// Decides who may come in: with an API key, an access token or a signature, whichever of them is configured. With
/// none of them everybody may. Safe from many threads, but for serve_tokens().
class gate {
 public:
  gate(const server_clock& clock, std::size_t nonces_a_key) : signatures_(clock, nonces_a_key) {}

  /// False if it was there already. From the first one on a credential is asked for, also when all are revoked.
  bool add_api_key(std::string_view key);
  /// A key that may not write: 403.
  bool add_read_only_key(std::string_view key);
  bool add_hmac_key(const std::string& id, std::string secret);
  token_store& serve_tokens(std::chrono::seconds lifetime);

  /// Throws the 401 problem for a request that may not.
  void check(const request& asked);

  api_keys& keys() { return keys_; }
  hmac_keys& signatures() { return signatures_; }
  token_store* tokens() { return tokens_ ? &*tokens_ : nullptr; }
  statistics& counts() { return counts_; }

 private:
  std::atomic<bool> asks_for_bearer_ = false;
  std::atomic<bool> asks_for_signature_ = false;
  api_keys keys_, read_only_keys_;
  hmac_keys signatures_;
  std::optional<token_store> tokens_;
  statistics counts_;
};

}  // namespace reference_crm
