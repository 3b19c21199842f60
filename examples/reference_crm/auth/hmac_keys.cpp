#include "auth/hmac_keys.hpp"

#include <algorithm>

#include "auth/digest.hpp"
#include "auth/hmac_header.hpp"
#include "problem.hpp"

namespace reference_crm {

bool hmac_keys::add(const std::string& id, std::string secret) {
  const std::scoped_lock lock(mutex_);
  return keys_.try_emplace(id, key{.secret = std::move(secret), .nonces = nonce_memory(nonces_a_key_)}).second;
}

bool hmac_keys::revoke(std::string_view id) {
  const std::scoped_lock lock(mutex_);
  const auto found = keys_.find(id);
  if (found == keys_.end()) return false;
  keys_.erase(found);
  return true;
}

std::string_view hmac_keys::check(const request& asked, std::string_view parameters) {
  const auto sent = parse_hmac(parameters);
  if (!sent) return "malformed";
  const auto text = canonical_text(asked, *sent);

  const std::scoped_lock lock(mutex_);
  const auto found = keys_.find(sent->key_id);
  if (found == keys_.end()) return "unknown_key";
  // The signature first: who has no secret can neither try the clock nor fill the memory.
  if (!same_secret(to_hex(hmac_sha256(found->second.secret, text)), sent->signature)) return "wrong_signature";

  const auto now = clock_.now();
  const std::chrono::sys_seconds signed_at{std::chrono::seconds(sent->seconds)};
  if (signed_at < now - window || signed_at > now + window) return "stale_timestamp";

  auto& nonces = found->second.nonces;
  switch (nonces.remember(sent->nonce, signed_at + window, now)) {
    case nonce_memory::verdict::fresh: return {};
    case nonce_memory::verdict::seen: return "replayed_nonce";
    case nonce_memory::verdict::full: break;
  }
  const auto wait = std::max<std::chrono::seconds>(nonces.room_at() - now, std::chrono::seconds(1));
  throw problem{429,
                "nonces-exhausted",
                "Too many signed requests: no more nonces can be remembered now.",
                {},
                {{"Retry-After", std::to_string(wait.count())}}};
}

}  // namespace reference_crm
