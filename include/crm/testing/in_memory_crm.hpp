/// @file
/// A CRM without a network: the whole contract, answered from memory. (docs/contract.md; ADR 10, Development &
/// Testing Without CRM.)
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <crm/error.hpp>
#include <crm/http/message.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>
#include <crm/testing/detail/operations.hpp>
#include <crm/testing/detail/routes.hpp>

namespace crm::inline v0::testing {

/// A request as the in-memory CRM remembers it: without headers, where the credential stands, and without body.
struct seen_request {
  operation op = operation::none;
  http::method method = http::method::get;
  std::string target;

  friend bool operator==(const seen_request&, const seen_request&) = default;
};

/// Answers requests as docs/openapi.yaml has it, deterministically: new customers get the ids `mock-uuid-N` and
/// times of creation a second apart. It asks for no credential and has no rate limit. Safe to use from several
/// threads; each request is carried out alone.
///
/// A template, for the reason that `detail::operations` is one: write `in_memory_crm`.
template <class Operations>
class basic_in_memory_crm {
 public:
  basic_in_memory_crm() = default;

  /// Filled from a `data_set`, or from a range of customers alone, in either form.
  template <class Data>
  explicit basic_in_memory_crm(const Data& data) {
    if constexpr (requires { data.customers; }) {
      load<customer>(data.customers);
      load<invoice>(data.invoices);
      load<interaction>(data.interactions);
    } else {
      load<customer>(data);
    }
  }

  [[nodiscard]] http::response handle(const http::request& request) {
    const std::lock_guard lock{mutex_};
    auto given = perform(request);
    http::response answer = given ? *std::move(given) : detail::to_response(given.error());
    answer.headers.push_back({"X-Request-Id", request_id(request)});
    return answer;
  }

  // What the client sees, for tests to look at and to change.

  [[nodiscard]] std::vector<customer> customers() const {
    return locked([&] { return store().customers(); });
  }
  [[nodiscard]] std::vector<invoice> invoices() const {
    return locked([&] { return store().invoices(); });
  }
  [[nodiscard]] std::vector<interaction> interactions() const {
    return locked([&] { return store().interactions(); });
  }
  /// The customer with this id; its `version` is the entity tag that the client gets.
  [[nodiscard]] std::optional<customer> find(std::string_view id) const {
    return locked([&] {
      const customer* found = store().find(id);
      return found != nullptr ? std::optional{*found} : std::nullopt;
    });
  }

  /// Adds a record, or replaces the one with its id; a customer gets a new `version`. Requires text in UTF-8.
  void put(customer record) {
    locked([&] { operations_.records().put(std::move(record)); });
  }
  void put(invoice record) {
    locked([&] { operations_.records().put(std::move(record)); });
  }
  void put(interaction record) {
    locked([&] { operations_.records().put(std::move(record)); });
  }
  /// Whether there was such a customer.
  bool erase_customer(std::string_view id) {
    return locked([&] { return operations_.records().erase_customer(id); });
  }

  // What the client has asked.

  /// As many of the last requests are remembered; older ones are counted only.
  static constexpr std::size_t most_requests = 10'000;

  /// The requests so far, in order, refused ones too.
  [[nodiscard]] std::vector<seen_request> requests() const {
    return locked([&] { return std::vector<seen_request>(requests_.begin(), requests_.end()); });
  }
  /// How many requests there were of this operation; `operation::none` is what the contract does not have.
  [[nodiscard]] std::size_t count(operation op) const {
    return locked([&] { return counts_[static_cast<std::size_t>(op)]; });
  }
  void forget_requests() {
    locked([&] {
      requests_.clear();
      counts_ = {};
    });
  }

 private:
  using outcome = detail::outcome;
  using endpoint = detail::endpoint;

  /// What a method does at an endpoint.
  struct action {
    detail::endpoint endpoint;
    http::method method;
    operation op;
    outcome (*perform)(Operations&, const detail::parsed_request&);
  };

  template <auto Member>
  [[nodiscard]] static outcome call(Operations& on, const detail::parsed_request& asked) {
    return (on.*Member)(asked);
  }

  [[nodiscard]] static const auto& actions() noexcept {
    using http::method;
    static constexpr std::array<action, 7> table{{
        {endpoint::customers, method::get, operation::query, &call<&Operations::list_customers>},
        {endpoint::customers, method::post, operation::create, &call<&Operations::create_customer>},
        {endpoint::search, method::get, operation::search, &call<&Operations::search_customers>},
        {endpoint::customer, method::get, operation::find, &call<&Operations::find_customer>},
        {endpoint::customer, method::patch, operation::update, &call<&Operations::update_customer>},
        {endpoint::interactions, method::get, operation::query, &call<&Operations::list_interactions>},
        {endpoint::invoices, method::get, operation::query, &call<&Operations::list_invoices>},
    }};
    return table;
  }

  [[nodiscard]] outcome perform(const http::request& request) {
    const std::string_view target = request.target;
    const auto question = std::min(target.find('?'), target.size());
    auto route = detail::route_of(target.substr(0, question));
    const action* chosen = route ? action_for(route->endpoint, request.method) : nullptr;
    remember({chosen != nullptr ? chosen->op : operation::none, request.method, request.target});

    if (!route) return tl::unexpected{detail::refuse(404, "there is nothing at this path")};
    if (chosen == nullptr) return tl::unexpected{method_not_allowed(route->endpoint)};
    auto query = query_string::parse(target.substr(std::min(question + 1, target.size())));
    if (!query) return tl::unexpected{detail::refuse(400, "the query is not percent-encoded UTF-8")};
    return chosen->perform(operations_, {request, *std::move(query), std::move(route->id)});
  }

  void remember(seen_request request) {
    ++counts_[static_cast<std::size_t>(request.op)];
    if (requests_.size() == most_requests) requests_.pop_front();
    requests_.push_back(std::move(request));
  }

  [[nodiscard]] static const action* action_for(endpoint at, http::method method) noexcept {
    const auto found = std::find_if(actions().begin(), actions().end(),
                                    [&](const action& a) { return a.endpoint == at && a.method == method; });
    return found != actions().end() ? &*found : nullptr;
  }

  /// 405 with the methods that the path has. (RFC 9110, section 15.5.6.)
  [[nodiscard]] static detail::refusal method_not_allowed(endpoint at) {
    std::string allowed;
    for (const action& a : actions())
      if (a.endpoint == at) allowed.append(allowed.empty() ? "" : ", ").append(to_string(a.method));
    detail::refusal no = detail::refuse(405, "this path does not have this method");
    no.headers.push_back({"Allow", std::move(allowed)});
    return no;
  }

  /// The client's own id for this request, if it is a plain short word, or the next of ours.
  [[nodiscard]] std::string request_id(const http::request& request) {
    constexpr std::string_view marks = "._-";
    const auto plain = [&](char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
             marks.find(c) != std::string_view::npos;
    };
    const auto sent = request.headers.get("X-Request-Id");
    if (sent && !sent->empty() && sent->size() <= 64 && std::all_of(sent->begin(), sent->end(), plain))
      return std::string{*sent};
    return "mock-request-" + std::to_string(++last_request_id_);
  }

  template <class T, class Range>
  void load(const Range& records) {
    for (const auto& each : records) operations_.records().put(detail::own<T>(each));
  }

  template <class F>
  std::invoke_result_t<F&> locked(F f) const {
    const std::lock_guard lock{mutex_};
    return f();
  }

  [[nodiscard]] const auto& store() const noexcept { return operations_.records(); }

  mutable std::mutex mutex_;
  Operations operations_;
  std::deque<seen_request> requests_;
  std::array<std::size_t, static_cast<std::size_t>(operation::update) + 1> counts_{};
  std::size_t last_request_id_ = 0;
};

using in_memory_crm = basic_in_memory_crm<detail::operations<detail::store>>;

}  // namespace crm::inline v0::testing
