/// @file
/// The contract's seven operations over a store. (docs/openapi.yaml.)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/http/message.hpp>
#include <crm/http/uri.hpp>
#include <crm/json/encode.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>
#include <crm/model/page.hpp>
#include <crm/model/resource.hpp>
#include <crm/testing/detail/entity_tag.hpp>
#include <crm/testing/detail/filters.hpp>
#include <crm/testing/detail/idempotency.hpp>
#include <crm/testing/detail/refusal.hpp>
#include <crm/testing/detail/request_body.hpp>
#include <crm/testing/detail/store.hpp>
#include <crm/testing/fuzzy.hpp>
#include <crm/testing/query_string.hpp>

namespace crm::inline v0::testing::detail {

using outcome = checked<http::response>;

/// A request taken apart.
struct parsed_request {
  const http::request& raw;
  query_string query;
  /// The customer's, where the path holds one.
  std::string id;
};

[[nodiscard]] inline http::response json_answer(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body)};
}

/// `{"customer":{…}}`, with its entity tag.
template <class T>
[[nodiscard]] http::response one_record(int status, const T& record) {
  std::string body = "{";
  json::append_string(body, resource<T>::one);
  body.push_back(':');
  json::append_value(body, record);
  body.push_back('}');
  http::response answer = json_answer(status, std::move(body));
  answer.headers.push_back({"ETag", record.version});
  return answer;
}

/// The asked-for page of `found` as `{"customers":[…],"meta":{…}}`; past the last page the list is empty.
template <class T>
[[nodiscard]] http::response one_page(const std::vector<const T*>& found, page_meta meta) {
  meta.total = static_cast<std::int64_t>(found.size());
  const auto from = std::min((meta.page - 1) * meta.per_page, meta.total);
  const auto to = std::min(from + meta.per_page, meta.total);
  std::string body = "{";
  json::append_string(body, resource<T>::many);
  body.append(":[");
  for (auto i = from; i < to; ++i) {
    if (i != from) body.push_back(',');
    json::append_value(body, *found[static_cast<std::size_t>(i)]);
  }
  body.append("],");
  json::append_string(body, resource<T>::meta);
  body.push_back(':');
  json::append_value(body, meta);
  body.push_back('}');
  return json_answer(200, std::move(body));
}

/// A template, so that a program which includes this and does not use it does not compile what the operations need.
template <class Store>
class operations {
 public:
  [[nodiscard]] Store& records() noexcept { return store_; }
  [[nodiscard]] const Store& records() const noexcept { return store_; }

  [[nodiscard]] outcome list_customers(const parsed_request& asked) const {
    return list(store_.customers(), asked, [](const customer&) { return true; });
  }
  [[nodiscard]] outcome list_invoices(const parsed_request& asked) const {
    return list(store_.invoices(), asked, [](const invoice&) { return true; });
  }
  [[nodiscard]] outcome list_interactions(const parsed_request& asked) const {
    if (store_.find(asked.id) == nullptr) return tl::unexpected{no_such_customer()};
    return list(store_.interactions(), asked, [&](const interaction& i) { return i.customer_id == asked.id; });
  }

  [[nodiscard]] outcome search_customers(const parsed_request& asked) const {
    using R = resource<customer>;
    parameter_reader in{asked.query};
    const auto text = in.text(R::search_parameter);
    const page_meta page = in.page<R>();
    if (!text) in.refuse(R::search_parameter, "is missing");
    if (in.refused()) return tl::unexpected{*in.refused()};
    return one_page(best_first(fuzzy_query{*text}), page);
  }

  [[nodiscard]] outcome find_customer(const parsed_request& asked) const {
    const customer* found = store_.find(asked.id);
    if (found == nullptr) return tl::unexpected{no_such_customer()};
    const auto known = asked.raw.headers.get("If-None-Match");
    if (known && names_tag(*known, found->version, tag_comparison::weak))
      return http::response{304, {{"ETag", found->version}}, {}};
    return one_record(200, *found);
  }

  [[nodiscard]] outcome create_customer(const parsed_request& asked) {
    return answered_.once(asked.raw, [&]() -> outcome {
      auto named = read_attributes<customer>(asked.raw);
      if (!named) return tl::unexpected{std::move(named).error()};
      for (const std::string_view field : resource<customer>::required)
        if (!named->names(field_index<customer>(field)))
          return tl::unexpected{invalid_body(pointer_to(field), "is missing")};
      const customer& made = store_.create(named->values());
      http::response answer = one_record(201, made);
      answer.headers.push_back({"Location", std::string{resource<customer>::path}.append("/").append(made.id)});
      return answer;
    });
  }

  [[nodiscard]] outcome update_customer(const parsed_request& asked) {
    return answered_.once(asked.raw, [&]() -> outcome {
      const customer* current = store_.find(asked.id);
      if (current == nullptr) return tl::unexpected{no_such_customer()};
      const auto expected = asked.raw.headers.get("If-Match");
      if (expected && !names_tag(*expected, current->version, tag_comparison::strong))
        return tl::unexpected{refuse(412, "the customer was changed since it was read")};
      auto named = read_attributes<customer>(asked.raw);
      if (!named) return tl::unexpected{std::move(named).error()};
      if (named->empty()) return tl::unexpected{invalid_body(pointer_to_customer(), "must name a field")};
      customer changed = *current;
      named->apply_to(changed);
      return one_record(200, store_.put(std::move(changed)));
    });
  }

 private:
  /// The records that `belongs` admits and the query's filter matches.
  template <class T, class Belongs>
  [[nodiscard]] static outcome list(const std::vector<T>& records, const parsed_request& asked, Belongs belongs) {
    using R = resource<T>;
    parameter_reader in{asked.query};
    const auto wanted = read_filter(in, typename R::kind{});
    const page_meta page = in.page<R>();
    if (in.refused()) return tl::unexpected{*in.refused()};
    return one_page(select(records, [&](const T& r) { return belongs(r) && wanted.matches(r); }), page);
  }

  /// Customers that match, equal matches in the stable order.
  [[nodiscard]] std::vector<const customer*> best_first(const fuzzy_query& query) const {
    std::vector<std::pair<int, const customer*>> scored;
    for (const customer* c : select(store_.customers(), [](const customer&) { return true; }))
      if (const int score = query.score(*c); score > 0) scored.emplace_back(score, c);
    std::stable_sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<const customer*> found;
    found.reserve(scored.size());
    for (const auto& [score, c] : scored) found.push_back(c);
    return found;
  }

  Store store_;
  keyed_answers answered_;
};

}  // namespace crm::inline v0::testing::detail
