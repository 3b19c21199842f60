/// @file
/// What a client, and what a single call, can be told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include <crm/detail/remedy.hpp>
#include <crm/gate.hpp>
#include <crm/http/message.hpp>
#include <crm/model/page.hpp>
#include <crm/query/render.hpp>
#include <crm/result.hpp>
#include <crm/transport/concept.hpp>
#include <crm/version.hpp>

namespace crm::inline v0 {

/// How an idempotency key stands in its header.
enum class key_form : unsigned char {
  quoted,  ///< as a structured string: `Idempotency-Key: "k"` (IETF draft-ietf-httpapi-idempotency-key-header)
  bare,    ///< as it is, for servers that came before the draft
};

/// For the life of a client.
struct client_options {
  /// The total time of one call, waits between attempts included, unless the call says otherwise. The default
  /// leaves room for four attempts and the ADR's 14 seconds of backoff.
  milliseconds deadline{60'000};
  /// How lists travel in a query.
  list_style lists = list_style::comma;
  /// The CRM stores idempotency keys with their answers, so that a create whose outcome is unknown may be sent
  /// again under its key. Only true of a server that has been seen to do so.
  bool server_honours_idempotency_keys = false;
  key_form idempotency_key_form = key_form::quoted;
  /// Lets a credential travel over plain http to a host that is not this machine.
  bool allow_insecure_credentials = false;
  /// `query` and `search` give up on lists with more pages than this.
  std::size_t max_pages = 10'000;
  /// How a pause that the CRM asks for, by 429 or 503 with `Retry-After`, is kept by all copies of the client.
  pause_options pause{};
  std::string user_agent = "crm_client/" CRM_CLIENT_VERSION_STRING;
  transport_options transport{};
};

/// How many requests of one call may be under way at once: 1 to 64.
class concurrent_requests {
 public:
  static constexpr int most = 64;

  consteval concurrent_requests(int count) : count_{count} {
    if (count < 1 || count > most) remedy::from_1_to_64_requests_are_under_way_at_once();
  }
  [[nodiscard]] static result<concurrent_requests> of(std::int64_t count) {
    if (count < 1 || count > most) return invalid_argument("from 1 to 64 requests are under way at once");
    concurrent_requests made{1};
    made.count_ = static_cast<int>(count);
    return made;
  }
  [[nodiscard]] constexpr int value() const noexcept { return count_; }

 private:
  int count_;
};

/// For one call.
struct call_options {
  /// The total time of this call, all attempts, waits and pages included. Unset, the client's deadline holds for
  /// each request; `pages` always takes it for each page, as the time between pages is the caller's.
  std::optional<milliseconds> deadline{};
  /// Ends the call: waits and reads wake at once.
  std::stop_token stop{};
  /// The key of a write, 1 to 255 visible ASCII characters; a create makes its own unless given one. The same key with
  /// another request is refused, as far back as the client's last 1,024 keys that were given.
  std::string idempotency_key{};
  /// Records a page, for lists.
  page_size per_page{25};
  /// The page to begin at, for `pages`.
  page_number first_page{1};
  /// How many pages of a list, or records of `find_many`, are asked for at once, each by a thread and a connection of
  /// its own: no more than the transport has connections. The observer is then told from several threads.
  concurrent_requests concurrency{1};
  /// For `pages`: reads the next page while one is looked at.
  bool prefetch = false;
  /// Told of each page that `query`, `search`, `invoices` and `interactions` read. A list read again starts over.
  page_listener on_page{};
  /// Reads a list of several pages until two readings agree. Without it, one record may be missing for each that was
  /// removed from the list between two pages while another was added to it: no count tells of that.
  bool confirm_list = false;
  /// Passed on to the CRM and told to the observer: `00-<trace id>-<parent id>-<flags>`. (W3C Trace Context.)
  std::string traceparent{};
  /// Further headers, e.g. `X-Request-Id`. Those the client itself sends are refused.
  http::header_list headers{};
};

}  // namespace crm::inline v0
