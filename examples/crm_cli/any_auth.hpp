/// @file
/// One auth policy for every `--auth`, so that the client is compiled once.
#pragma once

#include <cstdint>
#include <variant>

#include <crm/auth/api_key.hpp>
#include <crm/auth/hmac.hpp>
#include <crm/auth/oauth2.hpp>
#include <crm/transport/httplib.hpp>

namespace crm_cli {

/// The policy that it holds.
struct any_auth {
  std::variant<crm::api_key, crm::oauth2<crm::httplib_transport>, crm::hmac_sha256> chosen;

  static constexpr bool carries_credential = true;

  [[nodiscard]] crm::result<void> ready() const {
    return std::visit([](const auto& auth) { return auth.ready(); }, chosen);
  }
  [[nodiscard]] crm::result<crm::proof> authorize(crm::http::request& request, const crm::send_limits& limits) const {
    return std::visit([&](const auto& auth) { return auth.authorize(request, limits); }, chosen);
  }
  [[nodiscard]] bool renew(const crm::proof& refused, const crm::http::response& refusal) const {
    return std::visit([&](const auto& auth) { return auth.renew(refused, refusal); }, chosen);
  }
  /// Of those that do not count: always the first.
  [[nodiscard]] std::uint64_t generation() const {
    const auto* counting = std::get_if<crm::oauth2<crm::httplib_transport>>(&chosen);
    return counting != nullptr ? counting->generation() : 1;
  }
};
static_assert(crm::renewing_auth<any_auth>);

}  // namespace crm_cli
