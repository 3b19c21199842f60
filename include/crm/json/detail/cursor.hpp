/// @file
/// A walk over the tokens of a body that is most likely as it should be.
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
#include <type_traits>
#include <utility>

#include <crm/detail/arena.hpp>
#include <crm/json/detail/unescape.hpp>

namespace crm::inline v0::json::detail {

/// Goes from token to token, each once. What it takes is JSON; what it refuses may be JSON nevertheless, such as a key
/// with an escape, a number at the bounds, or a value nested deep: all of that is rare, and left to the parser. So is
/// the reason of a refusal.
///
/// Text without an escape points into the body, other text into the arena.
class cursor {
 public:
  /// Requires what `tokenizer::tokens` gives for this body.
  cursor(std::string_view body, std::span<std::uint32_t> tokens, v0::detail::arena& store) noexcept
      : text_{body.data()},
        text_end_{body.data() + body.size()},
        at_{tokens.data()},
        end_{tokens.data() + tokens.size()},
        store_{store} {
    is_container_ = !tokens.empty() && opens(text_[tokens.front()]) && closes(text_[tokens.back()]);
    if (!is_container_) return;
    // A walk that goes on behind the last token finds a bracket that opens, which can never follow one that closes.
    tokens.data()[tokens.size()] = tokens.front();
    next_escape_ = find_escape(text_);
  }

  /// Whether the body begins and ends as an object or an array does. Nothing else is to be asked where not.
  [[nodiscard]] bool is_container() const noexcept { return is_container_; }
  [[nodiscard]] bool at_end() const noexcept { return at_ == end_; }
  [[nodiscard]] char peek() const noexcept { return text_[*at_]; }

  /// How many tokens there are from here.
  [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  [[nodiscard, gnu::always_inline]] bool take(char token) noexcept {
    if (peek() != token) return false;
    ++at_;
    return true;
  }

  /// Takes this key and its colon, if they are here.
  template <std::size_t N>
  [[nodiscard, gnu::always_inline]] bool take_key(const char (&quoted)[N]) noexcept {
    constexpr std::size_t size = N - 1;
    if (at_[1] < at_[0] + size || std::memcmp(text_ + at_[0], quoted, size) != 0 || text_[at_[1]] != ':') return false;
    at_ += 2;
    return true;
  }

  /// Takes a key without an escape, and its colon.
  [[nodiscard]] bool key(std::string_view& out) noexcept {
    if (peek() != '"') return false;
    const auto inside = quoted();
    if (!inside || inside->data() + inside->size() > next_escape_) return false;
    out = *inside;
    return take(':');
  }

  [[nodiscard, gnu::always_inline]] std::optional<std::string_view> text() {
    const char* const from = text_ + at_[0];
    const char* const to = text_ + at_[1] - 1;
    // As nearly all are: nothing between the closing quote and the next token, no escape.
    if (*from == '"' && to > from && *to == '"' && to <= next_escape_) [[likely]] {
      ++at_;
      return std::string_view{from + 1, static_cast<std::size_t>(to - from) - 1};
    }
    return any_text();
  }

  [[nodiscard]] bool word(std::string_view expected) noexcept {
    const std::string_view found = scalar();
    return found == expected;
  }

  template <std::integral T>
  [[nodiscard]] std::optional<T> integer() noexcept {
    const std::string_view digits = scalar();
    const std::size_t first = digits.starts_with('-') ? 1 : 0;
    const std::size_t count = digits.size() - first;
    if (digits.size() <= first || count > most_digits || (count > 1 && digits[first] == '0')) return std::nullopt;
    std::uint64_t value = 0;
    bool sound = true;
    for (const char c : digits.substr(first)) {
      const unsigned digit = static_cast<unsigned char>(c) - unsigned{'0'};
      sound = sound && digit <= 9;
      value = value * 10 + digit;
    }
    const auto number = first != 0 ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
    return sound && std::in_range<T>(number) ? std::optional{static_cast<T>(number)} : std::nullopt;
  }

  template <std::floating_point T>
  [[nodiscard]] std::optional<T> real() noexcept {
    const std::string_view digits = scalar();
    if (!is_number(digits)) return std::nullopt;
#ifdef __cpp_lib_to_chars
    double number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (read.ec == std::errc{} && number != 0) return static_cast<T>(number);
#endif
    return std::nullopt;
  }

  /// Takes `{`, and for each member its key, then what `member(key)` takes, to the bracket that closes.
  template <class Member>
  [[nodiscard]] bool object(Member&& member) {
    if (!take('{')) return false;
    if (take('}')) return true;
    do {
      std::string_view name;
      if (!key(name) || !member(name)) return false;
    } while (take(','));
    return take('}');
  }

  /// Takes `[`, then for each item what `item()` takes, to the bracket that closes.
  template <class Item>
  [[nodiscard]] bool array(Item&& item) {
    if (!take('[')) return false;
    if (take(']')) return true;
    do {
      if (!item()) return false;
    } while (take(','));
    return take(']');
  }

  /// How large the array or object here is: tokens in all, and the items in it. Right of one that is sound. Linear.
  struct extent {
    std::size_t tokens, items;
  };
  [[nodiscard]] extent measure() const noexcept {
    if (!opens(peek())) return {1, 0};
    std::size_t items = closes(text_[at_[1]]) ? 0 : 1, depth = 0;
    const std::uint32_t* at = at_;
    for (; at != end_; ++at) {
      const char token = text_[*at];
      if (opens(token)) ++depth;
      if (token == ',' && depth == 1) ++items;
      if (closes(token) && --depth == 0) break;
    }
    return {static_cast<std::size_t>(at - at_) + 1, items};
  }

  /// Takes a value that nobody asked for.
  [[nodiscard]] bool skip(int most_depth = 16) {
    switch (peek()) {
      case '"': return text().has_value();
      case '{': return most_depth > 0 && object([&](std::string_view) { return skip(most_depth - 1); });
      case '[': return most_depth > 0 && array([&] { return skip(most_depth - 1); });
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return is_number(scalar());
    }
  }

 private:
  static constexpr std::size_t most_digits = 18;  // any number of so many fits 64 bits

  [[nodiscard]] static constexpr bool opens(char c) noexcept { return c == '{' || c == '['; }
  [[nodiscard]] static constexpr bool closes(char c) noexcept { return c == '}' || c == ']'; }
  [[nodiscard]] static constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }

  [[nodiscard]] const char* find_escape(const char* from) const noexcept {
    const void* const found = std::memchr(from, '\\', static_cast<std::size_t>(text_end_ - from));
    return found != nullptr ? static_cast<const char*>(found) : text_end_;
  }

  /// Takes a token up to the blanks before the next. The last token of all closes, and is no scalar.
  [[nodiscard, gnu::always_inline]] std::string_view scalar() noexcept {
    const char* const from = text_ + at_[0];
    const char* to = text_ + at_[1];
    ++at_;
    if (to < from) return {};
    while (to > from && is_blank(to[-1])) --to;
    return {from, static_cast<std::size_t>(to - from)};
  }

  [[nodiscard]] std::optional<std::string_view> any_text() {
    if (peek() != '"') return std::nullopt;
    const auto inside = quoted();
    if (!inside || inside->data() + inside->size() <= next_escape_) return inside;
    char* const place = store_.allocate<char>(inside->size());
    next_escape_ = find_escape(inside->data() + inside->size());
    return unescape(*inside, place);
  }

  /// Takes a string, and gives what is between its quotes.
  [[nodiscard]] std::optional<std::string_view> quoted() noexcept {
    const std::string_view whole = scalar();
    if (whole.size() < 2 || whole.back() != '"') return std::nullopt;
    return whole.substr(1, whole.size() - 2);
  }

  /// Whether this is a number of JSON that is certainly within the bounds of every parser.
  [[nodiscard]] static bool is_number(std::string_view text) noexcept {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
      const std::size_t from = at;
      while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
      return at - from;
    };
    if (text.size() > most_digits) return false;
    if (const bool zero = text.substr(at).starts_with('0'); digits() == 0 || (zero && at > 1 + (text[0] == '-')))
      return false;
    if (at < text.size() && text[at] == '.') {
      ++at;
      if (digits() == 0) return false;
    }
    return at == text.size();
  }

  const char* text_;
  const char* text_end_;
  const char* next_escape_ = nullptr;
  const std::uint32_t* at_;
  const std::uint32_t* end_;
  bool is_container_;
  v0::detail::arena& store_;
};

}  // namespace crm::inline v0::json::detail
