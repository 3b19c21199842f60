/// @file
/// Which maps are a task's context, and how what they hold of a customer is found in them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <crm/detail/optional.hpp>

namespace crm::inline v0 {

/// Every key of a context that holds a customer's data begins so.
inline constexpr std::string_view customer_prefix = "customer_";

namespace detail {

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

/// The key that an iterator of a map stands at, as `std::map`, `nlohmann::json` and Boost.JSON have it.
template <class Iterator>
[[nodiscard]] decltype(auto) key_at(const Iterator& at) {
  if constexpr (requires { at.key(); }) {
    return at.key();
  } else if constexpr (requires { at->key(); }) {
    return at->key();
  } else {
    return (at->first);
  }
}
template <class Iterator>
[[nodiscard]] auto& value_at(const Iterator& at) {
  if constexpr (requires { at.value(); }) {
    return at.value();
  } else if constexpr (requires { at->value(); }) {
    return at->value();
  } else {
    return at->second;
  }
}

/// A map of `std::string_view`, say: its keys would point to what is gone.
template <class Context>
concept borrows_keys = requires(Context& context) {
  requires std::is_trivially_copyable_v<std::remove_cvref_t<decltype(context.begin()->first)>>;
};

template <class Context>
concept context_map = !std::is_void_v<context_value_of<Context>> && !borrows_keys<Context> &&
                      requires(Context & context, const std::string& key) {
  context[key] = std::declval<context_value_of<Context>>();
  context.erase(key);
  std::string{key_at(context.begin())};
  context.begin() != context.end();
};

template <class Field>
concept is_list = !std::is_convertible_v<const Field&, std::string_view> && requires(const Field& f) {
  f.begin() != f.end();
};

/// Whether a key holds a customer's data; in any case, for a map may take no heed of it.
[[nodiscard]] constexpr bool is_customers(std::string_view key) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return key.size() >= customer_prefix.size() && std::equal(customer_prefix.begin(), customer_prefix.end(), key.begin(),
                                                            [&](char prefix, char c) { return prefix == lower(c); });
}

template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;

/// Erases the customers' keys of a map, and of maps in it: below optionals, variants, lists and JSON too.
template <class Node>
void forget_in(Node& node) {
  const auto in_map = [](auto& map) {
    std::vector<std::string> gone;
    for (auto each = map.begin(); each != map.end(); ++each) {
      if (is_customers(key_at(each))) {
        gone.emplace_back(key_at(each));
      } else {
        forget_in(value_at(each));
      }
    }
    for (const auto& key : gone) map.erase(key);
  };
  if constexpr (is_optional<Node>) {
    if (node) forget_in(*node);
  } else if constexpr (is_variant<Node>) {
    std::visit([](auto& held) { forget_in(held); }, node);
  } else if constexpr (requires {
                         node.as_object();
                         node.as_array();
                         node.is_object();
                       }) {  // Boost.JSON
    if (node.is_object()) in_map(node.as_object());
    if (node.is_array()) forget_in(node.as_array());
  } else if constexpr (requires { node.is_object() && node.is_array(); }) {  // nlohmann
    if (node.is_object()) in_map(node);
    if (node.is_array())
      for (auto& each : node) forget_in(each);
  } else if constexpr (context_map<Node>) {
    in_map(node);
  } else if constexpr (is_list<Node>) {
    if constexpr (std::is_class_v<std::remove_cvref_t<decltype(*node.begin())>>)
      for (auto&& each : node) forget_in(each);
  }
}

}  // namespace detail
}  // namespace crm::inline v0
