/// @file
/// Characters taken several together.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <crm/config.hpp>

namespace crm::inline v0::detail {

/// As many characters as the number has bytes, the first in its lowest byte.
template <std::unsigned_integral Word>
[[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] constexpr Word load(const char* from) noexcept {
  Word word = 0;
  if (std::endian::native == std::endian::little && !std::is_constant_evaluated()) {
    std::memcpy(&word, from, sizeof(Word));
  } else {
    for (std::size_t i = sizeof(Word); i-- > 0;)
      word = static_cast<Word>(std::uint64_t{word} << 8U | static_cast<unsigned char>(from[i]));
  }
  return word;
}

}  // namespace crm::inline v0::detail
