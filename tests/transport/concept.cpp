#include <stop_token>

#include "support/catch.hpp"

#include <crm/transport/concept.hpp>

namespace {

struct minimal {
  crm::transport_result send(const crm::http::request&, const crm::send_limits&) { return crm::http::response{}; }
  crm::time_point now() { return {}; }
  crm::wake wait_until(crm::time_point, const std::stop_token&) { return crm::wake::due; }
};
struct networked : minimal {
  int base() const { return 0; }
};
struct deaf : minimal {
  void send(const crm::http::request&, const crm::send_limits&) = delete;
};
struct timeless : minimal {
  int now() { return 0; }
};
struct restless : minimal {
  void wait_until(crm::time_point, const std::stop_token&) {}
};

static_assert(crm::transport<minimal> && !crm::networked_transport<minimal>);
static_assert(crm::networked_transport<networked>);
static_assert(!crm::transport<deaf> && !crm::transport<timeless> && !crm::transport<restless> && !crm::transport<int>);

}  // namespace

TEST_CASE("a failure may have been sent unless the transport says otherwise", "[transport]") {
  CHECK(crm::transport_failure{}.sent == crm::delivery::unknown);
  CHECK(crm::transport_failure{}.code == crm::errc::unreachable);
  CHECK(crm::send_limits{}.deadline == crm::time_point::max());
}
