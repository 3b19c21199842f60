/// @file
/// Fixed-width decimal digits, read and written, for dates and times.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

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
  constexpr explicit written(const T& value) noexcept
      : size_{static_cast<std::size_t>(value.write(bytes_.data()) - bytes_.data())} {}
  [[nodiscard]] constexpr std::string_view text() const noexcept { return {bytes_.data(), size_}; }

 private:
  std::array<char, most> bytes_{};
  std::size_t size_;
};

/// Appends `value` with leading zeros, at least `width` digits. Requires `value >= 0`.
inline void append_digits(std::string& out, int value, std::size_t width) {
  const std::string text = std::to_string(value);
  if (text.size() < width) out.append(width - text.size(), '0');
  out.append(text);
}

}  // namespace crm::inline v0::detail
