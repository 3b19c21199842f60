/// @file
/// Sentences for the compiler to print. None is constexpr, so a consteval function that calls one is ill-formed,
/// and both compilers then name it: the name is the remedy.
#pragma once

#include <cstdlib>

namespace crm::inline v0::remedy {

// Defined, because clang 14 keeps a run-time copy of consteval constructors in default member initialisers.
[[noreturn]] inline void a_date_is_written_YYYY_MM_DD_and_exists_in_the_calendar() { std::abort(); }
[[noreturn]] inline void a_time_is_written_as_in_RFC_3339_for_example_2024_03_10T09_30_00Z() { std::abort(); }
[[noreturn]] inline void a_season_is_a_year_from_1900_to_2100() { std::abort(); }
[[noreturn]] inline void a_page_number_starts_at_1() { std::abort(); }
[[noreturn]] inline void a_page_holds_1_to_100_records() { std::abort(); }
[[noreturn]] inline void from_1_to_64_requests_are_under_way_at_once() { std::abort(); }
[[noreturn]] inline void this_word_is_unknown_correct_it_or_declare_your_own_once_with_declare() { std::abort(); }
[[noreturn]] inline void a_declared_word_is_not_empty_and_has_no_comma_or_control_character() { std::abort(); }
[[noreturn]] inline void a_text_literal_here_is_not_empty() { std::abort(); }
[[noreturn]] inline void this_filter_holds_a_value_that_cannot_be_sent() { std::abort(); }

// Where a function is deleted, the type it would return is the remedy.
struct a_secret_is_never_printed_call_reveal_where_it_must_leave {};
struct give_the_page_a_name_first_for_its_records_die_with_it {};

}  // namespace crm::inline v0::remedy
