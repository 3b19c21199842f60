/// @file
/// Everything, and the two complete clients: `crm_client` over HTTP, `mock_crm_client` in memory.
///
/// `crm_client` needs cpp-httplib and OpenSSL, and is brought by `CRM_CLIENT_WITH_HTTPLIB` (CMake's
/// `crm_client::httplib` sets it); or Boost.Beast and OpenSSL, by `CRM_CLIENT_WITH_BEAST` (`crm_client::beast`). A
/// program on the mock needs none of them. Of the test doubles it brings the mock alone; `crm/testing.hpp` brings all.
#pragma once

#include <crm/auth/api_key.hpp>
#include <crm/auth/none.hpp>
#include <crm/auth/oauth2.hpp>
#include <crm/cache/none.hpp>
#include <crm/cache/task_cache.hpp>
#include <crm/client.hpp>
#include <crm/observe/none.hpp>
#include <crm/observe/several.hpp>
#include <crm/observe/task_events.hpp>
#include <crm/retry/breaker.hpp>
#include <crm/retry/budget.hpp>
#include <crm/retry/exponential.hpp>
#include <crm/retry/jitter.hpp>
#include <crm/retry/none.hpp>
#include <crm/retry/schedule.hpp>
#include <crm/task/availability.hpp>
#include <crm/task/context.hpp>
#include <crm/testing/mock_transport.hpp>
#include <crm/transport/steady_time.hpp>
#include <crm/version.hpp>

#if defined(CRM_CLIENT_WITH_HTTPLIB) || defined(CRM_CLIENT_WITH_BEAST)
#include <crm/transport/detail/pooled_transport.hpp>
#ifdef CRM_CLIENT_WITH_HTTPLIB
#include <crm/transport/httplib.hpp>
#endif
#ifdef CRM_CLIENT_WITH_BEAST
#include <crm/transport/beast.hpp>
#endif
#if defined(CPPHTTPLIB_OPENSSL_SUPPORT) || defined(CRM_CLIENT_WITH_BEAST)
#include <crm/auth/hmac.hpp>
#endif
#else
#include <crm/detail/never.hpp>
#endif

#ifdef CRM_CLIENT_WITH_TESTING
#include <crm/testing.hpp>
#endif

namespace crm::inline v0 {

/// The ADR's retries, which a CRM that is known to be down is spared.
using default_retry = circuit_breaker<adr_backoff>;

/// The client on the in-memory CRM: constructed and used like `crm_client`, reaching no network, needing no key.
using mock_crm_client = basic_crm_client<mock_transport<>, default_retry, task_cache, api_key>;

#ifdef CRM_CLIENT_WITH_HTTPLIB
/// The client: HTTP(S) through cpp-httplib, the ADR's retries behind a breaker, a cache a task, an API key.
using crm_client = basic_crm_client<httplib_transport, default_retry, task_cache, api_key>;
#elif defined(CRM_CLIENT_WITH_BEAST)
/// The same client through Boost.Beast, where httplib is not built in.
using crm_client = basic_crm_client<beast_transport, default_retry, task_cache, api_key>;
#else
/// Stands in for the client where no transport is built in, to say so.
struct crm_client {
  template <class... Arguments>
  explicit crm_client(Arguments&&...) {
    static_assert(detail::never<Arguments...>,
                  "crm_client needs a transport: link crm_client::httplib, or define CRM_CLIENT_WITH_HTTPLIB before "
                  "including crm.hpp; without a network use crm::mock_crm_client");
  }
};
#endif

}  // namespace crm::inline v0
