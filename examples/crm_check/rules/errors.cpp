#include <algorithm>
#include <string>
#include <vector>

#include <crm/http/retry_after.hpp>
#include <crm/json/document.hpp>

#include "rules.hpp"

namespace crm_check::proofs {

namespace {

/// Answers of several kinds that are errors, whatever their status.
std::vector<answer> some_errors(session& crm) {
  return {crm.get(customer_path(unknown_id)), crm.get(search_path, terms{}),
          crm.get(customers_path, terms{{"not_signed_for_season", "next"}}),
          crm.get(std::string{customers_path}, {}, credential::none)};
}

}  // namespace

void errors_are_problem_details(session& crm) {
  auto errors = some_errors(crm);
  std::erase_if(errors, [](const answer& each) { return each.status() / 100 != 4; });
  require(!errors.empty(), "nothing that was asked is an error");
  if (std::none_of(errors.begin(), errors.end(),
                   [](const answer& each) { return each.has_type("application/problem+json"); }))
    throw extension_missing("no error is application/problem+json");
  for (const auto& error : errors) {
    const auto which = error.route + " with " + std::to_string(error.status());
    demand(error.has_type("application/problem+json"), which + " is no application/problem+json");
    const auto details = crm::json::decode_problem(error.response.body);
    demand(details && !details->title.empty(), which + " has no title");
  }
}

void answers_have_a_request_id(session& crm) {
  auto answers = some_errors(crm);
  answers.push_back(crm.get(customers_path, terms{}));
  const auto has_none = [](const answer& each) { return each.header("X-Request-Id").value_or("").empty(); };
  if (std::all_of(answers.begin(), answers.end(), has_none)) throw extension_missing("no answer has an `X-Request-Id`");
  for (const auto& each : answers)
    demand(!has_none(each), each.route + " with " + std::to_string(each.status()) + " has no `X-Request-Id`");
}

void broken_encoding_is_400(session& crm) {
  for (const auto* query : {"?city=%FF", "?city=%C3%28", "?city=%ED%A0%80", "?city=%zz", "?city=%2"})
    crm.get(std::string{customers_path} + query).must_be(400);
}

void odd_headers_are_borne(session& crm) {
  const std::string path{customers_path};
  for (const auto& odd : crm::http::header_list{{"Accept", "text/html;q=0.9, application/json;q=0.1"},
                                                {"Accept", "*/*"},
                                                {"Traceparent", "not-a-traceparent"},
                                                {"Accept-Language", "x-klingon, *;q=0"},
                                                {"X-Request-Id", "<odd> \"id\""},
                                                {"X-Unknown", std::string(2000, 'x')}})
    crm.get(path, {odd}).must_be_served_or_refused();
}

void rate_limit_says_when(session& crm) {
  for (std::size_t i = 0; i < crm.chosen().burst && crm.rate_limited().empty(); ++i) {
    auto one =
        crm.send_once({crm::http::method::get, std::string{customers_path} + "?per_page=1", {}, {}}, credential::own);
    if (one.status() != 429) continue;
    demand(one.header("Retry-After").has_value(), "a 429 has no `Retry-After`");
    demand(crm::http::retry_after(one.header("Retry-After"), one.header("Date")).has_value(),
           "the `Retry-After` of a 429 is neither seconds nor a date to come");
    return;
  }
  require(!crm.rate_limited().empty(), "no rate limit was met");
  for (const auto& each : crm.rate_limited()) {
    demand(each.header("Retry-After").has_value(), "a 429 has no `Retry-After`");
    demand(crm::http::retry_after(each.header("Retry-After"), each.header("Date")).has_value(),
           "the `Retry-After` of a 429 is neither seconds nor a date to come");
  }
}

}  // namespace crm_check::proofs
