/// @file
/// What must hold of every auth policy: the executable form of `auth/concept.hpp`'s comment.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <crm/auth/concept.hpp>
#include <crm/error.hpp>
#include <crm/testing/laws/violations.hpp>

namespace crm::inline v0::testing::laws {

namespace detail {

inline http::request some_request(http::method method) {
  http::request made{method, "/api/v1/customers?city=Eagan", {{"Accept", "application/json"}}, {}};
  if (method == http::method::get) return made;
  made.headers.push_back({"Content-Type", "application/json"});
  made.body = R"({"customer":{"name":"Jane"}})";
  return made;
}

template <class A>
void demand_of_proof(ledger& broken, const A& auth, http::method method, const send_limits& limits,
                     std::optional<proof> refused = std::nullopt) {
  const http::request before = some_request(method);
  http::request after = before;
  const auto proved = auth.authorize(after, limits);
  if (!broken.demand(proved.has_value(), "a policy that is ready authorizes")) return;
  broken.demand((proved->credential != 0) == bool{A::carries_credential},
                "a proof tells which credential it is by, from 1; without one it is 0");
  broken.demand(!refused || *proved != *refused, "where renew() says that it is worth it, the next proof is another");

  const auto kept = static_cast<std::ptrdiff_t>(before.headers.size());
  broken.demand(after.method == before.method && after.target == before.target && after.body == before.body,
                "method, target and body stay as they were");
  if (!broken.demand(after.headers.size() >= before.headers.size() &&
                         std::equal(before.headers.begin(), before.headers.end(), after.headers.begin()),
                     "the headers that were there stay, and the proof is added behind them"))
    return;
  broken.demand((after.headers.size() > before.headers.size()) == bool{A::carries_credential},
                "a policy that carries a credential adds a header, and one that does not adds none");
  for (auto added = after.headers.begin() + kept; added != after.headers.end(); ++added) {
    broken.demand(http::is_token(added->name) && http::is_field_value(added->value), "what is added can be sent");
    broken.demand(!http::is_clients_own(added->name) || http::same_name(added->name, "Authorization"),
                  "no header of the client's own is added but Authorization");
    const auto same = [&](const http::header& h) { return http::same_name(h.name, added->name); };
    broken.demand(std::none_of(after.headers.begin(), added, same),
                  "no header is added that is there already, nor one twice");
  }
}

}  // namespace detail

/// Every law; for a policy that can be used. `now` is its time: what its transport tells, where it has one. A policy
/// that gets tokens is asked for a dozen proofs, four of them by threads, and must be able to answer.
template <v0::auth_policy A>
[[nodiscard]] violations check_auth(const A& auth, time_point now = clock::now()) {
  ledger broken{"auth policy"};
  const send_limits ample{now + std::chrono::seconds{30}, {}};
  if (!broken.demand(auth.ready().has_value(), "ready() says that it can be used")) return broken.take();
  for (const auto method : {http::method::get, http::method::post, http::method::patch, http::method::get})
    detail::demand_of_proof(broken, auth, method, ample);

  std::stop_source stopped;
  stopped.request_stop();
  for (const auto& [limits, code] : {std::pair{send_limits{now - std::chrono::seconds{1}, {}}, errc::deadline_exceeded},
                                     std::pair{send_limits{ample.deadline, stopped.get_token()}, errc::cancelled}}) {
    http::request request = detail::some_request(http::method::get);
    const auto proved = auth.authorize(request, limits);
    broken.demand(proved || proved.error().code == code,
                  "at its limits it has a proof, or says deadline_exceeded or cancelled");
  }

  std::atomic<int> proofs = 0;
  {
    std::array<std::jthread, 4> threads;
    for (auto& thread : threads)
      thread = std::jthread{[&] {
        http::request request = detail::some_request(http::method::get);
        if (auth.authorize(request, ample)) ++proofs;
      }};
  }
  broken.demand(proofs == 4, "four threads that ask at once all get a proof");

  if constexpr (renewing_auth<A>) {
    http::request request = detail::some_request(http::method::get);
    if (const auto refused = auth.authorize(request, ample)) {
      const bool worth_it = auth.renew(*refused, http::response{401, {}, {}});
      detail::demand_of_proof(broken, auth, http::method::get, ample,
                              worth_it ? std::optional{*refused} : std::nullopt);
    }
  }
  return broken.take();
}

}  // namespace crm::inline v0::testing::laws
