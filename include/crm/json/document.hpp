/// @file
/// Whole bodies of the contract to what they hold: a page, a record, a write's fields, a problem.
#pragma once

#include <algorithm>
#include <bitset>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <crm/detail/arena.hpp>
#include <crm/detail/fresh.hpp>
#include <crm/detail/utf8.hpp>
#include <crm/json/decode.hpp>
#include <crm/json/detail/quick_reader.hpp>
#include <crm/json/detail/scanner.hpp>
#include <crm/json/detail/simdjson.hpp>
#include <crm/model/borrows.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/page.hpp>
#include <crm/model/resource.hpp>
#include <crm/query/patch.hpp>
#include <crm/result.hpp>

namespace crm::inline v0::json {

namespace detail {

/// The page in a sound body; nothing where it is another, or rare.
template <record T>
[[nodiscard]] std::optional<page<T>> quick_page(std::string_view body, typename page<T>::spent& into,
                                                v0::detail::arena& pieces) {
  using R = resource<T>;
  const tokenized tokens{body};
  quick_reader in{body, tokens.get(), pieces};
  if (in.begin() == nullptr) return std::nullopt;
  field_order<T> usual;
  const auto read_records = [&](token first) {
    return in.array(first, [&](token at) {
      if (auto& records = into.records; records.size() == records.capacity()) {
        // As many as there are if those to come are like those before, and some more; few on the word of the first
        // alone.
        const std::size_t size = records.size();
        const auto each =
            static_cast<std::size_t>(size == 0 ? in.behind(at) - at : at - first) / std::max<std::size_t>(size, 1);
        const std::size_t more = static_cast<std::size_t>(in.end() - at) / each;
        records.reserve(size + std::min(more + more / 4 + 1, std::max<std::size_t>(1024, 4 * size)));
      }
      in.leave_behind(at);
      return in.fields(at, into.records.emplace_back(v0::detail::fresh<T>{}), usual);
    });
  };

  std::optional<page_meta> meta;
  token at = in.begin();
  if (in.peek(at) == '[') {
    at = read_records(at);
  } else {
    bool has_records = false;
    at = in.object(at, [&](std::string_view key, token value) {
      if (key == R::many) return std::exchange(has_records, true) ? nullptr : read_records(value);
      if (key == R::meta) return meta ? nullptr : in.fields(value, meta.emplace());
      return in.skip(value);
    });
    if (!has_records || !meta || meta->total < 0 || meta->page < 1 || meta->per_page < 1) return std::nullopt;
  }
  if (at != in.end()) return std::nullopt;
  return page<T>{std::move(into.records), meta, std::move(into.text)};
}

/// The page in any body, or what is wrong with it.
template <record T>
[[nodiscard]] result<page<T>> parsed_page(std::string_view body) {
  using R = resource<T>;
  text_store store;
  reader in{store};
  auto root = in.parse(body, [](std::string_view key) noexcept {
    return key == R::many || key == R::meta || is_field<page_meta>(key) || is_field<T>(key);
  });
  if (!root) return in.fault();

  std::optional<element> many = root, about;
  const auto members = in.scalar<object>(*root, "");
  if (members) {
    many.reset();
    if (!in.member(*members, R::many, many) || !in.member(*members, R::meta, about)) return in.fault();
    if (!many) return in.fail("is missing"), in.within(R::many), in.fault();
  }
  // A record's list may be null; a page that is null says nothing about the customers there are.
  auto records = many->is_array() ? in.value<std::vector<T>>(*many) : (in.fail("expected an array"), std::nullopt);
  if (!records) {
    if (members) in.within(R::many);
    return in.fault();
  }

  // An object without its meta could be the first page of many.
  std::optional<page_meta> meta;
  if (members) {
    in.fail("is missing");
    if (about) meta = in.value<page_meta>(*about);
    if (meta && (meta->total < 0 || meta->page < 1 || meta->per_page < 1)) in.fail("is out of range"), meta.reset();
    if (!meta) return in.within(R::meta), in.fault();
  }
  if constexpr (v0::detail::borrows<T>()) {
    auto text = std::make_shared<v0::detail::page_text>();
    text->pieces = std::move(store.pieces);
    return page<T>{*std::move(records), meta, std::move(text)};
  } else {
    return page<T>{*std::move(records), meta};
  }
}

}  // namespace detail

/// A list of views, which point into the body: the page keeps it. With the memory of a page that is no longer needed,
/// `std::move(page).recycle()`, as a rule nothing is allocated.
template <record T, std::same_as<std::string> Body>
  requires(v0::detail::borrows<T>())
[[nodiscard]] result<page<T>> decode_page(Body&& body, typename page<T>::spent used = {}) {
  used.records.clear();
  if (used.text.use_count() != 1) used.text = std::make_shared<v0::detail::page_text>();
  const auto text = used.text;
  text->body = std::forward<Body>(body);
  text->pieces.clear();
  text->pieces.expect(text->body.size() / 4);
  if (auto read = detail::quick_page<T>(text->body, used, text->pieces)) return *std::move(read);
  return detail::parsed_page<T>(text->body);
}

namespace detail {

/// The object inside `{"customer":{…}}`, or the bare object.
template <record T>
[[nodiscard]] std::optional<element> unwrap(reader& in, std::string_view body, bool& wrapped) {
  constexpr std::string_view envelope = resource<T>::one;
  auto root = in.parse(body, [](std::string_view key) noexcept { return key == resource<T>::one || is_field<T>(key); });
  const auto members = root ? in.scalar<object>(*root, "expected an object") : std::nullopt;
  std::optional<element> one;
  if (!members || !in.member(*members, envelope, one)) return std::nullopt;
  wrapped = one.has_value();
  return wrapped ? one : root;
}

}  // namespace detail

/// A list: `{"customers":[…],"meta":{…}}`, or a bare array, which has no meta.
template <record T>
[[nodiscard]] result<page<T>> decode_page(std::string_view body) {
  if constexpr (v0::detail::borrows<T>()) {
    return decode_page<T>(std::string{body});
  } else {
    v0::detail::arena unescaped;
    typename page<T>::spent fresh;
    if (auto read = detail::quick_page<T>(body, fresh, unescaped)) return *std::move(read);
    return detail::parsed_page<T>(body);
  }
}

namespace detail {

/// Fills a record, which is as it was made, from a sound body with an envelope; false where it is another, or rare.
template <record T>
[[nodiscard]] bool quick_one(std::string_view body, T& into) {
  v0::detail::arena unescaped;
  const tokenized tokens{body};
  quick_reader in{body, tokens.get(), unescaped};
  if (in.begin() == nullptr) return false;
  bool read = false;
  const token at = in.object(in.begin(), [&](std::string_view key, token value) {
    if (key != resource<T>::one) return in.skip(value);
    return std::exchange(read, true) ? nullptr : in.fields(value, into);
  });
  return read && at == in.end();
}

}  // namespace detail

/// Fills a record, which is as it was made, from `{"customer":{…}}` or a bare object. After a fault it is of no use.
/// (What the quick reader took of a body before it gave up, the parser reads again.)
template <record T>
[[nodiscard]] result<void> decode_one_into(T& r, std::string_view body) {
  static_assert(!detail::borrows<T>(),
                "one record owns its text: ask for the owning type, crm::customer in place of crm::customer_view; "
                "views are read by pages");
  static_assert(std::is_move_assignable_v<T>, "a record is assigned to: leave it its assignment operators");
  if (detail::quick_one(body, r)) return {};
  detail::text_store store;
  detail::reader in{store};
  bool wrapped = false;
  const auto object = detail::unwrap<T>(in, body, wrapped);
  if (object && in.fields(*object, r)) return {};
  if (object && wrapped) in.within(resource<T>::one);
  return in.fault();
}

/// One record: `{"customer":{…}}`, or a bare object.
template <record T>
[[nodiscard]] result<T> decode_one(std::string_view body) {
  result<T> read{v0::detail::fresh<T>{}};
  if (auto sound = decode_one_into(*read, body); !sound) read = std::move(sound).error();
  return read;
}

/// The named fields of a write: what `encode_attributes` made. An unknown key is a fault.
template <record T>
[[nodiscard]] result<attributes<T>> decode_attributes(std::string_view body) {
  detail::text_store store;
  detail::reader in{store};
  bool wrapped = false;
  const auto object = detail::unwrap<T>(in, body, wrapped);
  if (!object) return in.fault();
  attributes<T> read;
  std::bitset<field_count<T>> seen;
  if (!in.fields(*object, read.raw_values(), &seen)) {
    if (wrapped) in.within(resource<T>::one);
    return in.fault();
  }
  for (std::size_t i = 0; i < field_count<T>; ++i)
    if (seen[i]) read.raw_name(i);
  return read;
}

namespace detail {

/// A member's text, cut to what an error may carry, and never within a character; empty where it is absent or no text.
[[nodiscard]] inline std::string short_text(reader& in, object from, std::string_view key) {
  std::optional<element> member;
  if (!in.member(from, key, member) || !member) return {};
  return std::string{v0::detail::utf8_prefix(in.scalar<std::string_view>(*member, "").value_or(""), 1024)};
}

}  // namespace detail

/// An `application/problem+json` body; nothing where it is not one. (RFC 9457.)
[[nodiscard]] inline std::optional<problem> decode_problem(std::string_view body) {
  constexpr std::size_t most_fields = 32;
  detail::text_store store;
  detail::reader in{store};
  const auto root = in.parse(body);
  const auto members = root ? in.scalar<detail::object>(*root, "") : std::nullopt;
  if (!members) return std::nullopt;
  const auto text = [&](detail::object from, std::string_view key) { return detail::short_text(in, from, key); };
  problem p{text(*members, "type"), text(*members, "title"), text(*members, "detail"), {}};
  std::optional<detail::element> errors;
  if (!in.member(*members, "errors", errors) || !errors) return p;
  const auto list = in.scalar<detail::array>(*errors, "");
  if (!list) return p;
  for (const auto each : *list) {
    const auto one = in.scalar<detail::object>(each, "");
    if (!one || p.fields.size() == most_fields) break;
    std::string where = text(*one, "pointer");
    if (where.empty()) where = text(*one, "parameter");
    p.fields.emplace_back(std::move(where), text(*one, "detail"));
  }
  return p;
}

}  // namespace crm::inline v0::json
