/// @file
/// From a key to a field's position, in one step.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <crm/config.hpp>
#include <crm/detail/load.hpp>
#include <crm/model/fields.hpp>

namespace crm::inline v0::json::detail {

/// A name as it stands in a body: with its quotes and its colon.
template <record T, std::size_t I>
inline constexpr auto quoted_name = []<std::size_t... C>(std::index_sequence<C...>) {
  return fixed_string<sizeof...(C) + 4>{{'"', field_names<T>[I][C]..., '"', ':', '\0'}};
}
(std::make_index_sequence<field_names<T>[I].size()>{});

/// A perfect hash of a record's field names, found by the compiler: of a key's length and the four bytes at each of its
/// ends. Names are compared some words at a time, what is behind them masked out.
template <record T>
class key_table {
 public:
  static constexpr std::size_t count = field_count<T>;

 private:
  using word = std::uint64_t;

  static constexpr std::size_t words = [] {
    std::size_t longest = 1;
    for (const auto name : field_names<T>) longest = std::max(longest, name.size() + 3);
    return (longest + sizeof(word) - 1) / sizeof(word);
  }();

 public:
  /// How many bytes from the opening quote must be readable.
  static constexpr std::size_t readable = words * sizeof(word);

  /// The position of the field whose quoted name and colon are at `from`, the colon behind `to_colon` bytes; or
  /// `count`: there is none, or no such hash was found.
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] static constexpr std::size_t find(const char* from,
                                                                            std::size_t to_colon) noexcept {
    if (!table.found || to_colon < least || to_colon >= readable) return count;
    const std::size_t index = table.positions[slot(from, to_colon, table.multiplier)];
    const image& name = table.names[index];
    word differences = 0;
    for (std::size_t w = 0; w < words; ++w)
      differences |= (v0::detail::load<word>(from + w * sizeof(word)) ^ name.text[w]) & name.mask[w];
    return differences == 0 ? index : count;
  }

 private:
  static constexpr std::size_t bits = std::bit_width(4 * count + 1);
  static constexpr std::size_t least = 3;  // a letter between quotes

  [[nodiscard]] static constexpr std::size_t slot(const char* from, std::size_t to_colon, word multiplier) noexcept {
    const word ends = v0::detail::load<std::uint32_t>(from) | word{v0::detail::load<std::uint32_t>(from + to_colon - 3)}
                                                                  << 32U;
    return static_cast<std::size_t>(((ends + to_colon) * multiplier) >> (64U - bits));
  }

  struct image {
    std::array<word, words> text{}, mask{};
  };
  struct table_of_names {
    bool found = false;
    word multiplier = 0;
    std::array<std::uint16_t, std::size_t{1} << bits> positions{};
    std::array<image, count + 1> names{};
  };

  [[nodiscard]] static constexpr table_of_names search() {
    table_of_names made;
    std::array<std::array<char, readable>, count> quoted{};
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (std::copy_n(quoted_name<T, I>.chars, quoted_name<T, I>.view().size(), quoted[I].begin()), ...);
    }
    (std::make_index_sequence<count>{});
    made.names[count].text[0] = 1;  // is no key's, for nothing is masked out to one
    for (std::size_t f = 0; f < count; ++f) {
      if (field_names<T>[f].empty()) return made;
      std::array<char, readable> mask{};
      std::fill_n(mask.begin(), field_names<T>[f].size() + 3, static_cast<char>(0xFF));
      for (std::size_t w = 0; w < words; ++w) {
        made.names[f].text[w] = v0::detail::load<word>(quoted[f].data() + w * sizeof(word));
        made.names[f].mask[w] = v0::detail::load<word>(mask.data() + w * sizeof(word));
      }
    }
    constexpr int most_tries = 200;
    made.multiplier = 0x9E3779B97F4A7C15U;  // odd, and far from any pattern: 2^64 divided by the golden ratio
    for (int i = 0; i < most_tries && !made.found; ++i) {
      made.multiplier = (made.multiplier * 6364136223846793005U + 1442695040888963407U) | 1U;
      made.positions.fill(static_cast<std::uint16_t>(count));
      made.found = true;
      for (std::size_t f = 0; made.found && f < count; ++f) {
        auto& place = made.positions[slot(quoted[f].data(), field_names<T>[f].size() + 2, made.multiplier)];
        made.found = place == count;
        place = static_cast<std::uint16_t>(f);
      }
    }
    return made;
  }

  static constexpr table_of_names table = search();
};

}  // namespace crm::inline v0::json::detail
