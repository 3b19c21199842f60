/// @file
/// A hash of text, for tables in memory: quick, and not against those who choose their keys to collide.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace crm::inline v0::detail {

/// Sixteen bytes at a time, each half multiplied by the golden ratio. (D. Knuth, TAOCP, volume 3, section 6.4.)
[[nodiscard]] inline std::uint64_t hash_of(std::string_view text, std::uint64_t seed) noexcept {
  constexpr std::uint64_t ratio = 0x9E3779B97F4A7C15U;
  std::uint64_t low = (seed * ratio + text.size()) * ratio, high = ratio;
  const auto mix = [&](const char* sixteen) {
    std::uint64_t halves[2];
    std::memcpy(halves, sixteen, sizeof halves);
    low = std::rotl((low ^ halves[0]) * ratio, 31);
    high = std::rotl((high ^ halves[1]) * ratio, 31);
  };
  if (text.size() >= 16) {
    const char* const last = text.data() + text.size() - 16;
    for (const char* at = text.data(); at < last; at += 16) mix(at);
    mix(last);
  } else if (!text.empty()) {
    char padded[16]{};
    std::memcpy(padded, text.data(), text.size());
    mix(padded);
  }
  // What differs at the upper end alone must be seen at the lower end too.
  std::uint64_t both = low ^ std::rotl(high, 32);
  both = (both ^ both >> 32U) * ratio;
  return both ^ both >> 32U;
}

}  // namespace crm::inline v0::detail
