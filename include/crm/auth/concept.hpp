/// @file
/// What an auth policy is: it proves to the CRM who asks. (ADR 10, Authentication with CRM.)
#pragma once

#include <concepts>

#include <crm/http/message.hpp>
#include <crm/result.hpp>

namespace crm::inline v0 {

/// Requires of `A`:
///  - `A::carries_credential`: whether requests will hold something to protect.
///  - `a.ready()`: an error where the credential cannot be used; asked once, when a client is made.
///  - `a.authorize(request)`: adds the proof to a request that is otherwise complete; asked for each attempt.
template <class A>
concept auth_policy = std::move_constructible<A> && requires(const A& a, http::request& request) {
  { A::carries_credential } -> std::convertible_to<bool>;
  { a.ready() } -> std::same_as<result<void>>;
  { a.authorize(request) } -> std::same_as<result<void>>;
};

}  // namespace crm::inline v0
