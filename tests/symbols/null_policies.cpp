// A call of a client all of whose policies are the null ones, over a transport of another unit.
#include <string>
#include <string_view>
#include <utility>

#include <crm/auth/none.hpp>
#include <crm/cache/none.hpp>
#include <crm/client/session.hpp>
#include <crm/observe/none.hpp>
#include <crm/retry/none.hpp>

namespace null_policies {

struct elsewhere {
  crm::transport_result send(const crm::http::request&, const crm::send_limits&);
  crm::time_point now();
  crm::wake wait_until(crm::time_point, const std::stop_token&);
  const crm::http::base_url& base() const;
};
using core = crm::detail::core<elsewhere, crm::no_retry, crm::no_auth, crm::null_observer>;

crm::result<int> read(const crm::detail::session<core, crm::no_cache>& from, std::string target) {
  return from.read(crm::operation::find, "/{id}", std::move(target), {}, crm::detail::freshness::as_cached,
                   [](const crm::http::response& answer) { return crm::result<int>{answer.status}; });
}

}  // namespace null_policies
