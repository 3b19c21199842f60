/// @file
/// A file descriptor that is closed when its owner goes, and writing to one.
#pragma once

#include <string_view>
#include <utility>

namespace crm_cli {

class descriptor {
 public:
  /// Takes what `open` and its kin answer; -1 is none.
  explicit descriptor(int number = -1) noexcept : number_{number} {}
  descriptor(descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor();

  [[nodiscard]] int number() const noexcept { return number_; }
  [[nodiscard]] explicit operator bool() const noexcept { return number_ >= 0; }

 private:
  int number_;
};

/// Writes all of it, in one piece where the system takes it so. Answers 0 or the reason in `errno`'s numbers.
[[nodiscard]] int write_all(int number, std::string_view text) noexcept;

}  // namespace crm_cli
