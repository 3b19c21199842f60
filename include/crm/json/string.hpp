/// @file
/// Text as a JSON string. (RFC 8259, section 7.)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <crm/detail/load.hpp>
#include <crm/detail/utf8.hpp>

namespace crm::inline v0::json {

namespace detail {

/// Whether a byte stands for itself in a JSON string, whatever is around it.
[[nodiscard]] constexpr bool is_plain(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

/// The same of eight bytes together.
[[nodiscard]] constexpr bool are_plain(std::uint64_t bytes) noexcept {
  constexpr std::uint64_t each = 0x0101010101010101U, high = 0x80 * each;
  // A byte below 0x20, or one that became zero, borrows from its own high bit; and none takes from the next one but
  // where it is not plain itself.
  const std::uint64_t control = bytes - 0x20 * each, quote = (bytes ^ '"' * each) - each,
                      backslash = (bytes ^ '\\' * each) - each;
  return ((bytes | control | quote | backslash) & high) == 0;
}

using v0::detail::load;

/// One to seven bytes together, some of them twice.
[[nodiscard]] inline std::uint64_t load_few(std::string_view text) noexcept {
  const char* const begin = text.data();
  const std::size_t size = text.size();
  if (size >= 4) return load<std::uint32_t>(begin) | std::uint64_t{load<std::uint32_t>(begin + size - 4)} << 32U;
  constexpr std::uint64_t blanks = 0x2020202020000000U;
  const auto byte = [&](std::size_t at) { return std::uint64_t{load<std::uint8_t>(begin + at)}; };
  return blanks | byte(0) | byte(size / 2) << 8U | byte(size - 1) << 16U;
}

/// How many bytes at the beginning are plain.
[[nodiscard]] inline std::size_t plain_prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  if (text.size() < 8) {
    if (text.empty() || are_plain(load_few(text))) return text.size();
  } else {
    while (at + 8 <= text.size() && are_plain(load<std::uint64_t>(text.data() + at))) at += 8;
    // What is left is looked at together with some of what was.
    if (at + 8 > text.size() && are_plain(load<std::uint64_t>(text.data() + text.size() - 8))) return text.size();
  }
  while (is_plain(text[at])) ++at;
  return at;
}

/// The size of what stands for this byte.
[[nodiscard]] constexpr std::size_t escaped_size(char c) noexcept {
  if (c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t') return 2;
  return static_cast<unsigned char>(c) < 0x20 ? 6 : 1;
}

/// How much room JSON takes, at most, and whether all text in it is plain.
class room {
 public:
  std::size_t size = 0;
  bool plain = true;

  void add(std::size_t bytes) noexcept { size += bytes; }
  void add_string(std::string_view text) noexcept {
    const std::size_t prefix = plain_prefix(text);
    size += 2 + prefix;
    if (prefix != text.size()) add_escaped(text.substr(prefix));
  }

 private:
  // Apart, as what is rare would be in the way of the rest.
  [[gnu::noinline]] void add_escaped(std::string_view text) noexcept {
    plain = false;
    for (const char c : text) size += escaped_size(c);
  }
};

/// Writes to memory in which there is that room: nothing is checked but the text itself.
class writer {
 public:
  writer(char* begin, const room& of) noexcept : at_{begin}, plain_{of.plain} {}

  [[nodiscard]] char* at() const noexcept { return at_; }
  void resume_at(char* end) noexcept { at_ = end; }

  void put(char c) noexcept { *at_++ = c; }
  void put(std::string_view text) noexcept { at_ = std::copy(text.begin(), text.end(), at_); }

  /// A JSON string. Answers whether it was UTF-8; nothing of it is written where it was not.
  [[nodiscard]] bool put_string(std::string_view text) noexcept {
    if (!plain_) return put_escaped(text);
    put('"'), put(text), put('"');
    return true;
  }

 private:
  [[gnu::noinline]] bool put_escaped(std::string_view text) noexcept {
    constexpr std::string_view hex = "0123456789abcdef";
    const std::size_t plain = plain_prefix(text);
    if (plain != text.size() && !v0::detail::is_utf8(text.substr(plain))) return false;
    put('"'), put(text.substr(0, plain));
    for (const char c : text.substr(plain)) {
      switch (c) {
        case '"': put("\\\""); break;
        case '\\': put("\\\\"); break;
        case '\n': put("\\n"); break;
        case '\r': put("\\r"); break;
        case '\t': put("\\t"); break;
        default:
          if (const auto byte = static_cast<unsigned char>(c); byte < 0x20) {
            put("\\u00"), put(hex[byte >> 4U]), put(hex[byte & 15U]);
          } else {
            put(c);
          }
      }
    }
    return put('"'), true;
  }

  char* at_;
  bool plain_;
};

/// Appends what `write(writer&)` writes. Answers what it answers.
template <class Write>
bool append_written(std::string& out, const room& most, Write write) {
  const std::size_t size = out.size();
  out.resize(size + most.size);
  writer in{out.data() + size, most};
  const bool sound = write(in);
  out.resize(static_cast<std::size_t>(in.at() - out.data()));
  return sound;
}

}  // namespace detail

/// Appends a JSON string: quotes, backslashes and control characters escaped. Answers whether it was UTF-8; nothing is
/// appended where it was not.
inline bool append_string(std::string& out, std::string_view text) {
  detail::room most;
  most.add_string(text);
  return detail::append_written(out, most, [&](detail::writer& in) { return in.put_string(text); });
}

}  // namespace crm::inline v0::json
