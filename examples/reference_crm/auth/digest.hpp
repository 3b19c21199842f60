#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace reference_crm {

using digest = std::array<unsigned char, 32>;

digest sha256(std::string_view text);
digest hmac_sha256(std::string_view secret, std::string_view text);

/// In lower case.
std::string to_hex(const digest& from);

/// Takes as long for a near miss as for a far one; it compares digests, so that the lengths are equal.
bool same_secret(std::string_view left, std::string_view right);

/// 256 random bits as 64 hexadecimal digits.
std::string random_secret();

/// RFC 4648, section 4, with its padding; empty where the text is not that.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace reference_crm
