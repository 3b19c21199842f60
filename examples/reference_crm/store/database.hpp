#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "store/sqlite.hpp"

namespace reference_crm {

struct migration {
  std::string name;
  std::string sql;
};

/// The files in migrations/, in the order of their names.
std::vector<migration> all_migrations();

/// The database file and its connections, one for each request in flight.
class database {
 public:
  /// Opens or makes the file and brings its schema up to date.
  explicit database(std::string path);

  /// A connection on loan; goes back to the pool at the end of its scope.
  class lease {
   public:
    explicit lease(database& owner) : owner_(owner), connection_(owner.take()) {}
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;
    ~lease() { owner_.give_back(std::move(connection_)); }

    connection& operator*() const { return *connection_; }
    connection* operator->() const { return connection_.get(); }

   private:
    database& owner_;
    std::unique_ptr<connection> connection_;
  };

  lease borrow() { return lease(*this); }

  /// SQLite has one writer at a time; waiting here is fair and quick, its busy handler sleeps.
  std::unique_lock<std::mutex> writer() { return std::unique_lock(writer_mutex_); }

 private:
  std::unique_ptr<connection> take();
  void give_back(std::unique_ptr<connection> returned);

  std::string path_;
  std::mutex writer_mutex_;
  std::mutex pool_mutex_;
  std::vector<std::unique_ptr<connection>> idle_;
};

}  // namespace reference_crm
