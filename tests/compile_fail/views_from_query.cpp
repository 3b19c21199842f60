// Views point into their page; a list collected over pages has none.
//
// case: QUERY | a view dies with its page: read views with pages<T>\(\)
// case: SEARCH | a view dies with its page: read views with pages<T>\(\)
// case: FIND | one record owns its text: ask for the owning type
#include <stop_token>

#include <crm/client.hpp>

struct fake_transport {
  crm::transport_result send(const crm::http::request&, const crm::send_limits&) { return crm::http::response{}; }
  crm::time_point now() { return {}; }
  crm::wake wait_until(crm::time_point, const std::stop_token&) { return crm::wake::due; }
};

void ask(const crm::basic_crm_client<fake_transport>& client) {
#if defined(QUERY)
  (void)client.query<crm::customer_view>(crm::customers);
#elif defined(SEARCH)
  (void)client.search<crm::customer_view>("jane");
#elif defined(FIND)
  (void)client.find<crm::customer_view>("17");
#else
  (void)client.query(crm::customers);
  (void)client.search("jane");
  (void)client.find("17");
  for (auto& page : client.pages<crm::customer_view>(crm::customers))
    if (page) (void)page->records();
#endif
}
