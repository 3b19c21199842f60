#include <algorithm>
#include <string>
#include <tuple>

#include <crm/http/uri.hpp>

#include "agreement.hpp"
#include "rules.hpp"

namespace crm_check::proofs {

namespace {

using crm::interaction;

template <class Fits>
void must_bring(session& crm, const terms& query, Fits fits) {
  const auto& known = crm.interactions();
  must_agree(crm, sample<interaction>{known.records, known.records.size() < 100}, interactions_path(known.customer_id),
             query, fits);
}

}  // namespace

void interactions_can_be_read(session& crm) {
  constexpr std::size_t most_asked = 10;
  if (crm.get(interactions_path(crm.some_customer().id)).status() == 404)
    throw extension_missing("the CRM has no interactions");
  std::size_t asked = 0, found = 0;
  for (const auto& whose : crm.customers().records) {
    if (!crm::http::path_segment(whose.id)) continue;
    if (++asked > most_asked) break;
    const auto records = crm.list<interaction>(interactions_path(whose.id), {}, 100).records;
    found += records.size();
    demand(std::all_of(records.begin(), records.end(),
                       [&](const interaction& each) { return each.customer_id == whose.id; }),
           "an interaction is another customer's");
  }
  require(found > 0, "none of the first customers has an interaction");
}

void interactions_since(session& crm) {
  const auto& all = crm.interactions().records;
  // At the time of one of them, which belongs to what is asked for.
  const auto since = all[all.size() / 2].occurred_at;
  must_bring(crm, {{"since", to_string(since)}}, [&](const interaction& each) { return each.occurred_at >= since; });
  must_bring(crm, {{"since", "2100-01-01T00:00:00Z"}}, [](const interaction&) { return false; });
}

void interactions_by_direction(session& crm) {
  for (const auto* direction : {"inbound", "outbound"})
    must_bring(crm, {{"direction", direction}},
               [&](const interaction& each) { return each.direction.str() == std::string_view{direction}; });
}

void interactions_bad_since_is_422(session& crm) {
  const auto path = interactions_path(crm.interactions().customer_id);
  for (const auto* wrong : {"yesterday", "2026-02-30T00:00:00Z", "12:00"})
    crm.get(path, terms{{"since", wrong}}).must_be(422);
}

void interactions_of_nobody_are_404(session& crm) {
  crm.interactions();
  crm.get(interactions_path(unknown_id)).must_be(404);
}

void interactions_come_in_order(session& crm) {
  must_come_in_order(crm.interactions().records,
                     [](const interaction& each) { return std::tie(each.occurred_at, each.id); });
}

}  // namespace crm_check::proofs
