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

#include <crm/config.hpp>
#include <crm/detail/arena.hpp>
#include <crm/detail/optional.hpp>
#include <crm/json/detail/field_order.hpp>
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

/// Reads records. It answers with null where the body is not as it should be, and where it is so in a way that is rare:
/// `reader` is asked then, whose word it is.
class quick_reader : public scanner {
 public:
  using scanner::scanner;

  /// Fills a record's fields, which are as they were made. They are looked for in the order of the model; from the
  /// first that is not there, by name.
  template <record T>
  [[nodiscard]] token fields(token at, T& r) {
    if (!enter(at)) return nullptr;
    field_order<T> unused;
    at = in_order(at + 1, r, unused);
    --depth_;
    return at;
  }
  /// The same of one of many records: their fields are looked for in the order in which those of the one before came.
  template <record T>
  [[nodiscard]] token fields(token at, T& r, field_order<T>& usual) {
    if (!enter(at)) return nullptr;
    at = usual.is_models() ? in_order(at + 1, r, usual) : as_usual(at + 1, r, usual);
    --depth_;
    return at;
  }

 private:
  /// Whether a record begins here, and not too deep in others.
  [[nodiscard]] bool enter(token at) noexcept {
    constexpr int most_depth = 16;
    if (peek(at) != '{' || depth_ == most_depth) return false;
    ++depth_;
    return true;
  }

  template <record T>
  using seen_fields = std::bitset<field_count<T>>;

  template <record T>
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] static bool is_complete(const seen_fields<T>& seen) noexcept {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((may_lack<field_type_at<T, I>> || seen[I]) && ...);
    }
    (std::make_index_sequence<field_count<T>>{});
  }

  /// In the order of the model.
  template <record T>
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] token in_order(token at, T& r, field_order<T>& usual) {
    seen_fields<T> seen;
    if (peek(at) == '}') return is_complete<T>(seen) ? at + 1 : nullptr;
    if (all_in_order(at, r, seen, std::make_index_sequence<field_count<T>>{})) return by_name(at, r, seen, usual);
    return is_complete<T>(seen) ? at : nullptr;
  }
  /// Whether the object goes on behind the fields that are in order.
  template <record T, std::size_t... I>
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] bool all_in_order(token& at, T& r, seen_fields<T>& seen,
                                                            std::index_sequence<I...>) {
    return (goes_on_behind<I>(at, r, seen) && ...);
  }
  template <std::size_t I, record T>
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] bool goes_on_behind(token& at, T& r, seen_fields<T>& seen) {
    if (!take<I>(at, r)) return true;
    seen[I] = true;
    return at != nullptr && goes_on(at, '}');
  }
  /// Whether the field here is the `I`th of the model. If so it is read.
  template <std::size_t I, record T>
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] bool take(token& at, T& r) {
    if (!is_key<quoted_name<T, I>>(at)) return false;
    at = field<I>(at + 2, r);
    return true;
  }

  /// In the order of the record before.
  template <record T>
  [[nodiscard, gnu::noinline]] token as_usual(token at, T& r, field_order<T>& usual) {
    seen_fields<T> seen;
    if (peek(at) == '}') return is_complete<T>(seen) ? at + 1 : nullptr;
    for (std::size_t n = 0; n < usual.size(); ++n) {
      const std::size_t index = usual[n];
      if (index == field_count<T> ? !skip_unknown<T>(at)
                                  : !take_one(at, r, index, std::make_index_sequence<field_count<T>>{})) {
        usual.keep(n);
        break;
      }
      if (index != field_count<T>) seen[index] = true;
      if (at == nullptr || !goes_on(at, '}')) return is_complete<T>(seen) ? at : nullptr;
    }
    return by_name(at, r, seen, usual);
  }
  /// The same of a position that is known only now.
  template <record T, std::size_t... I>
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] bool take_one(token& at, T& r, std::size_t index, std::index_sequence<I...>) {
    bool taken = false;
    static_cast<void>(((index == I && (taken = take<I>(at, r), true)) || ...));
    return taken;
  }
  /// Whether the key here is no field's. If so its value is read.
  template <record T>
  [[nodiscard]] bool skip_unknown(token& at) {
    if (find_key<T>(at) != field_count<T>) return false;
    at = skip(at + 2);
    return true;
  }

  /// First finds where each value is, then reads them in the order of the model: so nothing depends on their order
  /// here, which the processor would guess wrong.
  template <record T>
  [[nodiscard, gnu::noinline]] token by_name(token at, T& r, seen_fields<T> seen, field_order<T>& usual) {
    std::array<token, field_count<T>> values{};
    if (usual.is_models())
      for (std::size_t i = 0; i < field_count<T>; ++i)
        if (seen[i]) usual.add(i);
    do {
      const std::size_t index = find_key<T>(at);
      if (index == no_key<T>) return nullptr;
      usual.add(index);
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
    usual.close();
    const bool sound = is_complete<T>(seen)&& [&]<std::size_t... I>(std::index_sequence<I...>) {
      return ((values[I] == nullptr || field<I>(values[I], r) != nullptr) && ...);
    }
    (std::make_index_sequence<field_count<T>>{});
    return sound ? at : nullptr;
  }

  /// The position of the field whose key is here; `field_count` of a key that is no field's.
  template <record T>
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] std::size_t find_key(token at) const noexcept {
    const char* const start = bytes(at, key_table<T>::readable);
    const std::size_t index = start != nullptr ? key_table<T>::find(start, at[1] - at[0]) : field_count<T>;
    if (index != field_count<T>) return index;
    std::string_view name;
    return key(at, name) != nullptr ? field_index<T>(name) : no_key<T>;
  }
  template <record T>
  static constexpr std::size_t no_key = field_count<T> + 1;

  template <std::size_t I, record T>
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] token field(token at, T& r) {
    return value<field_type_at<T, I>>(at, field_at<I>(r));
  }

  /// A `T` in its place, which is one, or an optional of one. Whatever a record's author gave the field before is gone.
  template <class T, class Place, class... From>
  [[CRM_CLIENT_ALWAYS_INLINE]] static T& put(Place& out, From&&... from) {
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
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] token value(token at, Place& out) {
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
  [[nodiscard, CRM_CLIENT_ALWAYS_INLINE]] static bool keep(Place& out, std::optional<T> made) {
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
};

}  // namespace crm::inline v0::json::detail
