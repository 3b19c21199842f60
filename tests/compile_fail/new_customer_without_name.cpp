// A new record has its required fields.
//
// case: NO_NAME | a new customer needs a name: crm::new_customer\{name\}
// case: DRAFT | a new record is made from its required fields
// case: TOO_MANY | a new record is made from its required fields
#include <crm/query/patch.hpp>

void create() {
#if defined(NO_NAME)
  crm::new_customer{}.email("jane@example.com");
#elif defined(DRAFT)
  (void)crm::draft<crm::customer>{};
#elif defined(TOO_MANY)
  (void)crm::draft<crm::customer>{"Jane Smith", "jane@example.com"};
#else
  crm::new_customer{"Jane Smith"}.email("jane@example.com");
  (void)crm::draft<crm::customer>{"Jane Smith"};
#endif
}
