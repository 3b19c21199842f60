/// @file
/// The clients that one suite runs over: each in its world, with a CRM at the other end and some customers in it.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include <crm/crm.hpp>

#ifdef CRM_SUITE_TAPED
#include "client/tape.hpp"
#endif
#include "support/any_transport.hpp"
#include "support/catch.hpp"
#include "support/reference_server.hpp"

namespace suite {

#ifdef CRM_SUITE_TAPED
// One world in the place of both: the suite is compiled once more for it.
using in_memory = taped;
using over_http = taped;
#else
/// The in-memory CRM, new for every test.
class in_memory {
 public:
  using client_type = crm::mock_crm_client;

  [[nodiscard]] client_type client(crm::client_options options = {}) const {
    return client_type{transport_, {}, {}, crm::api_key::from_env("CRM_NO_KEY_IS_NEEDED"), std::move(options)};
  }
  [[nodiscard]] std::size_t requests() const { return transport_.crm().requests().size(); }

 private:
  crm::mock_transport<> transport_;
};

/// The reference CRM in another process, one for all tests of this one, over HTTP by either transport. The client is
/// otherwise `crm::crm_client`.
class over_http {
 public:
  using client_type = crm::basic_crm_client<support::any_transport, crm::default_retry, crm::task_cache, crm::api_key>;

  [[nodiscard]] client_type client(crm::client_options options = {}) const {
    return client_type{server_.url(), crm::api_key::from_text(server_.api_key()), std::move(options)};
  }
  [[nodiscard]] std::size_t requests() const { return server_.requests(); }

 private:
  support::reference_server& server_ = support::reference_server::shared();
};
#endif

/// The value, or the test ends with the error's text.
template <class T>
T must(crm::result<T> r) {
  if (!r) FAIL(to_string(r.error()));
  return *std::move(r);
}

/// The error, or the test ends.
template <class T>
crm::error refusal_of(crm::result<T> r) {
  REQUIRE_FALSE(r.has_value());
  return std::move(r).error();
}

/// A word that no other test, and no other run over the same server, uses.
[[nodiscard]] inline std::string unique(std::string_view what) {
  static std::atomic<int> count{0};
#ifdef CRM_SUITE_TAPED
  const std::string run = "taped";  // a replay asks for what was recorded
#else
  const std::string run = std::to_string(::getpid());
#endif
  return std::string{what}.append(" ").append(run).append("-").append(std::to_string(++count));
}

template <class Record>
[[nodiscard]] std::vector<std::string> ids(const std::vector<Record>& records) {
  std::vector<std::string> out;
  for (const auto& r : records) out.emplace_back(crm::field<"id">(r));
  return out;
}

/// The records that pass, in their order.
template <class Record, class Filter>
[[nodiscard]] std::vector<Record> passing(const std::vector<Record>& records, const Filter& wanted) {
  std::vector<Record> out;
  for (const auto& r : records)
    if (wanted.matches(r)) out.push_back(r);
  return out;
}

/// A word of this business's own.
inline constexpr auto aeration = crm::service_name::declare("aeration");

/// The cities that filters have trouble with, if they have trouble.
inline constexpr std::array<std::string_view, 8> odd_cities{
    "São Paulo", "100% Heaven", "A&B=C", "Plus+Sign", "eagan", "O'Fallon, MN?", "Tab\tTown", "#\"<>\\^`{|}~/"};

/// Adds a customer for each odd city, of every status and service. Answers their ids.
template <class Client>
std::vector<std::string> add_odd_customers(const Client& client) {
  const std::array<crm::status, 5> statuses{crm::status{crm::status::active}, crm::status{crm::status::past},
                                            crm::status{crm::status::lead}, crm::status{crm::status::cold},
                                            crm::status{std::string{"on hold"}}};
  const std::array<crm::service, 5> services{crm::service::fertilizer, crm::service::weed_control, crm::service::mowing,
                                             crm::service::snow_removal, aeration};
  const std::array<crm::date, 3> days{crm::date{"2024-02-29"}, crm::date{"2025-09-15"}, crm::date{"2026-01-01"}};
  std::vector<std::string> made;
  for (std::size_t i = 0; i < odd_cities.size(); ++i) {
    crm::new_customer fresh{unique("Odd")};
    fresh.city(std::string{odd_cities[i]}).status(statuses[i % statuses.size()]);
    fresh.services(std::vector{services[i % services.size()], services[(i + 2) % services.size()]});
    if (i % 4 != 3) fresh.last_service_date(days[i % days.size()]);
    if (i % 2 == 0) fresh.signed_seasons({2025, 2026});
    made.push_back(must(client.create(fresh)).id);
  }
  return made;
}

}  // namespace suite
