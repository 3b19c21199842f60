#include <string>

#include "rules.hpp"

namespace crm_check::proofs {

namespace {

std::string path_of_some_customer(session& crm) { return customer_path(crm.some_customer().id); }

/// The tag of some customer, whatever its form; a missing extension where there is none.
std::string some_tag(session& crm) {
  const auto found = crm.get(path_of_some_customer(crm));
  const auto tag = found.must_be(200).header("ETag");
  if (!tag || tag->empty()) throw extension_missing("a found customer has no `ETag`");
  return std::string{*tag};
}

}  // namespace

void find_agrees_with_the_list(session& crm) {
  const auto& listed = crm.some_customer();
  const auto answer = crm.get(customer_path(listed.id));
  demand(customer_in(answer.must_be(200)) == listed, "the record found by its id differs from the one in the list");
}

void unknown_id_is_404(session& crm) { crm.get(customer_path(unknown_id)).must_be(404); }

void encoded_slash_stays_in_the_id(session& crm) {
  const auto path = path_of_some_customer(crm);
  crm.get(path + "%2Finteractions").must_be_refused();
  crm.get(path + "%2finteractions").must_be_refused();
  crm.get(customer_path("..%2Fcustomers")).must_be_refused();
}

void id_is_compared_whole(session& crm) {
  const auto path = path_of_some_customer(crm);
  for (const auto* behind : {"%00", "%27", "%20", "%22", "%3B", "%0A"}) crm.get(path + behind).must_be_refused();
}

void long_id_is_refused(session& crm) {
  for (const std::size_t size : {257U, 1500U}) crm.get(customer_path(std::string(size, 'x'))).must_be_refused();
}

void etag_is_strong(session& crm) {
  const auto tag = some_tag(crm);
  demand(!tag.starts_with("W/"), "the `ETag` is weak");
  demand(tag.size() >= 2 && tag.starts_with('"') && tag.ends_with('"'), "the `ETag` is not in quotes");
}

void etag_stays_while_nothing_changes(session& crm) {
  demand(some_tag(crm) == some_tag(crm), "two answers in a row have different tags");
}

void current_tag_is_304(session& crm) {
  const auto tag = some_tag(crm);
  const auto again = crm.get(path_of_some_customer(crm), {{"If-None-Match", tag}});
  demand(again.must_be(304).response.body.empty(), "the 304 has a body");
}

void other_tag_is_200(session& crm) {
  some_tag(crm);
  crm.get(path_of_some_customer(crm), {{"If-None-Match", "\"no-such-tag\""}}).must_be(200);
}

}  // namespace crm_check::proofs
