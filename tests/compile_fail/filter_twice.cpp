// Each filter is set once: a second call would have to mean either "and" or "instead", and a reader cannot know which.
//
// case: STATUS | this filter is already set: set each filter once and remove the second call
// case: SERVICES | this filter is already set: set each filter once and remove the second call
// case: RUN_TIME_CITY | this filter is already set: set each filter once and remove the second call
// case: INVOICES | this filter is already set: set each filter once and remove the second call
#include <string>

#include <crm/query/customers.hpp>
#include <crm/query/invoices.hpp>

void filter(const std::string& city) {
#if defined(STATUS)
  (void)city;
  (void)crm::customers.status("past").city("Eagan").status("active");
#elif defined(SERVICES)
  (void)city;
  (void)crm::customers.services("mowing").services("fertilizer");
#elif defined(RUN_TIME_CITY)
  (void)crm::customers.city("Eagan").city(city);
#elif defined(INVOICES)
  (void)city;
  (void)crm::invoices.due_before(crm::date{"2026-01-01"}).due_before(crm::date{"2026-02-01"});
#else
  (void)crm::customers.status("past").services("mowing", "fertilizer").city(city);
  (void)crm::invoices.status("overdue").due_before(crm::date{"2026-01-01"});
#endif
}
