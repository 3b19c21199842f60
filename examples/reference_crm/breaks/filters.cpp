#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <string_view>

#include "../calendar.hpp"
#include "mutation.hpp"

namespace reference_crm::breaks {

namespace {

/// Whether this is the only filter of a list of customers.
bool filters_only_by(const request& asked, std::string_view parameter) {
  return is_list(asked) && has(asked, parameter) &&
         std::all_of(asked.query.begin(), asked.query.end(), [&](auto& pair) {
           return pair.first == parameter || pair.first == "page" || pair.first == "per_page";
         });
}

bool is_word(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos;
}

bool is_season(std::string_view text) {
  return is_number(text) && text.size() == 4 && text >= "1900" && text <= "2100";
}

}  // namespace

outcome status_filter(const request& asked, const request_handler& sound) {
  static const std::set<std::string> known{"active", "past", "lead", "cold"};
  const bool ignored = filters_only_by(asked, "status") && known.contains(value_of(asked, "status"));
  return sound(ignored ? without(asked, "status") : asked);
}

outcome unknown_status_matches_nothing(const request& asked, const request_handler& sound) {
  return sound(is_list(asked) && value_of(asked, "status") == "no_such_status" ? without(asked, "status") : asked);
}

outcome services_filter(const request& asked, const request_handler& sound) {
  const bool ignored = filters_only_by(asked, "services") && is_word(value_of(asked, "services"));
  return sound(ignored ? without(asked, "services") : asked);
}

outcome several_services_mean_any(const request& asked, const request_handler& sound) {
  const auto services = value_of(asked, "services");
  return sound(services.find(',') == std::string::npos
                   ? asked
                   : with(asked, "services", services.substr(0, services.find(','))));
}

outcome services_as_rails_reads_them(const request& asked, const request_handler& sound) {
  return sound(without(asked, "services[]"));
}

outcome city_filter(const request& asked, const request_handler& sound) {
  const auto city = value_of(asked, "city");
  const bool mixed = is_plain(city) && lower_case(city) != city &&
                     std::any_of(city.begin(), city.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return sound(filters_only_by(asked, "city") && mixed ? without(asked, "city") : asked);
}

outcome words_are_compared_exactly(const request& asked, const request_handler& sound) {
  return sound(is_list(asked) && has(asked, "status") ? with(asked, "status", lower_case(value_of(asked, "status")))
                                                      : asked);
}

outcome not_signed_for_season(const request& asked, const request_handler& sound) {
  const bool ignored =
      filters_only_by(asked, "not_signed_for_season") && is_season(value_of(asked, "not_signed_for_season"));
  return sound(ignored ? without(asked, "not_signed_for_season") : asked);
}

outcome never_signed_matches(const request& asked, const request_handler& sound) {
  if (!is_list(asked) || !has(asked, "not_signed_for_season")) return sound(asked);
  return with_body(sound(asked), [](json& body) {
    auto& list = body["customers"];
    list.erase(std::remove_if(
                   list.begin(), list.end(),
                   [](const json& each) { return !each.contains("signed_seasons") || each["signed_seasons"].empty(); }),
               list.end());
  });
}

outcome last_service_before(const request& asked, const request_handler& sound) {
  auto day = value_of(asked, "last_service_before");
  if (!is_day(day)) return sound(asked);
  // The 29th of February would be none three years before.
  if (day.substr(5) == "02-29") day.replace(8, 2, "28");
  const auto year = std::to_string(std::stoi(day.substr(0, 4)) - 3);
  return sound(with(asked, "last_service_before", year + day.substr(4)));
}

outcome last_service_before_is_strict(const request& asked, const request_handler& sound) {
  const auto day = parse_day(value_of(asked, "last_service_before"));
  if (!day) return sound(asked);
  return sound(with(asked, "last_service_before", to_day(*day + std::chrono::days(1))));
}

outcome never_served_never_matches(const request& asked, const request_handler& sound) {
  if (!is_list(asked) || !has(asked, "last_service_before") || value_of(asked, "page") != "1") return sound(asked);
  const auto all = sound(without(asked, "last_service_before"));
  return with_body(sound(asked), [&](json& body) {
    const auto everybody = json::parse(all.given.body);
    for (const auto& each : everybody["customers"])
      if (!each.contains("last_service_date") || each["last_service_date"].is_null()) body["customers"].push_back(each);
  });
}

outcome filters_combine_with_and(const request& asked, const request_handler& sound) {
  return sound(is_list(asked) && has(asked, "status") && has(asked, "city") ? without(asked, "city") : asked);
}

outcome bad_season_is_422(const request& asked, const request_handler& sound) {
  return sound(ignoring_unless(asked, "not_signed_for_season", is_season(value_of(asked, "not_signed_for_season"))));
}

outcome bad_day_is_422(const request& asked, const request_handler& sound) {
  return sound(ignoring_unless(asked, "last_service_before", is_day(value_of(asked, "last_service_before"))));
}

outcome wildcards_are_text(const request& asked, const request_handler& sound) {
  return sound(value_of(asked, "city") == "%" ? without(asked, "city") : asked);
}

outcome quotes_are_text(const request& asked, const request_handler& sound) {
  auto taken = asked;
  if (is_list(asked))
    std::erase_if(taken.query, [](const auto& pair) { return pair.second.find('\'') != std::string::npos; });
  return sound(taken);
}

}  // namespace reference_crm::breaks
