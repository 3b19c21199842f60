#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace reference_crm {

class sqlite_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a `?` in a statement can be bound to.
using sql_value = std::variant<std::nullptr_t, std::int64_t, std::string>;

sql_value to_sql(const std::optional<std::string>& text);

/// The rows of one run of a statement; gives the statement back when it goes.
class cursor {
 public:
  explicit cursor(sqlite3_stmt* statement) : statement_(statement) {}
  cursor(cursor&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  cursor& operator=(cursor&&) = delete;
  ~cursor();

  /// Moves to the next row; false after the last.
  bool next();

  std::string text(int column) const;
  std::optional<std::string> optional_text(int column) const;
  std::int64_t integer(int column) const;

 private:
  sqlite3_stmt* statement_;
};

/// One database connection with its prepared statements. For one thread at a time.
class connection {
 public:
  explicit connection(const std::string& path);

  /// Runs SQL that returns nothing and takes no values, several statements at once.
  void script(const std::string& sql);

  /// Starts a prepared statement; the same text must not be in use already.
  cursor query(const std::string& sql, const std::vector<sql_value>& values = {});

  /// Runs a prepared statement to its end; returns the number of rows it changed.
  int execute(const std::string& sql, const std::vector<sql_value>& values = {});

  std::int64_t last_insert_rowid() const;

 private:
  struct close_connection {
    void operator()(sqlite3* handle) const;
  };
  struct finalize_statement {
    void operator()(sqlite3_stmt* statement) const;
  };

  std::unique_ptr<sqlite3, close_connection> handle_;
  std::unordered_map<std::string, std::unique_ptr<sqlite3_stmt, finalize_statement>> statements_;
};

/// Rolls back unless committed.
class transaction {
 public:
  enum class kind { read, write };

  transaction(connection& owner, kind wanted);
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;
  ~transaction();

  void commit();

 private:
  connection& owner_;
  bool open_ = true;
};

}  // namespace reference_crm
