/// @file
/// What must hold of every transport, whatever is at its far end: the executable form of `crm::transport`'s comment.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <crm/http/message.hpp>
#include <crm/http/uri.hpp>
#include <crm/json/document.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/resource.hpp>
#include <crm/testing/laws/violations.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::testing::laws {

/// What the laws need to know of a transport's far end, which must be a CRM of the contract with one customer at
/// least.
struct far_end {
  /// Before every path of the contract.
  std::string prefix{};
  /// On every request, e.g. a credential.
  http::header_list headers{};
  std::string unknown_id = "no-such-customer";
  /// Whether a customer has an `ETag`, and is answered with 304 where it is asked for by `If-None-Match`.
  bool entity_tags = true;
};

namespace detail {

inline http::request request_for(const far_end& there, http::method method, std::string_view path) {
  http::request made{method, there.prefix + std::string{path}, there.headers, {}};
  made.headers.push_back({"Accept", "application/json"});
  return made;
}
inline http::request list_request(const far_end& there) {
  return request_for(there, http::method::get, resource<customer>::path);
}

/// Limits that no law reaches by accident.
template <class Transport>
send_limits ample(Transport& of) {
  return {of.now() + std::chrono::seconds{30}, {}};
}

}  // namespace detail

/// Time, as the transport tells it.
template <v0::transport Transport>
[[nodiscard]] violations check_transport_time(Transport& t) {
  using namespace std::chrono_literals;
  ledger broken{"transport"};
  std::stop_source stopped;
  stopped.request_stop();

  auto last = t.now();
  for (int i = 0; i < 1'000; ++i) broken.demand(std::exchange(last, t.now()) <= last, "now() never goes back");

  auto before = t.now();
  broken.demand(t.wait_until(before - 1h, {}) == wake::due && t.now() - before < 1s,
                "a wait for a moment in the past is due at once");

  const auto moment = t.now() + 20ms;
  broken.demand(t.wait_until(moment, {}) == wake::due && t.now() >= moment, "a wait does not end before its moment");

  before = t.now();
  broken.demand(t.wait_until(before + 1h, stopped.get_token()) == wake::stopped && t.now() - before < 1s,
                "a stop asked for before a wait ends it at once");

  // Where time is virtual the wait may be over before the stop comes: then it took none of ours.
  std::stop_source later;
  const std::jthread stopper{[&later](const std::stop_token& over) {
    std::mutex mutex;
    std::unique_lock lock{mutex};
    std::condition_variable_any{}.wait_for(lock, over, 20ms, [] { return false; });
    later.request_stop();
  }};
  const auto began = std::chrono::steady_clock::now();
  broken.demand(
      t.wait_until(t.now() + 1s, later.get_token()) == wake::stopped || std::chrono::steady_clock::now() - began < 1s,
      "a stop asked for during a wait ends it");
  return broken.take();
}

/// Answers, as the far end gives them.
template <v0::transport Transport>
[[nodiscard]] violations check_transport_answers(Transport& t, const far_end& there) {
  ledger broken{"transport"};
  const auto list = t.send(detail::list_request(there), detail::ample(t));
  if (broken.demand(list.has_value(), "a list is answered")) {
    broken.demand(list->status == 200 && list->headers.get("content-type").value_or("").starts_with("application/json"),
                  "a list is answered with 200 and JSON");
    const auto page = json::decode_page<customer>(list->body);
    broken.demand(page.has_value() && !page->records().empty(), "a list's body arrives whole, and holds customers");
  }

  const auto path = std::string{resource<customer>::path} + "/" + there.unknown_id;
  const auto missing = t.send(detail::request_for(there, http::method::get, path), detail::ample(t));
  broken.demand(missing.has_value() && missing->status == 404, "a status that says no is an answer, not a failure");

  auto post = detail::request_for(there, http::method::post, resource<customer>::path);
  post.headers.push_back({"Content-Type", "application/json"});
  post.body = R"({"customer":{"name":null}})";
  const auto refused = t.send(post, detail::ample(t));
  broken.demand(refused.has_value() && refused->status == 422,
                "method, headers and body arrive: only so can the far end refuse a customer without a name");

  const auto status_of = [&](const http::request& request) {
    const auto answer = t.send(request, detail::ample(t));
    return answer ? answer->status : 0;
  };
  const std::string all{resource<customer>::path}, too_many = "per_page%3D101";
  broken.demand(status_of(detail::request_for(there, http::method::get, all + "?per_page=101")) == 422,
                "the query arrives: only so can the far end refuse a page of 101");
  broken.demand(status_of(detail::request_for(there, http::method::get, all + "?city=x%26" + too_many)) == 200,
                "the target arrives as it was given, percent-encoded");
  broken.demand(status_of(detail::request_for(there, http::method::patch, all)) == 405,
                "PATCH arrives as such: only so can the far end say that a list has no such method");

  const auto page = list ? json::decode_page<customer>(list->body) : result<v0::page<customer>>{error{}};
  if (!there.entity_tags || !page || page->records().empty()) return broken.take();
  std::string first = all + "/";
  http::append_encoded(first, page->records().front().id);
  auto one = detail::request_for(there, http::method::get, first);
  const auto found = t.send(one, detail::ample(t));
  const auto tag = found ? found->headers.get("ETag") : std::nullopt;
  if (broken.demand(tag.has_value(), "the answer's headers arrive: a customer's ETag is one")) {
    one.headers.push_back({"If-None-Match", std::string{*tag}});
    broken.demand(status_of(one) == 304, "the request's headers arrive: one is If-None-Match");
  }
  return broken.take();
}

/// What the limits of a send mean.
template <v0::transport Transport>
[[nodiscard]] violations check_transport_limits(Transport& t, const far_end& there) {
  ledger broken{"transport"};
  const auto request = detail::list_request(there);

  const auto late = t.send(request, {t.now() - std::chrono::milliseconds{1}, {}});
  broken.demand(!late && late.error().code == errc::deadline_exceeded && late.error().sent == delivery::not_sent,
                "nothing is sent once the deadline has passed: deadline_exceeded, not_sent");

  std::stop_source stopped;
  stopped.request_stop();
  const auto cancelled = t.send(request, {t.now() + std::chrono::seconds{30}, stopped.get_token()});
  broken.demand(!cancelled && cancelled.error().code == errc::cancelled && cancelled.error().sent == delivery::not_sent,
                "nothing is sent once a stop is asked for: cancelled, not_sent");

  const auto after = t.send(request, detail::ample(t));
  broken.demand(after && after->status == 200, "a send that reached a limit leaves the transport usable");
  return broken.take();
}

/// Several threads may send at once.
template <v0::transport Transport>
[[nodiscard]] violations check_transport_threads(Transport& t, const far_end& there) {
  constexpr int each = 8;
  const auto request = detail::list_request(there);
  std::atomic<int> answered = 0;
  const auto send_some = [&] {
    for (int i = 0; i < each; ++i) {
      const auto answer = t.send(request, detail::ample(t));
      if (answer && answer->status == 200) ++answered;
    }
  };
  {
    std::array<std::jthread, 4> threads;
    for (auto& thread : threads) thread = std::jthread{send_some};
  }
  ledger broken{"transport"};
  broken.demand(answered == 4 * each, "four threads that send at once are all answered");
  return broken.take();
}

/// Every law; for a transport just made. Sends some forty requests, of which two would change something and are
/// refused: one a creation, one a PATCH of the list.
template <v0::transport Transport>
[[nodiscard]] violations check_transport(Transport t, const far_end& there = {}) {
  violations all = check_transport_time(t);
  for (auto part :
       {check_transport_answers(t, there), check_transport_limits(t, there), check_transport_threads(t, there)})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace crm::inline v0::testing::laws
