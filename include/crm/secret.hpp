/// @file
/// A credential in memory: nothing prints it, and its bytes are overwritten when it goes.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <crm/detail/caught.hpp>
#include <crm/detail/remedy.hpp>
#include <crm/detail/wipe.hpp>
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
    // A key given by mistake for a name must not come out in the message, and may well be capitals and digits: a name
    // is told only if it has an underscore too.
    const auto plain = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    const bool name = variable.find('_') != std::string::npos && std::all_of(variable.begin(), variable.end(), plain);
    const std::string named = name ? " " + variable : "";
    const char* text = std::getenv(variable.c_str());
    if (text == nullptr) return invalid_argument("the environment variable" + named + " is not set");
    auto made = from_text(text);
    if (!made) return invalid_argument("the environment variable" + named + ": " + made.error().message);
    return made;
  }

  /// Reads a file, as Docker's secrets and systemd's credentials come: one line break at its end is not part of it.
  [[nodiscard]] static result<secret> from_file(const std::string& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "rb"), &std::fclose};
    // A credential given by mistake for a path must not come out in the message.
    if (file == nullptr) return invalid_argument("the credential's file cannot be opened");
    std::setvbuf(file.get(), nullptr, _IONBF, 0);  // or its buffer would keep a copy
    const secret room{most_file_bytes + 1};
    const std::size_t size = std::fread(room.bytes_.get(), 1, room.size_, file.get());
    if (std::ferror(file.get()) != 0) return invalid_argument("the credential's file cannot be read");
    if (size > most_file_bytes) return invalid_argument("the credential's file is longer than 64 KiB");
    std::string_view text{room.bytes_.get(), size};
    if (text.ends_with('\n')) text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
    auto made = from_text(text);
    if (!made) return invalid_argument("the credential's file " + path + ": " + made.error().message);
    return made;
  }

  /// Asks a source, e.g. a vault's client: `source()` is a `std::string`, which is overwritten, or a `result` of one.
  /// What it throws comes out as an error that does not repeat it.
  template <std::invocable Source>
    requires std::convertible_to<std::invoke_result_t<Source&>, result<std::string>>
  [[nodiscard]] static result<secret> from_source(Source source) {
    result<std::string> given =
        detail::caught([&]() -> result<std::string> { return std::invoke(source); },
                       []() -> result<std::string> { return invalid_argument("the credential's source failed"); });
    if (!given) return std::move(given).error();
    auto made = from_text(*given);
    detail::wipe(*given);
    return made;
  }

  secret(const secret& other) : secret{other.reveal()} {}
  secret(secret&& other) noexcept : bytes_{std::move(other.bytes_)}, size_{std::exchange(other.size_, 0)} {}
  secret& operator=(secret other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~secret() { detail::wipe(bytes_.get(), size_); }

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
  static constexpr std::size_t most_file_bytes = 64U << 10U;

  explicit secret(std::size_t size) : bytes_{std::make_unique<char[]>(size)}, size_{size} {}
  explicit secret(std::string_view text) : secret{text.size()} { std::copy(text.begin(), text.end(), bytes_.get()); }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

/// Whether there is a credential: one was made, and not moved from since.
[[nodiscard]] inline result<void> check_secret(const result<secret>& given) {
  if (!given) return given.error();
  if ((*given).reveal().empty()) return invalid_argument("the credential was moved from");
  return {};
}

}  // namespace crm::inline v0
