#include "seed.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "calendar.hpp"
#include "fold.hpp"
#include "random_id.hpp"
#include "store/customers.hpp"
#include "store/interactions.hpp"
#include "store/invoices.hpp"

namespace reference_crm {

namespace {

using namespace std::chrono_literals;

/// SplitMix64: the standard's distributions may differ from one library to the next, this does not.
class generator {
 public:
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

  /// From 0 to bound - 1.
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
  }

  bool percent(std::int64_t chance) { return below(100) < chance; }

  template <std::size_t Size>
  std::string pick(const std::array<std::string_view, Size>& from) {
    return std::string(from[static_cast<std::size_t>(below(static_cast<std::int64_t>(Size)))]);
  }

  std::string uuid() {
    std::array<unsigned char, 16> bytes{};
    for (auto& byte : bytes) byte = static_cast<unsigned char>(next() & 0xFF);
    return to_uuid(bytes);
  }

 private:
  std::uint64_t state_ = 20260208;
};

constexpr std::array<std::string_view, 32> first_names = {
    "José",   "Zoë",   "Siobhán", "François", "Anders",  "Björn", "Renée",  "Minh", "Mai",  "Fatima", "Amina",
    "Carlos", "Lucía", "Søren",   "Łukasz",   "Noah",    "Emma",  "Olivia", "Liam", "Ava",  "Sophia", "Mason",
    "Grace",  "Henry", "Ruth",    "Walter",   "Dolores", "Kai",   "Priya",  "Wei",  "Thảo", "Jürgen"};
constexpr std::array<std::string_view, 32> last_names = {
    "O'Brien",      "Müller",  "Nguyen",   "Nguyễn", "García",    "D'Angelo", "Anderson",  "Johnson",
    "Larson",       "Olson",   "Peterson", "Vang",   "Xiong",     "Hassan",   "Abdi",      "Smith",
    "Smythe",       "Schmidt", "Kowalski", "Núñez",  "Lindqvist", "Ødegård",  "Björklund", "Saint-Pierre",
    "van der Berg", "Brown",   "Davis",    "Wilson", "Moore",     "Taylor",   "Clark",     "Lewis"};
constexpr std::array<std::string_view, 16> cities = {"Eagan",     "Minneapolis",  "Saint Paul",  "Bloomington",
                                                     "Edina",     "Apple Valley", "Burnsville",  "Lakeville",
                                                     "Woodbury",  "Maple Grove",  "Plymouth",    "Eden Prairie",
                                                     "Rochester", "Duluth",       "Saint Cloud", "White Bear Lake"};
constexpr std::array<std::string_view, 8> streets = {"Elm St",    "Oak Ave",    "Cedar Ln",        "Cliff Rd",
                                                     "Lake Dr N", "Diffley Rd", "Saint Clair Ave", "7th St W"};
constexpr std::array<std::string_view, 3> domains = {"example.com", "example.org", "example.net"};
constexpr std::array<std::string_view, 5> area_codes = {"612", "651", "763", "952", "507"};
constexpr std::array<std::string_view, 4> sources = {"referral", "google", "door hanger", "website"};
constexpr std::array<std::string_view, 5> services = {"fertilizer", "weed_control", "mowing", "snow_removal",
                                                      "aeration"};
constexpr std::array<std::string_view, 4> statuses = {"active", "past", "lead", "cold"};
constexpr std::array<std::string_view, 7> notes = {
    "Prefers email communication",   "Gate code on file\nBeware of the dog 🐕",
    "Said \"call me after 5\"",      "Doesn't want weed control near the garden",
    "Señora habla español",          "50% off in the first year; see C:\\quotes",
    "🌱 New lawn\n\tline two, tabbed"};

constexpr std::chrono::sys_days today{2026y / std::chrono::February / 8};

std::string phone_number(generator& random) {
  auto line = std::to_string(1000 + random.below(9000));
  const auto area = random.pick(area_codes);
  switch (random.below(4)) {
    case 0: return "(" + area + ") 555-" + line;
    case 1: return "+1 " + area + " 555 " + line;
    case 2: return area + ".555." + line;
    default: return area + "-555-" + line;
  }
}

std::string email_address(generator& random, const std::string& name, std::int64_t number) {
  std::string local;
  for (const auto& word : folded_words(name)) local += (local.empty() ? "" : ".") + word;
  return local + (random.percent(50) ? std::to_string(number) : "") + "@" + random.pick(domains);
}

customer jane_smith() {
  customer jane;
  jane.id = "6f1d2c9e-4b7a-4e58-9c3d-2a8b5e7f1034";
  jane.name = "Jane Smith";
  jane.email = "jane@example.com";
  jane.phone = "612-555-1234";
  jane.address = "123 Elm St";
  jane.city = "Eagan";
  jane.state = "MN";
  jane.zip = "55122";
  jane.services = {"fertilizer", "weed_control"};
  jane.status = "past";
  jane.last_service_date = "2025-09-15";
  jane.notes = "Prefers email communication";
  jane.source = "referral";
  jane.created_at = "2024-03-10T09:30:00Z";
  jane.signed_seasons = {2024, 2025};
  return jane;
}

customer plausible_customer(generator& random, std::int64_t number) {
  customer made;
  made.id = random.uuid();
  made.name = random.pick(first_names) + " " + random.pick(last_names);
  if (random.percent(90)) made.email = email_address(random, made.name, number);
  if (random.percent(85)) made.phone = phone_number(random);
  if (random.percent(80)) {
    made.address = std::to_string(100 + random.below(9900)) + " " + random.pick(streets);
    made.zip = std::to_string(55000 + random.below(900));
  }
  if (random.percent(92)) made.city = random.pick(cities);
  if (made.city) made.state = "MN";
  for (const auto service : services) {
    if (random.percent(35)) made.services.emplace_back(service);
  }
  if (random.percent(96)) made.status = random.percent(2) ? "prospect" : random.pick(statuses);
  const auto served_ago = std::chrono::days(random.below(1100));
  if (random.percent(70)) made.last_service_date = to_day(today - served_ago);
  if (random.percent(40)) made.notes = random.pick(notes);
  if (random.percent(75)) made.source = random.pick(sources);
  // Half-hours of 500 days: with thousands of customers many share theirs, and with few some do.
  const auto slot = random.percent(20) ? 48 * random.below(10) : random.below(24000);
  made.created_at = to_rfc3339(std::chrono::sys_seconds(today - std::chrono::days(600)) + slot * 30min);
  for (std::int64_t season = 2023; season <= 2026; ++season) {
    if (random.percent(40)) made.signed_seasons.push_back(season);
  }
  made.omit_absent = number % 5 == 0;
  return made;
}

void add_invoices(connection& db, generator& random, const customer& owner) {
  const auto count = random.below(4);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto issued = today - std::chrono::days(1 + random.below(400));
    const auto due = issued + 30 * 24h;
    const auto kind = random.below(10);
    const bool late = due < today;
    invoice made;
    made.id = random.uuid();
    made.customer_id = owner.id;
    made.number = "INV-" + std::to_string(owner.seq * 10 + i + 1);
    made.amount_cents = 1500 + random.below(120000);
    made.currency = random.percent(93) ? "USD" : "CAD";
    made.status = kind == 0 ? "draft" : kind < 6 ? "paid" : late ? "overdue" : "open";
    made.due_on = to_day(std::chrono::floor<std::chrono::days>(due));
    made.issued_on = to_day(issued);
    insert_invoice(db, owner.seq, made);
  }
}

void add_interactions(connection& db, generator& random, const customer& owner) {
  static constexpr std::array<std::string_view, 2> directions = {"inbound", "outbound"};
  static constexpr std::array<std::string_view, 3> channels = {"email", "phone", "sms"};
  const auto count = random.below(5);
  for (std::int64_t i = 0; i < count; ++i) {
    interaction made;
    made.id = random.uuid();
    made.direction = random.pick(directions);
    made.channel = random.pick(channels);
    made.occurred_at = to_rfc3339(std::chrono::sys_seconds(today) - std::chrono::seconds(random.below(200 * 86400)));
    insert_interaction(db, owner.seq, made);
  }
}

/// One of everything, at fixed times, so that examples can count on it.
void add_history_of_jane(connection& db, generator& random, const customer& jane) {
  insert_invoice(db, jane.seq, {random.uuid(), jane.id, "INV-1", 18900, "USD", "overdue", "2025-10-15", "2025-09-15"});
  insert_invoice(db, jane.seq, {random.uuid(), jane.id, "INV-2", 12900, "USD", "paid", "2025-06-14", "2025-05-15"});
  insert_interaction(db, jane.seq, {random.uuid(), jane.id, "outbound", "email", "2026-01-20T15:00:00Z"});
  insert_interaction(db, jane.seq, {random.uuid(), jane.id, "inbound", "email", "2026-01-22T08:45:30Z"});
}

}  // namespace

bool seed(database& db, std::int64_t count) {
  const auto writing = db.borrow();
  transaction whole(*writing, transaction::kind::write);
  if (any_customers(*writing)) return false;

  generator random;
  auto jane = jane_smith();
  insert_customer(*writing, jane);
  add_history_of_jane(*writing, random, jane);
  for (std::int64_t number = 1; number <= count; ++number) {
    auto made = plausible_customer(random, number);
    insert_customer(*writing, made);
    add_invoices(*writing, random, made);
    add_interactions(*writing, random, made);
  }
  whole.commit();
  return true;
}

}  // namespace reference_crm
