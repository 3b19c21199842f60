/// @file
/// JSON values to fields, by way of the parser's document: what is asked where a body has a fault, or is rare.
///
/// Strict: a body that is not JSON anywhere, a key given twice, a value of the wrong type and a missing
/// required field are errors that name the JSON path. Unknown keys are ignored. A plain field is required, an
/// `std::optional` or a list may be null or absent.
#pragma once

#include <bitset>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <crm/detail/arena.hpp>
#include <crm/detail/never.hpp>
#include <crm/detail/optional.hpp>
#include <crm/json/detail/quick_reader.hpp>
#include <crm/json/detail/simdjson.hpp>
#include <crm/json/locate.hpp>
#include <crm/model/borrows.hpp>
#include <crm/model/date.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/season.hpp>
#include <crm/model/timestamp.hpp>
#include <crm/result.hpp>

namespace crm::inline v0::json {

/// What is said of a key that is there more than once.
inline constexpr std::string_view appears_twice = "appears twice";

namespace detail {

using v0::detail::borrows;
using v0::detail::never;
using v0::detail::word_like;

/// Whether a record, or one of those in it, has a field of this name. Records may hold their own kind: so not for ever.
template <class T, int Depth = 4>
[[nodiscard]] constexpr bool is_field(std::string_view name) noexcept {
  if constexpr (is_optional<T> || is_vector<T> || is_span<T>) {
    return is_field<std::remove_const_t<typename T::value_type>, Depth>(name);
  } else if constexpr (record<T> && Depth > 0) {
    if (field_index<T>(name) < field_count<T>) return true;
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (is_field<field_type_at<T, I>, Depth - 1>(name) || ...);
    }
    (std::make_index_sequence<field_count<T>>{});
  } else {
    return false;
  }
}

/// A parsed body, and what views made from it point into.
struct text_store {
  document_parser parser;
  v0::detail::arena pieces;
};

/// Walks one parsed body. The first fault is kept with its path, which is put together on the way out.
class reader {
 public:
  explicit reader(text_store& store) noexcept : store_{store} {}

  /// A fault's path names the known keys alone.
  [[nodiscard]] std::optional<element> parse(std::string_view body, known_key known = no_key) {
    if (body.empty()) return fail("the body is empty"), std::nullopt;
    if (const auto root = parsed(store_.parser, body)) return root;
    fail("malformed JSON");
    if (auto where = locate_fault(body, known)) {
      path_ = where->path.substr(1);
      offset_ = where->offset;
    }
    return std::nullopt;
  }

  template <class T>
  [[nodiscard]] std::optional<T> value(element e) {
    if constexpr (is_optional<T>) {
      std::optional<T> read;  // made in place: g++ 12 takes a temporary for uninitialized
      if (e.is_null()) return read.emplace(), read;
      if (auto inner = value<typename T::value_type>(e)) read.emplace(*std::move(inner));
      return read;
    } else if constexpr (is_vector<T>) {
      return list<T>(e);
    } else if constexpr (is_span<T>) {
      return view_list<typename T::value_type>(e);
    } else if constexpr (std::same_as<T, bool>) {
      return scalar<bool>(e, "expected true or false");
    } else if constexpr (std::integral<T>) {
      return integer<T>(e);
    } else if constexpr (std::floating_point<T>) {
      const auto number = scalar<double>(e, "expected a number");
      return number ? std::optional<T>{static_cast<T>(*number)} : std::nullopt;
    } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
      const auto text = scalar<std::string_view>(e, "expected a string");
      return text ? std::optional<T>{kept<T>(*text)} : std::nullopt;
    } else if constexpr (word_like<T>) {
      const auto text = scalar<std::string_view>(e, "expected a string");
      return text ? std::optional<T>{T{kept<typename T::text_type>(*text)}} : std::nullopt;
    } else if constexpr (std::same_as<T, date> || std::same_as<T, timestamp>) {
      const auto text = scalar<std::string_view>(e, "expected a string");
      if (!text) return std::nullopt;
      auto read = T::read(*text);
      if (!read) fail(std::same_as<T, date> ? "expected a date, YYYY-MM-DD" : "expected a time as in RFC 3339");
      return read;
    } else if constexpr (std::same_as<T, season>) {
      const auto year = integer<std::int64_t>(e);
      if (!year) return std::nullopt;
      auto made = season::of(*year);
      return made ? std::optional<season>{*made} : (fail("expected a season from 1900 to 2100"), std::nullopt);
    } else if constexpr (record<T>) {
      T r{};
      return fields(e, r) ? std::optional<T>{std::move(r)} : std::nullopt;
    } else {
      static_assert(never<T>,
                    "a field of this type cannot be decoded: use text, numbers, bool, the model's own types, or "
                    "optionals, vectors and Hana structs of these");
    }
  }

  /// Fills a record's fields. `seen` tells which keys were there; where it is asked for, none is required and
  /// an unknown key is a fault, as befits a write.
  template <record T>
  [[nodiscard]] bool fields(element e, T& r, std::bitset<field_count<T>>* seen_out = nullptr) {
    const auto members = scalar<object>(e, "expected an object");
    if (!members) return false;
    std::bitset<field_count<T>> seen;
    for (const auto [key, child] : *members) {
      const std::size_t index = field_index<T>(key);
      if (index == field_count<T>) {
        if (seen_out != nullptr) return fail("is not a field"), false;
        continue;
      }
      if (seen[index]) return fail(appears_twice), within(key), false;
      seen.set(index);
      if (!assign(index, child, r)) return within(key), false;
    }
    if (seen_out != nullptr) return *seen_out = seen, true;
    bool complete = true;
    for_each_field(r, [&](auto index, std::string_view name, const auto& f) {
      using Field = std::remove_cvref_t<decltype(f)>;
      if (complete && !may_lack<Field> && !seen[index]) complete = (fail("is missing"), within(name), false);
    });
    return complete;
  }

  /// The value under `key`, which may be absent but not be there twice.
  [[nodiscard]] bool member(object from, std::string_view key, std::optional<element>& out) {
    for (const auto [name, child] : from) {
      if (name != key) continue;
      if (out) return fail(appears_twice), within(key), false;
      out = child;
    }
    return true;
  }

  /// A value of a type the parser itself knows: an object, an array, text, a number, a truth value.
  template <class T>
  [[nodiscard]] std::optional<T> scalar(element e, std::string_view expected) {
    T out{};
    if (is(e, out)) return out;
    return fail(expected), std::nullopt;
  }

  void fail(std::string_view why) { why_ = why; }
  void within(std::string_view key) { path_.insert(0, std::string{"."}.append(key)); }
  void within(std::size_t index) { path_.insert(0, "[" + std::to_string(index) + "]"); }

  [[nodiscard]] crm::error fault() const {
    crm::error e;
    e.code = errc::bad_response;
    e.message = why_;
    // A body nested a thousand deep has a path as long as it is.
    constexpr std::size_t most_path = 200;
    e.json_path = "$" + (path_.size() <= most_path ? path_ : path_.substr(0, most_path) + "...");
    e.offset = offset_;
    return e;
  }

 private:
  /// The parser's text, for as long as the record needs it.
  template <class Text>
  [[nodiscard]] Text kept(std::string_view text) {
    if constexpr (std::same_as<Text, std::string_view>)
      return store_.pieces.copy(text);
    else
      return Text{text};
  }

  template <std::integral T>
  [[nodiscard]] std::optional<T> integer(element e) {
    if (std::int64_t number = 0; is(e, number) && std::in_range<T>(number)) return static_cast<T>(number);
    if (std::uint64_t number = 0; is(e, number) && std::in_range<T>(number)) return static_cast<T>(number);
    return fail("expected an integer in range"), std::nullopt;
  }

  template <class List>
  [[nodiscard]] std::optional<List> list(element e) {
    if (e.is_null()) return List{};
    const auto items = scalar<array>(e, "expected an array");
    if (!items) return std::nullopt;
    List out;
    out.reserve(items->size());
    for (const auto child : *items) {
      auto item = value<typename List::value_type>(child);
      if (!item) return within(out.size()), std::nullopt;
      out.push_back(*std::move(item));
    }
    return out;
  }

  template <class Item>
  [[nodiscard]] std::optional<std::span<const Item>> view_list(element e) {
    static_assert(std::is_trivially_destructible_v<Item>, "a viewed list is never destroyed item by item");
    const auto items = list<std::vector<std::remove_const_t<Item>>>(e);
    if (!items) return std::nullopt;
    auto* place = store_.pieces.allocate<std::remove_const_t<Item>>(items->size());
    std::uninitialized_copy(items->begin(), items->end(), place);
    return std::span<const Item>{place, items->size()};
  }

  /// Decodes into the field at a position known only at run time.
  template <record T>
  [[nodiscard]] bool assign(std::size_t index, element e, T& r) {
    bool sound = false;
    for_each_field(r, [&](auto i, auto, auto& f) {
      if (i != index) return;
      if (auto read = value<std::remove_cvref_t<decltype(f)>>(e)) {
        f = *std::move(read);
        sound = true;
      }
    });
    return sound;
  }

  text_store& store_;
  std::string_view why_;
  std::string path_;
  std::optional<std::size_t> offset_;
};

}  // namespace detail

}  // namespace crm::inline v0::json
