#include "store/invoices.hpp"

namespace reference_crm {

page_of<invoice> list_invoices(connection& db, const invoice_filter& filter, const page_request& page) {
  std::string from = " FROM invoices i JOIN customers c ON c.seq = i.customer_seq WHERE 1";
  std::vector<sql_value> values;
  const auto add = [&](const char* condition, const std::optional<std::string>& value) {
    if (!value) return;
    from += condition;
    values.emplace_back(*value);
  };
  add(" AND i.status = ?", filter.status);
  add(" AND c.id = ?", filter.customer_id);
  add(" AND i.due_on < ?", filter.due_before);

  page_of<invoice> found;
  {
    auto count = db.query("SELECT count(*)" + from, values);
    count.next();
    found.total = count.integer(0);
  }

  values.emplace_back(page.per_page);
  values.emplace_back(page.offset());
  auto rows = db.query("SELECT i.id, c.id, i.number, i.amount_cents, i.currency, i.status, i.due_on, i.issued_on" +
                           from + " ORDER BY i.issued_on, i.id LIMIT ? OFFSET ?",
                       values);
  while (rows.next()) {
    found.items.push_back({rows.text(0), rows.text(1), rows.text(2), rows.integer(3), rows.text(4), rows.text(5),
                           rows.text(6), rows.text(7)});
  }
  return found;
}

void insert_invoice(connection& db, std::int64_t customer_seq, const invoice& made) {
  db.execute(
      "INSERT INTO invoices (id, customer_seq, number, amount_cents, currency, status, due_on, issued_on) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {made.id, customer_seq, made.number, made.amount_cents, made.currency, made.status, made.due_on, made.issued_on});
}

}  // namespace reference_crm
