/// @file
/// Why a task is in its state, in words of our own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <crm/error.hpp>

namespace sop {

/// Text that was fixed when the program was compiled. Reasons are made of it alone, so that no text of the CRM's or of
/// a message's, which may speak of a customer, can get into the database.
class code_word {
 public:
  template <std::size_t N>
  consteval code_word(const char (&literal)[N]) : text_{literal, N - 1} {}
  constexpr code_word(crm::errc code) noexcept : text_{to_string(code)} {}

  [[nodiscard]] constexpr std::string_view str() const noexcept { return text_; }

 private:
  std::string_view text_;
};

/// A code word, and the HTTP status where there was one.
struct failure {
  code_word what;
  int http_status = 0;
};

[[nodiscard]] inline std::string to_string(const failure& f) {
  std::string text{f.what.str()};
  if (f.http_status != 0) text.append(" (HTTP ").append(std::to_string(f.http_status)).append(")");
  return text;
}

}  // namespace sop
