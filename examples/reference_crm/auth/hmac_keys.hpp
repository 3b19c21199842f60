#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "auth/nonce_memory.hpp"
#include "clock.hpp"
#include "http.hpp"

namespace reference_crm {

/// The shared secrets, and who may use them. Safe from many threads.
class hmac_keys {
 public:
  static constexpr std::chrono::seconds window{300};

  hmac_keys(const server_clock& clock, std::size_t nonces_a_key) : clock_(clock), nonces_a_key_(nonces_a_key) {}

  /// False if there is such a key already.
  bool add(const std::string& id, std::string secret);

  /// False if there was no such key.
  bool revoke(std::string_view id);

  /// Empty for a good signature; or the error for the challenge. A good one is used up: it is good once.
  /// Throws the 429 problem where a nonce cannot be remembered, for then nobody could tell a replay.
  std::string_view check(const request& asked, std::string_view parameters);

 private:
  struct key {
    std::string secret;
    nonce_memory nonces;
  };

  const server_clock clock_;
  const std::size_t nonces_a_key_;
  std::mutex mutex_;
  std::map<std::string, key, std::less<>> keys_;
};

}  // namespace reference_crm
