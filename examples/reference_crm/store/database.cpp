#include "store/database.hpp"

#include <utility>

namespace reference_crm {

namespace {

std::int64_t schema_version(connection& db) { return db.number("PRAGMA user_version"); }

void migrate(connection& db) {
  const auto steps = all_migrations();
  if (schema_version(db) > static_cast<std::int64_t>(steps.size())) {
    throw sqlite::error("the database was made by a newer reference_crm");
  }

  for (std::size_t index = 0; index < steps.size(); ++index) {
    transaction step(db, transaction::kind::write);
    // Asked again under the lock: another process may have been quicker.
    if (schema_version(db) > static_cast<std::int64_t>(index)) continue;
    db.script(steps[index].sql);
    db.script("PRAGMA user_version = " + std::to_string(index + 1));
    step.commit();
  }
}

}  // namespace

database::database(std::string path) : path_(std::move(path)) {
  auto first = take();
  migrate(*first);
  give_back(std::move(first));
}

std::unique_ptr<connection> database::take() {
  {
    const std::scoped_lock lock(pool_mutex_);
    if (!idle_.empty()) {
      auto taken = std::move(idle_.back());
      idle_.pop_back();
      return taken;
    }
  }
  auto opened = std::make_unique<connection>(path_);
  // FULL: an acknowledged write survives a power cut as well as a kill.
  opened->script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
  return opened;
}

void database::give_back(std::unique_ptr<connection> returned) {
  const std::scoped_lock lock(pool_mutex_);
  idle_.push_back(std::move(returned));
}

}  // namespace reference_crm
