/// @file
/// A body's tokens to fields, straight into place: what `reader` does, for bodies without a fault.
#pragma once

#include <array>
#include <bitset>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <crm/detail/arena.hpp>
#include <crm/detail/optional.hpp>
#include <crm/json/detail/cursor.hpp>
#include <crm/json/detail/key_table.hpp>
#include <crm/model/borrows.hpp>
#include <crm/model/date.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/season.hpp>
#include <crm/model/timestamp.hpp>

namespace crm::inline v0::json::detail {

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

/// A field that may be null or absent.
template <class T>
inline constexpr bool may_lack = v0::detail::is_optional<T> || is_vector<T> || v0::detail::is_span<T>;

/// A name as it stands in a body, with its quotes.
template <record T, std::size_t I>
inline constexpr auto quoted_name = [] {
  struct {
    char chars[field_names<T>[I].size() + 3]{};
  } quoted;
  std::size_t at = 0;
  quoted.chars[at++] = '"';
  for (const char c : field_names<T>[I]) quoted.chars[at++] = c;
  quoted.chars[at] = '"';
  return quoted;
}();

/// Reads the values at a cursor. It answers with nothing, or false, where the body is not as it should be, and where it
/// is so in a way that is rare: `reader` is asked then, whose word it is.
class quick_reader {
 public:
  quick_reader(cursor& at, v0::detail::arena& store) noexcept : at_{at}, store_{store} {}

  template <class T>
  [[nodiscard, gnu::always_inline]] std::optional<T> value() {
    if constexpr (v0::detail::is_optional<T>) {
      if (at_.peek() == 'n') return at_.word("null") ? std::optional<T>{T{}} : std::nullopt;
      auto inner = value<typename T::value_type>();
      return inner ? std::optional<T>{T{*std::move(inner)}} : std::nullopt;
    } else if constexpr (is_vector<T>) {
      return list<T>();
    } else if constexpr (v0::detail::is_span<T>) {
      return view_list<std::remove_const_t<typename T::element_type>>();
    } else if constexpr (std::same_as<T, bool>) {
      const bool is_true = at_.peek() == 't';
      return at_.word(is_true ? "true" : "false") ? std::optional{is_true} : std::nullopt;
    } else if constexpr (std::integral<T>) {
      return at_.integer<T>();
    } else if constexpr (std::floating_point<T>) {
      return at_.real<T>();
    } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
      const auto text = at_.text();
      return text ? std::optional<T>{T{*text}} : std::nullopt;
    } else if constexpr (v0::detail::word_like<T>) {
      const auto text = at_.text();
      return text ? std::optional<T>{T{typename T::text_type{*text}}} : std::nullopt;
    } else if constexpr (std::same_as<T, date> || std::same_as<T, timestamp>) {
      const auto text = at_.text();
      return text ? T::read(*text) : std::nullopt;
    } else if constexpr (std::same_as<T, season>) {
      const auto year = at_.integer<int>();
      return year ? season::read(*year) : std::nullopt;
    } else {
      T r{};
      return fields(r) ? std::optional<T>{std::move(r)} : std::nullopt;
    }
  }

  /// Fills a record's fields. They are looked for in the order of the model, which is the order most servers write them
  /// in; from the first that is not there, by name.
  template <record T>
  [[nodiscard]] bool fields(T& r) {
    constexpr int most_depth = 16;  // of records in records
    if (depth_ == most_depth || !at_.take('{')) return false;
    ++depth_;
    std::bitset<field_count<T>> seen;
    state now = at_.take('}') ? state::done : state::within;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      ((now = now == state::within ? in_order<I>(r, seen) : now), ...);
    }
    (std::make_index_sequence<field_count<T>>{});
    while (now == state::within) now = by_name(r, seen);
    --depth_;
    return now == state::done && is_complete<T>(seen);
  }

 private:
  /// Within an object, in front of a key; behind it; or nowhere.
  enum class state { within, done, broken };

  template <record T>
  [[nodiscard]] static bool is_complete(const std::bitset<field_count<T>>& seen) noexcept {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((may_lack<field_type_at<T, I>> || seen[I]) && ...);
    }
    (std::make_index_sequence<field_count<T>>{});
  }

  template <std::size_t I, record T>
  [[nodiscard, gnu::always_inline]] bool assign(T& r) {
    using Field = field_type_at<T, I>;
    if constexpr (v0::detail::is_optional<Field>) {
      if (at_.peek() == 'n') return at_.word("null");  // as it is already
      auto read = value<typename Field::value_type>();
      if (read) field_at<I>(r).emplace(*std::move(read));
      return read.has_value();
    } else {
      auto read = value<Field>();
      if (read) field_at<I>(r) = *std::move(read);
      return read.has_value();
    }
  }

  template <std::size_t I, record T>
  [[nodiscard]] bool assign_one(T& r) {
    return assign<I>(r);
  }

  [[nodiscard, gnu::always_inline]] state behind(bool value_taken) noexcept {
    if (!value_taken) return state::broken;
    if (at_.take(',')) return state::within;
    return at_.take('}') ? state::done : state::broken;
  }

  template <std::size_t I, record T>
  [[nodiscard, gnu::always_inline]] state in_order(T& r, std::bitset<field_count<T>>& seen) {
    if (!at_.take_key(quoted_name<T, I>.chars)) return state::within;
    seen.set(I);
    return behind(assign<I>(r));
  }

  template <record T>
  [[nodiscard]] state by_name(T& r, std::bitset<field_count<T>>& seen) {
    std::string_view key;
    if (!at_.key(key)) return state::broken;
    const std::size_t index = key_table<T>::find(key);
    if (index == field_count<T>) return behind(at_.skip());
    if (seen[index]) return state::broken;
    seen.set(index);
    return behind(assign_at(index, r));
  }

  template <record T>
  [[nodiscard]] bool assign_at(std::size_t index, T& r) {
    using assigner = bool (quick_reader::*)(T&);
    static constexpr auto assigners = []<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<assigner, sizeof...(I)>{&quick_reader::assign_one<I, T>...};
    }
    (std::make_index_sequence<field_count<T>>{});
    return (this->*assigners[index])(r);
  }

  template <class List>
  [[nodiscard]] std::optional<List> list() {
    if (at_.peek() == 'n') return at_.word("null") ? std::optional<List>{List{}} : std::nullopt;
    std::optional<List> out{List{}};
    out->reserve(at_.measure().items);
    const bool sound = at_.array([&] {
      auto item = value<typename List::value_type>();
      if (item) out->push_back(*std::move(item));
      return item.has_value();
    });
    return sound ? std::move(out) : std::nullopt;
  }

  template <class Item>
  [[nodiscard]] std::optional<std::span<const Item>> view_list() {
    using list = std::span<const Item>;
    if (at_.peek() == 'n') return at_.word("null") ? std::optional<list>{list{}} : std::nullopt;
    Item* const place = store_.allocate<Item>(at_.measure().items);
    std::size_t size = 0;
    const bool sound = at_.array([&] {
      auto item = value<Item>();
      if (item) std::construct_at(place + size++, *std::move(item));
      return item.has_value();
    });
    return sound ? std::optional<list>{list{place, size}} : std::nullopt;
  }

  cursor& at_;
  v0::detail::arena& store_;
  int depth_ = 0;
};

}  // namespace crm::inline v0::json::detail
