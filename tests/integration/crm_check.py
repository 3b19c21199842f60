#!/usr/bin/env python3
"""The conformance checker, itself checked: crm_check.py PATH_OF_CRM PATH_OF_REFERENCE_CRM [unittest arguments].

`crm check` against the reference CRM: sound, where every rule must hold, and broken in each way that the table of rules
knows (examples/crm_check/rules.def), where that rule alone must fail.
"""

import concurrent.futures
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from xml.etree import ElementTree

import reference_crm

CRM = None
KEY, READ_ONLY_KEY = "the-key-of-this-check", "the-key-that-may-only-read"
DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
# Enough for every rule: a name and one that begins with it, accents, customers without seasons or service. On one page.
SEED = 75
# Rules that need more than a server and a key, so that nothing is proved of them where all is sound.
NEVER_MET = {"rate_limit_says_when"}


def environment(**changes):
    env = {"PATH": os.environ["PATH"], "CRM_KEY": KEY, "READ_ONLY_KEY": READ_ONLY_KEY}
    env.update({name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")})
    return {**env, **changes}


def crm(*arguments, **env):
    return subprocess.run([CRM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=600, encoding="utf-8",
                          env=environment(**env))


def server(*options, **more):
    return reference_crm.Server("--api-key-env", "CRM_KEY", "--read-only-key-env", "READ_ONLY_KEY", *options,
                                env=environment(), **more)


def check(url, *options, **env):
    return crm("check", url, "--api-key-env", "CRM_KEY", "--read-only-key-env", "READ_ONLY_KEY", "--json", *options, **env)


def results(run):
    """By rule, how it ended."""
    return {each["rule"]: each["result"] for each in map(json.loads, run.stdout.splitlines())}


def those(run, result):
    return {rule for rule, ended in results(run).items() if ended == result}


def failures(run):
    """For messages: what was seen of the rules that failed, and what was said."""
    lines = [line for line in run.stdout.splitlines() if '"result":"failed"' in line]
    return "\n".join(["", *lines, run.stderr])


def table():
    """(rule, writes, section, what is broken) of each rule, as the program shows its table."""
    rows = [[cell.strip() for cell in line.strip("|\n").split(" | ")] for line in crm("check", "--rules").stdout.splitlines()[2:]]
    return [(re.match(r"`(\w+)`", name)[1], name.endswith("(w)"), section, None if broken.startswith("none: ") else broken)
            for name, _, section, broken in rows]


class Sound(unittest.TestCase):
    def assert_all_pass(self, run):
        self.assertEqual((run.returncode, those(run, "failed")), (0, set()), failures(run))

    def test_every_rule_holds_and_none_is_skipped(self):
        with server(seed=SEED) as sound:
            run = check(sound.url, "--write", "--require-extensions")
        self.assert_all_pass(run)
        self.assertEqual(those(run, "skipped"), NEVER_MET)

    def test_rules_hold_whatever_the_size_and_reading_changes_nothing(self):
        for seed in (0, 1, 200, 700):
            with self.subTest(seed=seed), server(seed=seed) as sound:
                with sqlite3.connect(sound.database) as db:
                    before = list(db.execute("SELECT * FROM customers ORDER BY seq"))
                run = check(sound.url)
                self.assert_all_pass(run)
                requests = int(re.search(r"(\d+) requests", run.stderr)[1])
                self.assertLess(requests, 400)
                with sqlite3.connect(sound.database) as db:
                    self.assertEqual(list(db.execute("SELECT * FROM customers ORDER BY seq")), before)

    def test_an_empty_crm_is_skipped_where_it_proves_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            # --seed is what fills it with Jane Smith at least.
            database = os.path.join(folder, "crm.db")
            with server(seed=0, database=database):
                pass
            with sqlite3.connect(database) as db:
                for kind in ("invoices", "interactions", "customers"):
                    db.execute(f"DELETE FROM {kind}")
            with subprocess.Popen([reference_crm.BINARY, "--port", "0", "--db", database, "--api-key-env", "CRM_KEY"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment()) as process:
                run = check(process.stdout.readline().strip())
                process.terminate()
        self.assert_all_pass(run)
        self.assertIn("status_filter", those(run, "skipped"))
        self.assertIn("bad_day_is_422", those(run, "passed"))

    def test_what_a_write_leaves_is_emptied_and_counted(self):
        with server(seed=3) as sound:
            run = check(sound.url, "--write")
            with sqlite3.connect(sound.database) as db:
                left = list(db.execute("SELECT name, email, phone, address, city, zip, status, notes FROM customers "
                                       "WHERE source = 'crm-check'"))
                others = db.execute("SELECT count(*) FROM customers WHERE source IS NOT 'crm-check'").fetchone()[0]
        self.assert_all_pass(run)
        self.assertEqual(others, 4)
        self.assertEqual(int(re.search(r"(\d+) customers remain", run.stderr)[1]), len(left))
        self.assertEqual(set(left), {("crm check (may be deleted)",) + (None,) * 7})

    def test_a_signature_is_as_good_as_a_key(self):
        with reference_crm.Server("--hmac-key", "me", "--hmac-secret-env", "SECRET", seed=SEED, env={"SECRET": KEY}) as sound:
            run = crm("check", sound.url, "--auth", "hmac", "--hmac-key-id", "me", "--hmac-secret-env", "SECRET", "--json",
                      "--write", SECRET=KEY)
        self.assert_all_pass(run)
        self.assertEqual(those(run, "skipped"), NEVER_MET | {"a_refused_token_is_named", "a_credential_that_may_not_is_403"})

    def test_a_token_is_as_good_as_a_key(self):
        with reference_crm.Server("--oauth-client", "me", "--oauth-client-secret-env", "SECRET", seed=SEED,
                                  env={"SECRET": KEY}) as sound:
            run = crm("check", sound.url, "--auth", "oauth2", "--oauth-token-endpoint", sound.url + "/oauth/token",
                      "--oauth-client-id", "me", "--oauth-client-secret-env", "SECRET", "--json", "--write", SECRET=KEY)
        self.assert_all_pass(run)
        self.assertEqual(those(run, "skipped"), NEVER_MET | {"a_credential_that_may_not_is_403"})

    def test_a_rate_limit_is_waited_for(self):
        with server("--rate-limit", "20", "--rate-burst", "150", seed=3) as sound:
            run = check(sound.url)
        self.assert_all_pass(run)
        self.assertIn("rate_limit_says_when", those(run, "passed"))

    def test_a_rate_limit_is_met_when_asked_for(self):
        # Below the first are all requests that a check makes of itself.
        with server("--rate-limit", "20", "--rate-burst", "250", seed=3) as sound:
            met = check(sound.url, "--burst", "1000")
        with server("--rate-limit", "20", "--rate-burst", "250", seed=3) as sound:
            not_met = check(sound.url)
        self.assert_all_pass(met)
        self.assertIn("rate_limit_says_when", those(met, "passed"))
        self.assert_all_pass(not_met)
        self.assertIn("rate_limit_says_when", those(not_met, "skipped"))


class Served:
    """A server of these handlers while it is entered."""

    def __init__(self, handler):
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one piece: the second of two would wait 40 ms for the first one's acknowledgement

    def log_message(self, *_):
        pass

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class WithoutExtensions(Served):
    """A proxy before a server that takes away what a CRM may do without."""

    def __init__(self, behind):
        class Handler(Quiet):
            def do(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if "/invoices" in self.path or "/interactions" in self.path:
                    answer = behind.call("GET", "/no/such/path", headers=dict(self.headers))
                else:
                    left_out = ("idempotency-key", "if-match", "if-none-match")
                    headers = {name: value for name, value in self.headers.items() if name.lower() not in left_out}
                    answer = behind.call(self.command, self.path, body or None, headers)
                kept = ("WWW-Authenticate", "Allow")
                self.answer(answer.status, answer.body,
                            **{name: answer.headers[name] for name in kept if answer.headers[name]})

            do_GET = do_POST = do_PATCH = do

        super().__init__(Handler)


class RepeatingCredentials(Served):
    """A proxy before a server that puts the credential of a create into its answer."""

    def __init__(self, behind):
        class Handler(Quiet):
            def do(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = behind.call(self.command, self.path, body or None, dict(self.headers))
                headers = {name: value for name, value in answer.headers.items()
                           if name.lower() not in ("content-length", "connection", "keep-alive", "content-type")}
                if self.command == "POST":
                    headers["X-Debug"] = self.headers.get("Authorization", "")
                self.answer(answer.status, answer.body, **{"Content-Type": answer.headers["Content-Type"] or "", **headers})

            do_GET = do_POST = do_PATCH = do

        super().__init__(Handler)


def answering(status, body, **headers):
    """A server that answers so to whatever it is asked."""
    class Handler(Quiet):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.answer(status, body, **headers)

        do_POST = do_PATCH = do_GET

    return Served(Handler)


class Endless(Quiet):
    """A body without an end: a chunk, or with `slow` a byte at a time."""
    slow = False
    wbufsize = 0

    def do_GET(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while True:
                self.wfile.write(b"1\r\n \r\n" if self.slow else b"10000\r\n" + b" " * 65536 + b"\r\n")
                self.wfile.flush()
                if self.slow:
                    time.sleep(0.05)
        except OSError:
            self.close_connection = True


class Dripping(Endless):
    slow = True


class NoCrm(unittest.TestCase):
    PRIVATE = "Jane-Privatename"

    def assert_a_report(self, folder_run, status):
        """Ended so, with a report that can be read, and nothing of the server's texts in what was said."""
        run, xml = folder_run
        self.assertEqual(run.returncode, status, run.stderr)
        suite = ElementTree.fromstring(xml)
        self.assertGreater(int(suite.get("failures")) + int(suite.get("errors")), 0)
        self.assertEqual(len(suite.findall("testcase")), int(suite.get("tests")))
        for text in (run.stdout, run.stderr, xml):
            self.assertNotIn(self.PRIVATE.lower(), text.lower())
            self.assertNotIn(KEY, text)
            self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f]")

    def checked(self, url, *options, **env):
        with tempfile.TemporaryDirectory() as folder:
            junit = os.path.join(folder, "rules.xml")
            run = check(url, "--write", "--junit", junit, *options, **env)
            return run, pathlib.Path(junit).read_text()

    def test_what_is_no_crm_keeps_no_contract(self):
        private = self.PRIVATE.encode()
        for name, status, body, headers in (
                ("HTML", 200, b"<html>" + private + b"</html>", {"Content_Type": "text/html"}),
                ("garbage", 200, bytes(range(256)) * 9, {}),
                ("deep", 200, b"[" * 100000, {}),
                ("a redirect", 302, b"", {"Location": "/" + self.PRIVATE}),
                ("no such page", 404, private, {"Content_Type": "text/html"}),
                ("a crash", 500, private, {}),
                ("an empty array", 200, b"[]", {}),
                ("keys and words of its own", 200,
                 b'{"customers":[{"id":"1","name":"x","P":1,"P":2,"status":{"P":1,"P":2}}],"P":"P","meta":{"total":"P"}}'
                 .replace(b"P", private), {"ETag": self.PRIVATE}),
                ("names that are no text", 200,
                 b'{"customers":[{"id":"<b>&\\u0000\\u001b[31m\\"","name":"<x>\\u001b]0;P"},{"id":"]]>","name":"P\\u0001"}]'
                 b',"meta":{"total":2,"page":1,"per_page":100}}'.replace(b"P", private), {})):
            with self.subTest(name), answering(status, body, **headers) as other:
                self.assert_a_report(self.checked(other.url), 6)

    def test_an_answer_without_end_ends_the_check(self):
        with Served(Endless) as endless, Served(Dripping) as dripping:
            self.assert_a_report(self.checked(endless.url), 6)
            self.assert_a_report(self.checked(dripping.url, "--deadline", "300ms"), 5)

    def test_a_crm_that_is_always_busy_is_not_passed(self):
        with answering(429, b"{}", Retry_After="3600") as busy:
            run = check(busy.url)
        self.assertEqual((run.returncode, those(run, "failed")), (5, set()), failures(run))
        self.assertIn("rate limit is too low", run.stderr)

    def test_a_report_says_why_there_was_no_check(self):
        with server(seed=0) as sound:
            self.assert_a_report(self.checked(sound.url, CRM_KEY="another-key"), 4)
            self.assert_a_report(self.checked(sound.url, CRM_KEY=""), 4)
            self.assertEqual(check(sound.url, "--junit", "/dev/full").returncode, 1)


class Interrupted(unittest.TestCase):
    def test_customers_made_so_far_are_emptied(self):
        for how in ("Ctrl-C", "deadline"):
            # A create takes 100 ms, so that the end comes while there are some to make.
            with self.subTest(how), server("--break", "creates_at_once_make_one", seed=3) as slow:
                options = ["--deadline", "1s"] if how == "deadline" else []
                with subprocess.Popen([CRM, "check", slow.url, "--api-key-env", "CRM_KEY", "--json", "--write", *options],
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                      env=environment()) as process:
                    while process.poll() is None and not self.left_by(slow, "email = 'check@example.invalid'"):
                        time.sleep(0.01)
                    if how == "Ctrl-C":
                        process.send_signal(signal.SIGINT)
                    out, said = process.communicate(timeout=30)
                left = self.left_by(slow, "true")
                self.assertEqual(process.returncode, 130 if how == "Ctrl-C" else 5, said)
                self.assertIn("not every rule was tried", said)
                self.assertEqual(len(out.splitlines()), len(table()))
                told = re.search(r"(\d+) customers remain, emptied", said)
                # On a slow machine the deadline may come before the first create; Ctrl-C comes after it.
                self.assertTrue(told or how == "deadline" and not left, said)
                told = int(told[1]) if told else 0
                emptied = [name for name in left if name == "crm check (may be deleted)"]
                self.assertEqual(len(emptied), told)
                # One may have been under way.
                self.assertLessEqual(len(left), told + 1)

    def left_by(self, crm_server, which):
        with sqlite3.connect(crm_server.database) as db:
            return [row[0] for row in db.execute(f"SELECT name FROM customers WHERE source = 'crm-check' AND {which}")]


class Leaks(unittest.TestCase):
    def test_a_credential_in_the_answer_to_a_create_is_seen(self):
        with server(seed=SEED) as behind, RepeatingCredentials(behind) as leaking:
            run = check(leaking.url, "--write")
        self.assertIn("no_answer_holds_a_credential", those(run, "failed"), failures(run))
        self.assertNotIn(KEY, run.stdout + run.stderr)


class Extensions(unittest.TestCase):
    MISSING = {"etag_is_strong", "etag_stays_while_nothing_changes", "current_tag_is_304", "other_tag_is_200",
               "invoices_can_be_read", "invoices_by_status", "invoices_of_a_customer", "invoices_due_before",
               "invoices_bad_day_is_422", "invoices_come_in_order", "interactions_can_be_read", "interactions_since",
               "interactions_by_direction", "interactions_bad_since_is_422", "interactions_of_nobody_are_404",
               "interactions_come_in_order", "create_says_where", "a_repeated_create_is_done_once",
               "update_changes_the_etag", "current_tag_lets_an_update_through", "stale_tag_is_412",
               "weak_tag_never_matches", "errors_are_problem_details", "answers_have_a_request_id"}

    def test_a_missing_extension_is_skipped_or_on_demand_a_failure(self):
        with server(seed=SEED) as behind, WithoutExtensions(behind) as bare:
            lenient, strict = check(bare.url, "--write"), check(bare.url, "--write", "--require-extensions")
        self.assertEqual(lenient.returncode, 0, failures(lenient))
        skipped = {each["rule"] for each in map(json.loads, lenient.stdout.splitlines())
                   if each["seen"].startswith("extension: ")}
        self.assertEqual(skipped, self.MISSING)
        self.assertEqual(strict.returncode, 6)
        self.assertEqual(those(strict, "failed"), self.MISSING)


class Broken(unittest.TestCase):
    def test_each_mutation_fails_its_rule_alone(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        seeded = os.path.join(folder.name, "seeded.db")
        with server(seed=SEED, database=seeded):
            pass

        def run(rule, writes):
            database = shutil.copy(seeded, os.path.join(folder.name, rule + ".db"))
            with server("--break", rule, database=database) as broken:
                return check(broken.url, "--require-extensions", *(["--write"] if writes else []))

        rules = [(rule, writes) for rule, writes, _, broken in table() if broken]
        self.assertGreaterEqual(len(rules), 25)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for (rule, _), done in zip(rules, pool.map(lambda each: run(*each), rules)):
                with self.subTest(rule=rule):
                    self.assertEqual((done.returncode, those(done, "failed")), (6, {rule}), failures(done))

    def test_a_short_page_in_the_middle_of_a_list_fails_its_rule_alone(self):
        with server("--break", "never_signed_matches", seed=300) as broken:
            run = check(broken.url)
        self.assertEqual(those(run, "failed"), {"never_signed_matches"}, failures(run))

    def test_what_cannot_be_broken_is_refused(self):
        for rule in ["no_such_rule"] + [rule for rule, _, _, broken in table() if not broken]:
            ended = subprocess.run([reference_crm.BINARY, "--db", "x.db", "--break", rule], capture_output=True, text=True)
            self.assertNotEqual(ended.returncode, 0)
            self.assertIn("not a rule that can be broken", ended.stdout + ended.stderr)


class Reports(unittest.TestCase):
    def test_junit_says_the_same_and_nothing_of_a_customer_or_a_key(self):
        with tempfile.TemporaryDirectory() as folder, server("--break", "status_filter", seed=SEED) as broken:
            junit = os.path.join(folder, "rules.xml")
            run = check(broken.url, "--junit", junit)
            shown = check(broken.url, "--table").stdout
            xml = pathlib.Path(junit).read_text()
            with sqlite3.connect(broken.database) as db:
                private = {value for row in db.execute("SELECT id, name, email, phone, address, city FROM customers")
                           for value in row if value}
        self.assertGreater(len(private), SEED)
        suite = ElementTree.fromstring(xml)
        cases = suite.findall("testcase")
        self.assertEqual({case.get("name") for case in cases}, set(results(run)))
        self.assertEqual({case.get("name") for case in cases if case.find("failure") is not None}, {"status_filter"})
        self.assertEqual({case.get("name") for case in cases if case.find("skipped") is not None}, those(run, "skipped"))
        self.assertEqual((int(suite.get("tests")), int(suite.get("failures"))), (len(cases), 1))
        for text in (xml, run.stdout, run.stderr, shown):
            self.assertNotIn(KEY, text)
            self.assertNotIn(READ_ONLY_KEY, text)
            self.assertEqual({value for value in private if value in text}, set())

    def test_the_exit_status_says_why_it_could_not_be_run(self):
        with server(seed=0) as sound:
            self.assertEqual(check(sound.url, CRM_KEY="another-key").returncode, 4)
            self.assertEqual(check(sound.url, "--junit", "/no/such/folder/x").returncode, 2)
            self.assertEqual(crm("check", sound.url, "--api-key-env", "NO_SUCH").returncode, 4)
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            self.assertEqual(check(f"http://127.0.0.1:{nobody.getsockname()[1]}").returncode, 5)

    def test_no_option_is_ignored(self):
        with tempfile.TemporaryDirectory() as folder:
            events = os.path.join(folder, "events")
            for option in (["--per-page", "5"], ["--retries", "1"], ["--mock"], ["--csv"], ["--verbose"], ["-v"],
                           ["--events", events], ["--task", "t"], ["--traceparent", "x"]):
                with self.subTest(option):
                    run = crm(*option, "check", "http://127.0.0.1:1", "--api-key-env", "CRM_KEY")
                    self.assertEqual(run.returncode, 2, run.stderr)
                    self.assertIn("a check has no such option", run.stderr)
            self.assertFalse(os.path.exists(events))
        # Those that it has mean the same before it.
        self.assertEqual(crm("--deadline", "1s", "--api-key-env", "NO_SUCH", "check", "http://127.0.0.1:1").returncode, 4)

    def test_the_time_given_is_kept(self):
        with server("--rate-limit", "5", "--rate-burst", "1", seed=3) as slow:
            run = check(slow.url, "--deadline", "2s")
        self.assertEqual(run.returncode, 5, run.stderr)
        self.assertIn("not every rule was tried", run.stderr)

    def test_the_documentation_has_this_table(self):
        self.assertIn(crm("check", "--rules").stdout, (DOCS / "conformance.md").read_text())
        headings = set(re.findall(r"^#+ (.*?)(?: \(extension\))?$", (DOCS / "contract.md").read_text(), re.M))
        self.assertEqual({section for _, _, section, _ in table()} - headings, set())


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    CRM = os.path.abspath(sys.argv.pop(1))
    reference_crm.BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
