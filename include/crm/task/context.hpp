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
#include <vector>

#include <crm/detail/optional.hpp>
#include <crm/model/fields.hpp>
#include <crm/query/terms.hpp>

namespace crm::inline v0 {

/// Every key of a context that holds a customer's data begins so.
inline constexpr std::string_view customer_prefix = "customer_";
/// The key of the reference that a context may keep for good: the customer's id.
inline constexpr std::string_view customer_reference = "crm_customer_id";

/// A key of a context, and the field that fills it.
template <fixed_string Key, fixed_string Field>
struct context_entry {
  static_assert(Key.view().starts_with(customer_prefix) && Key.view() != customer_prefix,
                "a key that holds a customer's data begins with customer_: rename it");
  static constexpr std::string_view key = Key.view();

  template <class T>
  [[nodiscard]] static constexpr const auto& of(const T& record) noexcept {
    return field<Field>(record);
  }
};

/// A field under its own name: `context_field<"notes">` fills `customer_notes`.
template <fixed_string Field>
struct context_field {
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

  template <class T>
  [[nodiscard]] static constexpr const auto& of(const T& record) noexcept {
    return field<Field>(record);
  }
};

/// How a context's value holds null, a text and a list of texts. Specialise it for a value that is not made from
/// `std::string`: the default takes an empty value for null, and joins a list by commas where a
/// `std::vector<std::string>` makes no value.
template <class Value>
struct context_value {
  [[nodiscard]] static Value null() { return Value{}; }
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

template <class Context>
struct value_of_context {
  using type = void;
};
template <class Context>
  requires requires(Context& context, const std::string& key) { context[key]; }
struct value_of_context<Context> {
  using type = std::remove_cvref_t<decltype(std::declval<Context&>()[std::declval<const std::string&>()])>;
};
template <class Context>
using context_value_of = typename value_of_context<Context>::type;

template <class Context>
concept context_map =
    !std::is_void_v<context_value_of<Context>> && requires(Context & context, const std::string& key) {
  context[key] = std::declval<context_value_of<Context>>();
  context.erase(context.begin()) != context.end();
};

template <class Field>
concept is_list = !std::is_convertible_v<const Field&, std::string_view> && requires(const Field& f) {
  f.begin() != f.end();
};

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

/// Sets each entry's key to `value_of(entry)`.
template <class Context, class ValueOf, class... Adr, class... Further>
void set_entries(Context& context, ValueOf value_of, context_entries<Adr...>, context_entries<Further...>) {
  static_assert(context_map<Context>,
                "a context is a map from std::string to values: it needs operator[], begin, end and erase");
  static_assert(keys_are_distinct<Adr..., Further...>(), "this key is remembered already: name each further one once");
  if constexpr (context_map<Context>) {
    ((context[std::string{Adr::key}] = value_of(Adr{})), ...);
    ((context[std::string{Further::key}] = value_of(Further{})), ...);
  }
}

/// Erases the customer's keys of a map, and of the objects in it where its values are JSON.
template <class Node>
void forget_in(Node& node) {
  constexpr bool is_json = requires { node.is_object() && node.is_array(); };
  if constexpr (is_json) {
    if (node.is_array())
      for (auto& each : node) forget_in(each);
    if (!node.is_object()) return;
  }
  if constexpr (context_map<Node>) {
    for (auto each = node.begin(); each != node.end();) {
      const std::string& key = [&]() -> const std::string& {
        if constexpr (is_json) {
          return each.key();
        } else {
          return each->first;
        }
      }();
      if (key.starts_with(customer_prefix)) {
        each = node.erase(each);
        continue;
      }
      if constexpr (is_json) {
        forget_in(each.value());
      } else if constexpr (requires { each->second.is_object(); }) {
        forget_in(each->second);
      }
      ++each;
    }
  }
}

}  // namespace detail

/// Merges the ADR's fields of a customer into a context, and further ones where they are named:
/// `remember<context_field<"notes">>(context, customer)`. A field that is missing becomes null.
/// `Context` is any map from `std::string`: `std::map`, `std::unordered_map`, `nlohmann::json`, or the engine's own.
template <class... Further, class Context, record T>
void remember(Context& context, const T& one) {
  using Value = detail::context_value_of<Context>;
  detail::set_entries(
      context, [&](auto entry) { return detail::to_context<Value>(entry.of(one)); }, detail::adr_context_entries{},
      detail::context_entries<Further...>{});
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
                "a context is a map from std::string to values: it needs operator[], begin, end and erase");
  detail::forget_in(context);
}

/// What of a context may be persisted: all but the customers' keys. O(size).
template <class Context>
[[nodiscard]] Context references_only(Context context) {
  forget(context);
  return context;
}

}  // namespace crm::inline v0
