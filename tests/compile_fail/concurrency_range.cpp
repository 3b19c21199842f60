// A literal number of requests at once is one that may be.
//
// case: NONE | from_1_to_64_requests_are_under_way_at_once
// case: TOO_MANY | from_1_to_64_requests_are_under_way_at_once
#include <crm/options.hpp>

#if defined(NONE)
constexpr crm::concurrent_requests at_once = 0;
#elif defined(TOO_MANY)
constexpr crm::concurrent_requests at_once = 65;
#else
const crm::call_options call{.concurrency = 64};
#endif
