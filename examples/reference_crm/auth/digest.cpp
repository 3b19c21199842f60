#include "auth/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <cstdint>
#include <stdexcept>

namespace reference_crm {

digest sha256(std::string_view text) {
  digest made{};
  if (EVP_Digest(text.data(), text.size(), made.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 failed");
  }
  return made;
}

digest hmac_sha256(std::string_view secret, std::string_view text) {
  digest made{};
  unsigned size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes, text.size(), made.data(), &size) ==
          nullptr ||
      size != made.size()) {
    throw std::runtime_error("HMAC-SHA256 failed");
  }
  return made;
}

std::string to_hex(const digest& from) {
  std::string text;
  text.reserve(2 * from.size());
  for (const unsigned char byte : from) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

bool same_secret(std::string_view left, std::string_view right) {
  const auto l = sha256(left);
  const auto r = sha256(right);
  return CRYPTO_memcmp(l.data(), r.data(), l.size()) == 0;
}

std::string random_secret() {
  digest bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::runtime_error("no random bytes");
  return to_hex(bytes);
}

std::optional<std::string> base64_decode(std::string_view text) {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return std::nullopt;
  const auto end = text.find('=');
  const auto digits = text.substr(0, end);
  if (text.size() - digits.size() > 2 || text.find_first_not_of('=', digits.size()) != std::string_view::npos) {
    return std::nullopt;
  }

  std::string decoded;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : digits) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xFFFFu;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    decoded += static_cast<char>((bits >> held) & 0xFFu);
  }
  return decoded;
}

}  // namespace reference_crm
