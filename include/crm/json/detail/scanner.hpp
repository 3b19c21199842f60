/// @file
/// What the tokens of a body stand for, if it is as it most likely should be.
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <crm/config.hpp>
#include <crm/detail/arena.hpp>
#include <crm/detail/digits.hpp>
#include <crm/json/detail/bytes.hpp>
#include <crm/json/detail/unescape.hpp>
#include <crm/model/fields.hpp>

namespace crm::inline v0::json::detail {

/// A place among the tokens of a body. What reads from one answers with the place behind what was read, or with null
/// where the body is not as it should be.
using token = const std::uint32_t*;

/// Reads at any token. What it takes is JSON; what it refuses may be JSON nevertheless, such as a key with an escape, a
/// number at the bounds, or a value nested deep: all of that is rare, and left to the parser. So is the reason of a
/// refusal.
///
/// Text without an escape points into the body, other text into the arena.
class scanner {
 public:
  /// Requires what `tokenized::get` gives for this body.
  scanner(std::string_view body, std::span<std::uint32_t> tokens, v0::detail::arena& store) noexcept
      : text_{body.data()}, text_end_{body.data() + body.size()}, end_{tokens.data() + tokens.size()}, store_{store} {
    if (tokens.empty() || !opens(text_[tokens.front()]) || !closes(text_[tokens.back()])) return;
    begin_ = tokens.data();
    // Who goes on behind the last token finds a bracket that opens, which can never follow one that closes.
    tokens.data()[tokens.size()] = tokens.front();
    escape_ = find_escape(text_);
  }

  /// The first token; null where the body does not begin and end as an object or an array does.
  [[nodiscard]] token begin() const noexcept { return begin_; }
  [[nodiscard]] token end() const noexcept { return end_; }
  [[nodiscard]] char peek(token at) const noexcept { return text_[*at]; }

  /// Nothing in front of here is to be read any more. Text behind an escape takes longer, until that is said.
  void leave_behind(token at) noexcept {
    if (escape_ < text_ + *at) escape_ = find_escape(text_ + *at);
  }

  /// Whether this key is here, given with its quotes and its colon.
  template <fixed_string Quoted>
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] bool is_key(token at) const noexcept {
    constexpr std::size_t to_colon = Quoted.view().size() - 1;
    return at[1] == at[0] + to_colon && is_at<Quoted>(text_ + at[0]);
  }

  /// Reads a key without an escape, and its colon.
  [[nodiscard]] token key(token at, std::string_view& out) const noexcept {
    return quoted(at, out) && !has_escape(out) && peek(at + 1) == ':' ? at + 2 : nullptr;
  }

  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] token text(token at, std::string_view& out) {
    const char* const from = text_ + at[0];
    const char* const to = text_ + at[1] - 1;
    // As nearly all are: nothing between the closing quote and the next token, no escape.
    if (*from == '"' && *to == '"' && to <= escape_) [[likely]] {
      out = {from + 1, static_cast<std::size_t>(to - from) - 1};
      return at + 1;
    }
    // Not into `out` itself, whose address nobody takes then: it is kept in registers, not in memory.
    std::string_view rare;
    at = any_text(at, rare);
    out = rare;
    return at;
  }

  template <fixed_string Word>
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] token word(token at) const noexcept {
    constexpr std::size_t size = Word.view().size();
    const bool here = at[1] >= at[0] + size && is_at<Word>(text_ + at[0]);
    return here ? behind_blanks(text_ + at[0] + size, at) : nullptr;
  }

  template <std::integral T>
  [[nodiscard]] token integer(token at, T& out) const noexcept {
    const char* digit = text_ + *at;
    if (at[1] - at[0] == 4) {  // as years are
      const auto pairs = v0::detail::digit_pairs<std::uint32_t>(digit, "0000");
      if (pairs && *digit != '0') {
        const int year = v0::detail::pair_at(*pairs, 0) * 100 + v0::detail::pair_at(*pairs, 2);
        if (!std::in_range<T>(year)) return nullptr;
        return out = static_cast<T>(year), at + 1;
      }
    }
    const bool negative = *digit == '-';
    digit += negative ? 1 : 0;
    const char* const first = digit;
    std::uint64_t value = 0;
    for (; is_digit(*digit); ++digit) value = value * 10 + static_cast<unsigned char>(*digit - '0');
    const auto count = digit - first;
    if (count == 0 || count > most_digits || (*first == '0' && count > 1)) return nullptr;
    const auto number = negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
    if (!std::in_range<T>(number)) return nullptr;
    out = static_cast<T>(number);
    return behind_blanks(digit, at);
  }

  template <std::floating_point T>
  [[nodiscard]] token real(token at, T& out) const noexcept {
    const std::string_view digits = scalar(at);
    if (!is_number(digits)) return nullptr;
#ifdef __cpp_lib_to_chars
    double number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (read.ec == std::errc{} && (number != 0 || *digits.data() != '-')) return out = static_cast<T>(number), at + 1;
#endif
    return nullptr;
  }

  /// Reads `{`, and for each member its key, then what `member(key, at)` reads, to the bracket that closes.
  template <class Member>
  [[nodiscard]] token object(token at, Member&& member) {
    if (peek(at) != '{') return nullptr;
    if (peek(++at) == '}') return at + 1;
    do {
      std::string_view name;
      at = key(at, name);
      if (at != nullptr) at = member(name, at);
    } while (at != nullptr && goes_on(at, '}'));
    return at;
  }

  /// Reads `[`, then for each item what `item(at)` reads, to the bracket that closes.
  template <class Item>
  [[nodiscard]] token array(token at, Item&& item) {
    if (peek(at) != '[') return nullptr;
    if (peek(++at) == ']') return at + 1;
    do {
      at = item(at);
    } while (at != nullptr && goes_on(at, ']'));
    return at;
  }

  /// Steps over a comma, to what comes next; otherwise over the bracket that closes, or to null where neither is here.
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] bool goes_on(token& at, char close) const noexcept {
    const char mark = peek(at);
    if (mark == ',') return ++at, true;
    at = mark == close ? at + 1 : nullptr;
    return false;
  }

  /// The token behind the value here. Right of a value that is sound. Linear.
  [[nodiscard]] token behind(token at) const noexcept {
    if (!opens(peek(at))) return at + 1;
    std::size_t depth = 0;
    do {
      const char mark = peek(at++);
      if (opens(mark)) ++depth;
      if (closes(mark)) --depth;
    } while (depth != 0 && at != end_);
    return at;
  }

  /// How many items the array here has. Right of one that is sound. Linear.
  [[nodiscard]] std::size_t items(token at) const noexcept {
    if (!opens(peek(at)) || closes(peek(at + 1))) return 0;
    std::size_t count = 0;
    do {
      ++count;
      at = behind(at + 1);
    } while (peek(at) == ',');
    return count;
  }

  /// Reads a value that nobody asked for.
  [[nodiscard]] token skip(token at, int most_depth = 16) {
    std::string_view ignored;
    switch (peek(at)) {
      case '"': return text(at, ignored);
      case '{':
        return most_depth == 0 ? nullptr
                               : object(at, [&](std::string_view, token it) { return skip(it, most_depth - 1); });
      case '[': return most_depth == 0 ? nullptr : array(at, [&](token it) { return skip(it, most_depth - 1); });
      case 't': return word<"true">(at);
      case 'f': return word<"false">(at);
      case 'n': return word<"null">(at);
      default: return is_number(scalar(at)) ? at + 1 : nullptr;
    }
  }

 protected:
  /// The text from a token, where at least so many bytes can be read there; else null.
  [[nodiscard]] const char* bytes(token at, std::size_t count) const noexcept {
    const char* const from = text_ + *at;
    return static_cast<std::size_t>(text_end_ - from) >= count ? from : nullptr;
  }

  [[nodiscard]] v0::detail::arena& store() noexcept { return store_; }

 private:
  static constexpr int most_digits = 18;  // any number of so many fits 64 bits

  [[nodiscard]] static constexpr bool opens(char c) noexcept { return c == '{' || c == '['; }
  [[nodiscard]] static constexpr bool closes(char c) noexcept { return c == '}' || c == ']'; }
  [[nodiscard]] static constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
  [[nodiscard]] static constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }

  [[nodiscard]] const char* find_escape(const char* from) const noexcept {
    const void* const found = std::memchr(from, '\\', static_cast<std::size_t>(text_end_ - from));
    return found != nullptr ? static_cast<const char*>(found) : text_end_;
  }
  [[nodiscard]] bool has_escape(std::string_view text) const noexcept {
    return text.data() + text.size() > escape_ && text.find('\\') != text.npos;
  }

  /// The next token, if nothing but blanks is in front of it.
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] token behind_blanks(const char* from, token at) const noexcept {
    const char* const to = text_ + at[1];
    while (from < to && is_blank(*from)) ++from;
    return from == to ? at + 1 : nullptr;
  }

  /// A token up to the blanks before the next. The last token of all closes, and is no scalar.
  [[nodiscard]] std::string_view scalar(token at) const noexcept {
    const char* const from = text_ + at[0];
    const char* to = text_ + at[1];
    if (to < from) return {};
    while (to > from && is_blank(to[-1])) --to;
    return {from, static_cast<std::size_t>(to - from)};
  }

  /// What is between the quotes of a string.
  [[nodiscard]] bool quoted(token at, std::string_view& out) const noexcept {
    if (peek(at) != '"') return false;
    const std::string_view whole = scalar(at);
    if (whole.size() < 2 || whole.back() != '"') return false;
    out = whole.substr(1, whole.size() - 2);
    return true;
  }

  [[nodiscard, gnu::noinline]] token any_text(token at, std::string_view& out) {
    std::string_view inside;
    if (!quoted(at, inside)) return nullptr;
    if (has_escape(inside)) {
      const auto plain = unescape(inside, store_.allocate<char>(inside.size()));
      if (!plain) return nullptr;
      inside = *plain;
    }
    out = inside;
    return at + 1;
  }

  /// Whether this is a number of JSON that is certainly within the bounds of every parser: with no exponent.
  [[nodiscard]] static bool is_number(std::string_view text) noexcept {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
      const std::size_t from = at;
      while (at < text.size() && is_digit(text[at])) ++at;
      return at - from;
    };
    const std::size_t sign = at;
    const std::size_t whole = digits();
    if (whole == 0 || whole > most_digits || (whole > 1 && text[sign] == '0')) return false;
    if (at < text.size() && text[at] == '.') {
      ++at;
      if (digits() == 0) return false;
    }
    return at == text.size();
  }

  const char* text_;
  const char* text_end_;
  const char* escape_ = nullptr;  // the first behind what was left
  token begin_ = nullptr;
  token end_;
  v0::detail::arena& store_;
};

}  // namespace crm::inline v0::json::detail
