// A season is a year that the CRM can have customers signed for.
//
// case: TOO_EARLY | a_season_is_a_year_from_1900_to_2100
// case: TOO_LATE | a_season_is_a_year_from_1900_to_2100
// case: TWO_DIGITS | a_season_is_a_year_from_1900_to_2100
#include <crm/query/customers.hpp>

#if defined(TOO_EARLY)
constexpr crm::season year = 1899;
#elif defined(TOO_LATE)
constexpr crm::season year{2101};
#elif defined(TWO_DIGITS)
constexpr auto wanted = crm::customers.not_signed_for_season(26);
#else
constexpr crm::season first = 1900, last{2100};
constexpr auto wanted = crm::customers.not_signed_for_season(2026);
#endif
