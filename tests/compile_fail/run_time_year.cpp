// A year met at run time is checked on its way in.
//
// case: VARIABLE | a year met at run time goes through crm::season::of\(year\)
// case: WIDE_VARIABLE | a year met at run time goes through crm::season::of\(year\)
#include <crm/query/customers.hpp>

void filter(int year, long long wide) {
#if defined(VARIABLE)
  (void)wide;
  (void)crm::customers.not_signed_for_season(year);
#elif defined(WIDE_VARIABLE)
  (void)year;
  (void)crm::customers.not_signed_for_season(wide);
#else
  (void)crm::customers.not_signed_for_season(crm::season::of(year).value());
  (void)crm::customers.not_signed_for_season(crm::season::of(wide).value());
  (void)crm::customers.not_signed_for_season(2026);
#endif
}
