#include "store/interactions.hpp"

namespace reference_crm {

page_of<interaction> list_interactions(connection& db, const customer& whose, const interaction_filter& filter,
                                       const page_request& page) {
  std::string from = " FROM interactions WHERE customer_seq = ?";
  std::vector<sql_value> values = {whose.seq};
  const auto add = [&](const char* condition, const std::optional<std::string>& value) {
    if (!value) return;
    from += condition;
    values.emplace_back(*value);
  };
  // All times are stored in one form, so their text sorts as they do.
  add(" AND occurred_at >= ?", filter.since);
  add(" AND direction = ?", filter.direction);

  page_of<interaction> found;
  {
    auto count = db.query("SELECT count(*)" + from, values);
    count.next();
    found.total = count.integer(0);
  }

  values.emplace_back(page.per_page);
  values.emplace_back(page.offset());
  auto rows = db.query(
      "SELECT id, direction, channel, occurred_at" + from + " ORDER BY occurred_at, id LIMIT ? OFFSET ?", values);
  while (rows.next()) {
    found.items.push_back({rows.text(0), whose.id, rows.text(1), rows.text(2), rows.text(3)});
  }
  return found;
}

void insert_interaction(connection& db, std::int64_t customer_seq, const interaction& made) {
  db.execute("INSERT INTO interactions (id, customer_seq, direction, channel, occurred_at) VALUES (?, ?, ?, ?, ?)",
             {made.id, customer_seq, made.direction, made.channel, made.occurred_at});
}

}  // namespace reference_crm
