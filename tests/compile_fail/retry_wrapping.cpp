// Retry policies are wrapped in an order that makes sense.
//
// case: JITTER_OUTSIDE | jitter wraps a backoff itself
// case: JITTER_TWICE | jitter wraps a backoff itself
// case: BUDGET_TWICE | a budget wraps a backoff or jitter
// case: BUDGET_OUTSIDE | goes inside of a breaker
// case: JITTER_AROUND_BREAKER | put it inside of the others
// case: BREAKER_TWICE | a breaker goes around everything else, and only once
// case: NO_WAIT_TO_SPREAD | there is no wait to spread
// case: NOTHING_TO_BUDGET | there is nothing to budget
// case: DECORRELATED_SCHEDULE | decorrelated jitter wraps crm::exponential_backoff
#include <crm/retry/breaker.hpp>
#include <crm/retry/budget.hpp>
#include <crm/retry/exponential.hpp>
#include <crm/retry/jitter.hpp>
#include <crm/retry/none.hpp>
#include <crm/retry/schedule.hpp>

#if defined(JITTER_OUTSIDE)
crm::full_jitter<crm::retry_budget<crm::adr_backoff>> wrong;
#elif defined(JITTER_TWICE)
crm::equal_jitter<crm::full_jitter<crm::adr_backoff>> wrong;
#elif defined(BUDGET_TWICE)
crm::retry_budget<crm::retry_budget<crm::adr_backoff>> wrong;
#elif defined(BUDGET_OUTSIDE)
crm::retry_budget<crm::circuit_breaker<crm::adr_backoff>> wrong;
#elif defined(JITTER_AROUND_BREAKER)
crm::full_jitter<crm::circuit_breaker<crm::adr_backoff>> wrong;
#elif defined(BREAKER_TWICE)
crm::circuit_breaker<crm::circuit_breaker<crm::adr_backoff>> wrong;
#elif defined(NO_WAIT_TO_SPREAD)
crm::full_jitter<crm::no_retry> wrong;
#elif defined(NOTHING_TO_BUDGET)
crm::retry_budget<crm::no_retry> wrong;
#elif defined(DECORRELATED_SCHEDULE)
const auto wrong = crm::decorrelated_jitter<crm::retry_schedule>{}.delay(1);
#else
crm::circuit_breaker<crm::retry_budget<crm::decorrelated_jitter<crm::adr_backoff>>> right;
crm::full_jitter<crm::retry_schedule> too;
#endif
