#include "store/customers.hpp"

#include <nlohmann/json.hpp>

#include "store/search.hpp"

namespace reference_crm {

namespace {

const std::string columns =
    "seq, id, name, created_at, omit_absent, version, "
    "(SELECT json_group_array(service) FROM "
    "(SELECT service FROM customer_services s WHERE s.customer_seq = c.seq ORDER BY position)), "
    "(SELECT json_group_array(season) FROM "
    "(SELECT season FROM customer_seasons s WHERE s.customer_seq = c.seq ORDER BY position)), "
    "email, phone, address, city, state, zip, status, last_service_date, notes, source";
constexpr int first_text_column = 8;  // text_attributes, in their order

customer read_row(const cursor& row) {
  customer read;
  read.seq = row.integer(0);
  read.id = row.text(1);
  read.name = row.text(2);
  read.created_at = row.text(3);
  read.omit_absent = row.integer(4) != 0;
  read.version = row.integer(5);
  read.services = nlohmann::json::parse(row.text(6)).get<std::vector<std::string>>();
  read.signed_seasons = nlohmann::json::parse(row.text(7)).get<std::vector<std::int64_t>>();
  int column = first_text_column;
  for (const auto& attribute : text_attributes) read.*attribute.member = row.optional_text(column++);
  return read;
}

/// The conditions of a filter and the values they want, ANDed together.
struct where_clause {
  std::string sql = " WHERE 1";
  std::vector<sql_value> values;

  void add(const std::string& condition, sql_value value) {
    sql += " AND " + condition;
    values.push_back(std::move(value));
  }
};

where_clause conditions_of(const customer_filter& filter) {
  where_clause where;
  if (filter.status) where.add("c.status = ?", *filter.status);
  if (filter.city) where.add("c.city = ?", *filter.city);
  // A null date compares to null, which is not true: customers never served do not match.
  if (filter.last_service_before) where.add("c.last_service_date < ?", *filter.last_service_before);
  if (!filter.services.empty()) {
    where.add(
        "EXISTS (SELECT 1 FROM customer_services s WHERE s.customer_seq = c.seq "
        "AND s.service IN (SELECT value FROM json_each(?)))",
        nlohmann::json(filter.services).dump());
  }
  if (filter.not_signed_for_season) {
    where.add("NOT EXISTS (SELECT 1 FROM customer_seasons s WHERE s.customer_seq = c.seq AND s.season = ?)",
              *filter.not_signed_for_season);
  }
  return where;
}

std::optional<customer> find_where(connection& db, const std::string& condition, sql_value value) {
  auto rows = db.query("SELECT " + columns + " FROM customers c WHERE " + condition, {std::move(value)});
  if (!rows.next()) return std::nullopt;
  return read_row(rows);
}

void write_lists(connection& db, const customer& owner) {
  db.execute("DELETE FROM customer_services WHERE customer_seq = ?", {owner.seq});
  db.execute("DELETE FROM customer_seasons WHERE customer_seq = ?", {owner.seq});
  std::int64_t position = 0;
  for (const auto& service : owner.services) {
    db.execute("INSERT INTO customer_services (customer_seq, position, service) VALUES (?, ?, ?)",
               {owner.seq, position++, service});
  }
  position = 0;
  for (const auto season : owner.signed_seasons) {
    db.execute("INSERT INTO customer_seasons (customer_seq, position, season) VALUES (?, ?, ?)",
               {owner.seq, position++, season});
  }
  index_customer(db, owner);
}

}  // namespace

page_of<customer> list_customers(connection& db, const customer_filter& filter, const page_request& page) {
  auto where = conditions_of(filter);
  page_of<customer> found;
  {
    auto count = db.query("SELECT count(*) FROM customers c" + where.sql, where.values);
    count.next();
    found.total = count.integer(0);
  }

  where.values.emplace_back(page.per_page);
  where.values.emplace_back(page.offset());
  auto rows =
      db.query("SELECT " + columns + " FROM customers c" + where.sql + " ORDER BY created_at, id LIMIT ? OFFSET ?",
               where.values);
  while (rows.next()) found.items.push_back(read_row(rows));
  return found;
}

std::optional<customer> find_customer(connection& db, const std::string& id) { return find_where(db, "id = ?", id); }

std::optional<customer> find_customer_by_seq(connection& db, std::int64_t seq) {
  return find_where(db, "seq = ?", seq);
}

bool any_customers(connection& db) { return db.query("SELECT 1 FROM customers LIMIT 1").next(); }

void insert_customer(connection& db, customer& made) {
  std::vector<sql_value> values = {made.id, made.name, made.created_at, std::int64_t{made.omit_absent}};
  for (const auto& attribute : text_attributes) values.push_back(to_sql(made.*attribute.member));
  db.execute(
      "INSERT INTO customers (id, name, created_at, omit_absent, email, phone, address, city, state, zip, status, "
      "last_service_date, notes, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      values);
  made.seq = db.last_insert_rowid();
  write_lists(db, made);
}

void update_customer(connection& db, customer& changed) {
  ++changed.version;
  std::vector<sql_value> values = {changed.name, changed.version};
  for (const auto& attribute : text_attributes) values.push_back(to_sql(changed.*attribute.member));
  values.emplace_back(changed.seq);
  db.execute(
      "UPDATE customers SET name = ?, version = ?, email = ?, phone = ?, address = ?, city = ?, state = ?, zip = ?, "
      "status = ?, last_service_date = ?, notes = ?, source = ? WHERE seq = ?",
      values);
  write_lists(db, changed);
}

}  // namespace reference_crm
