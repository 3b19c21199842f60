/// @file
/// What a client does for its operations: reads from the CRM or the task's cache, lists page by page, and writes.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <crm/client/answer.hpp>
#include <crm/client/core.hpp>
#include <crm/client/flight.hpp>
#include <crm/client/scope.hpp>
#include <crm/client/target.hpp>
#include <crm/detail/fresh.hpp>
#include <crm/json/document.hpp>
#include <crm/json/encode.hpp>
#include <crm/options.hpp>
#include <crm/pages.hpp>

namespace crm::inline v0::detail {

/// Whether a read may be answered from the task's cache. A list that changed while it was read may not.
enum class freshness : unsigned char { as_cached, from_the_crm };

/// A task: its name, and its cache where the policy keeps anything.
template <cache_policy CachePolicy>
struct task_scope {
  explicit task_scope(std::string_view name) : id{name} {}

  const std::string id;
  [[no_unique_address]] std::conditional_t<null_cache<CachePolicy>, CachePolicy, cache_scope<CachePolicy>> cache{};
};

/// The shared core of a client, and the task it is opened for, if any.
template <class Core, class CachePolicy>
class session {
 public:
  explicit session(std::shared_ptr<Core> core) : core_{std::move(core)} {}

  [[nodiscard]] Core& core() const noexcept { return *core_; }

  [[nodiscard]] session for_task(std::string_view id) const {
    session opened = *this;
    opened.task_ = std::make_shared<task_scope<CachePolicy>>(id);
    return opened;
  }

  /// A read, answered from the task's cache where it can be.
  template <class Decode>
  [[nodiscard]] auto read(operation op, std::string_view route, std::string target, const call_options& call,
                          freshness wanted, Decode decode) const
      -> std::invoke_result_t<Decode, const http::response&> {
    if constexpr (!null_cache<CachePolicy>)
      if (caches(call)) return read_through_cache(op, route, target, call, wanted, decode);
    auto answer = core_->call({{op}, route, task_id()}, {http::method::get, std::move(target), {}, {}}, call);
    if (!answer) return std::move(answer).error();
    return decode(*std::move(answer));
  }

  /// The record with this id, if there is one.
  template <class T>
  [[nodiscard]] result<std::optional<T>> find(std::string_view id, const call_options& call) const {
    auto target = record_target<T>(id);
    if (!target) return named(operation::find, std::move(target).error());
    return find_at<T>(*std::move(target), id, call);
  }

  template <class T>
  [[nodiscard]] result<page<T>> fetch(operation op, std::string_view route, std::string_view list, std::int64_t number,
                                      const call_options& call, freshness wanted = freshness::as_cached) const {
    auto target = page_target<resource<T>>(list, number, call.per_page);
    return read(op, route, std::move(target), call, wanted, [op]<class Answer>(Answer&& answer) -> result<page<T>> {
      auto decoded = json::decode_page<T>(std::forward<Answer>(answer).body);  // which views keep
      if (!decoded) return of_answer(op, answer, std::move(decoded).error());
      return decoded;
    });
  }

  /// All pages of the list with this target.
  template <class T, class Text>
  [[nodiscard]] result<std::vector<T>> collect(operation op, std::string_view route, const result<Text>& target,
                                               const call_options& call) const {
    static_assert(!borrows<T>(), "a view dies with its page: read views with pages<T>()");
    if (!target) return named(op, target.error());
    if (auto sound = core_->check_call(call, true); !sound) return named(op, std::move(sound).error());
    const call_in_parts parts{*core_, call};
    auto found = detail::collect<T>(
        [&](std::int64_t number, bool again, const std::stop_token& stop) -> result<page<T>> {
          const auto part = parts.next(stop);
          if (!part) return part.error();
          return fetch<T>(op, route, *target, number, *part, again ? freshness::from_the_crm : freshness::as_cached);
        },
        {core_->options.max_pages, call.on_page, call.confirm_list, static_cast<std::size_t>(call.concurrency.value()),
         call.stop});
    if (!found && found.error().code == errc::incomplete) {  // it may be whole next time
      const std::string_view list = *target;
      forget({list.substr(0, list.find('?')), {}, {}});
    }
    if (!found) return named(op, std::move(found).error());
    return found;
  }

  /// The records with these ids, in this order, each its own outcome.
  template <class T>
  [[nodiscard]] std::vector<result<std::optional<T>>> find_each(std::span<const std::string> ids,
                                                                const call_options& call) const {
    if (auto sound = core_->check_call(call, true); !sound)
      return {ids.size(), named(operation::find, std::move(sound).error())};
    const call_in_parts parts{*core_, call};
    const auto find_nth = [&](std::int64_t n, const std::stop_token& stop) -> result<std::optional<T>> {
      const auto part = parts.next(stop);
      if (!part) return named(operation::find, part.error());
      return find<T>(ids[static_cast<std::size_t>(n)], *part);
    };
    std::vector<result<std::optional<T>>> found;
    found.reserve(ids.size());
    const auto at_once = static_cast<std::size_t>(call.concurrency.value());
    if (at_once == 1) {
      for (std::int64_t n = 0; n < std::ssize(ids); ++n) found.push_back(find_nth(n, call.stop));
    } else {
      flight asked{find_nth, 0, std::ssize(ids) - 1, at_once, 2 * at_once, call.stop};
      while (!asked.at_end()) found.push_back(asked.take());
    }
    return found;
  }

  /// Sends the fields. `id` is of the record to change, empty for a new one; `version` of the record as it was read.
  template <class T>
  [[nodiscard]] result<T> write(operation_traits traits, http::method method, std::string target,
                                const attributes<T>& named_fields, std::string_view id, std::string_view version,
                                const call_options& call) const {
    auto body = json::encode_attributes(named_fields);
    if (!body) return named(traits.op, std::move(body).error());
    http::request request{method, target, {}, *std::move(body)};
    if (!version.empty()) request.headers.push_back({"If-Match", std::string{version}});
    const std::string_view route = id.empty() ? std::string_view{resource<T>::path} : record_route<T>::text;
    write_in_task seen{*this, {resource<T>::path, search_path<T>(), id.empty() ? std::string_view{} : target}};
    auto answer = core_->call({traits, route, task_id()}, std::move(request), call);
    seen.may_take_effect_later = !answer && answer.error().outcome_unknown;
    if (!answer) return std::move(answer).error();
    result<T> written{fresh<T>{}};
    if (auto sound = decode_record(*written, traits.op, *answer, id); !sound) {
      written = std::move(sound).error();
      written.error().outcome_unknown = true;  // done, but not seen: doing it again could do it twice
    }
    return written;
  }

 private:
  template <class T>
  [[nodiscard]] result<std::optional<T>> find_at(std::string target, std::string_view id,
                                                 const call_options& call) const {
    auto found = read(operation::find, record_route<T>::text, std::move(target), call, freshness::as_cached,
                      [&](const http::response& answer) -> result<std::optional<T>> {
                        result<std::optional<T>> one{std::optional<T>{}};
                        if (auto sound = decode_record(one->emplace(fresh<T>{}), operation::find, answer, id); !sound)
                          one = std::move(sound).error();
                        return one;
                      });
    if (!found && found.error().code == errc::not_found) found = std::optional<T>{};
    return found;
  }

  [[nodiscard]] std::string_view task_id() const noexcept { return task_ != nullptr ? task_->id : std::string_view{}; }

  /// A header of the caller's own may choose what is answered, e.g. a tenant: such reads are neither kept nor served.
  [[nodiscard]] bool caches(const call_options& call) const noexcept {
    return task_ != nullptr && call.headers.empty();
  }

  /// What its lists answered is asked for anew.
  void forget([[maybe_unused]] const touched_paths& paths) const noexcept {
    if constexpr (!null_cache<CachePolicy>)
      if (task_ != nullptr) task_->cache.forget(paths);
  }

  /// Whatever becomes of a write, an exception too, what was read before may no longer be true.
  class write_in_task {
   public:
    write_in_task(const session& of, touched_paths paths) : of_{of}, paths_{paths} {
      if constexpr (!null_cache<CachePolicy>)
        if (of_.task_ != nullptr) of_.task_->cache.begin_write(paths_);
    }
    write_in_task(const write_in_task&) = delete;
    write_in_task& operator=(const write_in_task&) = delete;
    ~write_in_task() {
      if constexpr (!null_cache<CachePolicy>)
        if (of_.task_ != nullptr) of_.task_->cache.end_write(paths_, may_take_effect_later);
    }

    bool may_take_effect_later = true;

   private:
    [[maybe_unused]] const session& of_;
    [[maybe_unused]] touched_paths paths_;
  };

  template <class T>
  [[nodiscard]] static constexpr std::string_view search_path() noexcept {
    if constexpr (requires { resource<T>::search_path; }) return resource<T>::search_path;
    return {};
  }

  /// What cannot be read is not kept.
  template <class Decode>
  [[nodiscard]] auto read_through_cache(operation op, std::string_view route, const std::string& target,
                                        const call_options& call, freshness wanted, Decode& decode) const
      -> std::invoke_result_t<Decode, const http::response&> {
    using errand = typename cache_scope<CachePolicy>::errand;
    auto allowed = core_->check_call(call, true);
    if (!allowed) return named(op, std::move(allowed).error());
    const time_point now = core_->transport.now();
    const send_limits limits{now + *allowed, call.stop};
    const cache_key key{core_->credential_generation(), canonical(target)};
    auto turn = wanted == freshness::as_cached ? task_->cache.ask(key, limits, now) : task_->cache.read_past(key);
    if (const auto* failed = std::get_if<error>(&turn)) return named(op, *failed);
    if (const auto* kept = std::get_if<cached_response>(&turn)) {
      if (auto decoded = decode(**kept)) {
        core_->tell(events::cache_hit{{op, http::method::get, route, 0, task_->id, call.traceparent}});
        return decoded;
      }
      turn.template emplace<errand>(task_->cache.read_past(key));  // a record of another type could read it
    }

    auto& mine = std::get<errand>(turn);
    const auto ask_crm = [&](std::string_view known) {
      http::request request{http::method::get, target, {}, {}};
      if (!known.empty()) request.headers.push_back({"If-None-Match", std::string{known}});
      const operation_traits traits{.op = op, .conditional = !known.empty()};
      return core_->call({traits, route, task_id(), limits.deadline}, std::move(request), call);
    };
    const std::string_view known = mine.doubted() != nullptr ? entity_tag(*mine.doubted()) : std::string_view{};
    auto answer = ask_crm(known);
    // About another state, or to another credential: that says nothing of the copy.
    if (answer && answer->status == 304 &&
        !(confirms(*answer, known) && core_->credential_generation() == key.credential))
      answer = ask_crm({});
    if (!answer) return mine.fail(answer.error()), std::move(answer).error();
    const cached_response whole =
        answer->status == 304 ? mine.doubted() : std::make_shared<const http::response>(*std::move(answer));
    auto decoded = decode(*whole);
    mine.fulfil(whole, decoded && whole->status == 200);
    return decoded;
  }

  std::shared_ptr<Core> core_;
  std::shared_ptr<task_scope<CachePolicy>> task_;
};

}  // namespace crm::inline v0::detail
