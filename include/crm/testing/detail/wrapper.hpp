/// @file
/// A transport around another one, as far as the two are the same.
#pragma once

#include <stop_token>
#include <utility>

#include <crm/http/uri.hpp>
#include <crm/result.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::testing::detail {

/// An `Outer` around an `Inner` that reaches this address.
template <class Outer, class Inner>
[[nodiscard]] result<Outer> made_around(const http::base_url& base, const transport_options& options) {
  auto inner = Inner::make(base, options);
  if (!inner) return std::move(inner).error();
  return Outer{*std::move(inner)};
}

/// All but `send`. It is networked where `Inner` is.
template <transport Inner>
class wrapper {
 public:
  [[nodiscard]] time_point now() { return inner_.now(); }
  [[nodiscard]] wake wait_until(time_point when, const std::stop_token& stop) { return inner_.wait_until(when, stop); }

  [[nodiscard]] const http::base_url& base() const requires networked_transport<Inner> { return inner_.base(); }
  [[nodiscard]] bool stays_here() const requires networked_transport<Inner> { return is_private(inner_); }

  [[nodiscard]] Inner& inner() noexcept { return inner_; }
  [[nodiscard]] const Inner& inner() const noexcept { return inner_; }

 protected:
  explicit wrapper(Inner inner) : inner_{std::move(inner)} {}

 private:
  Inner inner_;
};

}  // namespace crm::inline v0::testing::detail
