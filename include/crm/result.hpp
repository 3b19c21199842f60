/// @file
/// `result<T>`: a value, or the `error` that says why there is none.
#pragma once

#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

#include <crm/detail/remedy.hpp>
#include <crm/error.hpp>
#include <crm/fwd.hpp>

namespace crm::inline v0 {

/// What `result::value()` throws where there is no value.
class exception : public std::runtime_error {
 public:
  explicit exception(crm::error e) : std::runtime_error{to_string(e)}, error_{std::move(e)} {}
  [[nodiscard]] const crm::error& error() const noexcept { return error_; }

 private:
  crm::error error_;
};

namespace detail {

[[noreturn]] inline void raise([[maybe_unused]] crm::error e) {
#if CRM_CLIENT_HAS_EXCEPTIONS
  throw exception{std::move(e)};
#else
  std::abort();
#endif
}

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<result<T>> = true;

template <class T>
inline constexpr bool is_page = false;
template <class T>
inline constexpr bool is_page<page<T>> = true;

}  // namespace detail

/// A value or an `error`; the same type in every language mode, so that objects built with different
/// `-std` options mix.
///
/// `value()` on an rvalue returns by value: `for (auto& c : client.query(f).value())` does not dangle.
template <class T>
class [[nodiscard]] result {
  static_assert(!std::is_reference_v<T> && !std::is_same_v<std::remove_cv_t<T>, crm::error>);

 public:
  using value_type = T;
  using error_type = crm::error;

  template <class U = T>
    requires(std::is_constructible_v<T, U&&>&& std::is_convertible_v<U&&, T> &&
             !std::is_same_v<std::remove_cvref_t<U>, crm::error> && !detail::is_result<std::remove_cvref_t<U>>)
  result(U&& value) : state_{tl::in_place, std::forward<U>(value)} {}
  result(crm::error e) : state_{tl::unexpect, std::move(e)} {}

  [[nodiscard]] bool has_value() const noexcept { return state_.has_value(); }
  [[nodiscard]] explicit operator bool() const noexcept { return state_.has_value(); }

  /// Requires `has_value()`.
  [[nodiscard]] T& operator*() & noexcept { return *state_; }
  [[nodiscard]] const T& operator*() const& noexcept { return *state_; }
  [[nodiscard]] T operator*() && { return std::move(*state_); }
  [[nodiscard]] T* operator->() & noexcept { return &*state_; }
  [[nodiscard]] const T* operator->() const& noexcept { return &*state_; }
  [[nodiscard]] T* operator->() && noexcept requires(!detail::is_page<T>) { return &*state_; }
  remedy::give_the_page_a_name_first_for_its_records_die_with_it* operator->() && requires detail::is_page<T>
  = delete;

  /// The value; throws `crm::exception` where there is none (aborts when built without exceptions).
  T& value() & { return require(), *state_; }
  const T& value() const& { return require(), *state_; }
  T value() && { return require(), std::move(*state_); }

  template <class U>
  [[nodiscard]] T value_or(U&& other) const& {
    return state_ ? *state_ : static_cast<T>(std::forward<U>(other));
  }
  template <class U>
  [[nodiscard]] T value_or(U&& other) && {
    return state_ ? std::move(*state_) : static_cast<T>(std::forward<U>(other));
  }

  /// Requires `!has_value()`.
  [[nodiscard]] crm::error& error() & noexcept { return state_.error(); }
  [[nodiscard]] const crm::error& error() const& noexcept { return state_.error(); }
  [[nodiscard]] crm::error error() && { return std::move(state_.error()); }

  /// `f(value)`, itself a result, or the error passed on.
  template <class F>
  [[nodiscard]] auto and_then(F&& f) const& -> std::invoke_result_t<F, const T&> {
    if (!state_) return state_.error();
    return std::invoke(std::forward<F>(f), *state_);
  }
  template <class F>
  [[nodiscard]] auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
    if (!state_) return std::move(state_.error());
    return std::invoke(std::forward<F>(f), std::move(*state_));
  }

  /// A result of `f(value)`, or the error passed on.
  template <class F>
  [[nodiscard]] auto transform(F&& f) const& -> result<std::remove_cvref_t<std::invoke_result_t<F, const T&>>> {
    if (!state_) return state_.error();
    return std::invoke(std::forward<F>(f), *state_);
  }
  template <class F>
  [[nodiscard]] auto transform(F&& f) && -> result<std::remove_cvref_t<std::invoke_result_t<F, T&&>>> {
    if (!state_) return std::move(state_.error());
    return std::invoke(std::forward<F>(f), std::move(*state_));
  }

  /// This value, or what `f(error)`, itself a result, makes of the error.
  template <class F>
  [[nodiscard]] result or_else(F&& f) && {
    if (state_) return std::move(*this);
    return std::invoke(std::forward<F>(f), std::move(state_.error()));
  }

 private:
  void require() const {
    if (!state_) detail::raise(state_.error());
  }

  tl::expected<T, crm::error> state_;
};

/// Done, or the `error` that says why not.
template <>
class [[nodiscard]] result<void> {
 public:
  using value_type = void;
  using error_type = crm::error;

  result() noexcept {}  // were it defaulted, `result<void>{}` would write zeros over all the room for an error first
  result(crm::error e) : state_{tl::unexpect, std::move(e)} {}

  [[nodiscard]] bool has_value() const noexcept { return state_.has_value(); }
  [[nodiscard]] explicit operator bool() const noexcept { return state_.has_value(); }
  void value() const {
    if (!state_) detail::raise(state_.error());
  }
  [[nodiscard]] crm::error& error() & noexcept { return state_.error(); }
  [[nodiscard]] const crm::error& error() const& noexcept { return state_.error(); }
  [[nodiscard]] crm::error error() && { return std::move(state_.error()); }

 private:
  tl::expected<void, crm::error> state_;
};

}  // namespace crm::inline v0
