// A backoff that makes no sense does not compile.
//
// case: NO_RETRY | for no retry use crm::no_retry
// case: NO_WAIT | the first wait is at least a millisecond
// case: SHRINKING | a backoff does not shrink
// case: CAP_BELOW_FIRST | the longest wait is not below the first
#include <crm/retry/exponential.hpp>
#include <crm/retry/none.hpp>

#if defined(NO_RETRY)
const auto wait = crm::exponential_backoff<0>{}.delay(1);
#elif defined(NO_WAIT)
const auto wait = crm::exponential_backoff<3, 0>{}.delay(1);
#elif defined(SHRINKING)
const auto wait = crm::exponential_backoff<3, 2'000, 0>{}.delay(1);
#elif defined(CAP_BELOW_FIRST)
const auto wait = crm::exponential_backoff<3, 2'000, 2, 1'999>{}.delay(1);
#else
const auto wait = crm::exponential_backoff<3, 2'000, 2, 2'000>{}.delay(1);
const auto none = crm::no_retry{}.delay(1);
static_assert(crm::exponential_backoff<1, 1, 1, 1>::total_wait == crm::milliseconds{1});
#endif
