#include "engine/database.hpp"

#include <cstdint>
#include <filesystem>

#include "engine/uuid_v5.hpp"

namespace sop {

namespace {

constexpr std::int64_t application = 0x534F5031;  // "SOP1"
constexpr std::int64_t version = 1;

constexpr auto schema = R"sql(
CREATE TABLE engine (                  -- one row
  name_space TEXT NOT NULL,            -- a UUID: what leaves this engine is named under it
  crm TEXT                             -- which it is about: an address without credentials, or `mock`
);

CREATE TABLE rounds (
  id INTEGER PRIMARY KEY,
  sop TEXT NOT NULL,
  scope TEXT NOT NULL,                 -- e.g. the season
  begun_at INTEGER NOT NULL,           -- times are milliseconds since 1970, UTC
  ended_at INTEGER
);

CREATE TABLE tasks (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,            -- there is no second task for the same purpose
  sop TEXT NOT NULL,
  step TEXT NOT NULL,
  state TEXT NOT NULL,
  needs_crm INTEGER NOT NULL,          -- whether that step does
  due_at INTEGER,                      -- from when a worker may take it; null while none may
  context TEXT NOT NULL,               -- references alone
  failures INTEGER NOT NULL DEFAULT 0, -- of that step, in a row
  outages INTEGER NOT NULL DEFAULT 0,  -- 5xx that it got, each but the first after the CRM had answered otherwise
  last_error TEXT NOT NULL DEFAULT '', -- code words
  owner TEXT,                          -- of a running task: which engine has it
  made_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
);
CREATE INDEX tasks_to_take ON tasks (sop, needs_crm, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX tasks_not_ended ON tasks (sop, state) WHERE state NOT IN ('done', 'skipped', 'failed');

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,            -- the same effect is had once
  task_id INTEGER NOT NULL,
  sop TEXT NOT NULL,
  template TEXT NOT NULL,              -- what it says is made when it is sent
  refs TEXT NOT NULL,                  -- of references alone
  state TEXT NOT NULL,                 -- pending, sending, sent, dropped, failed
  needs_crm INTEGER NOT NULL,
  due_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  outages INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  made_at INTEGER NOT NULL,
  ended_at INTEGER
);
CREATE INDEX outbox_to_send ON outbox (sop, needs_crm, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_not_ended ON outbox (sop) WHERE state IN ('pending', 'sending');

CREATE TABLE task_events (
  id INTEGER PRIMARY KEY,
  task_id INTEGER,
  at INTEGER NOT NULL,
  line TEXT NOT NULL                   -- JSON, with the keys of docs/events.md and those of docs/sops.md
);
)sql";

/// Whether there is a schema yet. Nothing has been written: it may be somebody else's file.
bool is_made(sqlite::connection& db, const std::string& path) {
  try {
    if (db.number("PRAGMA application_id") == application) {
      if (db.number("PRAGMA user_version") > version) throw unusable(path + " was made by a newer sop_engine");
      return true;
    }
    if (db.number("PRAGMA user_version") != 0 || db.number("SELECT count(*) FROM sqlite_master") != 0)
      throw unusable(path + " is a database, but not one of sop_engine");
    return false;
  } catch (const sqlite::error& e) {
    constexpr int not_a_database = 26;
    if (e.code() != not_a_database) throw;
    throw unusable(path + " is no SQLite database");
  }
}

void make(sqlite::connection& db) {
  sqlite::transaction whole{db, sqlite::transaction::kind::write};
  db.script(schema);
  db.execute("INSERT INTO engine (name_space) VALUES (?)", {random_uuid()});
  db.script("PRAGMA application_id = " + std::to_string(application));
  db.script("PRAGMA user_version = " + std::to_string(version));
  whole.commit();
}

sqlite::connection opened(const std::string& path) {
  try {
    sqlite::connection db{path};
    const bool made = is_made(db, path);
    // NORMAL: after a kill nothing is lost. After a power cut the last commits may be, but no earlier ones: that is the
    // state some moments before, whose steps and messages are repeated under the same keys, as after a kill.
    // Temporary tables in memory, or they would be files; what is deleted is overwritten.
    db.script(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; "
        "PRAGMA secure_delete = ON;");
    if (!made) make(db);
    { const sqlite::transaction writes{db, sqlite::transaction::kind::write}; }  // or fails here
    return db;
  } catch (const sqlite::error& e) {
    throw unusable(path + " cannot be used: " + e.what());
  }
}

}  // namespace

database::database(const std::string& path, fault_points& faults) : faults_{faults}, connection_{opened(path)} {
  auto rows = connection_.query("SELECT name_space FROM engine");
  rows.next();
  name_space_ = rows.text(0);
}

void database::refuse_others(const std::string& crm) {
  locked([&](sqlite::connection& db) {
    auto rows = db.query("SELECT crm FROM engine WHERE crm <> ?", {crm});
    if (rows.next())
      throw unusable("the database is about the CRM at " + rows.text(0) + ", and not about " + crm +
                     ": take another database, or --moved if it is the same CRM");
  });
}

void database::bind_to(const std::string& crm) {
  change([&](sqlite::connection& db) { db.execute("UPDATE engine SET crm = ?", {crm}); });
}

std::string without_credentials(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view rest = url.substr(begin);
  const auto user = rest.substr(0, rest.find('/')).rfind('@');
  std::string plain{url.substr(0, begin)};
  plain.append(user == std::string_view::npos ? rest : rest.substr(user + 1));
  while (plain.ends_with('/')) plain.pop_back();
  return plain;
}

sqlite::connection open_to_read(const std::string& path) {
  if (!std::filesystem::exists(path)) throw unusable("there is no file " + path);
  try {
    sqlite::connection db{path, sqlite::access::read_only};
    if (!is_made(db, path)) throw unusable(path + " is empty: no sop_engine has been at work on it");
    return db;
  } catch (const sqlite::error& e) {
    throw unusable(path + " cannot be read: " + e.what());
  }
}

}  // namespace sop
