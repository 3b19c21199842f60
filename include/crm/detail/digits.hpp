/// @file
/// Fixed-width decimal digits, read and written, for dates and times.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <crm/detail/load.hpp>

namespace crm::inline v0::detail {

/// The number in exactly `count` ASCII digits at `from`, or nothing.
[[nodiscard, gnu::always_inline]] constexpr std::optional<int> digits(std::string_view text, std::size_t from,
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

/// Eight characters of a form, in which `0` stands for any digit.
struct digit_form {
  consteval digit_form(const char (&form)[9]) : text{load<std::uint64_t>(form)} {
    for (unsigned i = 0; i < 8; ++i) room |= std::uint64_t{form[i] == '0' ? 0x7FU - 9 : 0x7FU} << 8 * i;
  }

  std::uint64_t text;
  /// What takes a byte to its highest bit and no further, where it is as large as it may be.
  std::uint64_t room = 0;
};

/// What each digit makes with the one behind it: of `2024-03-`, 20 at place 0, 24 at 2, 3 at 5. Places are bytes of the
/// answer; nothing where the eight characters there have another form. They are looked at together.
[[nodiscard, gnu::always_inline]] constexpr std::optional<std::uint64_t> digit_pairs(const char* from,
                                                                                     digit_form form) noexcept {
  const std::uint64_t digits = load<std::uint64_t>(from) ^ form.text;
  if ((((digits + form.room) | digits) & 0x8080808080808080U) != 0) return std::nullopt;
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
