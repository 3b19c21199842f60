/// @file
/// A credential in memory: nothing prints it, and its bytes are overwritten when it goes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <crm/detail/remedy.hpp>
#include <crm/result.hpp>

namespace crm::inline v0 {

/// Owns a credential's bytes. No formatter, no conversion; `reveal()` is the one, searchable way out.
class secret {
 public:
  /// Takes what a header can carry: not empty, no white space, no control character, ASCII only.
  [[nodiscard]] static result<secret> from_text(std::string_view text) {
    if (text.empty()) return invalid_argument("the credential is empty");
    const auto unfit = [](char c) { return c <= ' ' || c > '~'; };
    if (std::any_of(text.begin(), text.end(), unfit))
      return invalid_argument("the credential holds white space, a control character or a byte beyond ASCII");
    return secret{text};
  }

  /// Reads an environment variable; the error names the variable, never its content.
  [[nodiscard]] static result<secret> from_env(const std::string& variable) {
    // A key given by mistake for a name must not come out in the message.
    const auto plain = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    const std::string named = std::all_of(variable.begin(), variable.end(), plain) ? " " + variable : "";
    const char* text = std::getenv(variable.c_str());
    if (text == nullptr) return invalid_argument("the environment variable" + named + " is not set");
    auto made = from_text(text);
    if (!made) return invalid_argument("the environment variable" + named + ": " + made.error().message);
    return made;
  }

  secret(const secret& other) : secret{other.reveal()} {}
  secret(secret&& other) noexcept : bytes_{std::move(other.bytes_)}, size_{std::exchange(other.size_, 0)} {}
  secret& operator=(secret other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~secret() {
    // Through volatile: the compiler may not drop stores to memory that is about to be freed.
    volatile char* p = bytes_.get();
    for (std::size_t i = 0; i < size_; ++i) p[i] = 0;
  }

  [[nodiscard]] std::string_view reveal() const noexcept { return {bytes_.get(), size_}; }

  friend remedy::a_secret_is_never_printed_call_reveal_where_it_must_leave operator<<(std::ostream&,
                                                                                      const secret&) = delete;

  /// Takes the same time wherever two secrets of one length differ.
  friend bool operator==(const secret& a, const secret& b) noexcept {
    if (a.size_ != b.size_) return false;
    unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size_; ++i)
      difference = static_cast<unsigned char>(difference | (a.bytes_[i] ^ b.bytes_[i]));
    return difference == 0;
  }

 private:
  explicit secret(std::string_view text) : bytes_{std::make_unique<char[]>(text.size())}, size_{text.size()} {
    std::copy(text.begin(), text.end(), bytes_.get());
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

}  // namespace crm::inline v0
