/// @file
/// The client: the one way to the CRM's data. (ADR 10, CrmService Interface.)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/auth/none.hpp>
#include <crm/cache/task_cache.hpp>
#include <crm/client/answer.hpp>
#include <crm/client/policies.hpp>
#include <crm/client/session.hpp>
#include <crm/client/target.hpp>
#include <crm/model/customer.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>
#include <crm/model/resource.hpp>
#include <crm/observe/none.hpp>
#include <crm/options.hpp>
#include <crm/pages.hpp>
#include <crm/query/customers.hpp>
#include <crm/query/interactions.hpp>
#include <crm/query/invoices.hpp>
#include <crm/query/patch.hpp>
#include <crm/query/prepared.hpp>
#include <crm/retry/exponential.hpp>

namespace crm::inline v0 {

/// A handle to a CRM, composed of its policies. Copies are cheap and share connections, credential and state;
/// every operation is const and may be called from several threads. The base client never caches; `for_task`
/// opens a cache that dies with the last copy of the task's client.
template <class Transport, class RetryPolicy = adr_backoff, class CachePolicy = task_cache, class Auth = no_auth,
          class Observer = null_observer>
class basic_crm_client {
  static_assert(detail::are_policies<Transport, RetryPolicy, CachePolicy, Auth, Observer>());

 public:
  /// A client for the CRM at this address. Throws `crm::exception` where the address or the credential cannot
  /// be used; `make` returns the error instead.
  explicit basic_crm_client(std::string_view url, Auth auth = {}, client_options options = {}, RetryPolicy retry = {},
                            Observer observer = {})
      : basic_crm_client{
            make(url, std::move(auth), std::move(options), std::move(retry), std::move(observer)).value()} {}

  [[nodiscard]] static result<basic_crm_client> make(std::string_view url, Auth auth = {}, client_options options = {},
                                                     RetryPolicy retry = {}, Observer observer = {}) {
    auto base = http::base_url::parse(url);
    if (!base) return std::move(base).error();
    auto made = Transport::make(*std::move(base), options.transport);
    if (!made) return std::move(made).error();
    return assemble(*std::move(made), std::move(retry), std::move(auth), std::move(options), std::move(observer));
  }

  /// A client from its parts; throws as above.
  explicit basic_crm_client(Transport transport, RetryPolicy retry = {}, CachePolicy = {}, Auth auth = {},
                            client_options options = {}, Observer observer = {})
      : basic_crm_client{
            assemble(std::move(transport), std::move(retry), std::move(auth), std::move(options), std::move(observer))
                .value()} {}

  // Copied where it would be moved: a client that was moved from would be none.
  basic_crm_client(const basic_crm_client&) = default;
  basic_crm_client& operator=(const basic_crm_client&) = default;

  /// The same client with a cache of its own: reads are asked once until a write through it. The observer is told the
  /// task's id with each of its events.
  [[nodiscard]] basic_crm_client for_task(std::string_view task_id) const {
    return basic_crm_client{session_.for_task(task_id)};
  }

  /// Every record that passes the filter, all pages, each once. (ADR 10, `query`.)
  /// Errors: as any call; `incomplete` where no complete list could be read.
  template <record T = customer, filter F>
  [[nodiscard]] result<std::vector<T>> query(const F& wanted, const call_options& call = {}) const {
    check_filter<T, F>();
    return session_.template collect<T>(operation::query, resource<T>::path, list_target<T>(wanted), call);
  }

  /// The ids of these records. Read them first, then act: a program that changes what it filters on while it reads page
  /// by page makes records move to pages already read, and skips them.
  template <record T = customer, filter F>
  [[nodiscard]] result<std::vector<std::string>> query_ids(const F& wanted, const call_options& call = {}) const {
    return query<T>(wanted, call).transform([](const std::vector<T>& found) { return detail::ids_of(found); });
  }

  /// The record with this id, or nothing where the CRM has none. (ADR 10, `find`.)
  template <record T = customer>
  [[nodiscard]] result<std::optional<T>> find(std::string_view id, const call_options& call = {}) const {
    return session_.template find<T>(id, call);
  }

  /// The records with these ids, in the ids' order, each its own outcome; `call_options::concurrency` of them are asked
  /// for at once, and its deadline is for them all.
  template <record T = customer>
  [[nodiscard]] std::vector<result<std::optional<T>>> find_many(std::span<const std::string> ids,
                                                                const call_options& call = {}) const {
    return session_.template find_each<T>(ids, call);
  }

  /// Records that resemble the text, best match first, all pages. (ADR 10, `search`.)
  template <record T = customer>
  [[nodiscard]] result<std::vector<T>> search(std::string_view text, const call_options& call = {}) const {
    constexpr std::string_view path = resource<T>::search_path;
    const auto target = detail::list_target<resource<T>>(path, detail::search_text{text}, lists());
    return session_.template collect<T>(operation::search, path, target, call);
  }

  /// Creates a record, under an idempotency key. (ADR 10, `create`.)
  template <record T>
  [[nodiscard]] result<T> create(const draft<T>& fresh, const call_options& call = {}) const {
    if (auto sound = fresh.check(); !sound) return detail::named(operation::create, std::move(sound).error());
    return session_.template write<T>({operation::create, false}, http::method::post, std::string{resource<T>::path},
                                      fresh, {}, {}, call);
  }

  /// Changes the named fields of a record. (ADR 10, `update`.) An empty patch is refused.
  template <record T>
  [[nodiscard]] result<T> update(std::string_view id, const patch<T>& changes, const call_options& call = {}) const {
    return update_if<T>(id, changes, {}, call);
  }
  /// As above, but only if the record is still as it was read: `conflict` otherwise. (RFC 9110, section 13.1.1.)
  template <record T>
  [[nodiscard]] result<T> update(const T& current, const patch<T>& changes, const call_options& call = {}) const {
    return update_if<T>(field<"id">(current), changes, detail::version_of(current), call);
  }

  /// Every invoice that passes the filter.
  template <record T = invoice, filter F = invoice_filter>
  [[nodiscard]] result<std::vector<T>> invoices(const F& wanted = {}, const call_options& call = {}) const {
    return query<T>(wanted, call);
  }

  /// A customer's interactions that pass the filter; `not_found` where there is no such customer.
  template <record T = interaction, filter F = interaction_filter>
  [[nodiscard]] result<std::vector<T>> interactions(std::string_view customer_id, const F& wanted = {},
                                                    const call_options& call = {}) const {
    check_filter<T, F>();
    auto path = detail::record_target<T>(customer_id);
    if (!path) return detail::named(operation::query, std::move(path).error());
    path->append(resource<T>::sub_path);
    const auto target = detail::list_target<resource<T>>(*path, wanted, lists());
    auto found = session_.template collect<T>(operation::query, detail::sub_route<T>::text, target, call);
    if constexpr (has_field<T, "customer_id">) {
      if (found)
        for (const T& r : *found)
          if (field<"customer_id">(r) != customer_id) return detail::named(operation::query, detail::another_record());
    }
    return found;
  }

  /// The filter's list page by page, each fetched when it is looked at: `for (auto& page : client.pages(f))`.
  /// With a view type, e.g. `pages<crm::customer_view>(f)`, records point into their page.
  template <record T = customer, filter F>
  [[nodiscard]] auto pages(const F& wanted, const call_options& call = {}) const {
    check_filter<T, F>();
    auto fetch = [session = session_, target = list_target<T>(wanted), call](
                     std::int64_t number, const std::stop_token& stop) -> result<page<T>> {
      if (!target) return detail::named(operation::query, target.error());
      call_options of_page = call;
      of_page.stop = stop;
      return session.template fetch<T>(operation::query, resource<T>::path, *target, number, of_page);
    };
    return page_range<T, decltype(fetch)>{std::move(fetch), call.first_page.value(), call.prefetch, call.stop};
  }

  /// The transport, to look at (and, for the in-memory CRM, to change).
  [[nodiscard]] Transport& transport_model() const noexcept { return session_.core().transport; }
  /// The retry policy, to look at (and, for a breaker, to open and close).
  [[nodiscard]] const RetryPolicy& retry_model() const noexcept { return session_.core().retry; }
  /// Until when a call made now would wait because the CRM asked for a pause; nothing where it asked for none.
  [[nodiscard]] std::optional<time_point> paused_until() const {
    return session_.core().pauses.closed_until(session_.core().transport.now());
  }

 private:
  using core_type = detail::core<Transport, RetryPolicy, Auth, Observer>;
  using session_type = detail::session<core_type, CachePolicy>;

  explicit basic_crm_client(session_type opened) : session_{std::move(opened)} {}

  [[nodiscard]] static result<basic_crm_client> assemble(Transport transport, RetryPolicy retry, Auth auth,
                                                         client_options options, Observer observer) {
    auto core = std::make_shared<core_type>(std::move(transport), std::move(retry), std::move(auth), std::move(options),
                                            std::move(observer));
    if (auto sound = core->check(); !sound) return std::move(sound).error();
    return basic_crm_client{session_type{std::move(core)}};
  }

  [[nodiscard]] list_style lists() const noexcept { return session_.core().options.lists; }
  template <class T, class F>
  [[nodiscard]] auto list_target(const F& wanted) const {
    return detail::list_target<resource<T>>(wanted, lists());
  }

  template <class T, class F>
  static consteval void check_filter() {
    static_assert(has_resource<T>, "say where the CRM keeps these records: specialise crm::resource<T>");
    static_assert(std::is_same_v<typename F::kind, typename resource<T>::kind>,
                  "this filter belongs to other records: use crm::customers for customers, crm::invoices for "
                  "invoices, crm::interactions for interactions");
  }

  template <class T>
  [[nodiscard]] result<T> update_if(std::string_view id, const patch<T>& changes, std::string_view version,
                                    const call_options& call) const {
    if (changes.empty())
      return detail::named(operation::update, invalid_argument("the patch is empty: it names no field"));
    if (!http::is_field_value(version))
      return detail::named(operation::update, invalid_argument("the record's version cannot be sent"));
    auto target = detail::record_target<T>(id);
    if (!target) return detail::named(operation::update, std::move(target).error());
    return session_.template write<T>({operation::update, false}, http::method::patch, *std::move(target), changes, id,
                                      version, call);
  }

  session_type session_;
};

}  // namespace crm::inline v0
