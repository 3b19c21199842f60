/// @file
/// A task's context: which of a customer's fields stand in it, and what of it may be persisted. (ADR 10, Task Context
/// Caching.)
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <crm/detail/optional.hpp>
#include <crm/model/fields.hpp>
#include <crm/query/terms.hpp>
#include <crm/task/detail/context_map.hpp>

namespace crm::inline v0 {

/// The key of the reference that a context may keep for good: the customer's id.
inline constexpr std::string_view customer_reference = "crm_customer_id";

namespace detail {

/// The field that an entry of a context is filled from.
template <fixed_string Field>
struct context_source {
  template <class T>
  static constexpr bool is_in = has_field<T, Field>;

  template <class T>
  [[nodiscard]] static constexpr const auto& of(const T& record) noexcept {
    return field<Field>(record);
  }
};

}  // namespace detail

/// A key of a context, and the field that fills it.
template <fixed_string Key, fixed_string Field>
struct context_entry : detail::context_source<Field> {
  static_assert(Key.view().starts_with(customer_prefix) && Key.view() != customer_prefix,
                "a key that holds a customer's data begins with customer_: rename it");
  static constexpr std::string_view key = Key.view();
};

/// A field under its own name: `context_field<"notes">` fills `customer_notes`.
template <fixed_string Field>
struct context_field : detail::context_source<Field> {
 private:
  static constexpr auto chars = [] {
    std::array<char, customer_prefix.size() + Field.view().size()> joined{};
    std::size_t i = 0;
    for (const char c : customer_prefix) joined[i++] = c;
    for (const char c : Field.view()) joined[i++] = c;
    return joined;
  }();

 public:
  static constexpr std::string_view key{chars.data(), chars.size()};
};

/// How a context's value holds null, a text and a list of texts. Specialise it for a value that is not made from
/// `std::string`. The default takes an empty value for null, of a variant its `std::monostate`, and joins a list by
/// commas where a `std::vector<std::string>` makes no value.
template <class Value>
struct context_value {
  static_assert(!std::is_trivially_copyable_v<Value>,
                "a context's values own what they hold, which this type cannot: take another, such as std::string");

  static_assert(!detail::is_variant<Value> || std::is_constructible_v<Value, std::monostate>,
                "a variant has no null of its own: give it a std::monostate");

  [[nodiscard]] static Value null() {
    if constexpr (detail::is_variant<Value>) {
      return Value{std::monostate{}};
    } else {
      return Value{};
    }
  }
  [[nodiscard]] static Value text(std::string_view s) { return static_cast<Value>(std::string{s}); }
  [[nodiscard]] static Value list(const std::vector<std::string>& words) {
    if constexpr (std::is_constructible_v<Value, const std::vector<std::string>&>) {
      return static_cast<Value>(words);
    } else {
      std::string joined;
      for (const auto& word : words) joined.append(joined.empty() ? "" : ",").append(word);
      return text(joined);
    }
  }
};

namespace detail {

template <class... Entries>
struct context_entries {};

/// The ADR's keys, in its order.
using adr_context_entries =
    context_entries<context_field<"name">, context_field<"email">, context_field<"phone">, context_field<"city">,
                    context_field<"services">, context_entry<"customer_last_service", "last_service_date">>;

/// A date, a time, a season, a number, a word of a vocabulary or a text.
template <class T>
[[nodiscard]] std::string to_text(const T& value) {
  if constexpr (requires { to_string(value); }) {
    return to_string(value);
  } else if constexpr (requires { value.year(); }) {
    return std::to_string(value.year());
  } else if constexpr (std::is_arithmetic_v<T>) {
    return std::to_string(value);
  } else {
    return std::string{characters(value)};
  }
}

/// A field as a context's value.
template <class Value, class Field>
[[nodiscard]] Value to_context(const Field& f) {
  using as = context_value<Value>;
  if constexpr (is_optional<Field>) {
    return f ? to_context<Value>(*f) : as::null();
  } else if constexpr (is_list<Field>) {
    std::vector<std::string> words;
    words.reserve(f.size());
    for (const auto& each : f) words.push_back(to_text(each));
    return as::list(words);
  } else {
    return as::text(to_text(f));
  }
}

template <class... Entries>
[[nodiscard]] consteval bool keys_are_distinct() {
  const std::array<std::string_view, sizeof...(Entries)> keys{Entries::key...};
  for (std::size_t i = 0; i < keys.size(); ++i)
    for (std::size_t j = i + 1; j < keys.size(); ++j)
      if (keys[i] == keys[j]) return false;
  return true;
}

/// Sets each entry's key to `value_of(entry)`. Of an earlier customer nothing stays.
template <class Context, class ValueOf, class... Adr, class... Further>
void set_entries(Context& context, ValueOf value_of, context_entries<Adr...>, context_entries<Further...>) {
  static_assert(context_map<Context>,
                "a context is a map from std::string to values: it needs operator[], begin, end and erase by key");
  static_assert(keys_are_distinct<Adr..., Further...>(), "this key is remembered already: name each further one once");
  if constexpr (context_map<Context>) {
    forget_in(context);
    ((context[std::string{Adr::key}] = value_of(Adr{})), ...);
    ((context[std::string{Further::key}] = value_of(Further{})), ...);
  }
}

}  // namespace detail

/// Merges the ADR's fields of a customer into a context, and further ones where they are named:
/// `remember<context_field<"notes">>(context, customer)`. A field that is missing becomes null. Whatever else of a
/// customer stood there is erased: it may be another's.
///
/// `Context` is any map from `std::string`: `std::map`, `std::unordered_map`, `nlohmann::json`, or the engine's own.
/// Where a value cannot be made the exception passes through, and some keys are missing.
template <class... Further, class Context, record T>
void remember(Context& context, const T& found) {
  using Value = detail::context_value_of<Context>;
  const auto value_of = [&]<class Entry>(Entry) {
    if constexpr (Entry::template is_in<T> || (std::is_same_v<Entry, Further> || ...)) {
      return detail::to_context<Value>(Entry::of(found));
    } else {
      return context_value<Value>::null();  // a record of one's own without this field
    }
  };
  detail::set_entries(context, value_of, detail::adr_context_entries{}, detail::context_entries<Further...>{});
}

/// There is no such customer: each key becomes null. (ADR 10, Failure Handling: "Set customer data to nil in context".)
template <class... Further, class Context>
void remember(Context& context, std::nullopt_t) {
  using Value = detail::context_value_of<Context>;
  detail::set_entries(
      context, [](auto) { return context_value<Value>::null(); }, detail::adr_context_entries{},
      detail::context_entries<Further...>{});
}

/// What `find` answers.
template <class... Further, class Context, record T>
void remember(Context& context, const std::optional<T>& found) {
  if (found) return remember<Further...>(context, *found);
  remember<Further...>(context, std::nullopt);
}

/// Erases every customer's key.
template <class Context>
void forget(Context& context) {
  static_assert(detail::context_map<Context>,
                "a context is a map from std::string to values: it needs operator[], begin, end and erase by key");
  detail::forget_in(context);
}

/// What of a context may be persisted: all but the customers' keys. O(size).
template <class Context>
[[nodiscard]] Context references_only(Context context) {
  forget(context);
  return context;
}

}  // namespace crm::inline v0
