#include "store/idempotency.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "problem.hpp"

namespace reference_crm {

keys_in_flight::hold::hold(keys_in_flight& owner, std::string key) : owner_(owner), key_(std::move(key)) {
  const std::scoped_lock lock(owner_.mutex_);
  held_ = owner_.keys_.insert(key_).second;
}

keys_in_flight::hold::~hold() {
  if (!held_) return;
  const std::scoped_lock lock(owner_.mutex_);
  owner_.keys_.erase(key_);
}

std::optional<std::string> idempotency_key(const request& from) {
  const auto sent = from.header("idempotency-key");
  if (!sent) return std::nullopt;

  std::string key = *sent;
  bool good = true;
  if (key.starts_with('"')) {
    // RFC 8941, section 3.3.3: a backslash may stand before a quote or a backslash only.
    std::string plain;
    std::size_t i = 1;
    for (; i < key.size() && key[i] != '"'; ++i) {
      if (key[i] == '\\' && (++i == key.size() || (key[i] != '"' && key[i] != '\\'))) break;
      plain += key[i];
    }
    good = i + 1 == key.size() && key[i] == '"';
    key = std::move(plain);
  }
  good = good && !key.empty() && key.size() <= 255 &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!good) throw problem{400, "bad-idempotency-key", "The Idempotency-Key is not 1 to 255 printable characters."};
  return key;
}

std::string fingerprint_of(const request& from) {
  const std::string hashed = from.method + '\n' + from.target + '\n' + from.body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(hashed.data(), hashed.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 failed");
  }
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    hex += "0123456789abcdef"[digest[i] >> 4];
    hex += "0123456789abcdef"[digest[i] & 15];
  }
  return hex;
}

std::optional<answer> stored_answer(connection& db, const std::string& key, const std::string& fingerprint) {
  auto rows = db.query("SELECT fingerprint, status, headers, body FROM idempotency WHERE key = ?", {key});
  if (!rows.next()) return std::nullopt;
  if (rows.text(0) != fingerprint) {
    throw problem{422, "idempotency-key-reused", "This Idempotency-Key was used with another request."};
  }

  answer stored;
  stored.status = static_cast<int>(rows.integer(1));
  stored.headers = nlohmann::json::parse(rows.text(2)).get<decltype(stored.headers)>();
  stored.body = rows.text(3);
  stored.headers.emplace_back("Idempotent-Replayed", "true");
  return stored;
}

void store_answer(connection& db, const std::string& key, const std::string& fingerprint, const answer& given) {
  db.execute("INSERT INTO idempotency (key, fingerprint, status, headers, body) VALUES (?, ?, ?, ?, ?)",
             {key, fingerprint, std::int64_t{given.status}, nlohmann::json(given.headers).dump(), given.body});
}

}  // namespace reference_crm
