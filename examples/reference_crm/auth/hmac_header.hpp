#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http.hpp"

namespace reference_crm {

/// What stands in `Authorization: CRM-HMAC-SHA256 …` (docs/contract.md).
struct hmac_credential {
  static constexpr std::string_view scheme = "CRM-HMAC-SHA256";

  std::string key_id;
  std::string timestamp;  ///< As it was sent.
  std::int64_t seconds;   ///< The timestamp as a number.
  std::string nonce;
  std::string signature;
};

/// Characters that a key id may have.
bool is_key_id(std::string_view text);

/// What follows the scheme; empty where it is not as the contract has it.
std::optional<hmac_credential> parse_hmac(std::string_view parameters);

/// The text that is signed.
std::string canonical_text(const request& asked, const hmac_credential& sent);

}  // namespace reference_crm
