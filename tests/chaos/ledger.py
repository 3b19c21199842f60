#!/usr/bin/env python3
"""What the reference CRM really holds: ledger.py DATABASE writes the customers in its SQLite file as JSON."""
import json
import sqlite3
import sys

COLUMNS = ("id", "name", "notes", "version")
with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True) as database:
    rows = database.execute("SELECT id, name, substr(coalesce(notes, ''), 1, 80), version FROM customers")
    json.dump([dict(zip(COLUMNS, row)) for row in rows], sys.stdout)
