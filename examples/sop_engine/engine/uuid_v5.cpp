#include "engine/uuid_v5.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <stdexcept>

namespace sop {

namespace {

using bytes = std::array<unsigned char, 20>;  // as long as a SHA-1

unsigned digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  throw std::invalid_argument("no UUID");
}

std::string to_bytes(std::string_view uuid) {
  std::string digits;
  for (const char c : uuid)
    if (c != '-') digits.push_back(c);
  if (digits.size() != 32) throw std::invalid_argument("no UUID");
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    out.push_back(static_cast<char>(digit(digits[i]) * 16 + digit(digits[i + 1])));
  return out;
}

bytes sha1(const std::string& of) {
  bytes hash{};
  unsigned size = 0;
  if (EVP_Digest(of.data(), of.size(), hash.data(), &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("this OpenSSL has no SHA-1");
  return hash;
}

/// The first 128 bits as text, with the version and the variant set.
std::string to_uuid(bytes hash, unsigned version) {
  hash[6] = static_cast<unsigned char>((hash[6] & 0x0FU) | (version << 4U));
  hash[8] = static_cast<unsigned char>((hash[8] & 0x3FU) | 0x80U);
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
    out.append({hex[hash[i] >> 4U], hex[hash[i] & 15U]});
  }
  return out;
}

}  // namespace

std::string uuid_v5(std::string_view name_space, std::string_view name) {
  return to_uuid(sha1(to_bytes(name_space).append(name)), 5);
}

std::string random_uuid() {
  bytes random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) throw std::runtime_error("no random numbers");
  return to_uuid(random, 4);
}

}  // namespace sop
