/// @file
/// Whether an answer's headers leave no doubt where its body ends. (RFC 9112, section 6.)
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include <crm/http/message.hpp>

namespace crm::inline v0::detail {

/// Static text that says what is wrong with an answer's head, or nothing where it can be trusted.
[[nodiscard]] inline std::optional<std::string_view> framing_fault(int status, const http::header_list& headers) {
  if (status < 100 || status > 599) return "the status is none that HTTP defines";
  std::optional<std::string_view> length;
  bool chunked = false;
  for (const auto& [name, value] : headers) {
    if (http::same_name(name, "Content-Length")) {
      const bool digits = !value.empty() && value.size() <= 18 &&
                          std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (!digits) return "the content length is no number";
      if (length && *length != value) return "the answer has two content lengths";
      length = value;
    } else if (http::same_name(name, "Transfer-Encoding")) {
      if (!http::same_name(value, "chunked")) return "the transfer coding is unknown";
      // Said twice it could mean chunks within chunks.
      if (std::exchange(chunked, true)) return "the answer has two transfer codings";
    } else if (http::same_name(name, "Content-Encoding") && !http::same_name(value, "identity")) {
      return "the body is compressed, which was not asked for";
    }
  }
  if (length && chunked) return "the answer has both a content length and a transfer coding";
  return std::nullopt;
}

/// The same of an answer to a request that was `conditional` or not. (RFC 9110, sections 15.2.2 and 15.4.5.)
[[nodiscard]] inline std::optional<std::string_view> answer_fault(int status, const http::header_list& headers,
                                                                  bool conditional) {
  if (const auto wrong = framing_fault(status, headers)) return wrong;
  if (status == 101 || (status == 304 && !conditional)) return "the CRM answers 304 or 101 unasked";
  return std::nullopt;
}

/// Whether the first bytes, however few there are yet, can be those of an answer. (RFC 9112, section 2.3.)
[[nodiscard]] inline bool may_begin_answer(std::string_view bytes) noexcept {
  constexpr std::string_view begin = "HTTP/1.";
  return bytes.substr(0, begin.size()) == begin.substr(0, bytes.size());
}

/// How much room is made for a body on the word of its length alone; beyond, it has room when it comes.
inline constexpr std::size_t most_on_its_word = 1U << 20U;

/// How many interim answers may come before the answer. (RFC 9110, section 15.2.)
inline constexpr int most_interim = 16;

}  // namespace crm::inline v0::detail
