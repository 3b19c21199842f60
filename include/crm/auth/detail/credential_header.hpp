/// @file
/// The header that carries a credential.
#pragma once

#include <string>
#include <string_view>

#include <crm/http/message.hpp>

namespace crm::inline v0::detail {

/// Its value is made where it stays: a copy would still have the credential when it goes.
inline void add_credential(http::header_list& to, std::string_view name, std::string_view scheme,
                           std::string_view credential) {
  to.emplace_back(http::header{std::string{name}, {}}).value.append(scheme).append(credential);
}

}  // namespace crm::inline v0::detail
