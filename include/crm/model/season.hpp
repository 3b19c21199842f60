/// @file
/// A season is named by its year.
#pragma once

#include <compare>
#include <concepts>
#include <optional>
#include <ostream>
#include <string>

#include <crm/detail/digits.hpp>
#include <crm/detail/remedy.hpp>
#include <crm/result.hpp>

namespace crm::inline v0 {

/// A year from 1900 to 2100. A literal converts and is checked by the compiler; a number met at run time goes
/// through `of`.
class season {
 public:
  static constexpr int first = 1900;
  static constexpr int last = 2100;

  consteval season(int year) : year_{year} {
    if (year < first || year > last) remedy::a_season_is_a_year_from_1900_to_2100();
  }

  [[nodiscard]] static result<season> of(std::integral auto year) {
    if (const auto made = read(year)) return *made;
    return invalid_argument("a season is a year from 1900 to 2100");
  }

  /// As `of`, without a message.
  [[nodiscard]] static constexpr std::optional<season> read(std::integral auto year) noexcept {
    // Widened, for the bounds themselves do not fit every integer; a negative year becomes a huge one.
    const auto wide = static_cast<unsigned long long>(year);
    if (wide < static_cast<unsigned long long>(first) || wide > static_cast<unsigned long long>(last))
      return std::nullopt;
    return season{static_cast<int>(year), unchecked{}};
  }

  [[nodiscard]] constexpr int year() const noexcept { return year_; }

  /// Writes the year. Answers with where it ends.
  constexpr char* write(char* at) const noexcept { return detail::put_digits(at, year_, 4); }

  friend constexpr auto operator<=>(const season&, const season&) = default;
  friend std::ostream& operator<<(std::ostream& out, const season& s) { return out << s.year_; }

 private:
  struct unchecked {};
  constexpr season(int year, unchecked) noexcept : year_{year} {}

  int year_;
};

}  // namespace crm::inline v0
