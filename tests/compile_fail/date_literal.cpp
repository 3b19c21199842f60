// A date in the program's text is a day of the calendar.
//
// case: NO_SUCH_DAY | a_date_is_written_YYYY_MM_DD_and_exists_in_the_calendar
// case: OTHER_ORDER | a_date_is_written_YYYY_MM_DD_and_exists_in_the_calendar
// case: IN_A_FILTER | a_date_is_written_YYYY_MM_DD_and_exists_in_the_calendar
// case: TIME_WITHOUT_ZONE | a_time_is_written_as_in_RFC_3339
#include <crm/model/timestamp.hpp>
#include <crm/query/customers.hpp>

#if defined(NO_SUCH_DAY)
constexpr crm::date day{"2025-02-30"};
#elif defined(OTHER_ORDER)
constexpr crm::date day{"09/15/2025"};
#elif defined(IN_A_FILTER)
constexpr auto wanted = crm::customers.last_service_before(crm::date{"2025-02-29"});
#elif defined(TIME_WITHOUT_ZONE)
constexpr crm::timestamp moment{"2024-03-10T09:30:00"};
#else
constexpr crm::date day{"2024-02-29"};
constexpr auto wanted = crm::customers.last_service_before(crm::date{"2025-02-28"});
constexpr crm::timestamp moment{"2024-03-10T09:30:00Z"};
#endif
