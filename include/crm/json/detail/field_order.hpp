/// @file
/// The order in which a server writes the fields of a record.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include <crm/model/fields.hpp>

namespace crm::inline v0::json::detail {

/// In which order the fields of a record came, for those that come next: most servers write all in one.
template <record T>
class field_order {
 public:
  static constexpr std::size_t unknown = field_count<T>;

  /// Whether it is the model's.
  [[nodiscard]] bool is_models() const noexcept { return size_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t operator[](std::size_t n) const noexcept { return fields_[n]; }

  /// What was `n`th, and all behind it, is to be said anew.
  void keep(std::size_t n) noexcept { size_ = n; }
  void add(std::size_t field) noexcept {
    if (size_ < fields_.size()) fields_[size_++] = static_cast<std::uint16_t>(field);
  }
  /// All is said: the model's order has no need to be known by heart.
  void close() noexcept {
    if (std::is_sorted(fields_.begin(), fields_.begin() + static_cast<std::ptrdiff_t>(size_)) &&
        (size_ == 0 || fields_[size_ - 1] != unknown))
      size_ = 0;
  }

 private:
  std::array<std::uint16_t, 2 * field_count<T> + 8> fields_{};
  std::size_t size_ = 0;
};

}  // namespace crm::inline v0::json::detail
