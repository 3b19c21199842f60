/// @file
/// Open vocabularies: words the library knows by name, and any other word kept as text.
///
/// A vocabulary is a struct with `what` (for messages) and `known` (the words). From it come three kinds of
/// word that compare with one another: `word_name` (a compile-time constant), `word<V, std::string>` (owning)
/// and `word<V, std::string_view>` (into a page).
#pragma once

#include <concepts>
#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <crm/detail/contains.hpp>
#include <crm/detail/remedy.hpp>

namespace crm::inline v0 {

template <class V>
concept vocabulary = requires {
  { V::what } -> std::convertible_to<std::string_view>;
  { V::known.size() } -> std::convertible_to<std::size_t>;
};

/// A word fixed at compile time. A literal must be one the vocabulary knows; a word of one's own is declared
/// once: `constexpr auto aeration = crm::service_name::declare("aeration");`
template <vocabulary V>
class word_name {
 public:
  template <std::size_t N>
  consteval word_name(const char (&literal)[N]) : text_{literal, N - 1} {
    if (!detail::contains(V::known, text_))
      remedy::this_word_is_unknown_correct_it_or_declare_your_own_once_with_declare();
  }

  template <std::size_t N>
  [[nodiscard]] static consteval word_name declare(const char (&literal)[N]) {
    for (std::size_t i = 0; i + 1 < N; ++i)
      if (literal[i] == ',' || (literal[i] >= 0 && literal[i] < ' '))
        remedy::a_declared_word_is_not_empty_and_has_no_comma_or_control_character();
    if (N < 2) remedy::a_declared_word_is_not_empty_and_has_no_comma_or_control_character();
    return word_name{std::string_view{literal, N - 1}};
  }

  [[nodiscard]] constexpr std::string_view str() const noexcept { return text_; }

  friend constexpr bool operator==(word_name a, word_name b) noexcept { return a.text_ == b.text_; }

 private:
  constexpr explicit word_name(std::string_view text) noexcept : text_{text} {}

  std::string_view text_;
};

/// A word met at run time: known or not, it is kept as it came.
template <vocabulary V, class Text>
class word {
 public:
  using text_type = Text;

  word() = default;
  constexpr word(word_name<V> name) : text_{name.str()} {}
  /// Text met at run time. An array is left to the checked literals above.
  template <std::convertible_to<Text> T>
    requires(!std::is_array_v<std::remove_reference_t<T>>)
  constexpr explicit word(T&& text) : text_{std::forward<T>(text)} {}
  /// Between the owning and the viewing form; owning a view copies it.
  template <class Other>
    requires(!std::same_as<Other, Text>)
  constexpr explicit(std::same_as<Text, std::string_view>) word(const word<V, Other>& other) : text_{other.str()} {}

  [[nodiscard]] constexpr std::string_view str() const noexcept { return text_; }
  /// Whether the contract names this word.
  [[nodiscard]] constexpr bool is_known() const noexcept { return detail::contains(V::known, str()); }

  template <class Other>
  friend constexpr bool operator==(const word& a, const word<V, Other>& b) noexcept {
    return a.str() == b.str();
  }
  friend constexpr bool operator==(const word& a, word_name<V> b) noexcept { return a.str() == b.str(); }
  friend std::ostream& operator<<(std::ostream& out, const word& w) { return out << w.str(); }

 private:
  Text text_{};
};

namespace detail {

template <class T>
inline constexpr bool is_word = false;
template <class V, class Text>
inline constexpr bool is_word<word<V, Text>> = true;

}  // namespace detail
}  // namespace crm::inline v0
