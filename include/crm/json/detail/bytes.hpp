/// @file
/// Text known to the compiler, looked for in a body.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <crm/config.hpp>
#include <crm/detail/load.hpp>
#include <crm/model/fields.hpp>

namespace crm::inline v0::json::detail {

/// Whether this text is here. As `memcmp`, which GCC 12 calls for so few bytes too; requires that as many can be read.
template <fixed_string Text>
[[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] constexpr bool is_at(const char* from) noexcept {
  constexpr std::size_t size = Text.view().size();
  const auto same = [&]<std::unsigned_integral Word>(Word) {
    // The last word begins where it fits, and so looks at some bytes again.
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ([&] {
        constexpr std::size_t at = std::min(I * sizeof(Word), size - sizeof(Word));
        constexpr Word expected = v0::detail::load<Word>(Text.chars + at);
        return v0::detail::load<Word>(from + at) == expected;
      }() && ...);
    }
    (std::make_index_sequence<(size + sizeof(Word) - 1) / sizeof(Word)>{});
  };
  if constexpr (size >= sizeof(std::uint64_t))
    return same(std::uint64_t{});
  else if constexpr (size >= sizeof(std::uint32_t))
    return same(std::uint32_t{});
  else
    return same(std::uint8_t{});
}

}  // namespace crm::inline v0::json::detail
