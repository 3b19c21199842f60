// What of a customer stands in a task's context, and under which keys.
//
// case: WITHOUT_PREFIX | a key that holds a customer's data begins with customer_: rename it
// case: UNKNOWN_FIELD | this record has no field of that name: correct the name, or adapt the field with Hana
// case: TWICE | this key is remembered already: name each further one once
// case: THE_ADRS_OWN | this key is remembered already: name each further one once
// case: NO_MAP | a context is a map from std::string to values: it needs
// case: BORROWED_KEYS | a context is a map from std::string to values: it needs
// case: BORROWED_VALUES | a context's values own what they hold, which this type cannot
// case: FORGET_NO_MAP | a context is a map from std::string to values: it needs
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <crm/model/customer.hpp>
#include <crm/task/context.hpp>

void step(std::map<std::string, std::string>& context, std::vector<std::string>& list, const crm::customer& customer) {
#if defined(WITHOUT_PREFIX)
  crm::remember<crm::context_entry<"notes", "notes">>(context, customer);
#elif defined(UNKNOWN_FIELD)
  crm::remember<crm::context_field<"nickname">>(context, customer);
#elif defined(TWICE)
  crm::remember<crm::context_field<"notes">, crm::context_entry<"customer_notes", "source">>(context, customer);
#elif defined(THE_ADRS_OWN)
  crm::remember<crm::context_field<"email">>(context, customer);
#elif defined(NO_MAP)
  crm::remember(list, customer);
#elif defined(BORROWED_KEYS)
  std::map<std::string_view, std::string> borrowed;
  crm::remember(borrowed, customer);
#elif defined(BORROWED_VALUES)
  std::map<std::string, std::string_view> borrowed;
  crm::remember(borrowed, customer);
#elif defined(FORGET_NO_MAP)
  crm::forget(list);
#else
  crm::remember<crm::context_field<"notes">, crm::context_entry<"customer_postcode", "zip">>(context, customer);
  crm::forget(context);
  list.clear();
#endif
}
