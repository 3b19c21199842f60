/// @file
/// From a key to a field's position, in one step.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <crm/model/fields.hpp>

namespace crm::inline v0::json::detail {

/// A perfect hash of a record's field names, found by the compiler: of a key's length and three of its characters.
/// Where none is found, names are compared one by one.
template <record T>
class key_table {
 public:
  static constexpr std::size_t count = field_count<T>;

  /// The position of the field, or `count`.
  [[nodiscard]] static constexpr std::size_t find(std::string_view key) noexcept {
    if constexpr (table.multiplier == 0) {
      return field_index<T>(key);
    } else {
      if (key.empty()) return count;
      const std::size_t index = table.positions[slot(key, table.multiplier)];
      return index < count && field_names<T>[index] == key ? index : count;
    }
  }

 private:
  static constexpr std::size_t bits = std::bit_width(4 * count);

  [[nodiscard]] static constexpr std::size_t slot(std::string_view key, std::uint32_t multiplier) noexcept {
    const auto byte = [](char c) { return static_cast<std::uint32_t>(static_cast<unsigned char>(c)); };
    const std::uint32_t word = static_cast<std::uint32_t>(key.size() & 0xFFU) | byte(key.front()) << 8U |
                               byte(key[key.size() / 2]) << 16U | byte(key.back()) << 24U;
    return (word * multiplier) >> (32U - bits);
  }

  struct found {
    std::uint32_t multiplier = 0;
    std::array<std::uint16_t, std::size_t{1} << bits> positions{};
  };

  [[nodiscard]] static constexpr found search() {
    constexpr int most_tries = 200;
    std::uint32_t multiplier = 0x9E3779B1U;  // odd, and far from any pattern: 2^32 divided by the golden ratio
    for (int i = 0; i < most_tries; ++i, multiplier = multiplier * 1664525U + 1013904222U) {
      found made{multiplier | 1U, {}};
      made.positions.fill(static_cast<std::uint16_t>(count));
      bool unique = true;
      for (std::size_t f = 0; unique && f < count; ++f) {
        if (field_names<T>[f].empty()) return {};
        auto& place = made.positions[slot(field_names<T>[f], made.multiplier)];
        unique = place == count;
        place = static_cast<std::uint16_t>(f);
      }
      if (unique) return made;
    }
    return {};
  }

  static constexpr found table = search();
};

}  // namespace crm::inline v0::json::detail
