#include "auth.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "problem.hpp"

namespace reference_crm {

namespace {

using digest = std::array<unsigned char, 32>;

digest sha256(std::string_view text) {
  digest made{};
  if (EVP_Digest(text.data(), text.size(), made.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 failed");
  }
  return made;
}

/// Takes as long for a near miss as for a far one; the digests make the lengths equal.
bool same_secret(std::string_view left, std::string_view right) {
  const auto l = sha256(left);
  const auto r = sha256(right);
  return CRYPTO_memcmp(l.data(), r.data(), l.size()) == 0;
}

bool is_bearer(std::string_view scheme) {
  static constexpr std::string_view bearer = "bearer";
  return std::equal(scheme.begin(), scheme.end(), bearer.begin(), bearer.end(),
                    [](char sent, char lower) { return (sent | 0x20) == lower; });
}

}  // namespace

void api_key_auth::check(const request& asked) const {
  const auto sent = asked.header("authorization").value_or("");
  const auto space = std::min(sent.find(' '), sent.size());
  if (!is_bearer(std::string_view(sent).substr(0, space))) {
    throw problem{401,
                  "credentials-missing",
                  "Send the API key as a bearer token.",
                  {},
                  {{"WWW-Authenticate", "Bearer realm=\"crm\""}}};
  }

  auto token = std::string_view(sent).substr(space);
  token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
  if (!same_secret(token, key_)) {
    throw problem{401,
                  "credentials-refused",
                  "The API key is not known.",
                  {},
                  {{"WWW-Authenticate", "Bearer realm=\"crm\", error=\"invalid_token\""}}};
  }
}

}  // namespace reference_crm
