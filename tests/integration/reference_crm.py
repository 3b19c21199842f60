#!/usr/bin/env python3
"""Black-box test of examples/reference_crm: reference_crm.py PATH_OF_BINARY [unittest arguments].

Knows the wire and the database file only. Expected results of filters are worked out here, over the full listing.
"""

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlencode

BINARY = None
JANE = "6f1d2c9e-4b7a-4e58-9c3d-2a8b5e7f1034"
UUID4 = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
CUSTOMERS = "/api/v1/customers"
INVOICES = "/api/v1/invoices"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    """A server process; on a free port and with its own database unless they are given."""

    def __init__(self, *options, seed=0, database=None, port=0, env=None):
        self.folder = None if database else tempfile.TemporaryDirectory(prefix="reference_crm.")
        self.database = database or os.path.join(self.folder.name, "crm.db")
        self.errors = tempfile.TemporaryFile()
        command = [BINARY, "--port", str(port), "--db", self.database, "--seed", str(seed), *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.errors, text=True, env={**os.environ, **(env or {})})
        line = self.process.stdout.readline()
        match = re.fullmatch(r"http://127\.0\.0\.1:(\d+)\n", line)
        assert match, f"first line was {line!r}"
        self.port = int(match[1])
        self.url = line.strip()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def call(self, method, target, body=None, headers=None, connection=None):
        own = connection or self.connect()
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        own.request(method, target, body=body, headers=headers)
        answer = Answer(own.getresponse())
        if connection is None:
            own.close()
        return answer

    def get(self, target, **query):
        return self.call("GET", target + ("?" + urlencode(query) if query else ""))

    def create(self, attributes, key=None):
        return self.call("POST", CUSTOMERS, {"customer": attributes}, {"Idempotency-Key": key} if key else None)

    def patch(self, identity, attributes, **headers):
        return self.call("PATCH", f"{CUSTOMERS}/{identity}", {"customer": attributes},
                         {name.replace("_", "-"): value for name, value in headers.items()})

    def raw(self, data):
        """Sends bytes as they are; returns what comes until the server closes or is quiet for a second."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=2) as wire:
            wire.sendall(data)
            received = b""
            try:
                while chunk := wire.recv(65536):
                    received += chunk
            except TimeoutError:
                return received, False
            return received, True

    def everything(self, target, name, per_page=100, **query):
        items, page = [], 1
        while True:
            answer = self.get(target, page=page, per_page=per_page, **query)
            assert answer.status == 200, answer.body
            items += answer.json[name]
            if not answer.json[name]:
                return items, answer.json["meta"]["total"]
            page += 1

    def log(self):
        self.errors.seek(0)
        return self.errors.read().decode()

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        status = self.process.wait(timeout=10)
        self.process.stdout.close()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.errors.close()
        if self.folder:
            self.folder.cleanup()


class CrmTest(unittest.TestCase):
    def assert_problem(self, answer, status, code=None):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
        self.assertRegex(answer.headers["X-Request-Id"], r"^[A-Za-z0-9._-]{1,64}$")
        body = answer.json
        self.assertEqual(body["status"], status)
        for member in ("type", "title", "detail"):
            self.assertTrue(body[member])
        if code:
            self.assertEqual(body["type"], "/problems/" + code)
        return body

    def assert_parameter_refused(self, answer, name):
        body = self.assert_problem(answer, 422)
        self.assertEqual([error["parameter"] for error in body["errors"]], [name])

    def assert_pointers(self, answer, *pointers):
        body = self.assert_problem(answer, 422)
        self.assertEqual(sorted(error["pointer"] for error in body["errors"]), sorted(pointers))


class Reading(CrmTest):
    """Over one seeded server that nothing writes to."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(seed=700)
        cls.all, cls.total = cls.server.everything(CUSTOMERS, "customers")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def matching(self, expected, **query):
        found, total = self.server.everything(CUSTOMERS, "customers", per_page=37, **query)
        self.assertEqual([c["id"] for c in found], [c["id"] for c in self.all if expected(c)])
        self.assertEqual(total, len(found))
        self.assertTrue(0 < total < self.total, f"{query} proves nothing: {total} of {self.total}")

    def test_the_listing_is_whole_and_in_order(self):
        self.assertEqual((self.total, len(self.all)), (701, 701))
        self.assertEqual(len({c["id"] for c in self.all}), 701)
        order = [(c["created_at"], c["id"]) for c in self.all]
        self.assertEqual(order, sorted(order))
        self.assertLess(len({c["created_at"] for c in self.all}), 701, "some must share theirs")

    def test_pages_of_any_size_neither_repeat_nor_drop(self):
        for size in (1, 7, 25, 99):
            found, _ = self.server.everything(CUSTOMERS, "customers", per_page=size)
            self.assertEqual([c["id"] for c in found], [c["id"] for c in self.all])

    def test_meta_and_default_page(self):
        answer = self.server.get(CUSTOMERS)
        self.assertEqual(answer.json["meta"], {"total": 701, "page": 1, "per_page": 25})
        self.assertEqual(answer.json["customers"], self.all[:25])

    def test_a_page_beyond_the_end_is_empty_with_the_right_total(self):
        answer = self.server.get(CUSTOMERS, page=1000)
        self.assertEqual((answer.status, answer.json),
                         (200, {"customers": [], "meta": {"total": 701, "page": 1000, "per_page": 25}}))

    def test_jane_smith_is_as_the_adr_has_her(self):
        self.assertEqual(self.server.get(f"{CUSTOMERS}/{JANE}").json["customer"], {
            "id": JANE, "name": "Jane Smith", "email": "jane@example.com", "phone": "612-555-1234",
            "address": "123 Elm St", "city": "Eagan", "state": "MN", "zip": "55122",
            "services": ["fertilizer", "weed_control"], "status": "past", "last_service_date": "2025-09-15",
            "notes": "Prefers email communication", "source": "referral", "created_at": "2024-03-10T09:30:00Z",
            "signed_seasons": [2024, 2025]})

    def test_absent_attributes_come_as_null_and_left_out(self):
        self.assertTrue(any("email" in c and c["email"] is None for c in self.all))
        self.assertTrue(any("email" not in c for c in self.all))
        self.assertTrue(all(c["id"] and c["name"] for c in self.all))
        self.assertGreaterEqual({c.get("status") for c in self.all}, {"active", "past", "lead", "cold", "prospect", None})

    def test_each_filter(self):
        for status in ("active", "past", "lead", "cold", "prospect"):
            self.matching(lambda c: c.get("status") == status, status=status)
        self.matching(lambda c: c.get("city") == "Saint Paul", city="Saint Paul")
        self.matching(lambda c: 2026 not in c.get("signed_seasons", []), not_signed_for_season=2026)
        self.matching(lambda c: (c.get("last_service_date") or "9") < "2025-06-01", last_service_before="2025-06-01")
        self.matching(lambda c: "mowing" in c.get("services", []), services="mowing")

    def test_last_service_before_leaves_that_day_out(self):
        day = sorted(c["last_service_date"] for c in self.all if c.get("last_service_date"))[300]
        self.matching(lambda c: (c.get("last_service_date") or "9") < day, last_service_before=day)

    def test_several_services_mean_any_of_them_in_every_spelling(self):
        wanted = {"fertilizer", "aeration"}
        expected = [c["id"] for c in self.all if wanted & set(c.get("services", []))][:100]
        for spelling in ("services=fertilizer,aeration", "services=fertilizer%2Caeration",
                         "services[]=fertilizer&services[]=aeration", "services%5B%5D=fertilizer&services%5b%5d=aeration"):
            answer = self.server.get(f"{CUSTOMERS}?per_page=100&{spelling}")
            self.assertEqual([c["id"] for c in answer.json["customers"]], expected, spelling)

    def test_filters_combine_with_and(self):
        self.matching(lambda c: c.get("status") == "past" and {"fertilizer", "weed_control"} & set(c.get("services", []))
                      and 2026 not in c.get("signed_seasons", []) and (c.get("last_service_date") or "9") < "2026-01-01",
                      status="past", services="fertilizer,weed_control", not_signed_for_season=2026,
                      last_service_before="2026-01-01")

    def test_filters_agree_with_plain_sql(self):
        with sqlite3.connect(self.server.database) as db:
            (count,) = db.execute("SELECT count(DISTINCT seq) FROM customers JOIN customer_services ON seq = customer_seq "
                                  "WHERE status = 'active' AND service IN ('mowing', 'aeration')").fetchone()
        db.close()
        self.assertEqual(self.server.get(CUSTOMERS, status="active", services="mowing,aeration").json["meta"]["total"], count)

    def test_a_filter_value_is_a_value_and_no_sql(self):
        answer = self.server.get(CUSTOMERS, city="' OR 1=1 --")
        self.assertEqual(answer.json["meta"]["total"], 0)

    def test_bad_parameters_are_named(self):
        for name, values in {
            "page": ["0", "-1", "x", "1.5", "", "99999999999999999999"],
            "per_page": ["0", "101", "ten"],
            "not_signed_for_season": ["soon", "26"],
            "last_service_before": ["2025-02-30", "2025-2-3", "yesterday", "2025-02-03T00:00:00Z"],
            "status": [""], "services": ["", "mowing,,aeration"], "city": [""],
        }.items():
            for value in values:
                with self.subTest(name=name, value=value):
                    self.assert_parameter_refused(self.server.get(CUSTOMERS, **{name: value}), name)
        self.assert_parameter_refused(self.server.get(CUSTOMERS + "?city=Eagan&city=Edina"), "city")
        self.assert_problem(self.server.get(CUSTOMERS + "?city=%zz"), 400)
        self.assert_problem(self.server.get(CUSTOMERS + "?city=%ff"), 400)

    def test_unknown_parameters_are_ignored(self):
        self.assertEqual(self.server.get(CUSTOMERS, colour="blue").json["meta"]["total"], 701)

    def test_find_knows_and_does_not_know(self):
        for wanted in (self.all[3], self.all[-1]):
            answer = self.server.get(f"{CUSTOMERS}/{wanted['id']}")
            self.assertEqual((answer.status, answer.json), (200, {"customer": wanted}))
            self.assertRegex(answer.headers["ETag"], r'^"[^"]+"$')
        for identity in ("nobody", "%2F", "a%2Fb", "é".encode().hex(), quote("é")):
            self.assert_problem(self.server.get(f"{CUSTOMERS}/{identity}"), 404, "customer-not-found")

    def test_if_none_match(self):
        etag = self.server.get(f"{CUSTOMERS}/{JANE}").headers["ETag"]
        for sent, status in ((etag, 304), ("W/" + etag, 304), (f'"x", {etag}', 304), ("*", 304), ('"x"', 200)):
            answer = self.server.call("GET", f"{CUSTOMERS}/{JANE}", headers={"If-None-Match": sent})
            self.assertEqual(answer.status, status, sent)
            self.assertEqual(answer.headers["ETag"], etag)
            self.assertEqual(answer.body == b"", status == 304)

    def test_head_range_and_encoding_leave_the_representation_whole(self):
        whole = self.server.get(f"{CUSTOMERS}/{JANE}")
        head = self.server.call("HEAD", f"{CUSTOMERS}/{JANE}")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(int(head.headers["Content-Length"]), len(whole.body))
        for headers in ({"Range": "bytes=0-9"}, {"Accept-Encoding": "gzip, br"}):
            answer = self.server.call("GET", f"{CUSTOMERS}/{JANE}", headers=headers)
            self.assertEqual((answer.status, answer.body), (200, whole.body))

    def test_invoices(self):
        found, total = self.server.everything(INVOICES, "invoices", per_page=63)
        with sqlite3.connect(self.server.database) as db:
            db.row_factory = sqlite3.Row
            rows = db.execute("SELECT i.id, c.id AS customer_id, number, amount_cents, currency, i.status, due_on, issued_on "
                              "FROM invoices i JOIN customers c ON c.seq = customer_seq ORDER BY issued_on, i.id")
            self.assertEqual(found, [dict(row) for row in rows])
        db.close()
        self.assertEqual(total, len(found))
        self.assertEqual({i["status"] for i in found}, {"draft", "open", "overdue", "paid"})
        self.assertEqual({i["currency"] for i in found}, {"USD", "CAD"})

        def check(expected, **query):
            some, count = self.server.everything(INVOICES, "invoices", per_page=11, **query)
            self.assertEqual(some, [i for i in found if expected(i)])
            self.assertTrue(0 < count < total)
        check(lambda i: i["status"] == "overdue", status="overdue")
        check(lambda i: i["customer_id"] == JANE, customer_id=JANE)
        check(lambda i: i["due_on"] < "2025-10-15", due_before="2025-10-15")
        check(lambda i: i["status"] == "overdue" and i["due_on"] < "2026-01-01", status="overdue", due_before="2026-01-01")
        self.assertEqual(self.server.get(INVOICES, customer_id="nobody").json["meta"]["total"], 0)
        self.assert_parameter_refused(self.server.get(INVOICES, due_before="2025-13-01"), "due_before")

    def test_interactions(self):
        target = f"{CUSTOMERS}/{JANE}/interactions"
        both, total = self.server.everything(target, "interactions", per_page=1)
        self.assertEqual(total, 2)
        self.assertEqual([(i["direction"], i["occurred_at"], i["customer_id"]) for i in both],
                         [("outbound", "2026-01-20T15:00:00Z", JANE), ("inbound", "2026-01-22T08:45:30Z", JANE)])
        for query, count in (({"direction": "inbound"}, 1), ({"since": "2026-01-22T08:45:30Z"}, 1),
                             ({"since": "2026-01-22T08:45:30.5Z"}, 0), ({"since": "2026-01-22T10:45:31+02:00"}, 0),
                             ({"since": "2026-01-22T10:45:30+02:00"}, 1), ({"since": "2026-01-20T00:00:00Z"}, 2),
                             ({"direction": "sideways"}, 0),  # an open vocabulary
                             ({"since": "2026-01-21T00:00:00Z", "direction": "outbound"}, 0)):
            self.assertEqual(self.server.get(target, **query).json["meta"]["total"], count, query)
        for since in ("last week", "2026-01-20"):
            self.assert_parameter_refused(self.server.get(target, since=since), "since")
        self.assert_problem(self.server.get(f"{CUSTOMERS}/nobody/interactions"), 404, "customer-not-found")

    def test_wrong_routes_and_methods(self):
        for target in ("/", "/api/v1", "/api/v1/customers/", "/api/v1/customers/x/y", "/api/v2/customers", "//", "/a%0Ab"):
            self.assert_problem(self.server.get(target), 404, "no-such-route")
        for method, target, allow in (("DELETE", CUSTOMERS, "GET, HEAD, POST"), ("PUT", f"{CUSTOMERS}/{JANE}", "GET, HEAD, PATCH"),
                                      ("PATCH", CUSTOMERS + "/search", "GET, HEAD"), ("OPTIONS", INVOICES, "GET, HEAD"),
                                      ("TRACE", CUSTOMERS, "GET, HEAD, POST")):
            body = b"{}" if method in ("PATCH", "PUT") else None
            answer = self.server.call(method, target, body)
            self.assert_problem(answer, 405, "method-not-allowed")
            self.assertEqual(answer.headers["Allow"], allow)

    def test_request_ids_are_echoed_where_they_are_harmless(self):
        for sent in ("abc.DEF_1-2", "x" * 64):
            self.assertEqual(self.server.call("GET", CUSTOMERS, headers={"X-Request-Id": sent}).headers["X-Request-Id"], sent)
        for sent in ("a b", "x" * 65, "<script>", "%0d%0aSet-Cookie:x"):
            self.assertRegex(self.server.call("GET", CUSTOMERS, headers={"X-Request-Id": sent}).headers["X-Request-Id"],
                             f"^{UUID4}$")
        self.assertTrue(parsedate_to_datetime(self.server.get(CUSTOMERS).headers["Date"]))

    def test_connections_are_kept_for_many_requests(self):
        connection = self.server.connect()
        connection.connect()
        wire = connection.sock
        for _ in range(50):
            self.assertEqual(self.server.call("GET", f"{CUSTOMERS}/{JANE}", connection=connection).status, 200)
            self.assertIs(connection.sock, wire)
        connection.close()

    def test_idle_connections_do_not_starve_others(self):
        idle = [self.server.connect() for _ in range(70)]
        for connection in idle:
            self.server.call("GET", f"{CUSTOMERS}/{JANE}", connection=connection)
        start = time.monotonic()
        self.assertEqual(self.server.get(f"{CUSTOMERS}/{JANE}").status, 200)
        self.assertLess(time.monotonic() - start, 2)
        for connection in idle:
            connection.close()

    def test_a_body_that_is_not_read_is_not_the_next_request(self):
        inner = b"GET /api/v1/customers/search?q=x HTTP/1.1\r\nHost: x\r\n\r\n"
        for head in (b"GET /api/v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(inner),
                     b"POST /api/v1/customers HTTP/1.1\r\nHost: x\r\n\r\n",
                     b"POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
                     b"POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                     b"POST /api/v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"):
            received, closed = self.server.raw(head + inner)
            self.assertEqual(received.count(b"HTTP/1.1 "), 1, head)
            self.assertTrue(closed, head)
            self.assertRegex(received.split(b" ")[1], b"400|411")

    def test_a_long_target_is_refused_and_the_server_lives(self):
        for method in ("GET", "POST"):
            received, _ = self.server.raw(b"%s /%s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" % (method.encode(), b"a" * 8000))
            self.assertIn(b" 414 ", received.split(b"\r\n")[0])
        self.assertEqual(self.server.get(CUSTOMERS).status, 200)


class Searching(CrmTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()  # Jane alone
        for name, email, phone in (
            ("John Smithson", None, None), ("José García", "jg@example.org", "(651) 555-9876"),
            ("Zoë O'Brien", "zoe@example.net", None), ("Nguyễn Thảo", None, "+1 763 555 4321"),
            ("Björn Müller", "bm.lawn@example.com", None), ("Robert Brown", None, "612-555-1239"),
            ('Ann "Annie" Lee', None, None), ("山田 太郎", None, None), ("Kurt", None, None),
        ):
            assert cls.server.create({"name": name, "email": email, "phone": phone}).status == 201

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def names(self, sought):
        answer = self.server.get(CUSTOMERS + "/search", q=sought)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json["meta"]["total"], len(answer.json["customers"]))
        return [c["name"] for c in answer.json["customers"]]

    def test_what_is_found(self):
        for sought, expected in {
            "smith": ["Jane Smith", "John Smithson"], "SMITH": ["Jane Smith", "John Smithson"],
            "smyth": ["Jane Smith"], "simth": ["Jane Smith"], "smih": ["Jane Smith"], "smiith": ["Jane Smith"],
            "znith": [], "zmith": ["Jane Smith"], "jnae": ["Jane Smith"], "jane smyth": ["Jane Smith"],
            "jane brown": [], "smith jane": ["Jane Smith"],
            "jane@example.com": ["Jane Smith"], "JANE@Example.com": ["Jane Smith"], "jane@exmple.com": ["Jane Smith"],
            "jose": ["José García"], "José": ["José García"], "jos\u0065\u0301": ["José García"], "garcia": ["José García"],
            "zoe": ["Zoë O'Brien"], "obrien": ["Zoë O'Brien"], "o'brien": ["Zoë O'Brien"], "O\u2019Brien": ["Zoë O'Brien"],
            "nguyen": ["Nguyễn Thảo"], "muller": ["Björn Müller"], "lawn": ["Björn Müller"], "bjrön": ["Björn Müller"],
            "6125551234": ["Jane Smith"], "612-555-1234": ["Jane Smith"], "+1 (612) 555 1234": ["Jane Smith"],
            "5551234": ["Jane Smith"], "612-555": ["Jane Smith", "Robert Brown"], "7635554321": ["Nguyễn Thảo"],
            # Kurt has one word only, and the swap leaves none of its inner trigrams.
            "krut": ["Kurt"], "ja": ["Jane Smith"], "annie": ['Ann "Annie" Lee'], "太郎": ["山田 太郎"], "xylophone": [], '"': [], "* OR": [], "%": [],
        }.items():
            with self.subTest(q=sought):
                self.assertEqual(self.names(sought), expected)

    def test_an_empty_search_is_refused(self):
        for target in (CUSTOMERS + "/search", CUSTOMERS + "/search?q=", CUSTOMERS + "/search?q=%20+"):
            self.assert_parameter_refused(self.server.get(target), "q")

    def test_pages_of_a_search(self):
        first = self.server.get(CUSTOMERS + "/search", q="smith", per_page=1).json
        second = self.server.get(CUSTOMERS + "/search", q="smith", per_page=1, page=2).json
        beyond = self.server.get(CUSTOMERS + "/search", q="smith", per_page=1, page=3).json
        self.assertEqual([len(p["customers"]) for p in (first, second, beyond)], [1, 1, 0])
        self.assertEqual({p["meta"]["total"] for p in (first, second, beyond)}, {2})
        self.assert_parameter_refused(self.server.get(CUSTOMERS + "/search", q="x", per_page=101), "per_page")

    def test_a_change_is_found_and_the_old_name_is_not(self):
        made = self.server.create({"name": "Quentin Zaphod"}).json["customer"]
        self.assertEqual(self.names("zaphod"), ["Quentin Zaphod"])
        self.server.patch(made["id"], {"name": "Quentin Beeblebrox", "phone": "507-555-0001"})
        self.assertEqual((self.names("zaphod"), self.names("beeblebrox"), self.names("5075550001")),
                         ([], ["Quentin Beeblebrox"], ["Quentin Beeblebrox"]))

    def test_ten_thousand_customers_are_searched_in_tens_of_milliseconds(self):
        with Server(seed=10_000) as large:
            connection = large.connect()
            for sought in ("smyth", "jane smith", "nguyen", "6125551234"):
                times = []
                for _ in range(5):
                    start = time.monotonic()
                    answer = large.call("GET", CUSTOMERS + "/search?" + urlencode({"q": sought}), connection=connection)
                    times.append(time.monotonic() - start)
                    self.assertEqual(answer.status, 200)
                self.assertLess(min(times), 0.25, sought)
            connection.close()


class Writing(CrmTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(seed=20)

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def total(self):
        return self.server.get(CUSTOMERS).json["meta"]["total"]

    def test_a_created_customer_is_there_whole(self):
        attributes = {"name": 'Ann "A" O\'Neil 🌱', "email": "ann@example.com", "phone": "952-555-0100", "address": "1 A St",
                      "city": "Edina", "state": "MN", "zip": "55424", "services": ["mowing", "aeration"], "status": "lead",
                      "last_service_date": "2024-02-29", "notes": "line\nline\u0000\ttab", "source": "google",
                      "signed_seasons": [2026, 2025]}
        answer = self.server.create(attributes)
        self.assertEqual(answer.status, 201)
        made = answer.json["customer"]
        self.assertRegex(made["id"], f"^{UUID4}$")
        self.assertRegex(made["created_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual({k: v for k, v in made.items() if k not in ("id", "created_at")}, attributes)
        self.assertEqual(answer.headers["Location"], f"{CUSTOMERS}/{made['id']}")
        found = self.server.get(answer.headers["Location"])
        self.assertEqual((found.json["customer"], found.headers["ETag"]), (made, answer.headers["ETag"]))

    def test_name_alone_is_enough_and_the_rest_is_null(self):
        made = self.server.create({"name": "Solo"}).json["customer"]
        self.assertEqual((made["email"], made["status"], made["services"], made["signed_seasons"]), (None, None, [], []))

    def test_what_cannot_be_created(self):
        before = self.total()
        for attributes, pointers in (
            ({}, ["/customer/name"]), ({"name": ""}, ["/customer/name"]), ({"name": None}, ["/customer/name"]),
            ({"name": 7}, ["/customer/name"]), ({"name": "A", "email": 1, "zip": 55122}, ["/customer/email", "/customer/zip"]),
            ({"name": "A", "services": "mowing"}, ["/customer/services"]), ({"name": "A", "services": [1]}, ["/customer/services"]),
            ({"name": "A", "signed_seasons": ["2026"]}, ["/customer/signed_seasons"]),
            ({"name": "A", "signed_seasons": [2026.5]}, ["/customer/signed_seasons"]),
            ({"name": "A", "last_service_date": "2025-02-29"}, ["/customer/last_service_date"]),
            ({"name": "A", "colour": "blue"}, ["/customer/colour"]), ({"name": "A", "a/b~": 1}, ["/customer/a~1b~0"]),
            ({"name": "A", "id": "x", "created_at": "2024-01-01T00:00:00Z"}, ["/customer/id", "/customer/created_at"]),
        ):
            with self.subTest(attributes=attributes):
                self.assert_pointers(self.server.create(attributes), *pointers)
        for body in ({}, [], {"customer": []}, {"name": "A"}):
            self.assert_pointers(self.server.call("POST", CUSTOMERS, body), "/customer")
        self.assert_pointers(self.server.call("POST", CUSTOMERS, {"customer": {"name": "A"}, "x": 1}), "/x")
        self.assertEqual(self.total(), before)

    def test_bodies_that_are_not_json(self):
        json_type = {"Content-Type": "application/json"}
        for body in (b"", b"{", b'{"customer":{"name":"A"}} x', b'{"customer":{"name":"\xff"}}', b"\xef\xbb\xbfx",
                     b'{"customer":{"name":"A","name":"B"}}', b"[" * 100_000, b'{"customer":{"name":NaN}}'):
            self.assert_problem(self.server.call("POST", CUSTOMERS, body, json_type), 400, "malformed-json")
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                             "application/merge-patch+json", None):
            headers = {"Content-Type": content_type} if content_type else {}
            self.assert_problem(self.server.call("POST", CUSTOMERS, b'{"customer":{"name":"A"}}', headers), 415)
        self.assertEqual(self.server.call("POST", CUSTOMERS, b'{"customer":{"name":"A"}}',
                                          {"Content-Type": "Application/JSON; charset=utf-8"}).status, 201)

    def test_the_body_cap(self):
        def body(size):
            frame = b'{"customer":{"name":"A","notes":"%s"}}'
            return frame % (b"x" * (size - len(frame) + 2))
        json_type = {"Content-Type": "application/json"}
        self.assertEqual(self.server.call("POST", CUSTOMERS, body(1024 * 1024), json_type).status, 201)
        self.assert_problem(self.server.call("POST", CUSTOMERS, body(1024 * 1024 + 1), json_type), 413)
        connection = self.server.connect()
        connection.request("POST", CUSTOMERS, body=iter([b"x" * 65536] * 20), headers=json_type, encode_chunked=True)
        self.assert_problem(Answer(connection.getresponse()), 413)
        connection.close()
        connection = self.server.connect()
        connection.request("POST", CUSTOMERS, body=iter([b'{"customer":', b'{"name":"Chunked"}}']), headers=json_type)
        self.assertEqual(Answer(connection.getresponse()).status, 201)
        connection.close()

    def test_a_key_makes_one_customer(self):
        before = self.total()
        first = self.server.create({"name": "Once"}, "key-1")
        self.assertEqual((first.status, first.headers["Idempotent-Replayed"]), (201, None))
        for spelling in ("key-1", '"key-1"'):
            again = self.server.create({"name": "Once"}, spelling)
            self.assertEqual((again.status, again.body, again.headers["Location"], again.headers["ETag"]),
                             (201, first.body, first.headers["Location"], first.headers["ETag"]))
            self.assertEqual(again.headers["Idempotent-Replayed"], "true")
        self.assertEqual(self.total(), before + 1)
        self.assert_problem(self.server.create({"name": "Other"}, "key-1"), 422, "idempotency-key-reused")
        self.assert_problem(self.server.patch(JANE, {"name": "Other"}, Idempotency_Key="key-1"), 422, "idempotency-key-reused")
        self.assertEqual(self.total(), before + 1)

    def test_the_stored_answer_outlives_a_change(self):
        first = self.server.create({"name": "Before"}, "key-2")
        self.server.patch(first.json["customer"]["id"], {"name": "After"})
        self.assertEqual(self.server.create({"name": "Before"}, "key-2").body, first.body)

    def test_a_refused_create_does_not_use_its_key_up(self):
        self.assert_problem(self.server.create({"name": ""}, "key-3"), 422)
        self.assertEqual(self.server.create({"name": "Good"}, "key-3").status, 201)

    def test_bad_keys(self):
        for key in ('"open', '"a"b', '""', "x" * 256, '"a\\x"'):
            self.assert_problem(self.server.create({"name": "A"}, key), 400, "bad-idempotency-key")
        self.assertEqual(self.server.create({"name": "Quoted"}, '"a\\"b\\\\"').status, 201)
        self.assertEqual(self.server.create({"name": "Quoted"}, 'a"b\\').headers["Idempotent-Replayed"], "true")

    def test_eight_threads_with_one_key_make_one_customer(self):
        for round_number in range(5):
            before, gate, seen = self.total(), threading.Barrier(8), []

            def race():
                gate.wait()
                while (answer := self.server.create({"name": "Raced"}, f"race-{round_number}")).status == 409:
                    self.assert_problem(answer, 409, "idempotency-key-in-flight")
                seen.append((answer.status, answer.json["customer"]["id"], answer.headers["Idempotent-Replayed"]))
            threads = [threading.Thread(target=race) for _ in range(8)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
            self.assertEqual({(status, identity) for status, identity, _ in seen}, {(201, seen[0][1])})
            self.assertEqual(sorted(str(replayed) for _, _, replayed in seen), ["None"] + ["true"] * 7)
            self.assertEqual(self.total(), before + 1)

    def test_a_key_in_flight_is_a_409(self):
        # The database's write lock, held from here, keeps the first request in work for as long as we like.
        lock = sqlite3.connect(self.server.database, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        answers = []
        first = threading.Thread(target=lambda: answers.append(self.server.create({"name": "Slow"}, "slow")))
        first.start()
        time.sleep(0.3)
        second = self.server.create({"name": "Slow"}, "slow")
        lock.execute("ROLLBACK")
        lock.close()
        first.join()
        self.assert_problem(second, 409, "idempotency-key-in-flight")
        self.assertEqual(answers[0].status, 201)
        self.assertEqual(self.server.create({"name": "Slow"}, "slow").body, answers[0].body)

    def test_patch_keeps_what_is_absent_and_clears_what_is_null(self):
        made = self.server.create({"name": "Patched", "email": "p@example.com", "city": "Edina", "services": ["mowing"],
                                   "signed_seasons": [2025]}).json["customer"]
        answer = self.server.patch(made["id"], {"email": None, "status": "active", "services": None, "signed_seasons": [2026]})
        self.assertEqual(answer.status, 200)
        expected = {**made, "email": None, "status": "active", "services": [], "signed_seasons": [2026]}
        self.assertEqual(answer.json["customer"], expected)
        found = self.server.get(f"{CUSTOMERS}/{made['id']}")
        self.assertEqual((found.json["customer"], found.headers["ETag"]), (expected, answer.headers["ETag"]))
        merge = self.server.call("PATCH", f"{CUSTOMERS}/{made['id']}", b'{"customer":{"notes":"n"}}',
                                 {"Content-Type": "application/merge-patch+json"})
        self.assert_problem(merge, 415)

    def test_what_cannot_be_patched(self):
        before = self.server.get(f"{CUSTOMERS}/{JANE}")
        for attributes, pointers in (({}, ["/customer"]), ({"name": None}, ["/customer/name"]), ({"name": ""}, ["/customer/name"]),
                                     ({"id": JANE}, ["/customer/id"]), ({"created_at": None}, ["/customer/created_at"]),
                                     ({"city": "Edina", "colour": 1}, ["/customer/colour"]),
                                     ({"last_service_date": "soon"}, ["/customer/last_service_date"])):
            with self.subTest(attributes=attributes):
                self.assert_pointers(self.server.patch(JANE, attributes), *pointers)
        self.assert_problem(self.server.patch("nobody", {"city": "Edina"}), 404, "customer-not-found")
        after = self.server.get(f"{CUSTOMERS}/{JANE}")
        self.assertEqual((after.body, after.headers["ETag"]), (before.body, before.headers["ETag"]))

    def test_if_match(self):
        made = self.server.create({"name": "Matched"})
        identity, etag = made.json["customer"]["id"], made.headers["ETag"]
        changed = self.server.patch(identity, {"city": "Edina"}, If_Match=etag)
        self.assertEqual(changed.status, 200)
        self.assertNotEqual(changed.headers["ETag"], etag)
        self.assert_problem(self.server.patch(identity, {"city": "Eagan"}, If_Match=etag), 412)
        self.assert_problem(self.server.patch(identity, {"city": "Eagan"}, If_Match="W/" + changed.headers["ETag"]), 412)
        self.assertEqual(self.server.get(f"{CUSTOMERS}/{identity}").json["customer"]["city"], "Edina")
        self.assertEqual(self.server.patch(identity, {"city": "Eagan"}, If_Match="*").status, 200)

    def test_a_patch_under_a_key_is_done_once(self):
        made = self.server.create({"name": "Keyed"})
        identity, etag = made.json["customer"]["id"], made.headers["ETag"]
        first = self.server.patch(identity, {"city": "Edina"}, Idempotency_Key="patch-1", If_Match=etag)
        again = self.server.patch(identity, {"city": "Edina"}, Idempotency_Key="patch-1", If_Match=etag)
        self.assertEqual((first.status, again.status, again.body, again.headers["Idempotent-Replayed"]),
                         (200, 200, first.body, "true"))
        self.assertEqual(self.server.get(f"{CUSTOMERS}/{identity}").headers["ETag"], first.headers["ETag"])

    def test_many_writers_lose_nothing(self):
        before = self.total()
        def work(number):
            connection = self.server.connect()
            for i in range(10):
                answer = self.server.call("POST", CUSTOMERS, {"customer": {"name": f"W{number}-{i}"}}, connection=connection)
                self.assertEqual(answer.status, 201)
            connection.close()
        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        self.assertEqual(self.total(), before + 80)


class Guarding(CrmTest):
    def test_the_api_key(self):
        with Server("--api-key-env", "CRM_API_KEY", env={"CRM_API_KEY": "s3cret-key"}) as server:
            for sent, code in ((None, "missing"), ("Basic czNjcmV0LWtleQ==", "missing"), ("s3cret-key", "missing"),
                               ("Bearer", "refused"), ("Bearer wrong", "refused"), ("Bearer s3cret-ke", "refused"),
                               ("Bearer s3cret-key2", "refused")):
                for method, target, body in (("GET", CUSTOMERS, None), ("POST", CUSTOMERS, {"customer": {"name": "A"}}),
                                             ("GET", "/nowhere", None)):
                    answer = server.call(method, target, body, {"Authorization": sent} if sent else None)
                    self.assert_problem(answer, 401, "credentials-" + code)
                    self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Bearer"))
            for scheme in ("Bearer", "bearer", "BEARER"):
                answer = server.call("GET", CUSTOMERS, headers={"Authorization": scheme + " s3cret-key"})
                self.assertEqual((answer.status, answer.json["meta"]["total"]), (200, 1))

    def test_an_empty_key_variable_ends_the_start(self):
        with tempfile.TemporaryDirectory() as folder:
            for env in ({}, {"CRM_API_KEY": ""}):
                clean = {k: v for k, v in os.environ.items() if k != "CRM_API_KEY"}
                done = subprocess.run([BINARY, "--db", folder + "/x.db", "--api-key-env", "CRM_API_KEY"], env={**clean, **env},
                                      capture_output=True, text=True, timeout=10)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn("CRM_API_KEY", done.stderr)

    def test_the_rate_limit_in_seconds(self):
        with Server("--rate-limit", "0.5", "--rate-burst", "3") as server:
            answers = [server.get(CUSTOMERS) for _ in range(5)]
            self.assertEqual([a.status for a in answers], [200, 200, 200, 429, 429])
            self.assert_problem(answers[3], 429, "rate-limited")
            self.assertIn(answers[3].headers["Retry-After"], ("1", "2"))
            time.sleep(int(answers[4].headers["Retry-After"]))
            self.assertEqual(server.get(CUSTOMERS).status, 200)

    def test_the_rate_limit_as_a_date(self):
        with Server("--rate-limit", "0.1", "--rate-burst", "1", "--retry-after-form", "http-date") as server:
            self.assertEqual(server.get(CUSTOMERS).status, 200)
            refused = server.get(CUSTOMERS)
            self.assert_problem(refused, 429)
            self.assertRegex(refused.headers["Retry-After"], r"^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$")
            wait = parsedate_to_datetime(refused.headers["Retry-After"]) - parsedate_to_datetime(refused.headers["Date"])
            self.assertTrue(9 <= wait.total_seconds() <= 11, wait)

    def test_a_smaller_page_cap(self):
        with Server("--max-per-page", "10", seed=30) as server:
            self.assertEqual(server.get(CUSTOMERS).json["meta"]["per_page"], 10)
            self.assert_parameter_refused(server.get(CUSTOMERS, per_page=11), "per_page")

    def test_the_log_names_routes_and_no_customers(self):
        with Server("--log") as server:
            server.get(f"{CUSTOMERS}/{JANE}")
            server.get(CUSTOMERS + "/search", q="jane@example.com")
            server.create({"name": "Hidden Name"})
            server.stop()
            log = server.log()
            self.assertRegex(log, r"GET /api/v1/customers/\{id\} 200 [\d.]+ ms")
            for secret in (JANE, "jane", "Hidden", "q="):
                self.assertNotIn(secret, log)


class Living(CrmTest):
    def test_signals_end_it_cleanly_and_soon_even_with_idle_connections(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Server() as server:
                idle = server.connect()
                server.call("GET", CUSTOMERS, connection=idle)
                start = time.monotonic()
                self.assertEqual(server.stop(number), 0)
                self.assertLess(time.monotonic() - start, 3)
                idle.close()

    def test_a_signal_right_after_the_start_ends_it_too(self):
        for _ in range(5):
            with Server() as server:
                self.assertEqual(server.stop(), 0)

    def test_nothing_acknowledged_is_lost_by_kill_9(self):
        with tempfile.TemporaryDirectory() as folder:
            database, kept = folder + "/crm.db", {}
            for round_number in range(4):
                with Server(database=database) as server:
                    answer = server.create({"name": f"Kept {round_number}"}, f"kept-{round_number}")
                    server.stop(signal.SIGKILL)
                self.assertEqual(answer.status, 201)
                kept[round_number] = answer.json["customer"]
            with Server(database=database) as server:
                for round_number, customer in kept.items():
                    self.assertEqual(server.get(f"{CUSTOMERS}/{customer['id']}").json["customer"], customer)
                    again = server.create({"name": f"Kept {round_number}"}, f"kept-{round_number}")
                    self.assertEqual(again.json["customer"], customer)
                    self.assertEqual(len(server.get(CUSTOMERS + "/search", q="kept").json["customers"]), 4)

    def test_the_seed_is_the_same_every_time_and_only_for_an_empty_database(self):
        with Server(seed=50) as one, Server(seed=50) as other:
            listing = one.get(CUSTOMERS, per_page=100).json
            self.assertEqual(listing, other.get(CUSTOMERS, per_page=100).json)
            self.assertEqual(one.get(INVOICES, per_page=100).json, other.get(INVOICES, per_page=100).json)
            one.stop()
            with Server(seed=99, database=one.database) as again:
                self.assertEqual(again.get(CUSTOMERS, per_page=100).json, listing)

    def test_the_database_file_is_in_order(self):
        with Server(seed=5) as server:
            with sqlite3.connect(server.database) as db:
                self.assertEqual(db.execute("PRAGMA journal_mode").fetchone(), ("wal",))
                self.assertGreaterEqual(db.execute("PRAGMA user_version").fetchone()[0], 5)
                self.assertEqual(db.execute("PRAGMA integrity_check").fetchone(), ("ok",))
                self.assertEqual(db.execute("PRAGMA foreign_key_check").fetchall(), [])
            db.close()

    def test_help_and_bad_arguments(self):
        done = subprocess.run([BINARY, "--help"], capture_output=True, text=True, timeout=10)
        self.assertEqual(done.returncode, 0)
        for option in ("--port", "--db", "--seed", "--api-key-env", "--host", "--rate-limit", "--rate-burst",
                       "--retry-after-form", "--max-per-page"):
            self.assertIn(option, done.stdout)
        for arguments in ([], ["--db", "x", "--port", "65536"], ["--db", "x", "--retry-after-form", "soon"]):
            self.assertNotEqual(subprocess.run([BINARY, *arguments], capture_output=True, timeout=10).returncode, 0)
        done = subprocess.run([BINARY, "--db", "/nonexistent/x.db"], capture_output=True, text=True, timeout=10)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stderr.startswith("reference_crm: "))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
