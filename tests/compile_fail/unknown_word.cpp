// A misspelt literal would be a filter that no customer passes.
//
// case: SERVICE | this_word_is_unknown_correct_it_or_declare_your_own_once_with_declare
// case: FURTHER_SERVICE | this_word_is_unknown_correct_it_or_declare_your_own_once_with_declare
// case: STATUS | this_word_is_unknown_correct_it_or_declare_your_own_once_with_declare
// case: OTHER_VOCABULARY | this_word_is_unknown_correct_it_or_declare_your_own_once_with_declare
// case: VALUE | this_word_is_unknown_correct_it_or_declare_your_own_once_with_declare
// case: PATCH | this_word_is_unknown_correct_it_or_declare_your_own_once_with_declare
// case: DIRECTION | this_word_is_unknown_correct_it_or_declare_your_own_once_with_declare
// case: DECLARED_EMPTY | a_declared_word_is_not_empty_and_has_no_comma_or_control_character
// case: DECLARED_WITH_COMMA | a_declared_word_is_not_empty_and_has_no_comma_or_control_character
#include <string>

#include <crm/query/customers.hpp>
#include <crm/query/interactions.hpp>
#include <crm/query/patch.hpp>

void words() {
#if defined(SERVICE)
  (void)crm::customers.services("fertiliser");
#elif defined(FURTHER_SERVICE)
  (void)crm::customers.services("fertilizer", "moving");
#elif defined(STATUS)
  (void)crm::customers.status("Past");
#elif defined(OTHER_VOCABULARY)
  (void)crm::customers.status("mowing");
#elif defined(VALUE)
  (void)crm::status{"passed"};
#elif defined(PATCH)
  crm::customer_patch{}.status("activ");
#elif defined(DIRECTION)
  (void)crm::interactions.direction("incoming");
#elif defined(DECLARED_EMPTY)
  (void)crm::service_name::declare("");
#elif defined(DECLARED_WITH_COMMA)
  (void)crm::service_name::declare("aeration,mowing");
#else
  constexpr auto aeration = crm::service_name::declare("aeration");
  constexpr auto paused = crm::status_name::declare("paused");
  (void)crm::customers.status(paused).services("fertilizer", aeration, crm::service::mowing);
  (void)crm::customers.status(std::string{"met at run time"});
  (void)crm::status{"past"};
  crm::customer_patch{}.status("active").services({"mowing", aeration});
  (void)crm::interactions.direction("inbound");
#endif
}
