/// @file
/// What must hold of every transport, whatever is at its far end: the executable form of `crm::transport`'s
/// comment.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <crm/http/message.hpp>
#include <crm/json/document.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/resource.hpp>
#include <crm/transport/concept.hpp>

#include "support/catch.hpp"

namespace laws {

/// What the laws need to know of a transport's far end, which must be a CRM of the contract with one customer at
/// least.
struct far_end {
  /// Before every path of the contract.
  std::string prefix{};
  /// On every request, e.g. a credential.
  crm::http::header_list headers{};
  std::string unknown_id = "no-such-customer";
};

namespace detail {

inline crm::http::request request_for(const far_end& there, crm::http::method method, std::string_view path) {
  crm::http::request made{method, there.prefix + std::string{path}, there.headers, {}};
  made.headers.push_back({"Accept", "application/json"});
  return made;
}
inline crm::http::request list_request(const far_end& there) {
  return request_for(there, crm::http::method::get, crm::resource<crm::customer>::path);
}
inline std::string path_of_unknown(const far_end& there) {
  return std::string{crm::resource<crm::customer>::path} + "/" + there.unknown_id;
}

/// Limits that no law reaches by accident.
template <class Transport>
crm::send_limits ample(Transport& transport) {
  return {transport.now() + std::chrono::seconds{30}, {}};
}

}  // namespace detail

/// Time, as the transport tells it.
template <crm::transport Transport>
void check_time_laws(Transport& transport) {
  using namespace std::chrono_literals;
  std::stop_source stopped;
  stopped.request_stop();

  INFO("now() never goes back");
  auto last = transport.now();
  bool forward = true;
  for (int i = 0; i < 1'000; ++i) forward = forward && std::exchange(last, transport.now()) <= last;
  CHECK(forward);

  INFO("a wait for a moment in the past is due at once");
  auto before = transport.now();
  CHECK(transport.wait_until(before - 1h, {}) == crm::wake::due);
  CHECK(transport.now() - before < 1s);

  INFO("a wait does not end before its moment");
  const auto moment = transport.now() + 20ms;
  CHECK(transport.wait_until(moment, {}) == crm::wake::due);
  CHECK(transport.now() >= moment);

  INFO("a stop asked for before a wait ends it at once");
  before = transport.now();
  CHECK(transport.wait_until(before + 1h, stopped.get_token()) == crm::wake::stopped);
  CHECK(transport.now() - before < 1s);
}

/// Answers, as the far end gives them.
template <crm::transport Transport>
void check_answer_laws(Transport& transport, const far_end& there) {
  INFO("a list is answered with 200 and JSON that decodes");
  const auto list = transport.send(detail::list_request(there), detail::ample(transport));
  REQUIRE(list.has_value());
  CHECK(list->status == 200);
  CHECK(list->headers.get("content-type").value_or("").starts_with("application/json"));
  const auto page = crm::json::decode_page<crm::customer>(list->body);
  REQUIRE(page.has_value());
  CHECK_FALSE(page->records().empty());

  INFO("a status that says no is an answer, not a failure");
  const auto path = detail::path_of_unknown(there);
  const auto missing =
      transport.send(detail::request_for(there, crm::http::method::get, path), detail::ample(transport));
  REQUIRE(missing.has_value());
  CHECK(missing->status == 404);

  INFO("method, headers and body arrive: only so can the far end refuse this body");
  auto patch = detail::request_for(there, crm::http::method::post, crm::resource<crm::customer>::path);
  patch.headers.push_back({"Content-Type", "application/json"});
  patch.body = R"({"customer":{"name":null}})";
  const auto refused = transport.send(patch, detail::ample(transport));
  REQUIRE(refused.has_value());
  CHECK(refused->status == 422);
}

/// What the limits of a send mean.
template <crm::transport Transport>
void check_limit_laws(Transport& transport, const far_end& there) {
  const auto request = detail::list_request(there);

  INFO("nothing is sent once the deadline has passed");
  const auto late = transport.send(request, {transport.now() - std::chrono::milliseconds{1}, {}});
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == crm::errc::deadline_exceeded);
  CHECK(late.error().sent == crm::delivery::not_sent);

  INFO("nothing is sent once a stop is asked for");
  std::stop_source stopped;
  stopped.request_stop();
  const auto cancelled = transport.send(request, {transport.now() + std::chrono::seconds{30}, stopped.get_token()});
  REQUIRE_FALSE(cancelled.has_value());
  CHECK(cancelled.error().code == crm::errc::cancelled);
  CHECK(cancelled.error().sent == crm::delivery::not_sent);

  INFO("a send that reached a limit leaves the transport usable");
  const auto after = transport.send(request, detail::ample(transport));
  REQUIRE(after.has_value());
  CHECK(after->status == 200);
}

/// Several threads may send at once.
template <crm::transport Transport>
void check_thread_laws(Transport& transport, const far_end& there) {
  constexpr int each = 8;
  const auto request = detail::list_request(there);
  std::atomic<int> answered = 0;
  const auto send_some = [&] {
    for (int i = 0; i < each; ++i) {
      const auto answer = transport.send(request, detail::ample(transport));
      if (answer && answer->status == 200) ++answered;
    }
  };
  {
    std::array<std::jthread, 4> threads;
    for (auto& thread : threads) thread = std::jthread{send_some};
  }
  CHECK(answered == 4 * each);
}

/// Every law; for a transport just made.
template <crm::transport Transport>
void check_transport(Transport transport, const far_end& there = {}) {
  check_time_laws(transport);
  check_answer_laws(transport, there);
  check_limit_laws(transport, there);
  check_thread_laws(transport, there);
}

}  // namespace laws
