/// @file
/// The filters of the contract, one struct each: the parameter it travels as, and whether a record passes it.
///
/// A term is the one place where its meaning stands: `parameter<R>()` names it for resource `R`, and
/// `matches(wanted, record)` decides. What a value looks like on the wire is in `query/render.hpp`.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>

#include <crm/detail/contains.hpp>
#include <crm/detail/optional.hpp>
#include <crm/model/date.hpp>
#include <crm/model/fields.hpp>
#include <crm/model/season.hpp>
#include <crm/model/timestamp.hpp>
#include <crm/model/vocabulary.hpp>

namespace crm::inline v0 {

/// Text fixed at compile time: a literal converts.
class static_text {
 public:
  template <std::size_t N>
  consteval static_text(const char (&literal)[N]) : text_{literal, N - 1} {
    if (N < 2) remedy::a_text_literal_here_is_not_empty();
  }
  [[nodiscard]] constexpr std::string_view str() const noexcept { return text_; }

 private:
  std::string_view text_;
};

/// Up to eight words fixed at compile time.
template <class V>
struct static_words {
  std::array<word_name<V>, 8> words;
  std::size_t count;

  [[nodiscard]] constexpr auto begin() const noexcept { return words.begin(); }
  [[nodiscard]] constexpr auto end() const noexcept { return words.begin() + static_cast<std::ptrdiff_t>(count); }
};

namespace detail {

/// The characters of anything a term may hold or be compared with: text, a word, either form.
template <class T>
[[nodiscard]] constexpr std::string_view characters(const T& value) noexcept {
  if constexpr (requires { value.str(); }) {
    return value.str();
  } else {
    return value;
  }
}

template <class Wanted, class Field>
[[nodiscard]] constexpr bool same_text(const Wanted& wanted, const Field& field) noexcept {
  const auto* found = present(field);
  return found != nullptr && characters(wanted) == characters(*found);
}

}  // namespace detail

namespace terms {

struct status {
  template <class R>
  [[nodiscard]] static constexpr std::string_view parameter() noexcept {
    return R::status_parameter;
  }
  template <class T>
  [[nodiscard]] static constexpr bool matches(const auto& wanted, const T& r) noexcept {
    return detail::same_text(wanted, field<"status">(r));
  }
};

/// Any of the services suffices.
struct services {
  template <class R>
  [[nodiscard]] static constexpr std::string_view parameter() noexcept {
    return R::services_parameter;
  }
  template <class T>
  [[nodiscard]] static constexpr bool matches(const auto& wanted, const T& r) noexcept {
    for (const auto& had : field<"services">(r))
      for (const auto& one : wanted)
        if (detail::characters(one) == detail::characters(had)) return true;
    return false;
  }
};

struct not_signed_for_season {
  template <class R>
  [[nodiscard]] static constexpr std::string_view parameter() noexcept {
    return R::not_signed_for_season_parameter;
  }
  template <class T>
  [[nodiscard]] static constexpr bool matches(season wanted, const T& r) noexcept {
    return !detail::contains(field<"signed_seasons">(r), wanted);
  }
};

/// A customer without a last service never matches.
struct last_service_before {
  template <class R>
  [[nodiscard]] static constexpr std::string_view parameter() noexcept {
    return R::last_service_before_parameter;
  }
  template <class T>
  [[nodiscard]] static constexpr bool matches(date wanted, const T& r) noexcept {
    const auto* day = detail::present(field<"last_service_date">(r));
    return day != nullptr && *day < wanted;
  }
};

/// Compares exactly: no folding of case or accents.
struct city {
  template <class R>
  [[nodiscard]] static constexpr std::string_view parameter() noexcept {
    return R::city_parameter;
  }
  template <class T>
  [[nodiscard]] static constexpr bool matches(const auto& wanted, const T& r) noexcept {
    return detail::same_text(wanted, field<"city">(r));
  }
};

struct customer_id {
  template <class R>
  [[nodiscard]] static constexpr std::string_view parameter() noexcept {
    return R::customer_id_parameter;
  }
  template <class T>
  [[nodiscard]] static constexpr bool matches(const auto& wanted, const T& r) noexcept {
    return detail::same_text(wanted, field<"customer_id">(r));
  }
};

/// An invoice without a due date never matches.
struct due_before {
  template <class R>
  [[nodiscard]] static constexpr std::string_view parameter() noexcept {
    return R::due_before_parameter;
  }
  template <class T>
  [[nodiscard]] static constexpr bool matches(date wanted, const T& r) noexcept {
    const auto* day = detail::present(field<"due_on">(r));
    return day != nullptr && *day < wanted;
  }
};

/// The moment itself counts.
struct since {
  template <class R>
  [[nodiscard]] static constexpr std::string_view parameter() noexcept {
    return R::since_parameter;
  }
  template <class T>
  [[nodiscard]] static constexpr bool matches(timestamp wanted, const T& r) noexcept {
    const auto* at = detail::present(field<"occurred_at">(r));
    return at != nullptr && *at >= wanted;
  }
};

struct direction {
  template <class R>
  [[nodiscard]] static constexpr std::string_view parameter() noexcept {
    return R::direction_parameter;
  }
  template <class T>
  [[nodiscard]] static constexpr bool matches(const auto& wanted, const T& r) noexcept {
    return detail::same_text(wanted, field<"direction">(r));
  }
};

}  // namespace terms
}  // namespace crm::inline v0
