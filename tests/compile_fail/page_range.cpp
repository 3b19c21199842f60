// The contract's pages start at 1 and hold at most 100 records.
//
// case: PAGE_ZERO | a_page_number_starts_at_1
// case: NEGATIVE_PAGE | a_page_number_starts_at_1
// case: SIZE_ZERO | a_page_holds_1_to_100_records
// case: SIZE_101 | a_page_holds_1_to_100_records
#include <crm/options.hpp>

#if defined(PAGE_ZERO)
constexpr crm::page_number page = 0;
#elif defined(NEGATIVE_PAGE)
constexpr crm::page_number page{-1};
#elif defined(SIZE_ZERO)
constexpr crm::page_size size = 0;
#elif defined(SIZE_101)
constexpr crm::page_size size = 101;
#else
const crm::call_options call{.per_page = 100, .first_page = 1};
#endif
