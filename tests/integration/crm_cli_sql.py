#!/usr/bin/env python3
"""What the filters mean, end to end: crm_cli_sql.py PATH_OF_CRM PATH_OF_REFERENCE_CRM [unittest arguments].

Over 10,000 customers, `crm query` must bring exactly what the same question in SQL, put to the server's database file,
brings: the same ids in the same order.
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import unittest

import reference_crm

CRM = None
CUSTOMERS = 10_000
COMBINATIONS = 40
SEED = 20260208

# Cities that would not survive careless quoting, in SQL or in a query.
ODD_CITIES = ["O'Fallon", "Saint Paul & Sons", "50%25", "a+b=c#d?e", "Coeur d’Alene", "São Paulo", " eagan"]

STATUSES = ["active", "past", "lead", "cold", "prospect", "Past", "nothing"]
SERVICES = ["fertilizer", "weed_control", "mowing", "snow_removal", "aeration", "mow"]
CITIES = ["Eagan", "Minneapolis", "Saint Paul", "Duluth", "Apple Valley", "eagan", *ODD_CITIES]


def combination(random_source):
    """Some filters: the command line's words, and the same in SQL with its values."""
    words, clauses, values = [], [], []
    chance = random_source.choice((0.25, 0.45))

    def add(option, text, clause, *parameters):
        words.extend((option, text))
        clauses.append(clause)
        values.extend(parameters)

    if random_source.random() < chance:
        status = random_source.choice(STATUSES)
        add("--status", status, "status = ?", status)
    if random_source.random() < chance:
        wanted = random_source.sample(SERVICES, random_source.randint(1, 3))
        add("--services", ",".join(wanted),
            "EXISTS (SELECT 1 FROM customer_services s WHERE s.customer_seq = c.seq AND s.service IN "
            f"({', '.join('?' * len(wanted))}))", *wanted)
    if random_source.random() < chance:
        year = random_source.randint(2022, 2027)
        add("--not-signed-for-season", str(year),
            "NOT EXISTS (SELECT 1 FROM customer_seasons y WHERE y.customer_seq = c.seq AND y.season = ?)", year)
    if random_source.random() < chance:
        day = f"{random_source.randint(2023, 2026)}-{random_source.randint(1, 12):02}-{random_source.randint(1, 28):02}"
        add("--last-service-before", day, "last_service_date < ?", day)
    if random_source.random() < chance:
        city = random_source.choice(CITIES)
        add("--city", city, "city = ?", city)
    return words, clauses, values


class Filters(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = reference_crm.Server(seed=CUSTOMERS)
        cls.addClassCleanup(cls.server.__exit__)
        for city in ODD_CITIES:
            for status in ("past", "lead"):
                cls.crm("create", "--name", "Odd", "--city", city, "--status", status, "--services", "mowing")
        cls.database = sqlite3.connect(f"file:{cls.server.database}?mode=ro", uri=True)
        cls.addClassCleanup(cls.database.close)

    @classmethod
    def crm(cls, *arguments):
        env = {**os.environ, "CRM_URL": f"http://127.0.0.1:{cls.server.port}", "CRM_API_KEY": "any"}
        done = subprocess.run([CRM, *arguments, "--json", "--per-page", "100"], capture_output=True, timeout=60,
                              encoding="utf-8", env=env)
        if done.returncode or done.stderr:
            raise AssertionError(f"{arguments} ended with {done.returncode}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def sql(self, clauses, values, table="customers c", order="created_at, id"):
        where = " AND ".join(clauses) or "1"
        rows = self.database.execute(f"SELECT id FROM {table} WHERE {where} ORDER BY {order}", values)
        return [row[0] for row in rows]

    def test_a_query_is_its_sql(self):
        source = random.Random(SEED)
        some, used = 0, {}
        for _ in range(COMBINATIONS):
            words, clauses, values = combination(source)
            with self.subTest(" ".join(words)):
                expected = self.sql(clauses, values)
                self.assertEqual([c["id"] for c in self.crm("query", *words)], expected)
                some += bool(expected)
                for option in words[::2]:
                    used[option] = used.get(option, 0) + 1
        # The comparison of nothing with nothing, or of one filter alone, would prove little.
        self.assertGreater(some, COMBINATIONS * 2 // 3)
        self.assertEqual(len(used), 5)
        self.assertGreater(min(used.values()), 5, used)

    def test_no_filter_is_everybody(self):
        expected = self.sql([], [])
        self.assertEqual(len(expected), 1 + CUSTOMERS + 2 * len(ODD_CITIES))
        self.assertEqual([c["id"] for c in self.crm("query")], expected)

    def test_each_odd_city_is_found(self):
        for city in ODD_CITIES:
            found = self.crm("query", "--city", city)
            self.assertEqual([c["city"] for c in found], [city] * 2)
            self.assertEqual([c["id"] for c in found], self.sql(["city = ?"], [city]))

    def test_invoices_are_their_sql(self):
        for status, day in (("overdue", None), ("paid", "2025-10-01"), (None, "2025-06-30")):
            words, clauses, values = [], [], []
            if status:
                words, clauses, values = ["--status", status], ["status = ?"], [status]
            if day:
                words, clauses, values = words + ["--due-before", day], clauses + ["due_on < ?"], values + [day]
            with self.subTest(" ".join(words)):
                expected = self.sql(clauses, values, "invoices", "issued_on, id")
                self.assertGreater(len(expected), 100)
                self.assertEqual([i["id"] for i in self.crm("invoices", *words)], expected)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    CRM = os.path.abspath(sys.argv.pop(1))
    reference_crm.BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
