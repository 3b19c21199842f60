/// @file
/// A target's query, read back: the other side of `query/render.hpp`.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <crm/detail/utf8.hpp>
#include <crm/http/uri.hpp>
#include <crm/model/date.hpp>
#include <crm/model/page.hpp>
#include <crm/model/season.hpp>
#include <crm/model/timestamp.hpp>
#include <crm/testing/detail/refusal.hpp>

namespace crm::inline v0::testing {

/// The parameters of a query in their order, decoded.
class query_string {
 public:
  struct parameter {
    std::string name;
    std::string value;
  };

  query_string() = default;

  /// `name=value&…`, without the question mark. Nothing where it is not percent-encoded UTF-8.
  [[nodiscard]] static std::optional<query_string> parse(std::string_view text) {
    query_string read;
    while (!text.empty()) {
      const auto end = std::min(text.find('&'), text.size());
      const std::string_view pair = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (pair.empty()) continue;
      const auto equals = std::min(pair.find('='), pair.size());
      auto name = decoded(pair.substr(0, equals));
      auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
      if (!name || !value) return std::nullopt;
      read.parameters_.push_back({*std::move(name), *std::move(value)});
    }
    return read;
  }

  [[nodiscard]] const std::vector<parameter>& parameters() const noexcept { return parameters_; }

 private:
  [[nodiscard]] static std::optional<std::string> decoded(std::string_view text) {
    auto plain = http::decoded(text, true);
    return plain && v0::detail::is_utf8(*plain) ? plain : std::nullopt;
  }

  std::vector<parameter> parameters_;
};

/// Reads parameters as the types they stand for. An absent one is nothing. The first value that does not fit is
/// remembered as the refusal, and read as nothing.
class parameter_reader {
 public:
  explicit parameter_reader(const query_string& query) : query_{query} {}

  [[nodiscard]] const std::optional<detail::refusal>& refused() const noexcept { return refused_; }
  void refuse(std::string_view name, std::string_view why) {
    if (!refused_) refused_ = detail::invalid_parameter(name, why);
  }

  /// A parameter's one value.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) {
    std::optional<std::string> found;
    for (const auto& parameter : query_.parameters()) {
      if (parameter.name != name) continue;
      if (found) return refuse(name, "must be given once"), std::nullopt;
      found = parameter.value;
    }
    if (found && found->empty()) return refuse(name, "must not be empty"), std::nullopt;
    return found;
  }

  /// A word of an open vocabulary: any text will do.
  template <class Word>
  [[nodiscard]] std::optional<Word> word(std::string_view name) {
    auto found = text(name);
    return found ? std::optional<Word>{Word{*std::move(found)}} : std::nullopt;
  }

  /// A list in either form: `name=a,b`, or `name[]=a&name[]=b`, where a word may hold a comma.
  template <class Word>
  [[nodiscard]] std::optional<std::vector<Word>> words(std::string_view name) {
    std::optional<std::vector<Word>> found;
    const auto add = [&](std::string_view word) {
      if (word.empty()) refuse(name, "must not hold an empty word");
      if (!found) found.emplace();
      found->push_back(Word{std::string{word}});
    };
    for (const auto& parameter : query_.parameters()) {
      if (parameter.name == std::string{name}.append("[]")) {
        add(parameter.value);
      } else if (parameter.name == name) {
        std::string_view rest = parameter.value;
        for (auto comma = rest.find(','); comma != std::string_view::npos; comma = rest.find(',')) {
          add(rest.substr(0, comma));
          rest.remove_prefix(comma + 1);
        }
        add(rest);
      }
    }
    return found;
  }

  [[nodiscard]] std::optional<date> day(std::string_view name) {
    return read(name, &date::read, "must be a day that exists, as YYYY-MM-DD");
  }
  [[nodiscard]] std::optional<timestamp> moment(std::string_view name) {
    return read(name, &timestamp::read, "must be a time as in RFC 3339");
  }
  [[nodiscard]] std::optional<season> year(std::string_view name) {
    constexpr auto of = [](std::string_view text) -> std::optional<season> {
      const auto made = season::of(number(text).value_or(0));
      return made ? std::optional{*made} : std::nullopt;
    };
    static const std::string why =
        "must be a year from " + std::to_string(season::first) + " to " + std::to_string(season::last);
    return read(name, of, why);
  }

  /// Which part of a list is asked for; the names are resource `R`'s.
  template <class R>
  [[nodiscard]] page_meta page() {
    constexpr auto page_of = [](std::string_view text) { return bounded(text, INT32_MAX); };
    constexpr auto size_of = [](std::string_view text) { return bounded(text, page_size::most); };
    page_meta asked;
    asked.page = read(R::page_parameter, page_of, "must be a number from 1").value_or(asked.page);
    asked.per_page = read(R::per_page_parameter, size_of, "must be a number from 1 to 100").value_or(asked.per_page);
    return asked;
  }

 private:
  [[nodiscard]] static std::optional<std::int64_t> bounded(std::string_view text, std::int64_t most) {
    const auto n = number(text);
    return n && *n >= 1 && *n <= most ? std::optional{*n} : std::nullopt;
  }

  /// Decimal digits and nothing else.
  [[nodiscard]] static std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = status == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional{value} : std::nullopt;
  }

  template <class Read>
  [[nodiscard]] auto read(std::string_view name, Read made_of, std::string_view why)
      -> decltype(made_of(std::string_view{})) {
    const auto found = text(name);
    if (!found) return std::nullopt;
    auto value = made_of(*found);
    if (!value) refuse(name, why);
    return value;
  }

  const query_string& query_;
  std::optional<detail::refusal> refused_;
};

}  // namespace crm::inline v0::testing
