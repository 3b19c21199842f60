/// @file
/// The filter builder: `crm::customers.status(crm::status::past).services("fertilizer")`.
///
/// A builder is a value that only grows: each member answers a new filter with one more term in its type, so
/// that a term given twice, a misspelt word or a filter of another resource is an error of the compiler.
/// Members take literals and constants (checked there), values met at run time, and `std::optional` of those,
/// where nothing leaves the term out.
#pragma once

#include <concepts>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <crm/detail/optional.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/vocabulary.hpp>
#include <crm/query/terms.hpp>

namespace crm::inline v0 {

/// A filter over records of one kind: it can be walked term by term.
template <class F>
concept filter = requires(const F& f) {
  typename F::kind;
  f.for_each_term([](auto, const auto&) {});
};

/// Whether a record passes every term. The same meaning as the CRM's answer to the rendered query.
template <filter F, record T>
[[nodiscard]] constexpr bool matches(const F& wanted, const T& r) {
  bool passes = true;
  wanted.for_each_term([&](auto tag, const auto& value) { passes = passes && decltype(tag)::matches(value, r); });
  return passes;
}

namespace detail {

/// One term in a filter's type. `Value` may be a `std::optional`.
template <class Tag, class Value>
struct term {
  using tag = Tag;
  Value value;
};

/// Text met at run time; arrays are left to the checked literals.
template <class T>
concept run_time_text = std::convertible_to<const T&, std::string_view> && !std::is_array_v<T>;

/// A word of vocabulary `V` met at run time: text, or a word in any form.
template <class T, class V>
concept run_time_word = run_time_text<T> || std::same_as<T, word_name<V>> ||
    std::derived_from<T, word<V, std::string>> || std::derived_from<T, word<V, std::string_view>>;

/// `T`, or an optional of it, for which `Test` holds.
template <class T>
struct unwrap {
  using type = T;
};
template <class T>
struct unwrap<std::optional<T>> {
  using type = T;
};
template <class T>
using unwrapped = typename unwrap<std::remove_cvref_t<T>>::type;

/// `make(value)`, inside an optional if `value` is one.
template <class T, class Make>
[[nodiscard]] constexpr auto map_optional(const T& value, Make make) {
  if constexpr (is_optional<T>) {
    using Made = decltype(make(*value));
    return value ? std::optional<Made>{make(*value)} : std::optional<Made>{};
  } else {
    return make(value);
  }
}

template <class Word>
[[nodiscard]] Word own_word(const auto& text) {
  return Word{std::string{characters(text)}};
}

/// A further word of an argument list, or none.
template <class V>
struct further_word {
  consteval further_word() : name{word_name<V>::declare("none")}, given{false} {}
  template <std::size_t N>
  consteval further_word(const char (&literal)[N]) : name{literal}, given{true} {}
  constexpr further_word(word_name<V> word) : name{word}, given{true} {}

  word_name<V> name;
  bool given;
};

/// A list of texts or words met at run time.
template <class T, class V>
concept run_time_words = !run_time_text<T> && requires(const T& list) {
  std::end(list);
  requires run_time_word<std::remove_cvref_t<decltype(*std::begin(list))>, V>;
};

/// What every builder shares: its terms, and growing by one.
template <class Kind, template <class...> class Builder, class... Terms>
class filter_base {
 public:
  using kind = Kind;

  constexpr filter_base() = default;
  constexpr explicit filter_base(std::tuple<Terms...> terms) : terms_{std::move(terms)} {}

  /// `f(tag, value)` for every term that is there.
  template <class F>
  constexpr void for_each_term(F&& f) const {
    std::apply([&](const auto&... t) { (visit(t, f), ...); }, terms_);
  }

  template <record T>
  [[nodiscard]] constexpr bool matches(const T& r) const {
    return v0::matches(*this, r);
  }

 protected:
  template <class Tag, class Value>
  [[nodiscard]] constexpr auto with(Value value) const {
    static_assert((!std::same_as<Tag, typename Terms::tag> && ...),
                  "this filter is already set: set each filter once and remove the second call");
    return Builder<Terms..., term<Tag, Value>>{
        std::tuple_cat(terms_, std::tuple<term<Tag, Value>>{term<Tag, Value>{std::move(value)}})};
  }

 private:
  template <class Tag, class Value, class F>
  static constexpr void visit(const term<Tag, Value>& t, F& f) {
    if constexpr (is_optional<Value>) {
      if (t.value) f(Tag{}, *t.value);
    } else {
      f(Tag{}, t.value);
    }
  }

  std::tuple<Terms...> terms_;
};

}  // namespace detail
}  // namespace crm::inline v0
