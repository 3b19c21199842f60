CREATE TABLE interactions (
  id TEXT NOT NULL PRIMARY KEY,
  customer_seq INTEGER NOT NULL REFERENCES customers (seq) ON DELETE CASCADE,
  direction TEXT NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  channel TEXT NOT NULL CHECK (channel IN ('email', 'phone', 'sms')),
  occurred_at TEXT NOT NULL
);
CREATE INDEX interactions_by_customer ON interactions (customer_seq, occurred_at, id);
