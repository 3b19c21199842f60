/// @file
/// `false`, but only once a template is instantiated: for a `static_assert` that is itself the message.
#pragma once

namespace crm::inline v0::detail {

template <class...>
inline constexpr bool never = false;

}  // namespace crm::inline v0::detail
