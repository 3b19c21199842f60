#include <string>

#include "rules.hpp"

namespace crm_check::proofs {

namespace {

std::string body(std::string_view fields) { return "{\"customer\":{" + std::string{fields} + "}}"; }

/// Updates a customer and answers it as it is found afterwards.
crm::customer updated(session& crm, const crm::customer& whom, std::string_view fields) {
  crm.patch(customer_path(whom.id), body(fields)).must_be(200);
  return customer_in(crm.get(customer_path(whom.id)).must_be(200));
}

/// A new customer with a strong tag; a missing extension where there is none.
crm::customer tagged(session& crm) {
  auto made = crm.make_customer();
  if (made.version.empty()) throw extension_missing("a found customer has no `ETag`");
  return made;
}

}  // namespace

void update_keeps_what_it_does_not_name(session& crm) {
  const auto before =
      crm.make_customer(R"("notes":"stays","zip":"55122","services":["mowing"],"signed_seasons":[2026])");
  auto after = updated(crm, before, R"("city":"Eagan")");
  demand(after.city == "Eagan", "the field that was named is not as it was sent");
  after.city = before.city;
  after.version = before.version;
  demand(after == before, "a field that was not named has changed");
}

void update_clears_by_null(session& crm) {
  const auto before = crm.make_customer(R"("address":"1 Elm St","services":["mowing"])");
  const auto after = updated(crm, before, R"("address":null,"services":null,"city":"Eagan")");
  demand(!after.address, "`address` is still there");
  demand(after.services.empty(), "`services` is still there");
}

void update_replaces_a_list(session& crm) {
  const auto before = crm.make_customer(R"("services":["mowing","fertilizer"])");
  const auto after = updated(crm, before, R"("services":["snow_removal"])");
  demand(after.services.size() == 1 && after.services[0].str() == "snow_removal",
         "after the list was replaced by one of one it has " + std::to_string(after.services.size()));
}

void empty_update_is_422(session& crm) { crm.patch(customer_path(crm.make_customer().id), body("")).must_be(422); }

void name_cannot_be_cleared(session& crm) {
  const auto path = customer_path(crm.make_customer().id);
  crm.patch(path, body(R"("name":null,"zip":"55122")")).must_be(422);
  crm.patch(path, body(R"("name":"","zip":"55122")")).must_be(422);
}

void update_refuses_unknown_fields(session& crm) {
  const auto path = customer_path(crm.make_customer().id);
  for (const auto* field :
       {R"("favourite_colour":"green")", R"("id":"chosen-by-me")", R"("created_at":"2020-01-01T00:00:00Z")"})
    crm.patch(path, body(std::string{R"("zip":"55122",)"} + field)).must_be(422);
}

void update_of_an_unknown_id_is_404(session& crm) {
  crm.patch(customer_path(unknown_id), body(R"("zip":"55122")")).must_be(404);
}

void update_changes_the_etag(session& crm) {
  const auto made = tagged(crm);
  const auto answer = crm.patch(customer_path(made.id), body(R"("zip":"55122")"));
  const auto tag = answer.must_be(200).header("ETag").value_or("");
  demand(!tag.empty(), "the update's answer has no `ETag`");
  demand(tag != made.version, "the `ETag` is the one before");
}

void current_tag_lets_an_update_through(session& crm) {
  const auto made = tagged(crm);
  crm.patch(customer_path(made.id), body(R"("zip":"55122")"), {{"If-Match", made.version}}).must_be(200);
}

void stale_tag_is_412(session& crm) {
  const auto made = tagged(crm);
  updated(crm, made, R"("zip":"55122")");
  crm.patch(customer_path(made.id), body(R"("zip":"99999")"), {{"If-Match", made.version}}).must_be(412);
  demand(customer_in(crm.get(customer_path(made.id))).zip == "55122", "the update was made all the same");
}

void weak_tag_never_matches(session& crm) {
  const auto made = tagged(crm);
  require(!made.version.starts_with("W/"), "the `ETag` is weak");
  crm.patch(customer_path(made.id), body(R"("zip":"55122")"), {{"If-Match", "W/" + made.version}}).must_be(412);
}

}  // namespace crm_check::proofs
