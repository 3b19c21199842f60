#!/usr/bin/env python3
"""Black-box test of examples/crm_cli: crm_cli.py PATH_OF_CRM PATH_OF_REFERENCE_CRM [unittest arguments].

Runs the program against the reference CRM, against small servers that misbehave, and on pseudo terminals.
"""

import csv
import fcntl
import http.server
import io
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unicodedata
import unittest

import reference_crm

CRM = None
KEY = "the-key-of-this-test"
JANE = reference_crm.JANE
FIELDS = ["id", "name", "email", "phone", "address", "city", "state", "zip", "services", "status",
          "last_service_date", "notes", "source", "created_at", "signed_seasons"]
COLUMNS = ["id", "name", "status", "city", "services", "last_service_date", "phone", "email"]
COMMANDS = {
    "query": ["--status", "--services", "--not-signed-for-season", "--last-service-before", "--city"],
    "find": ["ID", "--with-version"],
    "search": ["TEXT"],
    "create": ["--" + name.replace("_", "-") for name in FIELDS if name not in ("id", "created_at")]
              + ["--idempotency-key", "--with-version"],
    "update": ["ID", "--name", "--notes", "--clear", "--if-match", "--idempotency-key", "--with-version"],
    "invoices": ["--status", "--customer-id", "--due-before"],
    "interactions": ["ID", "--since", "--direction"],
}
COMMON = ["--url", "--mock", "--ca-file", "--deadline", "--timeout", "--retries", "--per-page", "--concurrency",
          "--auth", "--api-key-env", "--api-key-file", "--api-key-header", "--oauth-token-endpoint", "--oauth-client-id",
          "--oauth-client-secret-env", "--oauth-scope", "--oauth-refresh-token-file", "--hmac-key-id", "--hmac-secret-env",
          "--events", "--task", "--traceparent", "-v,--verbose", "--json", "--csv", "--table"]


def environment(**changes):
    env = {"PATH": os.environ["PATH"], "TERM": "xterm", "CRM_API_KEY": KEY}
    env.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
    env.update(changes)
    return {name: value for name, value in env.items() if value is not None}


def run(*arguments, timeout=30, **env):
    """Standard output and error are pipes; bytes of both are decoded strictly."""
    return subprocess.run([CRM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
                          encoding="utf-8", env=environment(**env))


class OnTerminals:
    """A run with a terminal of its own for standard output and for standard error."""

    def __init__(self, *arguments, columns=80, **env):
        out, err = pty.openpty(), pty.openpty()
        for _, slave in (out, err):
            modes = termios.tcgetattr(slave)
            modes[1] &= ~termios.OPOST  # a line end stays the one byte that was written
            termios.tcsetattr(slave, termios.TCSANOW, modes)
            fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = subprocess.Popen([CRM, *arguments], stdin=subprocess.DEVNULL, stdout=out[1], stderr=err[1],
                                   env=environment(**env))
        os.close(out[1])
        os.close(err[1])
        seen = {out[0]: b"", err[0]: b""}
        waiting = set(seen)
        while waiting:
            ready, _, _ = select.select(waiting, [], [], 30)
            assert ready, "the program is quiet for 30 seconds"
            for end in ready:
                try:
                    data = os.read(end, 65536)
                except OSError:  # Linux: the other side is closed
                    data = b""
                seen[end] += data
                if not data:
                    waiting.discard(end)
                    os.close(end)
        self.returncode = process.wait(timeout=30)
        self.stdout = seen[out[0]].decode()
        self.stderr = seen[err[0]].decode()


def width(text):
    """Columns of a terminal."""
    return sum(0 if unicodedata.combining(c) or c in "\u200d\ufe0f" else 2 if unicodedata.east_asian_width(c) in "WF"
               else 1 for c in text)


class Listener:
    """A port of this machine on which a handler answers GET, POST and PATCH by its `answer`, each request in a thread."""

    def __init__(self, handler, context=None):
        class Each(handler):
            protocol_version = "HTTP/1.1"

            def do(self):
                self.answer()

            do_GET = do_POST = do_PATCH = do

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Each)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if context else ''}://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Fake(Listener):
    """A server that answers every request with what `reply(path)` returns: status, headers, body."""

    def __init__(self, reply, context=None):
        self.requests = requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                size = int(self.headers.get("Content-Length", 0))
                requests.append((self.command, self.path, dict(self.headers), self.rfile.read(size)))
                status, headers, body = reply(self.path)
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Handler, context)


def page(records, total, number=1, per_page=25, kind="customers"):
    return json.dumps({kind: records, "meta": {"total": total, "page": number, "per_page": per_page}}).encode()


class Silent:
    """A server that takes connections and says nothing."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        return self

    def was_called(self):
        return bool(select.select([self.socket], [], [], 0.05)[0])

    def __exit__(self, *_):
        self.socket.close()


class CliTest(unittest.TestCase):
    maxDiff = None

    @staticmethod
    def server(*options, **choices):
        return reference_crm.Server("--api-key-env", "CRM_API_KEY", *options, env={"CRM_API_KEY": KEY}, **choices)

    @classmethod
    def start(cls, *options, seed=0):
        server = cls.server(*options, seed=seed)
        cls.addClassCleanup(server.__exit__)
        return server.url

    def ends(self, done, code, *parts):
        """Ended with `code`; an error is one line on standard error with these parts, and nothing is printed."""
        self.assertEqual(done.returncode, code, done.stderr)
        if code == 0:
            self.assertEqual(done.stderr, "")
        else:
            self.assertEqual(done.stdout, "")
            self.assertRegex(done.stderr, r"\Acrm: [^\n]+\n\Z")
        for part in parts:
            self.assertIn(part, done.stderr)
        self.assertNotIn(KEY, done.stderr + done.stdout)
        return done

    def records(self, *arguments, **env):
        lines = self.ends(run(*arguments, **env), 0).stdout.splitlines()
        return [json.loads(line) for line in lines]

    def record(self, *arguments, **env):
        (one,) = self.records(*arguments, **env)
        return one


class Reading(CliTest):
    """Over one seeded server that nothing writes to."""

    @classmethod
    def setUpClass(cls):
        cls.url = cls.start(seed=300)

    def records(self, *arguments, **env):
        return super().records(*arguments, CRM_URL=self.url, **env)

    def rows(self, *arguments):
        text = self.ends(run(*arguments, "--csv", CRM_URL=self.url), 0).stdout
        self.assertEqual(text.count("\r\n"), text.count("\r"))
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))

    def test_query_is_every_customer_once_in_order_whatever_the_page_size(self):
        everybody = self.records("query")
        self.assertEqual(len(everybody), 301)
        self.assertEqual(everybody, sorted(everybody, key=lambda c: (c["created_at"], c["id"])))
        self.assertEqual(len({c["id"] for c in everybody}), 301)
        for customer in everybody:
            self.assertEqual(list(customer), FIELDS)
        for size in ("7", "100"):
            self.assertEqual(self.records("query", "--per-page", size), everybody)
            self.assertEqual(self.records("query", "--per-page", size, "--concurrency", "8"), everybody)

    def test_filters_combine_with_and(self):
        expected = [c for c in self.records("query")
                    if c["status"] == "past" and {"fertilizer", "weed_control"} & set(c["services"])
                    and 2026 not in c["signed_seasons"] and (c["last_service_date"] or "9") < "2025-11-01"]
        found = self.records("query", "--status", "past", "--services", "fertilizer,weed_control",
                             "--not-signed-for-season", "2026", "--last-service-before", "2025-11-01")
        self.assertEqual(found, expected)
        self.assertIn(JANE, [c["id"] for c in found])
        eagan = self.records("query", "--city", "Eagan")
        self.assertEqual({c["city"] for c in eagan}, {"Eagan"})
        self.assertEqual(self.records("query", "--city", "eagan"), [])

    def test_options_may_stand_before_the_command(self):
        self.assertEqual(self.records("--per-page", "50", "--json", "query", "--city", "Eagan"),
                         self.records("query", "--city", "Eagan"))

    def test_the_url_option_goes_before_the_environment(self):
        done = run("--url", self.url, "find", JANE, CRM_URL="http://127.0.0.1:1")
        self.ends(done, 0)

    def test_csv_says_what_json_says(self):
        header, *rows = self.rows("query")
        self.assertEqual(header, FIELDS)
        everybody = self.records("query")
        self.assertEqual(len(rows), len(everybody))
        for row, customer in zip(rows, everybody):
            plain = ["" if v is None else ",".join(map(str, v)) if isinstance(v, list) else v
                     for v in customer.values()]
            self.assertEqual(row, plain)

    def test_no_match_is_a_header_in_csv_and_nothing_in_json(self):
        self.assertEqual(self.records("query", "--city", "Nowhere"), [])
        self.assertEqual(self.rows("query", "--city", "Nowhere"), [FIELDS])

    def test_find_shows_one_customer(self):
        jane = self.record("find", JANE)
        self.assertEqual(list(jane), FIELDS)
        self.assertEqual((jane["name"], jane["signed_seasons"]), ("Jane Smith", [2024, 2025]))
        self.assertEqual(self.rows("find", JANE)[1][:3], [JANE, "Jane Smith", "jane@example.com"])
        with_version = self.record("find", JANE, "--with-version")
        self.assertRegex(with_version.pop("version"), r'^"[^"]+"$')
        self.assertEqual(with_version, jane)
        self.assertEqual(self.rows("find", JANE, "--with-version")[0], [*FIELDS, "version"])

    def test_search_is_fuzzy_and_best_first(self):
        self.assertIn("Jane Smith", [c["name"] for c in self.records("search", "jane smyth")])
        self.assertEqual(self.records("search", "jane@example.com")[0]["id"], JANE)
        self.assertEqual(self.records("search", "qqqqqqqq"), [])

    def test_invoices(self):
        found = self.records("invoices", "--customer-id", JANE, "--status", "overdue", "--due-before", "2025-10-16")
        self.assertEqual([(i["number"], i["amount_cents"], i["due_on"]) for i in found],
                         [("INV-1", 18900, "2025-10-15")])
        self.assertEqual(self.records("invoices", "--customer-id", JANE, "--due-before", "2025-06-14"), [])
        everything = self.records("invoices")
        self.assertEqual(len({i["id"] for i in everything}), len(everything))
        self.assertEqual([i for i in everything if i["status"] == "paid"], self.records("invoices", "--status", "paid"))

    def test_interactions_since_a_time_or_a_day(self):
        times = lambda *options: [i["occurred_at"] for i in self.records("interactions", JANE, *options)]
        self.assertEqual(times(), ["2026-01-20T15:00:00Z", "2026-01-22T08:45:30Z"])
        self.assertEqual(times("--direction", "outbound"), ["2026-01-20T15:00:00Z"])
        self.assertEqual(times("--since", "2026-01-21"), ["2026-01-22T08:45:30Z"])
        self.assertEqual(times("--since", "2026-01-22T02:45:30-06:00"), ["2026-01-22T08:45:30Z"])
        self.assertEqual(times("--since", "2026-01-22T08:45:31Z"), [])

    def test_an_unknown_customer_is_3(self):
        for command in ("find", "interactions"):
            self.ends(run(command, "nobody", CRM_URL=self.url), 3, "not found")

    def test_a_terminal_gets_an_aligned_table_no_wider_than_itself(self):
        for columns in (60, 80, 132, 200):
            shown = self.ends(OnTerminals("query", "--status", "past", CRM_URL=self.url, columns=columns, NO_COLOR="1",
                                          TERM="dumb"), 0)
            lines = shown.stdout.splitlines()
            header = lines[0].split()
            for name, whole in zip(header, COLUMNS):
                self.assertTrue(name == whole or name.endswith("…") and whole.startswith(name[:-1]), name)
            self.assertTrue(all(0 < width(line) <= columns for line in lines), shown.stdout)
            self.assertEqual([line[:36] for line in lines[1:]],
                             [c["id"] for c in self.records("query", "--status", "past")])
            # The status begins in the same column in every line, whatever the letters of the name before it.
            at = lines[0].index("status")
            for line in lines[1:]:
                self.assertEqual(width(line[:line.index("past")]), at, line)
            if columns < 200:
                self.assertIn("…", shown.stdout)

    def test_without_a_terminal_a_table_is_not_cut(self):
        text = self.ends(run("query", "--table", CRM_URL=self.url), 0).stdout
        self.assertEqual(text.splitlines()[0].split(), COLUMNS)
        self.assertNotIn("…", text)
        self.assertNotIn("\x1b", text)
        for customer in self.records("query"):
            self.assertIn(customer["email"] or "", text)

    def test_the_header_is_bold_unless_no_color_is_set(self):
        bold = OnTerminals("invoices", "--customer-id", JANE, CRM_URL=self.url)
        self.assertRegex(bold.stdout.splitlines()[0], r"^\x1b\[1mid .*\x1b\[0m$")
        self.assertEqual(bold.stdout.count("\x1b"), 2)
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertNotIn("\x1b", OnTerminals("invoices", "--customer-id", JANE, CRM_URL=self.url, **env).stdout)

    def test_a_single_customer_is_a_sheet_with_nothing_cut(self):
        shown = OnTerminals("find", JANE, columns=40, CRM_URL=self.url, NO_COLOR="1").stdout
        self.assertEqual([line.split()[0] for line in shown.splitlines()], FIELDS)
        self.assertIn(f"id                 {JANE}\n", shown)
        self.assertIn("services           fertilizer,weed_control\n", shown)

    def test_a_format_that_is_asked_for_holds_on_a_terminal_too(self):
        shown = OnTerminals("find", JANE, "--json", CRM_URL=self.url).stdout
        self.assertEqual(json.loads(shown)["id"], JANE)
        self.assertTrue(OnTerminals("find", JANE, "--csv", CRM_URL=self.url).stdout.startswith("id,name,"))

    def test_progress_is_on_a_terminal_only_and_is_erased(self):
        shown = OnTerminals("query", "--json", CRM_URL=self.url)
        self.assertEqual(len(shown.stdout.splitlines()), 301)
        steps = re.findall(r"(\d+)/301", shown.stderr)
        self.assertEqual(steps, [str(n) for n in range(25, 301, 25)])
        self.assertTrue(shown.stderr.endswith("\r\x1b[K"), repr(shown.stderr))
        # Whatever is on the line is gone in the end.
        self.assertEqual(re.sub(r"\r[^\r]*\x1b\[K", "", shown.stderr), "")
        self.assertEqual(OnTerminals("query", "--json", CRM_URL=self.url, TERM="dumb").stderr, "")
        self.assertEqual(OnTerminals("query", "--city", "Eagan", "--per-page", "100", CRM_URL=self.url).stderr, "")
        self.assertEqual(run("query", CRM_URL=self.url).stderr, "")

    def test_a_reader_that_has_seen_enough_ends_it_quietly(self):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([CRM, "query"], stdin=subprocess.DEVNULL, stdout=write, stderr=subprocess.PIPE,
                              env=environment(CRM_URL=self.url), timeout=30)
        os.close(write)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([CRM, "query"], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                                  env=environment(CRM_URL=self.url), timeout=30)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, rb"\Acrm: the output cannot be written: [^\n]+\n\Z")

    def test_a_wrong_key_is_4_and_names_the_request(self):
        done = run("query", CRM_URL=self.url, CRM_API_KEY="wrong-key")
        self.ends(done, 4, "401", "unauthorized", "[request ")
        self.assertNotIn("wrong-key", done.stderr)

    def test_another_variable_may_hold_the_key(self):
        self.record("find", JANE, "--api-key-env", "OTHER", OTHER=KEY, CRM_API_KEY=None)


class Writing(CliTest):
    @classmethod
    def setUpClass(cls):
        cls.url = cls.start()

    def record(self, *arguments, **env):
        return super().record(*arguments, CRM_URL=self.url, **env)

    ALL = {"name": "Zoë \"Z\" O'Hara", "email": "zoe@example.org", "phone": "+1 612 555 0199",
           "address": "1 Elm St, Rear", "city": "Saint Paul", "state": "MN", "zip": "55101", "services": ["mowing", "aeration"], "status": "lead",
           "last_service_date": "2024-02-29", "notes": "first\nsecond", "source": "-5", "signed_seasons": [2025, 2026]}

    def create(self, *options, **fields):
        arguments = []
        for name, value in fields.items():
            text = ",".join(map(str, value)) if isinstance(value, list) else value
            arguments += ["--" + name.replace("_", "-"), text]
        return self.record("create", *arguments, *options)

    def test_create_takes_every_field(self):
        made = self.create(**self.ALL)
        self.assertEqual({name: made[name] for name in self.ALL}, self.ALL)
        self.assertEqual(self.record("find", made["id"]), made)

    def test_the_same_key_creates_once_and_with_another_body_is_refused(self):
        first = self.create("--idempotency-key", "once", name="Only One")
        self.assertEqual(self.create("--idempotency-key", "once", name="Only One"), first)
        done = run("create", "--name", "Another", "--idempotency-key", "once", CRM_URL=self.url)
        self.ends(done, 1, "rejected", "422")

    def test_update_changes_what_it_names_and_clears_what_it_is_told_to(self):
        made = self.create(**self.ALL)
        changed = self.record("update", made["id"], "--status", "active", "--services", "fertilizer",
                              "--clear", "email", "--clear", "last-service-date", "--clear", "signed_seasons,zip")
        expected = {**made, "status": "active", "services": ["fertilizer"], "email": None, "last_service_date": None,
                    "signed_seasons": [], "zip": None}
        self.assertEqual(changed, expected)
        self.assertEqual(self.record("find", made["id"]), expected)
        # Every field that may be cleared, may be.
        bare = self.record("update", made["id"], *(part for name in self.ALL if name != "name"
                                                   for part in ("--clear", name)))
        self.assertEqual({name for name, value in bare.items() if value not in (None, [])},
                         {"id", "name", "created_at"})

    def test_an_update_may_ask_for_a_version(self):
        made = self.create("--with-version", name="Versioned")
        old = made["version"]
        changed = self.record("update", made["id"], "--notes", "a", "--if-match", old, "--with-version")
        self.assertNotEqual(changed["version"], old)
        stale = run("update", made["id"], "--notes", "b", "--if-match", old, CRM_URL=self.url)
        self.ends(stale, 1, "conflict", "412")
        bare = changed["version"].strip('"')
        self.assertEqual(self.record("update", made["id"], "--notes", "c", "--if-match", bare)["notes"], "c")

    def test_an_update_of_nobody_is_3(self):
        self.ends(run("update", "nobody", "--notes", "x", CRM_URL=self.url), 3, "404")

    def test_control_characters_never_reach_a_terminal_in_a_table(self):
        hostile = "a\x1b[2J\x07\x7f\x9b31m\u202eb\u2066\u2028\u200fc\r\n\td\\"
        made = self.create(name="Eve " + hostile, notes=hostile, city="Hostile")
        for text in (OnTerminals("query", "--city", "Hostile", columns=250, CRM_URL=self.url, NO_COLOR="1").stdout,
                     OnTerminals("find", made["id"], CRM_URL=self.url, NO_COLOR="1").stdout,
                     run("query", "--city", "Hostile", "--table", CRM_URL=self.url).stdout,
                     run("find", made["id"], "--table", CRM_URL=self.url).stdout):
            self.assertFalse([c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")])
            self.assertIn(r"a\x1b[2J\x07\x7f\u009b31m\u202eb\u2066\u2028\u200fc\r\n\td" + "\\", text)
        # JSON means the same, and is as harmless; CSV is data.
        line = self.ends(run("find", made["id"], CRM_URL=self.url), 0).stdout
        self.assertEqual(json.loads(line)["notes"], hostile)
        self.assertFalse([c for c in line.rstrip("\n") if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")])
        text = subprocess.run([CRM, "find", made["id"], "--csv"], capture_output=True, timeout=30,
                              env=environment(CRM_URL=self.url)).stdout.decode()
        _, row = csv.reader(io.StringIO(text, newline=""), strict=True)
        self.assertEqual(row[FIELDS.index("notes")], hostile)

    def test_cells_like_formulas_are_quoted_and_unchanged(self):
        for text in ("=1+1", "+1 612", "-5", "@SUM(A1)", '=cmd|"x"', " padded ", "a,b"):
            made = self.create(name=text)
            raw = run("find", made["id"], "--csv", CRM_URL=self.url).stdout
            self.assertIn(',"' + text.replace('"', '""') + '",', raw)
            self.assertEqual(list(csv.reader(io.StringIO(raw, newline=""), strict=True))[1][1], text)

    def test_wide_and_combining_characters_keep_columns_aligned(self):
        for name in ("山田太郎", "e\u0301le\u0300ve", "Ann 🐕", "Plain", "한국 사람", "x" * 60, "山" * 40):
            self.create(name=name, city="Aligned", status="lead")
        for columns in (72, 80, 100, 120, 300):
            lines = OnTerminals("query", "--city", "Aligned", columns=columns, CRM_URL=self.url,
                                NO_COLOR="1").stdout.splitlines()
            self.assertEqual(len(lines), 8)
            self.assertEqual({width(line[:line.index(" lead")]) for line in lines[1:]}, {lines[0].index(" status")})
            self.assertTrue(all(width(line) <= columns for line in lines))


class Usage(CliTest):
    """Nothing here reaches the CRM."""

    def refused(self, *arguments, parts=(), **env):
        with Silent() as crm:
            done = self.ends(run(*arguments, **{"CRM_URL": crm.url, **env}), 2, *parts)
            self.assertFalse(crm.was_called(), arguments)
            return done

    def test_a_bad_value_is_2_and_names_its_option(self):
        for command, option, value, sentence in (
                ("query", "--last-service-before", "2025-02-30", "YYYY-MM-DD"),
                ("query", "--last-service-before", "01.11.2025", "YYYY-MM-DD"),
                ("query", "--not-signed-for-season", "2101", "season is a year"),
                ("query", "--not-signed-for-season", "next", "season is a year"),
                ("query", "--per-page", "0", "1 to 100"),
                ("query", "--per-page", "101", "1 to 100"),
                ("query", "--per-page", "many", "1 to 100"),
                ("query", "--concurrency", "0", "1 to 64"),
                ("query", "--concurrency", "65", "1 to 64"),
                ("query", "--city", "", "is empty"),
                ("query", "--status", "", "is empty"),
                ("query", "--services", "mowing,,aeration", "comma"),
                ("query", "--deadline", "3", "500ms, 3s, 2m"),
                ("query", "--deadline", "3h", "500ms, 3s, 2m"),
                ("query", "--deadline", "0s", "above zero"),
                ("query", "--timeout", "25000m", "at most a day"),
                ("query", "--timeout", "99999999999999999999s", "500ms, 3s, 2m"),
                ("query", "--retries", "-1", "0 to 20"),
                ("query", "--retries", "21", "0 to 20"),
                ("query", "--ca-file", "/no/such/file", "/no/such/file"),
                ("query", "--url", "crm.example.com", "https://"),
                ("query", "--url", "http://crm.example.com", "https"),
                ("invoices", "--due-before", "soon", "YYYY-MM-DD"),
                ("invoices", "--customer-id", "a/b", "separator")):
            self.refused(command, option, value, parts=[option + ": ", sentence, f"crm {command} --help"])
        self.refused("interactions", "x", "--since", "yesterday", parts=["--since: "])
        self.refused("create", "--name", "N", "--signed-seasons", "2025,1", parts=["--signed-seasons: "])
        self.refused("create", "--name", "N", "--idempotency-key", "a b", parts=["--idempotency-key: "])
        self.refused("create", "--name", "", parts=["--name: "])
        self.refused("update", "x", "--notes", "n", "--if-match", 'a"b', parts=["--if-match: "])
        self.refused("update", "x", "--notes", "n", "--if-match", 'W/"1"', parts=["--if-match: ", "weak"])
        self.refused("find", "../search", parts=["ID: "])
        self.refused("search", "", parts=["TEXT: "])

    def test_what_does_not_fit_together_is_2(self):
        self.refused(parts=["subcommand"])
        self.refused("frobnicate", parts=["frobnicate"])
        self.refused("query", "--frobnicate", parts=["--frobnicate"])
        self.refused("query", "stray", parts=["stray"])
        self.refused("find", parts=["ID"])
        self.refused("create", "--email", "a@example.org", parts=["--name"])
        self.refused("update", "x", parts=["at least one field"])
        self.refused("update", "x", "--clear", "name", parts=["--clear", "'name'"])
        self.refused("update", "x", "--clear", "id", parts=["--clear", "'id'"])
        self.refused("update", "x", "--email", "a", "--clear", "email", parts=["--clear", "email"])
        self.refused("query", "--json", "--csv", parts=["--json", "choose one"])
        self.refused("query", "--mock", "--url", "https://crm.example.com", parts=["--mock"])
        self.refused("query", CRM_URL=None, parts=["--url", "CRM_URL", "--mock"])
        self.refused("query", CRM_URL="ftp://x", parts=["CRM_URL: "])

    def test_a_missing_key_is_4_and_nothing_is_sent(self):
        with Silent() as crm:
            self.ends(run("query", CRM_URL=crm.url, CRM_API_KEY=None), 4, "CRM_API_KEY is not set", "--api-key-env")
            self.ends(run("query", "--api-key-env", "NO_KEY", CRM_URL=crm.url), 4, "NO_KEY is not set")
            self.ends(run("query", CRM_URL=crm.url, CRM_API_KEY="a b"), 4, "CRM_API_KEY")
            self.assertFalse(crm.was_called())

    def test_help_lists_the_commands_and_each_command_its_options(self):
        text = self.ends(run("--help"), 0).stdout
        for part in (*COMMANDS, *COMMON, "Examples:", "Exit status:", "CRM_URL", "CRM_API_KEY"):
            self.assertIn(part, text)
        for command, options in COMMANDS.items():
            text = self.ends(run(command, "--help"), 0).stdout
            for option in (*options, *COMMON):
                self.assertRegex(text, rf"(?m)^  {option}\b", command)

    def test_the_version_is_the_librarys(self):
        header = os.path.join(os.path.dirname(__file__), "../../include/crm/version.hpp")
        with open(header) as source:
            version = re.search(r'VERSION_STRING "([^"]+)"', source.read())[1]
        self.assertEqual(self.ends(run("--version"), 0).stdout, f"crm {version}\n")


class Mock(CliTest):
    """The in-memory CRM: no address, no key."""

    def records(self, *arguments):
        return super().records(*arguments, "--mock", CRM_API_KEY=None)

    def test_every_command_runs(self):
        everybody = self.records("query")
        self.assertIn("Jane Smith", [c["name"] for c in everybody])
        self.assertEqual([c for c in everybody if c["status"] == "past"], self.records("query", "--status", "past"))
        self.assertEqual(self.records("query", "--per-page", "1"), everybody)
        some = everybody[0]
        self.assertEqual(self.records("find", some["id"]), [some])
        self.assertIn(some["id"], [c["id"] for c in self.records("search", some["name"])])
        self.assertEqual(self.record("create", "--name", "New", "--city", "Eagan")["city"], "Eagan")
        self.assertEqual(self.record("update", some["id"], "--notes", "changed")["notes"], "changed")
        self.assertTrue(all("amount_cents" in i for i in self.records("invoices")))
        self.records("interactions", some["id"])
        self.ends(run("find", "nobody", "--mock", CRM_API_KEY=None), 3)

    def test_it_forgets_every_change(self):
        self.record("create", "--name", "Forgotten One")
        self.assertNotIn("Forgotten One", [c["name"] for c in self.records("query")])


class Failing(CliTest):
    def ask(self, server, *arguments, **env):
        return run(*arguments, "--url", server.url, "--retries", "0", **env)

    def test_no_answer_is_5(self):
        with Silent() as gone:
            pass
        self.ends(self.ask(gone, "query"), 5, "unreachable")

    def test_a_failing_crm_is_5_after_the_retries(self):
        with Fake(lambda _: (503, {"X-Request-Id": "req-1"}, b"")) as crm:
            self.ends(self.ask(crm, "query"), 5, "503", "[request req-1]")
            self.assertEqual(len(crm.requests), 1)
            done = run("query", "--url", crm.url, "--retries", "1", "--deadline", "20s")
            self.ends(done, 5, "after 2 attempts")
            self.assertEqual(len(crm.requests), 3)

    def test_time_that_runs_out_is_5(self):
        with Silent() as crm:
            for option, word in (("--deadline", "deadline exceeded"), ("--timeout", "unreachable")):
                began = time.monotonic()
                self.ends(self.ask(crm, "find", "x", option, "300ms"), 5, word)
                self.assertLess(time.monotonic() - began, 5)

    def test_an_interrupt_ends_a_call_with_130(self):
        for command in (["query"], ["create", "--name", "N"]):
            with Silent() as crm:
                running = subprocess.Popen([CRM, *command, "--url", crm.url], stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE, env=environment(), encoding="utf-8")
                self.assertTrue(select.select([crm.socket], [], [], 10)[0])
                connection, _ = crm.socket.accept()
                connection.recv(1)
                running.send_signal(signal.SIGINT)
                out, err = running.communicate(timeout=5)
                connection.close()
            self.assertEqual((running.returncode, out), (130, ""), err)
            self.assertRegex(err, r"\Acrm: \w+ failed: cancelled: [^\n]+\n\Z")
            self.assertEqual("outcome unknown" in err, command[0] == "create")

    def test_an_interrupt_ends_a_wait_for_a_retry(self):
        with Fake(lambda _: (503, {"Retry-After": "30"}, b"")) as crm:
            running = subprocess.Popen([CRM, "query", "--url", crm.url], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                       env=environment(), encoding="utf-8")
            while not crm.requests:
                time.sleep(0.02)
            time.sleep(0.2)
            running.send_signal(signal.SIGINT)
            _, err = running.communicate(timeout=5)
        self.assertEqual(running.returncode, 130, err)

    def test_a_forbidden_call_is_4(self):
        with Fake(lambda _: (403, {}, b"")) as crm:
            self.ends(self.ask(crm, "query"), 4, "forbidden")

    def test_a_rate_limit_that_lasts_is_1(self):
        with Fake(lambda _: (429, {"Retry-After": "3600"}, b"")) as crm:
            self.ends(run("query", "--url", crm.url), 1, "rate limited")

    def test_a_refusal_names_fields_of_the_contract_but_not_what_is_in_them(self):
        problem = {"type": "about:blank", "title": "no", "detail": "Jane's data", "errors": [
            {"pointer": "/customer/email", "detail": "jane@example.com is taken"},
            {"pointer": "/customer/\x1bzip", "detail": "is wrong"}]}
        body = json.dumps(problem).encode()
        with Fake(lambda _: (422, {"Content-Type": "application/problem+json", "X-Request-Id": "req-2"}, body)) as crm:
            done = self.ends(self.ask(crm, "create", "--name", "N"), 1, "422", "[request req-2]",
                             "refused: /customer/email\n")
            self.assertNotIn("jane", done.stderr.lower())

    def test_a_reference_crm_that_takes_small_pages_names_the_parameter(self):
        url = self.start("--max-per-page", "10")
        self.ends(run("query", "--url", url, "--per-page", "50"), 1, "422", "per_page")

    def test_an_answer_that_is_no_json_is_6(self):
        with Fake(lambda _: (200, {"Content-Type": "text/html"}, b"<html>Welcome</html>")) as crm:
            for command in (["query"], ["find", "x"], ["search", "x"], ["invoices"], ["interactions", "x"]):
                self.ends(self.ask(crm, *command), 6, "bad response")
            self.ends(self.ask(crm, "create", "--name", "N"), 6, "outcome unknown")

    def test_an_answer_that_is_too_large_is_6(self):
        with Fake(lambda _: (200, {}, b" " * (5 << 20))) as crm:
            self.ends(self.ask(crm, "query"), 6, "too large")

    def test_another_customer_than_was_asked_for_is_6(self):
        with Fake(lambda _: (200, {}, b'{"customer":{"id":"y","name":"Y"}}')) as crm:
            self.ends(self.ask(crm, "find", "x"), 6)

    def test_a_list_that_is_not_whole_is_6(self):
        one = {"id": "1", "name": "One"}
        number = lambda path: int(re.search(r"[?&]page=(\d+)", path)[1])
        pages = {
            "an empty page": lambda n: page([one], 3, n, 1) if n == 1 else page([], 3, n, 1),
            "a page again and again": lambda n: page([one], 3, n, 1),
            "another page": lambda n: page([one], 3, 1, 1),
            "ids that repeat": lambda n: page([{"id": str(n), "name": "N"}, one], 4, n, 2),
            "a list that shrinks": lambda n: page([{"id": str(n), "name": "N"}], 4 - n % 2, n, 1),
        }
        for fault, reply in pages.items():
            with self.subTest(fault), Fake(lambda path: (200, {}, reply(number(path)))) as crm:
                self.ends(self.ask(crm, "query"), 6, "query failed: incomplete")

    def test_a_record_that_moved_to_the_next_page_is_printed_once(self):
        people = [{"id": str(n), "name": f"N{n}"} for n in range(3)]

        def reply(path):
            first = "page=1&" in path
            return 200, {}, page(people[:2], 3, 1, 2) if first else page(people[1:], 4, 2, 2)

        with Fake(reply) as crm:
            self.assertEqual([c["id"] for c in self.records("query", "--url", crm.url)], ["0", "1", "2"])

    def test_a_bare_list_is_one_page(self):
        with Fake(lambda _: (200, {}, b'[{"id":"1","name":"One"}]')) as crm:
            self.assertEqual([c["id"] for c in self.records("query", "--url", crm.url)], ["1"])
            self.assertEqual(len(crm.requests), 1)

    def test_a_request_carries_the_key_and_the_programs_name(self):
        with Fake(lambda _: (200, {}, page([], 0))) as crm:
            self.ends(self.ask(crm, "query", "--city", "Eagan & Co", "--per-page", "7"), 0)
            ((_, path, headers, _),) = crm.requests
        self.assertEqual(path, "/api/v1/customers?city=Eagan%20%26%20Co&page=1&per_page=7")
        self.assertEqual(headers["Authorization"], "Bearer " + KEY)
        self.assertRegex(headers["User-Agent"], r"^crm/\d")

    @unittest.skipUnless(shutil.which("openssl"), "needs openssl to make a certificate")
    def test_a_server_that_cannot_be_verified_is_5_and_a_ca_file_verifies_it(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out",
                            certificate], check=True, capture_output=True)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            with Fake(lambda _: (200, {}, page([], 0)), context) as crm:
                self.ends(self.ask(crm, "query"), 5, "TLS")
                self.assertEqual(crm.requests, [])
                self.ends(self.ask(crm, "query", "--ca-file", certificate), 0)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    CRM = os.path.abspath(sys.argv.pop(1))
    reference_crm.BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
