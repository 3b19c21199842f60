#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <crm/detail/uuid.hpp>

#include "rules.hpp"

namespace crm_check::proofs {

namespace {

const std::string target{customers_path};

crm::http::header_list keyed(const std::string& key) { return {{"Idempotency-Key", key}}; }

/// A key that nobody has used.
std::string fresh_key() { return "crm-check-" + crm::detail::uuid_v4(); }

crm::customer created(const answer& from) { return customer_in(from.must_be({200, 201})); }

/// The two answers to the same create sent twice under one key.
std::pair<answer, answer> sent_twice(session& crm) {
  const auto key = fresh_key();
  const auto body = session::create_body();
  auto first = crm.post(target, body, keyed(key));
  return {std::move(first), crm.post(target, body, keyed(key))};
}

bool honours_keys(session& crm) {
  const auto [first, again] = sent_twice(crm);
  return created(first).id == created(again).id;
}

}  // namespace

void create_is_201(session& crm) {
  const auto made = crm.post(target, session::create_body());
  demand(!customer_in(made.must_be(201)).id.empty(), "the new customer has no id");
}

void create_says_where(session& crm) {
  const auto made = crm.post(target, session::create_body());
  const auto id = created(made).id;
  const auto where = made.header("Location").value_or("");
  if (where.empty()) throw extension_missing("a create has no `Location`");
  demand(where.ends_with(customer_path(id)), "`Location` does not end in the new customer's path");
}

void create_keeps_every_field(session& crm) {
  const auto found = crm.make_customer(
      R"("email":"check@example.invalid","phone":"612-555-0100","address":"1 Elm St","city":"Eagan","state":"MN",)"
      R"("zip":"55122","services":["mowing","fertilizer"],"status":"lead","last_service_date":"2025-09-15",)"
      R"("notes":"made by crm check","signed_seasons":[2025,2026])");
  std::string lost;
  const auto compare = [&](const char* name, bool kept) {
    if (!kept) lost.append(lost.empty() ? "" : ", ").append(name);
  };
  compare("email", found.email == "check@example.invalid");
  compare("phone", found.phone == "612-555-0100");
  compare("address", found.address == "1 Elm St");
  compare("city", found.city == "Eagan");
  compare("state", found.state == "MN");
  compare("zip", found.zip == "55122");
  compare("services", found.services.size() == 2 && found.services[0] == crm::service{std::string{"mowing"}} &&
                          found.services[1] == crm::service{std::string{"fertilizer"}});
  compare("status", found.status && found.status->str() == "lead");
  compare("last_service_date", found.last_service_date == crm::date::read("2025-09-15"));
  compare("notes", found.notes == "made by crm check");
  compare("source", found.source == std::string{check_mark});
  compare("signed_seasons", found.signed_seasons.size() == 2 && found.signed_seasons[0].year() == 2025 &&
                                found.signed_seasons[1].year() == 2026);
  demand(lost.empty(), "not as they were sent: " + lost);
}

void create_keeps_any_text(session& crm) {
  const auto found = crm.make_customer(
      R"("notes":"🐕 Zoë \"O'Brien\" <b>&amp;</b> \\ C:\\x\n\tline two","address":"'; DROP TABLE customers;--","city":"Łódź")");
  demand(found.notes == "🐕 Zoë \"O'Brien\" <b>&amp;</b> \\ C:\\x\n\tline two", "`notes` is not as it was sent");
  demand(found.address == "'; DROP TABLE customers;--", "`address` is not as it was sent");
  demand(found.city == "Łódź", "`city` is not as it was sent");
}

void create_needs_a_name(session& crm) {
  for (const auto* body : {R"({"customer":{"source":"crm-check"}})", R"({"customer":{"name":"","source":"crm-check"}})",
                           R"({"customer":{"name":null,"source":"crm-check"}})", R"({"customer":{}})"})
    crm.post(target, body).must_be(422);
}

void create_refuses_unknown_fields(session& crm) {
  crm.post(target, session::create_body(R"("favourite_colour":"green")")).must_be(422);
}

void create_refuses_id_and_created_at(session& crm) {
  crm.post(target, session::create_body(R"("id":"chosen-by-me")")).must_be(422);
  crm.post(target, session::create_body(R"("created_at":"2020-01-01T00:00:00Z")")).must_be(422);
}

void create_refuses_bad_values(session& crm) {
  for (const auto* fields :
       {R"("last_service_date":"2026-02-30")", R"("services":"mowing")", R"("signed_seasons":[1899])", R"("email":5)"})
    crm.post(target, session::create_body(fields)).must_be(422);
}

void broken_json_is_400(session& crm) {
  for (const auto* body : {R"({"customer":)", "name=crm+check", ""}) crm.post(target, body).must_be(400);
}

void other_media_type_is_415(session& crm) {
  for (const auto* type : {"text/plain", "application/xml"})
    crm.post(target, session::create_body(), {{"Content-Type", type}}).must_be(415);
}

void wrong_method_is_405(session& crm) {
  const auto refused = crm.patch(target, R"({"customer":{"notes":"crm check"}})");
  demand(!refused.must_be(405).header("Allow").value_or("").empty(), "the 405 has no `Allow`");
}

// --- Idempotency

void a_repeated_create_is_done_once(session& crm) {
  if (!honours_keys(crm)) throw extension_missing("the same create under one key made two customers");
}

void a_replay_says_so(session& crm) {
  const auto [first, again] = sent_twice(crm);
  require(created(first).id == created(again).id, "keys are not honoured");
  demand(again.header("Idempotent-Replayed") == "true", "a replayed answer has no `Idempotent-Replayed: true`");
}

void a_key_with_another_body_is_422(session& crm) {
  require(honours_keys(crm), "keys are not honoured");
  const auto key = fresh_key();
  crm.post(target, session::create_body(), keyed(key)).must_be({200, 201});
  crm.post(target, session::create_body(), keyed(key)).must_be(422);
}

void a_refused_create_takes_no_key(session& crm) {
  const auto key = fresh_key();
  crm.post(target, session::create_body(R"("last_service_date":5)"), keyed(key)).must_be_refused();
  crm.post(target, session::create_body(), keyed(key)).must_be({200, 201});
}

void creates_at_once_make_one(session& crm) {
  require(honours_keys(crm), "keys are not honoured");
  std::set<std::string> ids;
  for (const auto& each : crm.post_at_once(4, target, session::create_body(), keyed(fresh_key())))
    if (each.must_be({200, 201, 409}).status() != 409) ids.insert(created(each).id);
  demand(ids.size() == 1, "four creates at once under one key made " + std::to_string(ids.size()) + " customers");
}

}  // namespace crm_check::proofs
