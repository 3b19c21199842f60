/// @file
/// Clients with marked credentials, and every operation with a marked customer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <crm/auth/api_key.hpp>
#include <crm/auth/hmac.hpp>
#include <crm/auth/oauth2.hpp>
#include <crm/client.hpp>
#include <crm/retry/breaker.hpp>
#include <crm/retry/budget.hpp>
#include <crm/testing/recording_transport.hpp>

#include "leaks/scan.hpp"
#include "leaks/watcher.hpp"
#include "support/scripted_network.hpp"

namespace leaks {

using outcomes = std::vector<crm::transport_result>;

inline constexpr std::string_view api_key = "zqx.key-zqx_77:zqx";  // nothing in it that a request id could not hold
inline constexpr std::string_view hmac_secret = "zqx-hmac/zqx+zqx==";
inline constexpr std::string_view client_secret = "zqx-client!zqx~zqx";
inline constexpr std::string_view access_token = "zqx.access.zqx-zqx";
inline constexpr std::string_view refresh_token = "zqx/refresh/zqx/zqx";

/// Any of the policies behind one type, so that there is one client to compile.
class any_auth {
 public:
  static constexpr bool carries_credential = true;
  using choice =
      std::variant<crm::api_key, crm::basic_hmac_sha256<still_clock>, crm::oauth2<support::scripted_transport>>;

  any_auth(choice chosen) : chosen_{std::move(chosen)} {}

  [[nodiscard]] crm::result<void> ready() const {
    return std::visit([](const auto& a) { return a.ready(); }, chosen_);
  }
  [[nodiscard]] crm::result<crm::proof> authorize(crm::http::request& request, const crm::send_limits& limits) const {
    return std::visit([&](const auto& a) { return a.authorize(request, limits); }, chosen_);
  }
  [[nodiscard]] bool renew(const crm::proof& refused, const crm::http::response& answer) const {
    return std::visit([&](const auto& a) { return a.renew(refused, answer); }, chosen_);
  }
  [[nodiscard]] std::uint64_t generation() const {
    const auto* tokens = std::get_if<crm::oauth2<support::scripted_transport>>(&chosen_);
    return tokens != nullptr ? tokens->generation() : 1;
  }

 private:
  choice chosen_;
};

/// An auth to be made anew for each client.
struct auth_kind {
  const char* name;
  std::function<any_auth()> make;
};
[[nodiscard]] const std::vector<auth_kind>& every_auth();
[[nodiscard]] any_auth bearer_key();
/// OAuth with these answers of the token endpoint.
[[nodiscard]] any_auth tokens_from(outcomes endpoint, bool by_refresh_token,
                                   crm::client_authentication way = crm::client_authentication::basic);
/// What a token endpoint answers where all is well.
[[nodiscard]] crm::transport_result token_answer();

/// Four retries for all calls together, then none.
using retries = crm::circuit_breaker<crm::retry_budget<crm::adr_backoff, 0, 4>, 20>;

/// Shows the scan what a recording keeps of the exchanges, if it wants to see that.
class network : public support::scripted_network {
 public:
  network(scan& to, const outcomes& answers, std::string_view url = "https://crm.example.com")
      : support::scripted_network{answers, url} {
    if (to.records()) record_ = std::make_shared<record>(to, *this);
  }

  crm::transport_result send(const crm::http::request& request, const crm::send_limits& limits) {
    if (record_ == nullptr) return support::scripted_network::send(request, limits);
    return record_->transport.send(request, limits);
  }

 private:
  /// Looked through when the last copy goes.
  struct record {
    scan& to;
    crm::testing::recording_transport<support::scripted_network> transport;

    record(scan& by, const support::scripted_network& of) : to{by}, transport{of} {}
    record(const record&) = delete;
    record& operator=(const record&) = delete;
    ~record() { to.look("recording", transport.taken().to_har()); }
  };

  std::shared_ptr<record> record_;
};

using client = crm::basic_crm_client<network, retries, crm::task_cache, any_auth, everything_told>;

[[nodiscard]] client make_client(scan& to, const outcomes& answers, const any_auth& auth = bearer_key(),
                                 crm::client_options options = {});

using operation = std::function<std::optional<crm::error>(const client&, crm::call_options)>;
struct named_operation {
  const char* name;
  operation run;
};
/// All of the contract's, with marked ids, texts, filters and fields.
[[nodiscard]] const std::vector<named_operation>& every_operation();
[[nodiscard]] const operation& operation_named(std::string_view name);
/// With marked headers of the caller's.
[[nodiscard]] crm::call_options marked_call();

/// Looks through the error of a call, if there is one.
inline void look(scan& to, const std::optional<crm::error>& e) {
  if (e) to.look(*e);
}

/// A customer, in JSON, all of whose values are marked.
[[nodiscard]] std::string customer_json();
[[nodiscard]] std::string one_customer();
[[nodiscard]] std::string customer_page();

// The walks: each is a test by itself, and all together meet every kind of event and error.
void walk_statuses(scan& to);
void walk_headers(scan& to);
void walk_bodies(scan& to);
void walk_network(scan& to);
void walk_limits(scan& to);
void walk_misuse(scan& to);
void walk_tokens(scan& to);
void walk_echoes(scan& to);

}  // namespace leaks
