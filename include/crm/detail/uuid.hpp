/// @file
/// Random identifiers. (RFC 9562, section 5.4, version 4.)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include <crm/detail/kept_by_thread.hpp>

namespace crm::inline v0::detail {

/// 122 random bits from the system, as `xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx`.
[[nodiscard]] inline std::string uuid_v4() {
  constexpr std::string_view hex = "0123456789abcdef";
  // Kept, as making one asks the processor what it can, which takes 17 us of a virtual machine.
  std::optional<std::random_device> own;
  auto* const kept = kept_by_thread<std::random_device>();
  std::random_device& random = kept != nullptr ? *kept : own.emplace();
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < bytes.size(); i += 4) {
    const auto drawn = static_cast<std::uint32_t>(random());
    for (std::size_t j = 0; j < 4; ++j) bytes[i + j] = static_cast<std::uint8_t>(drawn >> (8 * j));
  }
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
    out.append({hex[bytes[i] >> 4U], hex[bytes[i] & 15U]});
  }
  return out;
}

}  // namespace crm::inline v0::detail
