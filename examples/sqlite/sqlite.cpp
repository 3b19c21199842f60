#include "sqlite/sqlite.hpp"

#include <sqlite3.h>

namespace sqlite {

namespace {

[[noreturn]] void fail(sqlite3* handle, std::string_view doing) {
  throw error(std::string(doing) + ": " + sqlite3_errmsg(handle), sqlite3_errcode(handle) & 0xFF);
}

void bind(sqlite3_stmt* statement, int position, const value& given) {
  int result = SQLITE_OK;
  if (std::holds_alternative<std::nullptr_t>(given)) {
    result = sqlite3_bind_null(statement, position);
  } else if (const auto* number = std::get_if<std::int64_t>(&given)) {
    result = sqlite3_bind_int64(statement, position, *number);
  } else {
    const auto& text = std::get<std::string>(given);
    result = sqlite3_bind_text64(statement, position, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  if (result != SQLITE_OK) fail(sqlite3_db_handle(statement), "bind");
}

}  // namespace

value to_sql(const std::optional<std::string>& text) {
  if (text) return *text;
  return nullptr;
}

value to_sql(std::optional<std::int64_t> number) {
  if (number) return *number;
  return nullptr;
}

cursor::~cursor() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool cursor::next() {
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW: return true;
    case SQLITE_DONE: return false;
    default: fail(sqlite3_db_handle(statement_), "step");
  }
}

std::string cursor::text(int column) const {
  // The bytes are asked for after the text, as SQLite wants it; a name may hold a NUL, so the length counts.
  const auto* bytes = sqlite3_column_text(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  if (bytes == nullptr) return {};
  return std::string(reinterpret_cast<const char*>(bytes), size);
}

std::optional<std::string> cursor::optional_text(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return text(column);
}

std::int64_t cursor::integer(int column) const { return sqlite3_column_int64(statement_, column); }

void connection::close_connection::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

void connection::finalize_statement::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

connection::connection(const std::string& path, access how) {
  sqlite3* handle = nullptr;
  int flags = how == access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (how == access::create) flags |= SQLITE_OPEN_CREATE;
  const int result = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (result != SQLITE_OK) fail(handle, "open " + path);
  sqlite3_busy_timeout(handle, 10'000);
}

void connection::script(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(handle_.get(), "script");
}

cursor connection::query(const std::string& sql, const std::vector<value>& values) {
  auto& slot = statements_[sql];
  if (!slot) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &made,
                           nullptr) != SQLITE_OK) {
      fail(handle_.get(), "prepare");
    }
    slot.reset(made);
  }

  cursor rows(slot.get());
  int position = 0;
  for (const auto& each : values) bind(slot.get(), ++position, each);
  return rows;
}

int connection::execute(const std::string& sql, const std::vector<value>& values) {
  auto rows = query(sql, values);
  while (rows.next()) {}
  return sqlite3_changes(handle_.get());
}

std::int64_t connection::number(const std::string& sql, const std::vector<value>& values) {
  auto rows = query(sql, values);
  return rows.next() ? rows.integer(0) : 0;
}

std::int64_t connection::last_insert_rowid() const { return sqlite3_last_insert_rowid(handle_.get()); }

transaction::transaction(connection& owner, kind wanted) : owner_(owner) {
  // IMMEDIATE takes the write lock at once: a read that turns into a write could be refused half way.
  owner_.execute(wanted == kind::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

transaction::~transaction() {
  if (!open_) return;
  try {
    owner_.execute("ROLLBACK");
  } catch (const error&) {
    // SQLite has rolled back by itself after some errors; then there is nothing left to undo.
  }
}

void transaction::commit() {
  owner_.execute("COMMIT");
  open_ = false;
}

}  // namespace sqlite
