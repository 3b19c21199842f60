/// @file
/// The target of a request: a resource's path, and a filter as its query.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <crm/http/uri.hpp>
#include <crm/model/page.hpp>
#include <crm/model/resource.hpp>
#include <crm/query/render.hpp>
#include <crm/result.hpp>

namespace crm::inline v0::detail {

template <std::size_t Size>
[[nodiscard]] constexpr std::array<char, Size> joined(std::initializer_list<std::string_view> parts) {
  std::array<char, Size> all{};
  auto at = all.begin();
  for (const auto part : parts) at = std::copy(part.begin(), part.end(), at);
  return all;
}

/// The template of a record's path, for events.
template <class T>
struct record_route {
  static constexpr std::string_view path = resource<T>::path, id = "/{id}";
  static constexpr auto bytes = joined<path.size() + id.size()>({path, id});
  static constexpr std::string_view text{bytes.data(), bytes.size()};
};
/// The template of the path of a list below a record.
template <class T>
struct sub_route {
  static constexpr std::string_view record = record_route<T>::text, sub = resource<T>::sub_path;
  static constexpr auto bytes = joined<record.size() + sub.size()>({record, sub});
  static constexpr std::string_view text{bytes.data(), bytes.size()};
};

/// A search's text, rendered like a filter's term.
struct search_text {
  std::string_view text;
};

/// The path of one record. An id by which the path would be another endpoint's is refused.
template <class T>
[[nodiscard]] result<std::string> record_target(std::string_view id) {
  constexpr std::string_view path = resource<T>::path;
  std::string target;
  target.reserve(path.size() + 1 + id.size());
  target.append(path).append("/");
  if (const auto fault = http::append_segment(target, id); !fault.empty()) return invalid_argument(std::string{fault});
  if constexpr (requires { resource<T>::search_path; })
    if (target == resource<T>::search_path) return invalid_argument("the id is the name of another endpoint");
  return target;
}

/// A filter whose target is a constant.
template <class Wanted, class R>
concept prepared_for = requires {
  Wanted::template target<R>(list_style::comma);
};

/// Path and filter of a list.
template <class R, class Wanted>
[[nodiscard]] result<std::string> list_target(std::string_view path, const Wanted& wanted, list_style lists) {
  std::string target{path};
  if constexpr (prepared_for<Wanted, R>) {
    target.append(Wanted::template target<R>(lists).substr(R::path.size()));
  } else {
    query_writer out{target, lists};
    if constexpr (std::is_same_v<Wanted, search_text>) {
      out.add(R::search_parameter, wanted.text);
    } else {
      render<R>(out, wanted);
    }
    if (auto sound = std::move(out).finish(); !sound) return std::move(sound).error();
  }
  return target;
}

/// The same at the resource's own path: of a prepared filter a constant.
template <class R, class Wanted>
[[nodiscard]] auto list_target(const Wanted& wanted, list_style lists) {
  if constexpr (prepared_for<Wanted, R>) {
    return result<std::string_view>{Wanted::template target<R>(lists)};
  } else {
    return list_target<R>(R::path, wanted, lists);
  }
}

/// A list's target, and which page of it is wanted.
template <class R>
[[nodiscard]] std::string page_target(std::string_view list, std::int64_t number, page_size per_page) {
  constexpr std::size_t most_digits = 20;
  std::string target;
  target.reserve(list.size() + R::page_parameter.size() + R::per_page_parameter.size() + 4 + 2 * most_digits);
  target.append(list).append(list.find('?') == std::string_view::npos ? "?" : "&");
  target.append(R::page_parameter).append("=").append(std::to_string(number)).append("&");
  target.append(R::per_page_parameter).append("=").append(std::to_string(per_page.value()));
  return target;
}

}  // namespace crm::inline v0::detail
