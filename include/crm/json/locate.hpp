/// @file
/// Where a body stops being JSON. The parser says only that it does; this names the path and the byte, and
/// runs on the way to an error alone. (RFC 8259.)
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <crm/detail/utf8.hpp>

namespace crm::inline v0::json {

/// The first place at which a body breaks the grammar, or holds what no parser takes.
struct location {
  std::string path;
  std::size_t offset;
};

/// Whether a path may name a key. Any other may be a customer's text, or a credential, and is told as `?`.
using known_key = bool (*)(std::string_view) noexcept;
[[nodiscard]] constexpr bool no_key(std::string_view) noexcept { return false; }

namespace detail {

/// Reads JSON and keeps nothing but where it is. Deeper than `most_depth` counts as broken.
class locator {
 public:
  static constexpr std::size_t most_depth = 1024;

  locator(std::string_view text, known_key known) : text_{text}, known_{known} {}

  [[nodiscard]] std::optional<location> run() {
    const bool sound = value() && (blank(), at_ == text_.size());
    if (sound) return std::nullopt;
    std::string path = "$";
    for (const auto& step : path_) path += step;
    return location{std::move(path), at_};
  }

 private:
  bool value() {
    blank();
    if (at_ == text_.size()) return false;
    switch (text_[at_]) {
      case '{': return object();
      case '[': return array();
      case '"': return string(nullptr);
      case 't': return word("true");
      case 'f': return word("false");
      case 'n': return word("null");
      default: return number();
    }
  }

  bool object() {
    if (path_.size() == most_depth) return false;
    ++at_;
    if (blank(), take('}')) return true;
    do {
      blank();
      std::string key;
      if (!string(&key)) return false;
      path_.push_back("." + key);
      if (blank(), !take(':')) return false;
      if (!value()) return false;
      path_.pop_back();
      blank();
    } while (take(','));
    return take('}');
  }

  bool array() {
    if (path_.size() == most_depth) return false;
    ++at_;
    if (blank(), take(']')) return true;
    std::size_t index = 0;
    do {
      path_.push_back("[" + std::to_string(index++) + "]");
      if (!value()) return false;
      path_.pop_back();
      blank();
    } while (take(','));
    return take(']');
  }

  /// Keeps what is inside of it as a key, if one is asked for.
  bool string(std::string* key) {
    if (!take('"')) return false;
    const std::size_t from = at_;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) return false;
      if (text_[at_] != '\\') continue;
      if (++at_ == text_.size()) return false;
      if (text_[at_] == 'u') {
        const std::size_t escape = at_ - 1;
        const auto unit = code_unit();
        if (!unit) return false;
        if (!is_high_surrogate(*unit) && !is_low_surrogate(*unit)) continue;
        // Half a character: sound only as a high surrogate with a low one right behind it.
        bool pair = is_high_surrogate(*unit) && text_.substr(at_ + 1, 2) == "\\u";
        if (pair) {
          at_ += 2;
          const auto second = code_unit();
          pair = second && is_low_surrogate(*second);
        }
        if (!pair) return at_ = escape, false;
      } else if (std::string_view{"\"\\/bfnrt"}.find(text_[at_]) == std::string_view::npos) {
        return false;
      }
    }
    if (at_ == text_.size()) return false;
    const std::string_view inside = text_.substr(from, at_ - from);
    if (const auto bad = v0::detail::first_invalid_utf8(inside); bad != std::string_view::npos)
      return at_ = from + bad, false;
    if (key != nullptr) *key = known_(inside) ? inside : "?";
    return take('"');
  }

  /// The four hexadecimal digits behind `at_`, which is left on the last of them.
  std::optional<unsigned> code_unit() {
    unsigned unit = 0;
    for (int i = 0; i < 4; ++i) {
      if (++at_ >= text_.size() || !is_hex(text_[at_])) return std::nullopt;
      const char c = text_[at_];
      unit = unit * 16 + static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return unit;
  }

  bool number() {
    const std::size_t from = at_;
    if (!number_form()) return false;
    if (holds_number(text_.substr(from, at_ - from))) return true;
    return at_ = from, false;
  }

  /// Whether 64 bits can hold it: the grammar knows no bounds, the parser does.
  static bool holds_number(std::string_view text) {
    if (text.find_first_of(".eE") != std::string_view::npos)
      return !std::isinf(std::strtod(std::string{text}.c_str(), nullptr));
    std::int64_t negative = 0;
    std::uint64_t positive = 0;
    const auto read = text.front() == '-' ? std::from_chars(text.data(), text.data() + text.size(), negative)
                                          : std::from_chars(text.data(), text.data() + text.size(), positive);
    return read.ec == std::errc{};
  }

  bool number_form() {
    const auto digits = [&] {
      const std::size_t from = at_;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
      return at_ > from;
    };
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void blank() {
    while (at_ < text_.size() && std::string_view{" \t\r\n"}.find(text_[at_]) != std::string_view::npos) ++at_;
  }
  static bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
  static bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }
  static bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

  std::string_view text_;
  known_key known_;
  std::size_t at_ = 0;
  std::vector<std::string> path_;
};

}  // namespace detail

/// The first fault of `body`, or nothing where it has none; its path names the known keys alone. Linear.
[[nodiscard]] inline std::optional<location> locate_fault(std::string_view body, known_key known = no_key) {
  return detail::locator{body, known}.run();
}

}  // namespace crm::inline v0::json
