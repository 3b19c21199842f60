/// @file
/// The customers the in-memory CRM begins with: the ADR's mock customer, and others for each way a record can be.
/// (ADR 10, Mock CRM for Development.)
#pragma once

#include <array>
#include <cstddef>

#include <crm/model/customer.hpp>
#include <crm/model/interaction.hpp>
#include <crm/model/invoice.hpp>

namespace crm::inline v0::testing {

/// What a CRM holds, as a constant: views into text and lists that live as long as the program.
template <std::size_t Customers, std::size_t Invoices, std::size_t Interactions>
struct data_set {
  std::array<customer_view, Customers> customers;
  std::array<invoice_view, Invoices> invoices;
  std::array<interaction_view, Interactions> interactions;
};

namespace detail::sample {

/// A service of this business alone, which the contract does not name.
inline constexpr auto aeration = service_name::declare("aeration");

inline constexpr std::array<service_view, 2> lawn_care{service::fertilizer, service::weed_control};
inline constexpr std::array<service_view, 1> fertilizer{service::fertilizer};
inline constexpr std::array<service_view, 1> mowing{service::mowing};
inline constexpr std::array<service_view, 2> all_year{service::mowing, service::snow_removal};
inline constexpr std::array<service_view, 1> snow_removal{service::snow_removal};
inline constexpr std::array<service_view, 2> lawn_repair{aeration, service::weed_control};

inline constexpr std::array<season, 2> until_last_year{2024, 2025};
inline constexpr std::array<season, 1> last_year{2025};
inline constexpr std::array<season, 2> up_to_date{2025, 2026};
inline constexpr std::array<season, 1> this_year{2026};
inline constexpr std::array<season, 1> long_ago{2019};

inline constexpr std::array<customer_view, 12> customers{{
    {.id = "mock-uuid-1",
     .name = "Jane Smith",
     .email = "jane@example.com",
     .phone = "612-555-1234",
     .address = "123 Elm St",
     .city = "Eagan",
     .state = "MN",
     .zip = "55122",
     .services = lawn_care,
     .status = status::past,
     .last_service_date = date{"2025-09-15"},
     .notes = "Prefers email communication",
     .source = "referral",
     .created_at = timestamp{"2024-03-10T09:30:00Z"},
     .signed_seasons = until_last_year},
    {.id = "mock-uuid-2",
     .name = "José García",
     .email = "jose.garcia@example.com",
     .phone = "(651) 555-0102",
     .address = "48 Oak Ave",
     .city = "Saint Paul",
     .state = "MN",
     .zip = "55104",
     .services = all_year,
     .status = status::active,
     .last_service_date = date{"2026-01-28"},
     .source = "google",
     .created_at = timestamp{"2023-11-02T16:45:10Z"},
     .signed_seasons = up_to_date},
    {.id = "mock-uuid-3",
     .name = "Siobhán O'Brien",
     .email = "siobhan@example.org",
     .phone = "+1 763 555 0103",
     .address = "7 Cedar Ln",
     .city = "Maple Grove",
     .state = "MN",
     .zip = "55311",
     .services = fertilizer,
     .status = status::past,
     .last_service_date = date{"2024-10-04"},
     .notes = "Moved the back fence in 2024",
     .source = "referral",
     .created_at = timestamp{"2022-05-19T08:00:00Z"},
     .signed_seasons = long_ago},
    {.id = "mock-uuid-4",
     .name = "Thảo Nguyễn",
     .email = "thao.nguyen@example.com",
     .city = "Eagan",
     .state = "MN",
     .status = status::lead,
     .source = "google",
     .created_at = timestamp{"2026-02-01T13:20:00Z"}},
    {.id = "mock-uuid-5",
     .name = "Søren Ødegård",
     .phone = "952-555-0105",
     .city = "Edina",
     .state = "MN",
     .zip = "55424",
     .services = snow_removal,
     .status = status::active,
     .last_service_date = date{"2026-02-03"},
     .created_at = timestamp{"2025-11-20T07:15:00Z"},
     .signed_seasons = this_year},
    // What an import may leave behind: a name, and nothing else.
    {.id = "mock-uuid-6", .name = "D'Angelo Lawn & Garden"},
    {.id = "mock-uuid-7",
     .name = "Renée Müller",
     .email = "renee@example.net",
     .phone = "507.555.0107",
     .address = "19 Lake Dr N",
     .city = "Rochester",
     .state = "MN",
     .zip = "55901",
     .services = lawn_care,
     .status = status::past,
     .last_service_date = date{"2025-08-30"},
     .created_at = timestamp{"2023-04-01T12:00:00Z"},
     .signed_seasons = up_to_date},
    {.id = "mock-uuid-8",
     .name = "John Smythe",
     .email = "jsmythe@example.com",
     .phone = "612-555-0108",
     .city = "Minneapolis",
     .state = "MN",
     .services = mowing,
     .status = status::cold,
     .last_service_date = date{"2019-06-12"},
     .created_at = timestamp{"2019-04-22T10:10:10Z"},
     .signed_seasons = long_ago},
    // A status and a service that the contract does not name.
    {.id = "mock-uuid-9",
     .name = "Zoë Kowalski",
     .email = "zoe@example.org",
     .city = "Duluth",
     .state = "MN",
     .services = lawn_repair,
     .status = status_name::declare("seasonal"),
     .last_service_date = date{"2025-05-11"},
     .created_at = timestamp{"2024-05-02T18:05:00Z"},
     .signed_seasons = last_year},
    {.id = "mock-uuid-10",
     .name = "Łukasz Saint-Pierre",
     .email = "lukasz@example.net",
     .phone = "651-555-0110",
     .city = "Eagan",
     .state = "MN",
     .zip = "55123",
     .services = mowing,
     .status = status::active,
     .last_service_date = date{"2025-10-20"},
     .created_at = timestamp{"2024-03-10T09:30:00Z"},
     .signed_seasons = up_to_date},
    // A past customer who was never served, so that no date can be compared.
    {.id = "mock-uuid-11",
     .name = "Amina Hassan",
     .email = "amina@example.com",
     .phone = "612-555-0111",
     .city = "Bloomington",
     .state = "MN",
     .services = fertilizer,
     .status = status::past,
     .notes = "Cancelled before the first visit; said \"maybe next year\"",
     .created_at = timestamp{"2025-03-15T11:00:00Z"}},
    {.id = "mock-uuid-12",
     .name = "Björn Lindqvist",
     .email = "bjorn@example.org",
     .services = fertilizer,
     .status = status::lead,
     .source = "website",
     .created_at = timestamp{"2026-02-05T22:40:30.5Z"},
     .signed_seasons = this_year},
}};

inline constexpr std::array<invoice_view, 8> invoices{{
    {.id = "mock-invoice-1",
     .customer_id = "mock-uuid-1",
     .number = "2025-0417",
     .amount_cents = 18'500,
     .currency = "USD",
     .status = invoice_status::overdue,
     .due_on = date{"2025-10-15"},
     .issued_on = date{"2025-09-15"}},
    {.id = "mock-invoice-2",
     .customer_id = "mock-uuid-1",
     .number = "2025-0208",
     .amount_cents = 12'900,
     .currency = "USD",
     .status = invoice_status::paid,
     .due_on = date{"2025-06-14"},
     .issued_on = date{"2025-05-15"}},
    {.id = "mock-invoice-3",
     .customer_id = "mock-uuid-2",
     .number = "2026-0012",
     .amount_cents = 24'000,
     .currency = "USD",
     .status = invoice_status::open,
     .due_on = date{"2026-02-27"},
     .issued_on = date{"2026-01-28"}},
    {.id = "mock-invoice-4",
     .customer_id = "mock-uuid-3",
     .number = "2024-0533",
     .amount_cents = 9'950,
     .currency = "CAD",
     .status = invoice_status::overdue,
     .due_on = date{"2024-11-03"},
     .issued_on = date{"2024-10-04"}},
    // A draft has neither number nor dates yet.
    {.id = "mock-invoice-5",
     .customer_id = "mock-uuid-5",
     .amount_cents = 8'000,
     .currency = "USD",
     .status = invoice_status::draft},
    {.id = "mock-invoice-6",
     .customer_id = "mock-uuid-7",
     .number = "2025-0390",
     .amount_cents = 21'075,
     .currency = "USD",
     .status = invoice_status::overdue,
     .due_on = date{"2025-09-29"},
     .issued_on = date{"2025-08-30"}},
    {.id = "mock-invoice-7",
     .customer_id = "mock-uuid-9",
     .number = "2025-0199",
     .amount_cents = 15'300,
     .currency = "CAD",
     .status = invoice_status::paid,
     .due_on = date{"2025-06-10"},
     .issued_on = date{"2025-05-11"}},
    {.id = "mock-invoice-8",
     .customer_id = "mock-uuid-10",
     .number = "2025-0440",
     .amount_cents = 6'500,
     .currency = "USD",
     .status = invoice_status_name::declare("disputed"),
     .due_on = date{"2025-11-19"},
     .issued_on = date{"2025-10-20"}},
}};

using medium = word_name<channel_vocabulary>;

// Jane has answered her quote of January; Thảo has not answered hers.
inline constexpr std::array<interaction_view, 8> interactions{{
    {.id = "mock-interaction-1",
     .customer_id = "mock-uuid-1",
     .direction = direction::outbound,
     .channel = medium{"email"},
     .occurred_at = timestamp{"2026-01-20T15:00:00Z"}},
    {.id = "mock-interaction-2",
     .customer_id = "mock-uuid-1",
     .direction = direction::inbound,
     .channel = medium{"email"},
     .occurred_at = timestamp{"2026-01-22T08:45:30Z"}},
    {.id = "mock-interaction-3",
     .customer_id = "mock-uuid-1",
     .direction = direction::inbound,
     .channel = medium{"phone"},
     .occurred_at = timestamp{"2025-09-16T17:02:00Z"}},
    {.id = "mock-interaction-4",
     .customer_id = "mock-uuid-4",
     .direction = direction::inbound,
     .channel = medium{"sms"},
     .occurred_at = timestamp{"2026-02-01T13:19:00Z"}},
    {.id = "mock-interaction-5",
     .customer_id = "mock-uuid-4",
     .direction = direction::outbound,
     .channel = medium{"email"},
     .occurred_at = timestamp{"2026-02-02T09:00:00Z"}},
    {.id = "mock-interaction-6",
     .customer_id = "mock-uuid-2",
     .direction = direction::outbound,
     .channel = medium{"phone"},
     .occurred_at = timestamp{"2026-01-05T10:30:00Z"}},
    {.id = "mock-interaction-7",
     .customer_id = "mock-uuid-7",
     .direction = direction::inbound,
     .occurred_at = timestamp{"2025-08-31T07:00:00Z"}},
    {.id = "mock-interaction-8",
     .customer_id = "mock-uuid-12",
     .direction = direction::inbound,
     .channel = medium::declare("chat"),
     .occurred_at = timestamp{"2026-02-05T22:40:31Z"}},
}};

}  // namespace detail::sample

/// The data `mock_transport` is filled from unless told otherwise. Its first customer is the ADR's `mock-uuid-1`,
/// with every field of the ADR's response format.
inline constexpr data_set<12, 8, 8> sample_crm{detail::sample::customers, detail::sample::invoices,
                                               detail::sample::interactions};

}  // namespace crm::inline v0::testing
