/// @file
/// One access token for all who need it. (RFC 6749.)
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <crm/auth/concept.hpp>
#include <crm/auth/detail/credential_header.hpp>
#include <crm/auth/detail/token_endpoint.hpp>
#include <crm/auth/oauth2_options.hpp>
#include <crm/config.hpp>
#include <crm/secret.hpp>
#include <crm/transport/concept.hpp>

namespace crm::inline v0::detail {

/// Gets a token when there is none, and another before it ends. One request is under way however many wait for it, on a
/// thread of its own and with no lock held, so that no caller's deadline cuts short what may already have used up a
/// refresh token. Safe to use from several threads.
template <transport Transport>
class token_keeper {
 public:
  token_keeper(Transport endpoint, std::string path, oauth2_options options, std::optional<secret> client_secret,
               std::optional<secret> refresh_token)
      : endpoint_{std::move(endpoint)},
        path_{std::move(path)},
        options_{std::move(options)},
        client_secret_{std::move(client_secret)},
        refresh_token_{std::move(refresh_token)} {}

  token_keeper(const token_keeper&) = delete;
  token_keeper& operator=(const token_keeper&) = delete;
  /// What is under way for a refresh token may have used it up: its answer is waited for, for some time.
  ~token_keeper() {
    std::unique_lock lock{mutex_};
    if (refresh_token_) changed_.wait_for(lock, options_.farewell, [&] { return !requesting_; });
  }

  [[nodiscard]] std::uint64_t generation() const {
    const std::lock_guard lock{mutex_};
    return generation_;
  }

  void replace(std::optional<secret> client_secret, std::optional<secret> refresh_token) {
    const std::lock_guard lock{mutex_};
    client_secret_ = std::move(client_secret);
    refresh_token_ = std::move(refresh_token);
    ++generation_;
    current_.reset();
    refused_.reset();
  }

  [[nodiscard]] result<proof> authorize(http::request& request, const send_limits& limits) {
    std::unique_lock lock{mutex_};
    for (;;) {
      const time_point now = endpoint_.now();
      if (current_ && !current_->refused && now < current_->expires) {
        if (now >= current_->renew_from) begin_request();
        add_credential(request.headers, "Authorization", "Bearer ", current_->value.reveal());
        return proof{generation_, current_->number};
      }
      if (refused_) return *refused_;
      if (std::this_thread::get_id() == worker_.get_id())
        return invalid_argument("the refresh token's store must not use a client of the same credential");
      // It has asked to be left alone.
      if (passing_ && passing_->retry_at && now < *passing_->retry_at) return *passing_;
      const auto before = requests_done_;
      begin_request();
      const auto left = std::clamp<clock::duration>(limits.deadline - now, clock::duration{0}, std::chrono::hours{24});
      const bool done = changed_.wait_for(lock, limits.stop, left, [&] { return requests_done_ != before; });
      if (!done) return gave_up_waiting(limits);
      if (passing_) return *passing_;
    }
  }

  [[nodiscard]] bool renew(const proof& by) {
    const std::lock_guard lock{mutex_};
    if (by.credential != generation_ || !current_ || current_->number != by.token) return !refused_;
    if (current_->after_refusal && endpoint_.now() - current_->got < std::chrono::seconds{10}) return false;
    current_->refused = true;
    return !refused_;
  }

 private:
  struct token {
    secret value;
    std::uint64_t number;
    time_point got, renew_from, expires;
    bool after_refusal;  // got because the one before was refused
    bool refused = false;
  };

  /// What a request is made by.
  struct given {
    std::uint64_t generation;
    std::optional<secret> client_secret, refresh_token;
  };

  [[nodiscard]] static error gave_up_waiting(const send_limits& limits) {
    error e;
    const bool stopped = limits.stop.stop_requested();
    e.code = stopped ? errc::cancelled : errc::deadline_exceeded;
    e.message = stopped ? "the caller asked to stop" : "the call's time ran out before there was an access token";
    if (!stopped) e.stopped = gave_up::deadline;
    return e;
  }

  // --- The request to the endpoint. `mutex_` is held where nothing else is said.

  void begin_request() {
    if (requesting_ || refused_) return;
    if (worker_.joinable()) worker_.join();  // it has nothing left to do
    passing_.reset();
    // The credential is taken now: one that is replaced before the thread runs is another request's.
    auto work = [this, of = given{generation_, client_secret_, refresh_token_}](const std::stop_token& stop) {
      request_token(stop, of);
    };
#if CRM_CLIENT_HAS_EXCEPTIONS
    try {
      worker_ = std::jthread{std::move(work)};
    } catch (...) {
      passing_ = failure(errc::unreachable, "no thread could be started to get an access token");
      ++requests_done_;
      return;
    }
#else
    worker_ = std::jthread{std::move(work)};
#endif
    requesting_ = true;
  }

  [[nodiscard]] static error failure(errc code, std::string_view message) {
    error e;
    e.code = code;
    e.message = message;
    return e;
  }

  /// On the worker, without `mutex_`.
  void request_token(const std::stop_token& stop, const given& of) noexcept {
    const time_point asked_at = endpoint_.now();
    result<token_answer> got{error{}};
#if CRM_CLIENT_HAS_EXCEPTIONS
    try {
      got = exchange_token(stop, of);
    } catch (...) {
      got = failure(errc::unreachable, "no memory");
    }
#else
    got = exchange_token(stop, of);
#endif
    const std::lock_guard lock{mutex_};
    if (of.generation == generation_) settle(std::move(got), asked_at);
    requesting_ = false;
    ++requests_done_;
    changed_.notify_all();
  }

  /// On the worker, without `mutex_`.
  [[nodiscard]] result<token_answer> exchange_token(const std::stop_token& stop, const given& of) {
    const auto pointer = [](const std::optional<secret>& one) { return one ? &*one : nullptr; };
    auto request = to_http({path_, options_.client_id, options_.scope, options_.authentication,
                            pointer(of.client_secret), pointer(of.refresh_token)});
    auto answer = endpoint_.send(request, {endpoint_.now() + options_.timeout, stop});
    wipe(request.body);
    for (auto& header : request.headers) wipe(header.value);
    if (!answer) {
      const bool late = answer.error().code == errc::deadline_exceeded;
      return failure(late ? errc::unreachable : answer.error().code, "the token endpoint cannot be reached");
    }
    auto read = read_answer(*answer, endpoint_.now());
    wipe(answer->body);
    if (read && read->refresh_token && of.refresh_token && *read->refresh_token != *of.refresh_token)
      keep(of.generation, *read->refresh_token);
    return read;
  }

  /// The status is the endpoint's, not the CRM's: it stands in the message alone.
  [[nodiscard]] static result<token_answer> read_answer(const http::response& answer, time_point now) {
    if (answer.status >= 200 && answer.status < 300) return read_token(answer.body);
    error e = failure(errc::unauthorized, "the token endpoint refuses the credential");
    if (answer.status == 429 || answer.status >= 500) {
      e.code = answer.status == 429 ? errc::rate_limited : errc::unreachable;
      e.message = "the token endpoint failed";
      if (const auto asked = http::retry_after(answer.headers.get("Retry-After"), answer.headers.get("Date")))
        e.retry_at = now + *asked;
    } else if (answer.status < 400) {
      e.code = errc::bad_response;
      e.message = "the token endpoint redirects, which is never followed";
    }
    e.message.append(" (HTTP ").append(std::to_string(answer.status)).append(")");
    if (const auto code = known_refusal(answer.body); e.code == errc::unauthorized && !code.empty()) {
      e.message.append(": ").append(code);
      e.stopped = gave_up::permanent;
    }
    return e;
  }

  /// On the worker, without `mutex_`: first kept, then used, for the old one is worth nothing any more.
  void keep(std::uint64_t of, const secret& next) {
    {
      const std::lock_guard lock{mutex_};
      if (of != generation_) return;
      refresh_token_ = next;
    }
    if (!options_.store_refresh_token) return;
#if CRM_CLIENT_HAS_EXCEPTIONS
    try {
      options_.store_refresh_token(next);
    } catch (...) {  // NOLINT(bugprone-empty-catch): the token is used all the same
    }
#else
    options_.store_refresh_token(next);
#endif
  }

  void settle(result<token_answer> got, time_point asked_at) {
    if (got) {
      const milliseconds life = got->expires_in ? milliseconds{*got->expires_in} : options_.unstated_lifetime;
      const bool after_refusal = current_ && current_->refused;
      const time_point end = asked_at + life;  // it was made then at the earliest
      current_.emplace(token{std::move(got->access_token), ++tokens_, asked_at,
                             end - std::min(options_.refresh_ahead, life / 4), end, after_refusal});
      return;
    }
    if (got.error().stopped == gave_up::permanent) {
      refused_ = std::move(got).error();
    } else {
      passing_ = std::move(got).error();
      const time_point later = endpoint_.now() + std::chrono::seconds{10};
      if (current_) current_->renew_from = std::max(later, passing_->retry_at.value_or(later));
    }
  }

  Transport endpoint_;
  const std::string path_;
  const oauth2_options options_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::optional<secret> client_secret_, refresh_token_;
  std::uint64_t generation_ = 1;
  std::uint64_t tokens_ = 0;
  std::optional<token> current_;
  std::optional<error> refused_;  // for good
  std::optional<error> passing_;  // how the last request failed, if it did
  bool requesting_ = false;
  std::uint64_t requests_done_ = 0;
  std::jthread worker_;  // the first to go: it uses the others
};

}  // namespace crm::inline v0::detail
