/// @file
/// SQLite for the example programs: a connection with its prepared statements, rows, transactions.
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

namespace sqlite {

class error : public std::runtime_error {
 public:
  explicit error(const std::string& what, int code = 0) : std::runtime_error(what), code_(code) {}

  /// SQLite's primary result code; 0 where it was not SQLite that failed.
  int code() const noexcept { return code_; }

 private:
  int code_;
};

enum class access { read_only, read_write, create };

/// What a `?` in a statement can be bound to.
using value = std::variant<std::nullptr_t, std::int64_t, std::string>;

value to_sql(const std::optional<std::string>& text);
value to_sql(std::optional<std::int64_t> number);

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

/// One database connection with its prepared statements. For one thread at a time. What it finds locked it waits for,
/// ten seconds at most; other settings are left to its owner.
class connection {
 public:
  explicit connection(const std::string& path, access how = access::create);

  /// Runs SQL that returns nothing and takes no values, several statements at once.
  void script(const std::string& sql);

  /// Starts a prepared statement; the same text must not be in use already.
  cursor query(const std::string& sql, const std::vector<value>& values = {});

  /// Runs a prepared statement to its end; returns the number of rows it changed.
  int execute(const std::string& sql, const std::vector<value>& values = {});

  /// The one number that a statement answers with; 0 without a row.
  std::int64_t number(const std::string& sql, const std::vector<value>& values = {});

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

}  // namespace sqlite
