#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "agreement.hpp"
#include "rules.hpp"

namespace crm_check::proofs {

namespace {

using crm::customer;

/// A word that the contract knows where there is one, for others are proved by rules of their own.
std::string some_status(session& crm) {
  const auto known = [](const customer& each) {
    return each.status && each.status->is_known() ? status_of(each) : std::nullopt;
  };
  auto found = most_common(crm.customers().records, known);
  if (!found) found = most_common(crm.customers().records, status_of);
  require(found.has_value(), "no customer has a status");
  return *found;
}

std::string some_city(session& crm) {
  const auto found = most_common(crm.customers().records, [](const customer& each) { return each.city; });
  require(found.has_value(), "no customer has a city");
  return *found;
}

std::set<std::string> all_services(session& crm) {
  std::set<std::string> found;
  for (const auto& each : crm.customers().records)
    for (const auto& service : each.services)
      if (service.str().find(',') == std::string_view::npos) found.emplace(service.str());
  require(!found.empty(), "no customer has a service");
  return found;
}

/// Two services neither of which has all the customers of both.
std::pair<std::string, std::string> two_services(session& crm) {
  const auto services = all_services(crm);
  const auto& all = crm.customers().records;
  const auto one_alone = [&](const std::string& a, const std::string& b) {
    return std::any_of(all.begin(), all.end(),
                       [&](const customer& each) { return has_service(each, a) && !has_service(each, b); });
  };
  for (const auto& a : services)
    for (const auto& b : services)
      if (a < b && one_alone(a, b) && one_alone(b, a)) return {a, b};
  throw not_applicable("no two services have different customers");
}

bool signed_for(const customer& of, int year) {
  return std::any_of(of.signed_seasons.begin(), of.signed_seasons.end(),
                     [&](const auto& season) { return season.year() == year; });
}

/// The season that most have signed for, and some have not.
int some_season(session& crm) {
  const auto& all = crm.customers().records;
  int best = 0;
  std::ptrdiff_t most = 0;
  for (int year = 2000; year <= 2100; ++year) {
    const auto count = std::count_if(all.begin(), all.end(), [&](const auto& each) { return signed_for(each, year); });
    if (count > most) best = year, most = count;
  }
  if (most == 0) throw extension_missing("no customer has `signed_seasons`");
  return best;
}

/// The day in the middle of those on which customers were served last.
crm::date middle_day(session& crm) {
  std::vector<crm::date> days;
  for (const auto& each : crm.customers().records)
    if (each.last_service_date) days.push_back(*each.last_service_date);
  require(!days.empty(), "no customer has a `last_service_date`");
  std::sort(days.begin(), days.end());
  return days[days.size() / 2];
}

void must_list(session& crm, const terms& query, auto fits) {
  must_agree(crm, crm.customers(), customers_path, query, fits);
}

void must_list(session& crm, const terms& query, auto fits, auto concerns) {
  must_agree(crm, crm.customers(), customers_path, query, fits, concerns);
}

}  // namespace

void status_filter(session& crm) {
  const auto status = some_status(crm);
  must_list(crm, {{"status", status}}, [&](const customer& each) { return status_of(each) == status; });
}

void unknown_status_matches_nothing(session& crm) {
  crm.customers();
  must_match_nothing(crm, customers_path, {{"status", "no_such_status"}});
}

void services_filter(session& crm) {
  const auto service = *all_services(crm).begin();
  must_list(crm, {{"services", service}}, [&](const customer& each) { return has_service(each, service); });
}

void several_services_mean_any(session& crm) {
  const auto [a, b] = two_services(crm);
  must_list(crm, {{"services", a + "," + b}},
            [&, a = a, b = b](const customer& each) { return has_service(each, a) || has_service(each, b); });
}

void services_as_rails_reads_them(session& crm) {
  const auto [a, b] = two_services(crm);
  const terms query{{"services[]", a}, {"services[]", b}};
  if (crm.get(customers_path, query).must_be({200, 400, 422}).status() != 200)
    throw extension_missing("the form with brackets is refused");
  must_list(crm, query,
            [&, a = a, b = b](const customer& each) { return has_service(each, a) || has_service(each, b); });
}

void city_filter(session& crm) {
  const auto city = some_city(crm);
  must_list(crm, {{"city", city}}, [&](const customer& each) { return each.city == city; });
}

void words_are_compared_exactly(session& crm) {
  const auto status = capitals(some_status(crm));
  must_list(crm, {{"status", status}}, [&](const customer& each) { return status_of(each) == status; });
  const auto city = capitals(some_city(crm));
  must_list(crm, {{"city", city}}, [&](const customer& each) { return each.city == city; });
  const auto service = capitals(*all_services(crm).begin());
  must_list(crm, {{"services", service}}, [&](const customer& each) { return has_service(each, service); });
}

void not_signed_for_season(session& crm) {
  const int year = some_season(crm);
  must_list(
      crm, {{"not_signed_for_season", std::to_string(year)}},
      [&](const customer& each) { return !signed_for(each, year); },
      [](const customer& each) { return !each.signed_seasons.empty(); });
}

void never_signed_matches(session& crm) {
  const int year = some_season(crm);
  const auto never = [](const customer& each) { return each.signed_seasons.empty(); };
  const auto& all = crm.customers().records;
  require(std::any_of(all.begin(), all.end(), never), "every customer has signed for a season");
  must_list(
      crm, {{"not_signed_for_season", std::to_string(year)}}, [](const customer&) { return true; }, never);
}

void last_service_before(session& crm) {
  const auto day = middle_day(crm);
  must_list(
      crm, {{"last_service_before", to_string(day)}},
      [&](const customer& each) { return *each.last_service_date < day; },
      [&](const customer& each) { return each.last_service_date && *each.last_service_date != day; });
}

void last_service_before_is_strict(session& crm) {
  const auto day = middle_day(crm);
  must_list(
      crm, {{"last_service_before", to_string(day)}}, [](const customer&) { return false; },
      [&](const customer& each) { return each.last_service_date == day; });
}

void never_served_never_matches(session& crm) {
  const auto day = middle_day(crm);
  const auto never = [](const customer& each) { return !each.last_service_date; };
  const auto& all = crm.customers().records;
  require(std::any_of(all.begin(), all.end(), never), "every customer has a `last_service_date`");
  must_list(
      crm, {{"last_service_before", to_string(day)}}, [](const customer&) { return false; }, never);
}

void filters_combine_with_and(session& crm) {
  const auto status = some_status(crm);
  const auto city = some_city(crm);
  must_list(crm, {{"status", status}, {"city", city}},
            [&](const customer& each) { return status_of(each) == status && each.city == city; });
  must_match_nothing(crm, customers_path, {{"status", status}, {"city", "No Such City"}});
}

void bad_season_is_422(session& crm) {
  crm.customers();
  for (const auto* wrong : {"next", "1899", "2101", "2026.5", "-2026"})
    crm.get(customers_path, terms{{"not_signed_for_season", wrong}}).must_be(422);
}

void bad_day_is_422(session& crm) {
  crm.customers();
  for (const auto* wrong : {"yesterday", "2026-02-30", "2026-1-1", "01/02/2026", "2026-13-01"})
    crm.get(customers_path, terms{{"last_service_before", wrong}}).must_be(422);
}

void wildcards_are_text(session& crm) {
  crm.customers();
  for (const auto* wildcard : {"%", "_%", "*"})
    for (const auto* filter : {"status", "city", "services"})
      must_match_nothing(crm, customers_path, {{filter, wildcard}});
}

void quotes_are_text(session& crm) {
  crm.customers();
  for (const auto* text : {"past' OR '1'='1", "'; DROP TABLE customers;--", "\" OR \"\"=\"", "\\", "`id`"})
    for (const auto* filter : {"status", "city"}) must_match_nothing(crm, customers_path, {{filter, text}});
}

}  // namespace crm_check::proofs
