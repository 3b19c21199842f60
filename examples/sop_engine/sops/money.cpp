#include "sops/money.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace sop {

namespace {

/// Digits behind the point. (ISO 4217, table A.1, minor unit.)
std::size_t minor_unit(std::string_view currency) {
  constexpr std::array<std::string_view, 8> none{"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF"};
  constexpr std::array<std::string_view, 6> three{"BHD", "IQD", "JOD", "KWD", "OMR", "TND"};
  if (std::find(none.begin(), none.end(), currency) != none.end()) return 0;
  return std::find(three.begin(), three.end(), currency) != three.end() ? 3 : 2;
}

}  // namespace

bool add_to(totals& sums, std::string_view currency, std::int64_t amount) {
  const bool is_code = currency.size() == 3 &&
                       std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  std::int64_t& sum = sums[is_code ? std::string{currency} : "other"];
  using limits = std::numeric_limits<std::int64_t>;
  if (amount > 0 ? sum > limits::max() - amount : sum < limits::min() - amount) return false;
  sum += amount;
  return true;
}

std::string to_text(std::string_view currency, std::int64_t amount) {
  const std::size_t places = minor_unit(currency);
  std::string digits = std::to_string(amount);
  const std::string sign = amount < 0 ? "-" : "";
  digits.erase(0, sign.size());
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  if (places > 0) digits.insert(digits.size() - places, ".");
  return std::string{currency} + " " + sign + digits;
}

}  // namespace sop
