/// @file
/// What the decoder says of a body that it refuses.
#pragma once

#include <string>
#include <string_view>

#include <crm/json/document.hpp>
#include <crm/model/customer.hpp>
#include <crm/result.hpp>

#include "support/catch.hpp"

namespace support {

/// "path: message" of what is refused.
template <class T>
std::string fault_of(const crm::result<T>& decoded) {
  if (decoded) return "not refused";
  CHECK(decoded.error().code == crm::errc::bad_response);
  return decoded.error().json_path + ": " + decoded.error().message;
}
inline std::string page_fault(std::string_view body) {
  const auto seen = fault_of(crm::json::decode_page<crm::customer_view>(body));
  const auto owned = fault_of(crm::json::decode_page<crm::customer>(body));
  CHECK(seen == owned);
  return owned;
}
inline std::string one_fault(std::string_view body) { return fault_of(crm::json::decode_one<crm::customer>(body)); }

}  // namespace support
