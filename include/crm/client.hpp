/// @file
/// The client: the one way to the CRM's data. (ADR 10, CrmService Interface.)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <crm/auth/none.hpp>
#include <crm/cache/task_cache.hpp>
#include <crm/client/answer.hpp>
#include <crm/client/core.hpp>
#include <crm/client/policies.hpp>
#include <crm/client/scope.hpp>
#include <crm/client/target.hpp>
#include <crm/json/document.hpp>
#include <crm/json/encode.hpp>
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

  /// The same client with a cache of its own: reads are asked once until a write through it.
  [[nodiscard]] basic_crm_client for_task(std::string_view /*task_id*/) const {
    basic_crm_client task = *this;
    if constexpr (!null_cache<CachePolicy>) task.scope_ = std::make_shared<scope_type>();
    return task;
  }

  /// Every record that passes the filter, all pages, each once. (ADR 10, `query`.)
  /// Errors: as any call; `incomplete` where no complete list could be read.
  template <record T = customer, filter F>
  [[nodiscard]] result<std::vector<T>> query(const F& wanted, const call_options& call = {}) const {
    check_filter<T, F>();
    return collect<T>(operation::query, resource<T>::path, wanted, call);
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
    auto target = detail::record_target<T>(id);
    if (!target) return detail::named(operation::find, std::move(target).error());
    auto found = read(operation::find, *std::move(target), call, freshness::as_cached,
                      [&](const auto& answer) { return detail::decode_record<T>(operation::find, answer, id); });
    if (!found && found.error().code == errc::not_found) return std::optional<T>{};
    return std::move(found).transform([](T&& one) { return std::optional<T>{std::move(one)}; });
  }

  /// Records that resemble the text, best match first, all pages. (ADR 10, `search`.)
  template <record T = customer>
  [[nodiscard]] result<std::vector<T>> search(std::string_view text, const call_options& call = {}) const {
    return collect<T>(operation::search, resource<T>::search_path, detail::search_text{text}, call);
  }

  /// Creates a record, under an idempotency key. (ADR 10, `create`.)
  template <record T>
  [[nodiscard]] result<T> create(const draft<T>& fresh, const call_options& call = {}) const {
    if (auto sound = fresh.check(); !sound) return detail::named(operation::create, std::move(sound).error());
    return write<T>({operation::create, false}, http::method::post, std::string{resource<T>::path}, fresh, {}, {},
                    call);
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
    auto target = detail::record_target<T>(customer_id);
    if (!target) return detail::named(operation::query, std::move(target).error());
    target->append(resource<T>::sub_path);
    auto found = collect<T>(operation::query, *target, wanted, call);
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
    auto fetch = [client = *this,
                  target = detail::list_target<resource<T>>(resource<T>::path, wanted, core_->options.lists),
                  call](std::int64_t number) -> result<page<T>> {
      if (!target) return detail::named(operation::query, target.error());
      return client.template fetch<T>(operation::query, *target, number, call);
    };
    return page_range<T, decltype(fetch)>{std::move(fetch), call.first_page.value()};
  }

  /// The transport, to look at (and, for the in-memory CRM, to change).
  [[nodiscard]] Transport& transport_model() const noexcept { return core_->transport; }
  /// The retry policy, to look at (and, for a breaker, to open and close).
  [[nodiscard]] const RetryPolicy& retry_model() const noexcept { return core_->retry; }
  /// Until when a call made now would wait because the CRM asked for a pause; nothing where it asked for none.
  [[nodiscard]] std::optional<time_point> paused_until() const {
    return core_->pauses.closed_until(core_->transport.now());
  }

 private:
  using core_type = detail::core<Transport, RetryPolicy, Auth, Observer>;
  using scope_type = detail::cache_scope<CachePolicy>;

  /// Whether a read may be answered from the task's cache. A list that changed while it was read may not.
  enum class freshness : unsigned char { as_cached, from_the_crm };

  explicit basic_crm_client(std::shared_ptr<core_type> core) : core_{std::move(core)} {}

  [[nodiscard]] static result<basic_crm_client> assemble(Transport transport, RetryPolicy retry, Auth auth,
                                                         client_options options, Observer observer) {
    auto core = std::make_shared<core_type>(std::move(transport), std::move(retry), std::move(auth), std::move(options),
                                            std::move(observer));
    if (auto sound = core->check(); !sound) return std::move(sound).error();
    return basic_crm_client{std::move(core)};
  }

  template <class T, class F>
  static consteval void check_filter() {
    static_assert(has_resource<T>, "say where the CRM keeps these records: specialise crm::resource<T>");
    static_assert(std::is_same_v<typename F::kind, typename resource<T>::kind>,
                  "this filter belongs to other records: use crm::customers for customers, crm::invoices for "
                  "invoices, crm::interactions for interactions");
  }

  template <class T>
  [[nodiscard]] result<page<T>> fetch(operation op, std::string target, std::int64_t number, const call_options& call,
                                      freshness wanted = freshness::as_cached) const {
    detail::add_page<resource<T>>(target, number, call.per_page);
    return read(op, std::move(target), call, wanted, [op](const http::response& answer) -> result<page<T>> {
      auto decoded = json::decode_page<T>(answer.body);
      if (!decoded) return detail::of_answer(op, answer, std::move(decoded).error());
      return decoded;
    });
  }

  template <class T, class F>
  [[nodiscard]] result<std::vector<T>> collect(operation op, std::string_view path, const F& wanted,
                                               const call_options& call) const {
    static_assert(!detail::borrows<T>(), "a view dies with its page: read views with pages<T>()");
    auto target = detail::list_target<resource<T>>(path, wanted, core_->options.lists);
    if (!target) return detail::named(op, std::move(target).error());
    auto allowed = core_->allowed_time(call);
    if (!allowed) return detail::named(op, std::move(allowed).error());
    const time_point end = core_->transport.now() + *allowed;
    auto found = detail::collect<T>(
        [&](std::int64_t number, bool again) -> result<page<T>> {
          call_options of_page = call;
          if (call.deadline) {  // for the whole list; the client's own deadline is for each page
            of_page.deadline = std::chrono::ceil<milliseconds>(end - core_->transport.now());
            if (*of_page.deadline <= milliseconds{0}) return detail::out_of_time();
          }
          return fetch<T>(op, *target, number, of_page, again ? freshness::from_the_crm : freshness::as_cached);
        },
        core_->options.max_pages, call.on_page, call.confirm_list);
    if constexpr (!null_cache<CachePolicy>)  // the list may be whole next time
      if (!found && found.error().code == errc::incomplete && scope_ != nullptr) scope_->clear();
    if (!found) return detail::named(op, std::move(found).error());
    return found;
  }

  /// A header of the caller's own may choose what is answered, e.g. a tenant: such reads are neither kept nor served.
  [[nodiscard]] bool caches(const call_options& call) const noexcept {
    return scope_ != nullptr && call.headers.empty();
  }

  /// A read, answered from the task's cache where it can be. What cannot be read is not kept.
  template <class Decode>
  [[nodiscard]] auto read(operation op, std::string target, const call_options& call, freshness wanted,
                          Decode decode) const -> std::invoke_result_t<Decode, const http::response&> {
    std::uint64_t writes_before = 0;
    if constexpr (!null_cache<CachePolicy>) {
      if (caches(call)) {
        if (auto kept = wanted == freshness::as_cached ? scope_->lookup(target) : nullptr) return decode(*kept);
        writes_before = scope_->writes();
      }
    }
    auto answer = core_->call({op}, {http::method::get, target, {}, {}}, call);
    if (!answer) return std::move(answer).error();
    auto decoded = decode(*answer);
    if constexpr (!null_cache<CachePolicy>) {
      if (decoded && caches(call) && answer->status == 200)
        scope_->store(target, std::make_shared<const http::response>(*std::move(answer)), writes_before);
    }
    return decoded;
  }

  template <class T>
  [[nodiscard]] result<T> write(operation_traits traits, http::method method, std::string target,
                                const attributes<T>& named_fields, std::string_view id, std::string_view version,
                                const call_options& call) const {
    auto body = json::encode_attributes(named_fields);
    if (!body) return detail::named(traits.op, std::move(body).error());
    http::request request{method, std::move(target), {}, *std::move(body)};
    if (!version.empty()) request.headers.push_back({"If-Match", std::string{version}});
    auto answer = core_->call(traits, std::move(request), call);
    // Whatever became of the write, what was read before may no longer be true.
    if constexpr (!null_cache<CachePolicy>)
      if (scope_ != nullptr) scope_->clear();
    if (!answer) return std::move(answer).error();
    auto written =
        id.empty() ? detail::decode_one<T>(traits.op, *answer) : detail::decode_record<T>(traits.op, *answer, id);
    // Done, but not seen: doing it again could do it twice.
    if (!written) written.error().outcome_unknown = true;
    return written;
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
    return write<T>({operation::update, false}, http::method::patch, *std::move(target), changes, id, version, call);
  }

  std::shared_ptr<core_type> core_;
  std::shared_ptr<scope_type> scope_;
};

}  // namespace crm::inline v0
