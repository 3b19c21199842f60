/// @file
/// What a rule asks the CRM by: raw requests, and the lists that all rules share.
#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <crm/http/message.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>
#include <crm/model/page.hpp>
#include <crm/result.hpp>
#include <crm/transport/concept.hpp>

#include "options.hpp"
#include "verdict.hpp"

namespace crm_check {

/// An answer, and for messages the route that was asked.
struct answer {
  std::string route;  ///< `GET /api/v1/customers/{id}`: free of customer data
  crm::http::response response;

  [[nodiscard]] int status() const { return response.status; }
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
    return response.headers.get(name);
  }
  /// Whether the media type is this one, whatever parameters it has.
  [[nodiscard]] bool has_type(std::string_view media_type) const;

  // Each throws a violation where it is not so, and answers itself.
  const answer& must_be(std::initializer_list<int> statuses) const;
  const answer& must_be(int status) const { return must_be({status}); }
  const answer& must_be_refused() const;            ///< any 4xx
  const answer& must_be_served_or_refused() const;  ///< 200 or any 4xx: anything but a crash
};

/// A query's terms, in their order; each name and value is encoded when it is sent.
using terms = std::vector<std::pair<std::string, std::string>>;

enum class credential { own, none };

template <class T>
struct listing {
  std::vector<T> records;
  std::optional<crm::page_meta> meta;
};

/// The beginning of a list as the CRM orders it, read in large pages.
template <class T>
struct sample {
  std::vector<T> records;
  bool is_whole = true;  ///< else there are more
};

class session {
 public:
  explicit session(options how) : options_{std::move(how)} {}

  [[nodiscard]] const options& chosen() const { return options_; }
  [[nodiscard]] std::size_t requests() const { return requests_; }

  // --- Raw requests. A 429 is waited for, and the request sent again.

  answer get(std::string target, crm::http::header_list headers = {}, credential whose = credential::own);
  answer get(std::string_view path, const terms& query, credential whose = credential::own);
  answer post(std::string target, std::string body, crm::http::header_list headers = {});
  answer patch(std::string target, std::string body, crm::http::header_list headers = {});
  /// The same request so many times at the same moment.
  std::vector<answer> post_at_once(std::size_t times, const std::string& target, const std::string& body,
                                   const crm::http::header_list& headers);
  answer send(crm::http::request request, credential whose);
  /// One request, and no second one after a 429.
  answer send_once(crm::http::request request, credential whose);

  /// The `Authorization` that the session's own requests carry; empty where they carry another header.
  [[nodiscard]] std::string own_authorization();
  [[nodiscard]] const std::vector<answer>& rate_limited() const { return rate_limited_; }
  /// Whether an answer so far held a credential that was sent.
  [[nodiscard]] const std::optional<std::string>& leaking_route() const { return leaking_route_; }

  // --- Lists

  /// One page, which must be 200 and of the contract's form.
  template <class T>
  listing<T> page(std::string_view path, const terms& query);
  /// The list from its beginning, at most about `most` records.
  template <class T>
  sample<T> list(std::string_view path, const terms& query, std::size_t most);

  /// The first customers of the CRM, asked once; not applicable where the list cannot be read.
  const sample<crm::customer>& customers();
  /// The same of invoices; a missing extension where there is no such list.
  const sample<crm::invoice>& invoices();
  /// A customer with interactions, and these; of the first few customers.
  struct contacts {
    std::string customer_id;
    std::vector<crm::interaction> records;
  };
  const contacts& interactions();

  /// A customer whose id can stand in a path; not applicable where there is none.
  const crm::customer& some_customer();

  // --- Writes

  /// A customer made for this check, with these fields besides name and source; as found afterwards.
  crm::customer make_customer(std::string_view fields = {});
  /// A body for a create with the check's mark as name and source. `fields` is the inside of an object.
  [[nodiscard]] static std::string create_body(std::string_view fields = {});
  /// Remembers a create's customer, so that it is emptied in the end.
  void remember(const answer& created);
  [[nodiscard]] std::size_t created() const { return created_.size(); }
  /// Takes everything out of the customers made, but for the mark by which they are found; answers of how many.
  std::size_t empty_created() noexcept;

 private:
  void authorize(crm::http::request& request);
  /// Adds what every request has, and counts it.
  void prepare(crm::http::request& request, credential whose);
  void watch_for_leaks(const crm::http::request& sent, const answer& got);

  options options_;
  std::size_t requests_ = 0;
  std::size_t most_requests_ = 1500;
  std::vector<answer> rate_limited_;
  std::set<std::string> secrets_;
  std::optional<std::string> leaking_route_;
  std::optional<sample<crm::customer>> customers_;
  std::optional<sample<crm::invoice>> invoices_;
  std::optional<contacts> interactions_;
  std::set<std::string> created_;
};

// --- Words that rules are made of

inline constexpr std::string_view customers_path = "/api/v1/customers";
inline constexpr std::string_view search_path = "/api/v1/customers/search";
inline constexpr std::string_view invoices_path = "/api/v1/invoices";
/// An id that no customer has.
inline constexpr std::string_view unknown_id = "00000000-0000-4000-8000-0000000c4ec4";
/// The `source` of customers that the check makes.
inline constexpr std::string_view check_mark = "crm-check";

/// The path of a customer, whatever bytes the id has.
[[nodiscard]] std::string customer_path(std::string_view id);
[[nodiscard]] std::string interactions_path(std::string_view id);
[[nodiscard]] std::string capitals(std::string_view text);
/// One customer out of an answer; a violation where it cannot be read.
[[nodiscard]] crm::customer customer_in(const answer& from);

}  // namespace crm_check
