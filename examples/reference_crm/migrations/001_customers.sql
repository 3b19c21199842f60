-- seq is the rowid that child tables and the search index hang on; id is what the wire shows.
CREATE TABLE customers (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL CHECK (name <> ''),
  email TEXT,
  phone TEXT,
  address TEXT,
  city TEXT,
  state TEXT,
  zip TEXT,
  status TEXT,
  last_service_date TEXT,
  notes TEXT,
  source TEXT,
  created_at TEXT NOT NULL,
  omit_absent INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX customers_in_order ON customers (created_at, id);
CREATE INDEX customers_by_status ON customers (status, created_at, id);
CREATE INDEX customers_by_city ON customers (city, created_at, id);

CREATE TABLE customer_services (
  customer_seq INTEGER NOT NULL REFERENCES customers (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  service TEXT NOT NULL,
  PRIMARY KEY (customer_seq, position)
) WITHOUT ROWID;

CREATE TABLE customer_seasons (
  customer_seq INTEGER NOT NULL REFERENCES customers (seq) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  season INTEGER NOT NULL,
  PRIMARY KEY (customer_seq, position)
) WITHOUT ROWID;
