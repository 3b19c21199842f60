#include <algorithm>
#include <string>

#include "rules.hpp"

namespace crm_check::proofs {

namespace {

constexpr std::string_view wrong_token = "crm-check-0123456789-wrong";

answer with_a_wrong_credential(session& crm) {
  return crm.get(std::string{customers_path}, {{"Authorization", "Bearer " + std::string{wrong_token}}},
                 credential::none);
}

}  // namespace

void a_credential_is_asked_for(session& crm) {
  crm.get(std::string{customers_path}, {}, credential::none).must_be(401);
}

void every_endpoint_asks_for_it(session& crm) {
  for (const auto& path : {std::string{search_path} + "?q=a", customer_path(unknown_id), std::string{invoices_path},
                           interactions_path(unknown_id)}) {
    const auto with = crm.get(path);
    const auto without = crm.get(path, {}, credential::none);
    // What is not there need not ask who wants it.
    if (with.status() != 404 || without.status() != 404) without.must_be(401);
  }
}

void a_wrong_credential_is_401(session& crm) { with_a_wrong_credential(crm).must_be(401); }

void a_401_has_a_challenge(session& crm) {
  const auto refused = crm.get(std::string{customers_path}, {}, credential::none);
  require(refused.status() == 401, "no credential is asked for");
  demand(!refused.header("WWW-Authenticate").value_or("").empty(), "the 401 has no `WWW-Authenticate`");
}

void a_refused_token_is_named(session& crm) {
  require(crm.own_authorization().starts_with("Bearer "), "the credential is no bearer token");
  const auto refused = with_a_wrong_credential(crm);
  require(refused.status() == 401, "a wrong credential is not refused");
  const auto& headers = refused.response.headers;
  demand(std::any_of(headers.begin(), headers.end(),
                     [](const auto& each) {
                       return crm::http::same_name(each.name, "WWW-Authenticate") &&
                              each.value.find("error=\"invalid_token\"") != std::string::npos;
                     }),
         "no `WWW-Authenticate` says `error=\"invalid_token\"`");
}

void a_credential_that_may_not_is_403(session& crm) {
  require(!crm.chosen().read_only_key.empty(), "no credential is given that may read only");
  const auto refused =
      crm.send({crm::http::method::post,
                std::string{customers_path},
                {{"Authorization", "Bearer " + crm.chosen().read_only_key}, {"Content-Type", "application/json"}},
                session::create_body()},
               credential::none);
  crm.remember(refused);
  refused.must_be(403);
}

void no_answer_holds_a_credential(session& crm) {
  with_a_wrong_credential(crm);
  crm.get(customer_path(unknown_id));
  demand(!crm.leaking_route(), crm.leaking_route().value_or("") + " repeats a credential");
}

}  // namespace crm_check::proofs
