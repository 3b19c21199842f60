CREATE TABLE invoices (
  id TEXT NOT NULL PRIMARY KEY,
  customer_seq INTEGER NOT NULL REFERENCES customers (seq) ON DELETE CASCADE,
  number TEXT NOT NULL UNIQUE,
  amount_cents INTEGER NOT NULL,
  currency TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('draft', 'open', 'overdue', 'paid')),
  due_on TEXT NOT NULL,
  issued_on TEXT NOT NULL
);
CREATE INDEX invoices_in_order ON invoices (issued_on, id);
CREATE INDEX invoices_by_customer ON invoices (customer_seq, issued_on, id);
CREATE INDEX invoices_by_status ON invoices (status, issued_on, id);
