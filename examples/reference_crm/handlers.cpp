#include "handlers.hpp"

#include <chrono>
#include <string_view>

#include "calendar.hpp"
#include "customer_json.hpp"
#include "problem.hpp"
#include "query.hpp"
#include "random_id.hpp"
#include "store/search.hpp"

namespace reference_crm {

namespace {

template <typename Item>
answer list_answer(const char* name, const page_of<Item>& found, const page_request& page) {
  auto items = nlohmann::ordered_json::array();
  for (const auto& item : found.items) items.push_back(to_json(item));
  const nlohmann::ordered_json body = {
      {name, std::move(items)},
      {"meta", {{"total", found.total}, {"page", page.page}, {"per_page", page.per_page}}},
  };
  return {.body = body.dump()};
}

std::string etag_of(const customer& of) {
  return '"' + std::to_string(of.seq) + '-' + std::to_string(of.version) + '"';
}

answer customer_answer(int status, const customer& shown) {
  const nlohmann::ordered_json body = {{"customer", to_json(shown)}};
  return {.status = status, .headers = {{"ETag", etag_of(shown)}}, .body = body.dump()};
}

/// Whether a list of entity tags, or `*`, names this one (RFC 9110, section 13.1).
bool names_etag(std::string_view list, const std::string& etag, bool weak_counts) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    auto tag = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    tag.remove_prefix(std::min(tag.find_first_not_of(" \t"), tag.size()));
    tag = tag.substr(0, tag.find_last_not_of(" \t") + 1);
    if (weak_counts && tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == "*" || tag == etag) return true;
  }
  return false;
}

/// Runs a change in a transaction, once for each idempotency key; nothing is answered before it is on disk.
template <typename Change>
answer change_once(service& crm, const request& asked, Change change) {
  const auto key = idempotency_key(asked);
  std::optional<keys_in_flight::hold> hold;
  if (key && !hold.emplace(crm.keys, *key)) {
    throw problem{409, "idempotency-key-in-flight", "A request with this Idempotency-Key is still being worked on."};
  }

  const auto db = crm.db.borrow();
  const auto turn = crm.db.writer();
  transaction whole(*db, transaction::kind::write);
  const auto fingerprint = key ? fingerprint_of(asked) : std::string();
  if (key) {
    if (auto stored = stored_answer(*db, *key, fingerprint)) return *std::move(stored);
  }
  auto given = change(*db);
  if (key) store_answer(*db, *key, fingerprint, given);
  whole.commit();
  return given;
}

}  // namespace

answer list_customers(service& crm, const request& asked, const std::string&) {
  const customer_filter filter = {
      .status = single(asked.query, "status"),
      .services = several(asked.query, "services"),
      .not_signed_for_season = integer_parameter(asked.query, "not_signed_for_season", 1900, 2100),
      .last_service_before = day_parameter(asked.query, "last_service_before"),
      .city = single(asked.query, "city"),
  };
  const auto page = page_parameters(asked.query, crm.max_per_page);

  const auto db = crm.db.borrow();
  const transaction snapshot(*db, transaction::kind::read);
  return list_answer("customers", list_customers(*db, filter, page), page);
}

answer search_customers(service& crm, const request& asked, const std::string&) {
  const auto sought = single(asked.query, "q");
  if (!sought || sought->find_first_not_of(" \t\r\n") == std::string::npos) {
    throw invalid_parameter("q", "must be there and not be empty");
  }
  const auto page = page_parameters(asked.query, crm.max_per_page);

  const auto db = crm.db.borrow();
  const transaction snapshot(*db, transaction::kind::read);
  return list_answer("customers", search_customers(*db, *sought, page), page);
}

answer find_customer(service& crm, const request& asked, const std::string& id) {
  const auto db = crm.db.borrow();
  const auto found = find_customer(*db, id);
  if (!found) throw unknown_customer();

  const auto known = asked.header("if-none-match");
  if (known && names_etag(*known, etag_of(*found), true))
    return {.status = 304, .headers = {{"ETag", etag_of(*found)}}};
  return customer_answer(200, *found);
}

answer create_customer(service& crm, const request& asked, const std::string&) {
  return change_once(crm, asked, [&](connection& db) {
    customer made;
    apply_attributes(made, customer_attributes(asked));
    made.id = random_uuid();
    made.created_at = to_rfc3339(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    insert_customer(db, made);
    auto given = customer_answer(201, made);
    given.headers.emplace_back("Location", "/api/v1/customers/" + made.id);
    return given;
  });
}

answer update_customer(service& crm, const request& asked, const std::string& id) {
  return change_once(crm, asked, [&](connection& db) {
    auto changed = find_customer(db, id);
    if (!changed) throw unknown_customer();
    const auto expected = asked.header("if-match");
    if (expected && !names_etag(*expected, etag_of(*changed), false)) {
      throw problem{412, "changed-since", "The customer has changed since the version named by If-Match."};
    }

    const auto attributes = customer_attributes(asked);
    if (attributes.empty()) {
      throw invalid_body({{field_error::place::pointer, "/customer", "must name at least one attribute"}});
    }
    apply_attributes(*changed, attributes);
    update_customer(db, *changed);
    return customer_answer(200, *changed);
  });
}

answer list_invoices(service& crm, const request& asked, const std::string&) {
  const invoice_filter filter = {
      .status = single(asked.query, "status"),
      .customer_id = single(asked.query, "customer_id"),
      .due_before = day_parameter(asked.query, "due_before"),
  };
  const auto page = page_parameters(asked.query, crm.max_per_page);

  const auto db = crm.db.borrow();
  const transaction snapshot(*db, transaction::kind::read);
  return list_answer("invoices", list_invoices(*db, filter, page), page);
}

answer list_interactions(service& crm, const request& asked, const std::string& id) {
  interaction_filter filter = {.since = single(asked.query, "since"), .direction = single(asked.query, "direction")};
  if (filter.since) {
    const auto instant = parse_instant(*filter.since);
    if (!instant) throw invalid_parameter("since", "must be an RFC 3339 time");
    filter.since = to_rfc3339(*instant);
  }
  const auto page = page_parameters(asked.query, crm.max_per_page);

  const auto db = crm.db.borrow();
  const transaction snapshot(*db, transaction::kind::read);
  const auto whose = find_customer(*db, id);
  if (!whose) throw unknown_customer();
  return list_answer("interactions", list_interactions(*db, *whose, filter, page), page);
}

}  // namespace reference_crm
