/// @file
/// Stable fakes in the place of a person's data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <crm/detail/digits.hpp>
#include <crm/model/date.hpp>
#include <crm/model/timestamp.hpp>

namespace crm::inline v0::testing::detail {

/// The same text gets the same fake everywhere; which one is told by nothing but the order in which texts are met, so
/// that no fake can be turned back by guessing. A fake has the form that decoders ask for: a date's, a time's, text.
class pseudonyms {
 public:
  [[nodiscard]] std::string of(std::string_view text) {
    if (text.empty()) return {};
    const auto [place, fresh] = texts_.try_emplace(std::string{text});
    if (fresh) place->second = made(text);
    return place->second;
  }

  /// Any number, by its text.
  [[nodiscard]] std::string of_number(std::string_view number) {
    const auto [place, fresh] = numbers_.try_emplace(std::string{number});
    if (fresh) place->second = std::to_string(numbers_.size());
    return place->second;
  }

 private:
  [[nodiscard]] std::string made(std::string_view text) {
    if (date::read(text)) return day(dates_++);
    if (timestamp::read(text)) return moment(times_++);
    const std::string fake = "fake-" + std::to_string(++count_);
    return text.find('@') == std::string_view::npos ? fake : fake + "@example.invalid";
  }

  /// One of the days from 1901 on: of 28 days a month, so that every number is one.
  [[nodiscard]] static std::string day(std::size_t number) {
    std::string out;
    v0::detail::append_digits(out, static_cast<int>(1901 + number / 336 % 8000), 4);
    v0::detail::append_digits(out += '-', static_cast<int>(1 + number / 28 % 12), 2);
    v0::detail::append_digits(out += '-', static_cast<int>(1 + number % 28), 2);
    return out;
  }
  [[nodiscard]] static std::string moment(std::size_t number) {
    std::string out = day(number / 86'400);
    v0::detail::append_digits(out += 'T', static_cast<int>(number / 3'600 % 24), 2);
    v0::detail::append_digits(out += ':', static_cast<int>(number / 60 % 60), 2);
    v0::detail::append_digits(out += ':', static_cast<int>(number % 60), 2);
    return out + "Z";
  }

  std::map<std::string, std::string, std::less<>> texts_, numbers_;
  std::size_t count_ = 0, dates_ = 0, times_ = 0;
};

}  // namespace crm::inline v0::testing::detail
