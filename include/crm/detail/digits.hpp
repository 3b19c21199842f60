/// @file
/// Fixed-width decimal digits, read and written, for dates and times.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <crm/config.hpp>
#include <crm/detail/load.hpp>

namespace crm::inline v0::detail {

/// The number in exactly `count` ASCII digits at `from`, or nothing.
[[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] constexpr std::optional<int> digits(std::string_view text, std::size_t from,
                                                                            std::size_t count) noexcept {
  if (from + count > text.size()) return std::nullopt;
  int value = 0;
  bool all_digits = true;
  for (std::size_t i = from; i < from + count; ++i) {
    const int digit = text[i] - '0';
    all_digits = all_digits && digit >= 0 && digit <= 9;
    value = value * 10 + digit;
  }
  return all_digits ? std::optional{value} : std::nullopt;
}

/// Characters of a form, in which `0` stands for any digit.
template <std::unsigned_integral Word>
struct digit_form {
  consteval digit_form(const char (&form)[sizeof(Word) + 1]) : text{load<Word>(form)} {
    for (unsigned i = 0; i < sizeof(Word); ++i) room |= static_cast<Word>(form[i] == '0' ? 0x7FU - 9 : 0x7FU) << 8 * i;
  }

  Word text;
  /// What takes a byte to its highest bit and no further, where it is as large as it may be.
  Word room = 0;
};

/// What each digit makes with the one behind it: of `2024-03-`, 20 at place 0, 24 at 2, 3 at 5. Places are bytes of the
/// answer; nothing where the characters there have another form. They are looked at together.
template <std::unsigned_integral Word>
[[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] constexpr std::optional<Word> digit_pairs(
    const char* from, std::type_identity_t<digit_form<Word>> form) noexcept {
  const Word digits = load<Word>(from) ^ form.text;
  constexpr Word highest = ~Word{0} / 0xFFU * 0x80U;
  if ((((digits + form.room) | digits) & highest) != 0) return std::nullopt;
  return digits * 10 + (digits >> 8U);
}
[[nodiscard]] constexpr int pair_at(std::uint64_t pairs, unsigned place) noexcept {
  return static_cast<int>((pairs >> 8 * place) & 0xFFU);
}

/// Writes exactly `width` digits, with leading zeros. Answers with where they end. Requires `0 <= value < 10^width`.
constexpr char* put_digits(char* at, int value, int width) noexcept {
  for (char* digit = at + width; digit != at; value /= 10) *--digit = static_cast<char>('0' + value % 10);
  return at + width;
}

/// What `value.write(char*)` writes, at most as much as the longest of them, `YYYY-MM-DDThh:mm:ss.ffffffZ`.
class written {
 public:
  static constexpr std::size_t most = 27;

  template <class T>
  constexpr explicit written(const T& value) noexcept {
    size_ = static_cast<std::size_t>(value.write(bytes_.data()) - bytes_.data());
  }
  [[nodiscard]] constexpr std::string_view text() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, most> bytes_{};
  std::size_t size_ = 0;
};

/// Appends `value` with leading zeros, at least `width` digits. Requires `value >= 0`.
inline void append_digits(std::string& out, int value, std::size_t width) {
  const std::string text = std::to_string(value);
  if (text.size() < width) out.append(width - text.size(), '0');
  out.append(text);
}

}  // namespace crm::inline v0::detail
