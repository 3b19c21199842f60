/// @file
/// A filter as query parameters, exactly encoded.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <crm/detail/digits.hpp>
#include <crm/detail/utf8.hpp>
#include <crm/http/uri.hpp>
#include <crm/model/page.hpp>
#include <crm/model/resource.hpp>
#include <crm/query/filter.hpp>
#include <crm/query/terms.hpp>

namespace crm::inline v0 {

/// How a list travels in a query: `services=a,b` as the contract says, or Rails' `services[]=a&services[]=b`.
enum class list_style : unsigned char { comma, brackets };

/// Appends `?name=value&…` to a target: a `std::string`, or what can be appended to like one. The first value that
/// cannot be sent is remembered, and the rest ignored. Names must live as long.
template <class Out = std::string>
class query_writer {
 public:
  constexpr explicit query_writer(Out& target, list_style lists = list_style::comma) : target_{target}, lists_{lists} {}

  /// An empty value is refused: a server could take it for no filter at all, and answer with everybody.
  constexpr void add(std::string_view name, std::string_view value) {
    if (!sendable(name, value)) return;
    begin(name, "");
    http::append_encoded(target_, value);
  }

  /// A list; empty is refused, and so is an element with a comma where commas part the elements.
  template <class Words>
  constexpr void add_list(std::string_view name, const Words& words) {
    bool first = true;
    for (const auto& word : words) {
      const std::string_view text = detail::characters(word);
      if (!sendable(name, text)) return;
      if (lists_ == list_style::comma && text.find(',') != std::string_view::npos)
        return refuse(name, "holds a word with a comma, which a comma-separated list cannot carry");
      if (lists_ == list_style::brackets) {
        begin(name, "%5B%5D");
      } else if (first) {
        begin(name, "");
      } else {
        target_.push_back(',');
      }
      http::append_encoded(target_, text);
      first = false;
    }
    if (first) refuse(name, "is an empty list: leave the filter out to mean all");
  }

  /// Whether a value could not be sent.
  [[nodiscard]] constexpr bool refused() const noexcept { return !why_.empty(); }

  [[nodiscard]] result<void> finish() && {
    if (refused()) return invalid_argument(std::string{refused_}.append(" ").append(why_));
    return {};
  }

 private:
  constexpr void begin(std::string_view name, std::string_view suffix) {
    target_.push_back(std::exchange(separator_, '&'));
    target_.append(name);
    target_.append(suffix);
    target_.push_back('=');
  }
  [[nodiscard]] constexpr bool sendable(std::string_view name, std::string_view value) {
    if (value.empty()) return refuse(name, "is empty: leave the filter out to mean all"), false;
    if (!detail::is_utf8(value)) return refuse(name, "is not valid UTF-8"), false;
    return true;
  }
  constexpr void refuse(std::string_view name, std::string_view why) {
    if (!refused()) refused_ = name, why_ = why;
  }

  Out& target_;
  list_style lists_;
  char separator_ = '?';
  std::string_view refused_, why_;
};

/// Every term of `wanted` under the names that resource `R` gives them.
template <class R, class Out, filter F>
constexpr void render(query_writer<Out>& out, const F& wanted) {
  wanted.for_each_term([&]<class Tag, class Value>(Tag, const Value& value) {
    constexpr std::string_view name = Tag::template parameter<R>();
    if constexpr (std::is_same_v<Value, season> || std::is_same_v<Value, date> || std::is_same_v<Value, timestamp>) {
      out.add(name, detail::written{value}.text());
    } else if constexpr (requires { to_string(value); }) {
      out.add(name, std::string_view{to_string(value)});
    } else if constexpr (std::is_same_v<Tag, terms::services>) {
      out.add_list(name, value);
    } else {
      out.add(name, detail::characters(value));
    }
  });
}

}  // namespace crm::inline v0
