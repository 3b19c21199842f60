// Records that would outlive their page: in a loop over a page that has no name, and views taken out of theirs.
//
// case: TEMPORARY | give_the_page_a_name_first_for_its_records_die_with_it
// case: RESULT | give_the_page_a_name_first_for_its_records_die_with_it
// case: ARROW | give_the_page_a_name_first_for_its_records_die_with_it
// case: VIEWS | give_the_page_a_name_first_for_its_records_die_with_it
// case: TAKEN | views die with their page
#include <type_traits>
#include <utility>

#include <crm/model/customer.hpp>
#include <crm/model/page.hpp>

template <class T>
void read(crm::page<T> (*make)(), crm::result<crm::page<T>> (*ask)()) {
  const crm::page<T> page = make();
  for (const auto& each : page.records()) (void)each;
  auto answer = ask();
  if constexpr (std::is_same_v<T, crm::customer>) (void)std::move(*answer).take();
  for (const auto& each : answer->records()) (void)each;
}

template void read(crm::page<crm::customer> (*)(), crm::result<crm::page<crm::customer>> (*)());

crm::page<crm::customer> make();
crm::page<crm::customer_view> make_views();
crm::result<crm::page<crm::customer>> ask();

#if defined(TEMPORARY)
void wrong() {
  for (const auto& each : make().records()) (void)each;
}
#elif defined(RESULT)
void wrong() {
  for (const auto& each : ask().value().records()) (void)each;
}
#elif defined(ARROW)
void wrong() {
  for (const auto& each : ask()->records()) (void)each;
}
#elif defined(VIEWS)
void wrong() {
  for (const auto& each : make_views().records()) (void)each;
}
#elif defined(TAKEN)
void wrong() { (void)make_views().take(); }
#endif
