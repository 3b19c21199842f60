// A filter belongs to one kind of record: a CRM would ignore another's names, and answer with everybody.
//
// case: CUSTOMERS_BY_INVOICES | this filter belongs to other records: use crm::customers for customers
// case: INVOICES_BY_CUSTOMERS | this filter belongs to other records: use crm::customers for customers
// case: INTERACTIONS_BY_CUSTOMERS | this filter belongs to other records: use crm::customers for customers
// case: PAGES_BY_INVOICES | this filter belongs to other records: use crm::customers for customers
// case: PLAIN_FILTER | this filter belongs to other records: use crm::customers for customers
#include <stop_token>

#include <crm/client.hpp>

struct fake_transport {
  crm::transport_result send(const crm::http::request&, const crm::send_limits&) { return crm::http::response{}; }
  crm::time_point now() { return {}; }
  crm::wake wait_until(crm::time_point, const std::stop_token&) { return crm::wake::due; }
};

void ask(const crm::basic_crm_client<fake_transport>& client) {
#if defined(CUSTOMERS_BY_INVOICES)
  (void)client.query(crm::invoices);
#elif defined(INVOICES_BY_CUSTOMERS)
  (void)client.invoices(crm::customers.city("Eagan"));
#elif defined(INTERACTIONS_BY_CUSTOMERS)
  (void)client.interactions("17", crm::customers.status("past"));
#elif defined(PAGES_BY_INVOICES)
  (void)client.pages(crm::invoices.status("overdue"));
#elif defined(PLAIN_FILTER)
  (void)client.query(crm::invoice_filter{});
#else
  (void)client.query(crm::customers);
  (void)client.query(crm::customer_filter{});
  (void)client.query<crm::invoice>(crm::invoices);
  (void)client.invoices(crm::invoices.status("overdue"));
  (void)client.interactions("17", crm::interactions.direction("inbound"));
  (void)client.pages(crm::customers.status("past"));
#endif
}
