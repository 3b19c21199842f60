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
#include <crm/json/detail/key_table.hpp>
#include <crm/json/detail/scanner.hpp>
#include <crm/model/borrows.hpp>
#include <crm/model/date.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/season.hpp>
#include <crm/model/timestamp.hpp>

namespace crm::inline v0::json::detail {

using v0::detail::is_optional;
using v0::detail::is_span;
using v0::detail::is_vector;

/// A field that may be null or absent.
template <class T>
inline constexpr bool may_lack = is_optional<T> || is_vector<T> || is_span<T>;

/// Becomes a `T{}` where a container makes one of it. What the container would make without, `T()`, is zeroed as a
/// whole first, which GCC and Clang do byte by byte where it is large.
template <class T>
struct fresh {
  operator T() const { return T{}; }
};

/// Reads records. It answers with null where the body is not as it should be, and where it is so in a way that is rare:
/// `reader` is asked then, whose word it is.
class quick_reader : public scanner {
 public:
  using scanner::scanner;

  /// Fills a record's fields, which are as they were made. They are looked for in the order of the model, which is the
  /// order most servers write them in; from the first that is not there, by name.
  template <record T>
  [[nodiscard]] token fields(token at, T& r) {
    constexpr int most_depth = 16;  // of records in records
    if (peek(at) != '{' || depth_ == most_depth) return nullptr;
    ++depth_;
    seen_fields<T> seen;
    bool open = peek(++at) != '}';
    if (!open) ++at;
    if (open && in_order_) open = all_in_order(at, r, seen);
    at = open ? by_name(at, r, seen) : is_complete<T>(seen) ? at : nullptr;
    --depth_;
    return at;
  }

 private:
  template <record T>
  using seen_fields = std::bitset<field_count<T>>;

  template <record T>
  [[nodiscard, gnu::always_inline]] static bool is_complete(const seen_fields<T>& seen) noexcept {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((may_lack<field_type_at<T, I>> || seen[I]) && ...);
    }
    (std::make_index_sequence<field_count<T>>{});
  }

  /// Whether the object goes on behind the fields that are in order, from the `I`th of the model.
  template <std::size_t I = 0, record T>
  [[nodiscard, gnu::always_inline]] bool all_in_order(token& at, T& r, seen_fields<T>& seen) {
    if constexpr (I == field_count<T>) {
      return true;
    } else {
      if (is_key<quoted_name<T, I>>(at)) {
        seen[I] = true;
        at = field<I>(at + 2, r);
        if (at == nullptr || !goes_on(at, '}')) return false;
      }
      return all_in_order<I + 1>(at, r, seen);
    }
  }

  /// First finds where each value is, then reads them in the order of the model: so nothing depends on their order
  /// here, which the processor would guess wrong.
  template <record T>
  [[nodiscard, gnu::noinline]] token by_name(token at, T& r, seen_fields<T> seen) {
    std::array<token, field_count<T>> values{};
    in_order_ = true;
    std::size_t next = 0;
    do {
      const char* const start = bytes(at, key_table<T>::readable);
      std::size_t index = start != nullptr ? key_table<T>::find(start, at[1] - at[0]) : field_count<T>;
      if (index == field_count<T>) {
        std::string_view name;
        if (key(at, name) == nullptr) return nullptr;
        index = field_index<T>(name);
      }
      in_order_ = in_order_ && index >= next && index < field_count<T>;
      next = index;
      at += 2;
      if (index == field_count<T>) {
        at = skip(at);
        if (at == nullptr) return nullptr;
      } else {
        if (seen[index]) return nullptr;
        seen[index] = true;
        values[index] = at;
        at = behind(at);
      }
    } while (goes_on(at, '}'));
    const bool sound = is_complete<T>(seen)&& [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((values[I] == nullptr || field<I>(values[I], r) != nullptr) && ...);
    }
    (std::make_index_sequence<field_count<T>>{});
    return sound ? at : nullptr;
  }

  template <std::size_t I, record T>
  [[nodiscard, gnu::always_inline]] token field(token at, T& r) {
    return value<field_type_at<T, I>>(at, field_at<I>(r));
  }

  /// A `T` in its place, which is one, or an optional of one. Whatever a record's author gave the field before is gone.
  template <class T, class Place, class... From>
  [[gnu::always_inline]] static T& put(Place& out, From&&... from) {
    if constexpr (!std::same_as<T, Place>) {
      return out.emplace(std::forward<From>(from)...);
    } else {
      if constexpr (sizeof...(From) != 0)
        out = T(std::forward<From>(from)...);
      else if constexpr (is_optional<T>)
        out.reset();
      else if constexpr (is_vector<T>)
        out.clear();
      else if constexpr (record<T>)
        out = T{};
      return out;
    }
  }

  /// Reads a `T` into its place.
  template <class T, class Place>
  [[nodiscard, gnu::always_inline]] token value(token at, Place& out) {
    if constexpr (is_optional<T>) {
      if (peek(at) == 'n') return put<T>(out), word<"null">(at);
      return value<typename T::value_type>(at, put<T>(out));
    } else if constexpr (is_vector<T> || is_span<T>) {
      T& items = put<T>(out);
      return peek(at) == 'n' ? word<"null">(at) : list(at, items);
    } else if constexpr (std::same_as<T, bool>) {
      const bool is_true = peek(at) == 't';
      put<T>(out, is_true);
      return is_true ? word<"true">(at) : word<"false">(at);
    } else if constexpr (std::integral<T>) {
      return integer(at, put<T>(out));
    } else if constexpr (std::floating_point<T>) {
      return real(at, put<T>(out));
    } else if constexpr (record<T>) {
      return fields(at, put<T>(out));
    } else if constexpr (std::same_as<T, season>) {
      int year = 0;
      at = integer(at, year);
      return at != nullptr && keep<T>(out, season::read(year)) ? at : nullptr;
    } else {
      std::string_view read;
      at = text(at, read);
      if (at == nullptr) return nullptr;
      if constexpr (std::same_as<T, date> || std::same_as<T, timestamp>) {
        return keep<T>(out, T::read(read)) ? at : nullptr;
      } else if constexpr (v0::detail::word_like<T>) {
        put<T>(out, typename T::text_type{read});
      } else {
        put<T>(out, read);
      }
      return at;
    }
  }

  template <class T, class Place>
  [[nodiscard, gnu::always_inline]] static bool keep(Place& out, std::optional<T> made) {
    if (made) put<T>(out, *made);
    return made.has_value();
  }

  template <class Item>
  [[nodiscard]] token list(token at, std::vector<Item>& out) {
    out.reserve(items(at));
    return array(at, [&](token it) {
      std::optional<Item> item;
      it = value<Item>(it, item);
      if (it != nullptr) out.push_back(*std::move(item));
      return it;
    });
  }

  template <class Item>
  [[nodiscard]] token list(token at, std::span<const Item>& out) {
    Item* const place = store().template allocate<Item>(items(at));
    std::size_t size = 0;
    at = array(at, [&](token it) {
      std::optional<Item> item;
      it = value<Item>(it, item);
      if (it != nullptr) std::construct_at(place + size++, *std::move(item));
      return it;
    });
    out = {place, size};
    return at;
  }

  int depth_ = 0;
  bool in_order_ = true;  // the last record's fields
};

}  // namespace crm::inline v0::json::detail
