// Text in a date's place would be checked by nobody.
//
// case: LITERAL | a date belongs here: crm::date\{.*crm::date::parse\(text\)
// case: RUN_TIME_TEXT | a date belongs here: crm::date\{.*crm::date::parse\(text\)
// case: INVOICES | a date belongs here: crm::date\{.*crm::date::parse\(text\)
// case: INTERACTIONS | a time belongs here: crm::timestamp\{.*crm::timestamp::parse\(text\)
#include <string>

#include <crm/query/customers.hpp>
#include <crm/query/interactions.hpp>
#include <crm/query/invoices.hpp>

void filter(const std::string& day) {
  (void)day;
#if defined(LITERAL)
  (void)crm::customers.last_service_before("2025-11-01");
#elif defined(RUN_TIME_TEXT)
  (void)crm::customers.last_service_before(day);
#elif defined(INVOICES)
  (void)crm::invoices.due_before("2025-11-01");
#elif defined(INTERACTIONS)
  (void)crm::interactions.since("2025-11-01T00:00:00Z");
#else
  (void)crm::customers.last_service_before(crm::date{"2025-11-01"});
  (void)crm::customers.last_service_before(crm::date::parse(day).value());
  (void)crm::invoices.due_before(crm::date{"2025-11-01"});
  (void)crm::interactions.since(crm::timestamp{"2025-11-01T00:00:00Z"});
#endif
}
