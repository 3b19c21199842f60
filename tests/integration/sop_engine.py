#!/usr/bin/env python3
"""Black-box test of examples/sop_engine: sop_engine.py PATH_OF_SOP_ENGINE PATH_OF_REFERENCE_CRM [unittest arguments].

Runs whole procedures on the mock and against the reference CRM. After every run the program's files and all that it said are
searched for the customers of the CRM. What was sent is looked at in the mail drop, and by a receiver of webhooks.
sop_engine_failures.py is about what goes wrong.
"""

import contextlib
import email
import email.policy
import http.server
import json
import os
import pathlib
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections import Counter

import reference_crm
from crm_cli_auth import Proxy
from reference_crm import JANE, Server

PROGRAM = None
KEY = "key-of-this-test"
SEASON = "2026"
SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "include/crm/testing/sample_data.hpp"
QUICK = ("--retry-first-ms", "20", "--breaker-ms", "500", "--background-ms", "100")


def rows(database, question, *values):
    """A database in use is only read."""
    with contextlib.closing(sqlite3.connect(pathlib.Path(database).as_uri() + "?mode=ro", uri=True, timeout=20)) as db:
        return db.execute(question, values).fetchall()


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.005)


class Webhook:
    """Keeps what is posted. `status(count)` is what a post is answered with."""

    def __init__(self, status=lambda count: 200):
        self.posts = posts = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                posts.append((self.headers["Idempotency-Key"], body["channel"], body["text"]))
                self.send_response(status(len(posts)))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # of an engine that was killed
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/services/token-of-the-webhook"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def texts(self, channel):
        """Each once, as a receiver has them that knows keys."""
        return [text for key, (where, text) in {key: post for key, *post in self.posts}.items() if where == channel]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Engine:
    """A database of the engine's, with its mail drop. Everything said in runs is kept."""

    def __init__(self, sop, crm=None, *options, webhook=None, key=KEY):
        self.folder = tempfile.TemporaryDirectory(prefix="sop_engine.")
        self.path = pathlib.Path(self.folder.name)
        self.database = self.path / "engine" / "engine.db"
        self.database.parent.mkdir()
        self.drop = self.path / "mail-drop"
        self.process, self.said = None, b""
        self.private = {KEY, "token-of-the-webhook"}
        self.environment = {"PATH": os.environ["PATH"], "TERM": "dumb", "SOP_KEY": key,
                            **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}
        self.options = ["--sop", sop, "--db", str(self.database), "--mail-drop", str(self.drop), "--season", SEASON,
                        "--period", "2026-02", *options]
        if webhook is not None:
            self.environment["SOP_HOOK"] = webhook.url
            self.options += ["--webhook-env", "SOP_HOOK"]
        self.crm = crm
        self.options += ["--url", crm.url, "--api-key-env", "SOP_KEY", *QUICK] if crm else ["--mock"]

    def command(self, *options):
        """What is given anew takes the place of what was given before."""
        before = list(self.options)
        for option in options:
            if option.startswith("--") and option in before:
                place = before.index(option)
                del before[place:place + 2]
        return [*before, *options]

    def is_at_work(self):
        return self.database.exists() and bool(rows(self.database, "SELECT 1 FROM sqlite_master WHERE name = 'task_events'"))

    def start(self, *options):
        self.remember_customers()
        self.err = tempfile.TemporaryFile()
        self.process = subprocess.Popen([PROGRAM, "run", *self.command(*options)], stdin=subprocess.DEVNULL, stdout=self.err,
                                        stderr=self.err, env=self.environment, cwd=self.path)
        return self.process

    def end(self, process, timeout=60):
        code = process.wait(timeout=timeout)
        self.err.seek(0)
        self.output = self.err.read()
        self.err.close()
        self.said += self.output
        self.check_privacy()
        return code

    def run(self, *options, timeout=60):
        return self.end(self.start(*options), timeout)

    # --- What must never be found ---

    def remember_customers(self):
        if self.crm is None:
            self.private |= set(re.findall(r'\.(?:name|email|phone|address) = "([^"]+)"', SAMPLES.read_text()))
        elif isinstance(self.crm, Server):
            for row in rows(self.crm.database, "SELECT name, email, phone, address, notes FROM customers"):
                self.private |= {text for text in row if text}

    def check_privacy(self):
        self.remember_customers()
        assert self.private or self.crm is not None
        kept = {path: path.read_bytes() for path in self.database.parent.iterdir()}
        if not self.drop.is_relative_to(self.database.parent):
            kept["what was said"] = self.said
        assert self.database in kept
        for text in self.private:
            for form in {text, json.dumps(text)[1:-1], text.lower()}:
                for place, content in kept.items():
                    if form.encode() in content:
                        raise AssertionError(f"{form!r} is in {place}")

    # --- What has come of it ---

    def tasks(self, question="SELECT key, state, step, last_error FROM tasks ORDER BY id"):
        return rows(self.database, question)

    def states(self, sop=None):
        return Counter(state for _, state, name in self.tasks("SELECT key, state, sop FROM tasks")
                       if sop is None or name == sop)

    def events(self, name=None):
        lines = [json.loads(line) for (line,) in self.tasks("SELECT line FROM task_events ORDER BY id")]
        return [line for line in lines if name is None or line["event"] == name]

    def mails(self):
        found = []
        for path in sorted(self.drop.iterdir()):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            assert mail["Message-ID"] == f"<{path.stem}@sop-engine.invalid>"
            found.append(mail)
        return found

    def recipients(self):
        return sorted(mail["To"].addresses[0].addr_spec for mail in self.mails())

    def status(self):
        return subprocess.run([PROGRAM, "status", "--db", str(self.database)], capture_output=True, encoding="utf-8",
                              timeout=20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None and self.process.poll() is None:  # of a test that failed
            self.process.kill()
            self.process.wait()
        self.folder.cleanup()


def crm(seed=60, *options, **named):
    return Server("--api-key-env", "SERVER_KEY", *options, seed=seed, env={"SERVER_KEY": KEY}, **named)


def lapsed(server, season=SEASON):
    """Id, e-mail and notes of the customers whom the reactivation is about."""
    return rows(server.database, """SELECT id, email, notes FROM customers WHERE status = 'past'
        AND seq IN (SELECT customer_seq FROM customer_services WHERE service IN ('fertilizer', 'weed_control'))
        AND seq NOT IN (SELECT customer_seq FROM customer_seasons WHERE season = ?)""", int(season))


def inquiry(folder, number, sender, services="mowing", phone="", message_id=None, name=None):
    message_id = message_id or f"<{number}@mail.invalid>"
    (folder / f"{number}.eml").write_text(
        f"From: {name or 'Some Body'} <{sender}>\r\nMessage-ID: {message_id}\r\nSubject: A question\r\n\r\n"
        f"Phone: {phone}\r\nServices: {services}\r\n\r\nWhat would it cost?\r\n")


class SopTest(unittest.TestCase):
    maxDiff = None

    def ends(self, engine, code, *options, **named):
        self.assertEqual(engine.run(*options, **named), code, engine.output.decode())


class OnTheMock(SopTest):
    EXPECTED = {
        "reactivation": ["amina@example.com", "jane@example.com", "siobhan@example.org"],
        "lead-response": ["chloe.fontaine@example.org", "chloe.fontaine@example.org", "jane@example.com",
                          "smythe.at.work@example.net"],
        "quote-follow-up": ["thao.nguyen@example.com"],
        "collections": ["jane@example.com", "renee@example.net", "siobhan@example.org"],
    }

    def test_every_procedure_runs_to_its_end(self):
        for sop, expected in self.EXPECTED.items():
            with self.subTest(sop), Engine(sop) as engine:
                self.ends(engine, 0)
                self.assertEqual(engine.recipients(), expected)
                self.assertEqual(set(engine.states()), {"done"})

    def test_whoever_gives_anothers_telephone_number_does_not_learn_whose_it_is(self):
        with Engine("lead-response") as engine:
            inquiry(engine.path, 1, "evil@attacker.example", phone="651-555-0102", name="Mallory")
            self.ends(engine, 0, "--inbox", str(engine.path))
            (mail,) = engine.mails()
            self.assertEqual((mail["To"].addresses[0].addr_spec, mail["To"].addresses[0].display_name),
                             ("evil@attacker.example", "Mallory"))
            self.assertIn("Dear Mallory,", mail.get_content())

    def test_mails_of_one_message_id_are_answered_each_and_one_that_cannot_be_read_is_told(self):
        with Webhook() as slack, Engine("lead-response", webhook=slack) as engine:
            inquiry(engine.path, 1, "one@example.org", message_id="<same@x>")
            inquiry(engine.path, 2, "two@example.org", message_id="<same@x>")
            (engine.path / "3.eml").symlink_to("nowhere")
            self.ends(engine, 3, "--inbox", str(engine.path))
            self.assertEqual(engine.recipients(), ["one@example.org", "two@example.org"])
            (told,) = slack.texts("#escalations")
            self.assertIn("lead-response: step match fails: inquiry cannot be read (task ", told)

    def test_again_it_does_nothing_again(self):
        for sop, expected in self.EXPECTED.items():
            with self.subTest(sop), Engine(sop) as engine:
                self.ends(engine, 0)
                children = [key for key, *_ in engine.tasks() if "T" not in key]
                mails = {mail["Message-ID"]: bytes(mail) for mail in engine.mails()}
                self.ends(engine, 0)
                self.assertEqual([key for key, *_ in engine.tasks() if "T" not in key], children)
                self.assertEqual({mail["Message-ID"]: bytes(mail) for mail in engine.mails()}, mails)

    def test_a_draft_can_be_read_by_others(self):
        with Engine("reactivation") as engine:
            self.ends(engine, 0)
            (mail,) = [mail for mail in engine.mails() if mail["To"].addresses[0].addr_spec == "siobhan@example.org"]
            self.assertEqual(mail["To"].addresses[0].display_name, "Siobh\u00e1n O'Brien")
            self.assertEqual(mail["Subject"], "Your lawn in 2026")
            self.assertEqual(mail["X-Unsent"], "1")
            self.assertIn("Dear Siobh\u00e1n O'Brien,", mail.get_content())

    def test_the_totals_are_told_by_currency(self):
        with Webhook() as slack, Engine("collections", webhook=slack) as engine:
            self.ends(engine, 0)
            self.assertEqual(slack.texts("#collections"), [
                "collections: 3 invoices of 3 customers are overdue: CAD 99.50, USD 395.75"])
            (mail,) = [mail for mail in engine.mails() if mail["To"].addresses[0].addr_spec == "renee@example.net"]
            self.assertIn("2025-0390  due 2025-09-29  USD 210.75", mail.get_content())

    def test_ten_thousand_tasks_on_eight_workers_take_little_memory(self):
        """More than half of what is allowed is the in-memory CRM's."""
        count = 10_000
        with Engine("reactivation", None, "--workers", "8", "--mock-customers", str(count)) as engine:
            process = engine.start()
            _, code, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(code)
            self.assertEqual(engine.end(process), 0, engine.output.decode())
            self.assertLess(used.ru_maxrss, 64 * 1024)  # KiB
            self.assertEqual(engine.states("reactivation"), {"done": count + 4})
            self.assertEqual(len(list(engine.drop.iterdir())), count + 3)


class OverHttp(SopTest):
    def test_reactivation(self):
        with crm() as server, Engine("reactivation", server) as engine:
            expected = lapsed(server)
            self.ends(engine, 0)
            self.assertEqual(engine.recipients(), sorted(mail for _, mail, _ in expected if mail))
            self.assertEqual(lapsed(server), [
                (id, mail, "\n".join(filter(None, [notes, "Offer for season 2026 drafted"])) if mail else notes)
                for id, mail, notes in expected])
            self.assertEqual(engine.states("reactivation"), Counter(
                ["done"] + ["done" if mail else "skipped" for _, mail, _ in expected]))
            self.ends(engine, 0)
            self.assertEqual(sum(notes.count("Offer") for _, mail, notes in lapsed(server) if mail), len(engine.mails()))

    def test_every_call_is_on_record_under_its_task(self):
        with crm(5) as server, Engine("reactivation", server, "--workers", "1") as engine:
            self.ends(engine, 0)
            (task,) = engine.tasks(f"SELECT id FROM tasks WHERE key = 'reactivation/2026/{JANE}'")
            told = [json.loads(line) for (line,) in rows(engine.database,
                    "SELECT line FROM task_events WHERE task_id = ? ORDER BY id", task[0])]
            self.assertEqual(
                [line["event"] + " " + line.get("crm.operation", line.get("sop.step", line.get("sop.template", "")))
                 for line in told if line["event"].startswith("sop.") or line["event"] == "crm.call.finished"],
                ["sop.task.made review", "crm.call.finished find", "sop.task.advanced review", "sop.task.advanced draft",
                 "crm.call.finished update", "sop.task.done record", "crm.call.finished find",
                 "sop.message.sent reactivation-offer"])

    def test_lead_response(self):
        with crm() as server, Engine("lead-response", server) as engine:
            (before,) = rows(server.database, "SELECT count(*) FROM customers")
            self.ends(engine, 0)
            self.assertEqual(engine.recipients(), OnTheMock.EXPECTED["lead-response"])
            fresh = rows(server.database, "SELECT name, email, phone, status, source FROM customers "
                                          "ORDER BY seq LIMIT -1 OFFSET ?", before[0])
            self.assertCountEqual(fresh, [
                ("Chlo\u00e9 Fontaine", "chloe.fontaine@example.org", "651-555-0171", "lead", "inquiry"),
                ("J. Smythe", "smythe.at.work@example.net", "+1 (612) 555-0108", "lead", "inquiry")])
            self.assertEqual(rows(server.database, """SELECT status, group_concat(service) FROM customers
                JOIN customer_services ON seq = customer_seq WHERE id = ?""", JANE), [("lead", "fertilizer,weed_control,snow_removal")])

    def test_quote_follow_up_with_quotes_from_a_file(self):
        with crm(5) as server, Engine("quote-follow-up", server) as engine:
            others = [id for (id,) in rows(server.database, "SELECT id FROM customers WHERE email IS NOT NULL AND id <> ? "
                                           "AND id NOT IN (SELECT c.id FROM customers c JOIN interactions ON seq = customer_seq "
                                           "WHERE direction = 'inbound' AND occurred_at > '2026-02-01')", JANE)]
            quotes = [("Q-1", JANE, "2026-01-20T15:00:00Z"),   # she has answered two days later
                      ("Q-2", JANE, "2026-01-23T00:00:00Z"),   # and not since
                      ("Q-3", others[0], "2026-02-01T00:00:00Z"), ("Q-4", "nobody", "2026-02-01T00:00:00Z")]
            file = engine.path / "quotes.jsonl"
            file.write_text("\n".join(json.dumps(dict(zip(("quote", "customer_id", "sent_at"), each))) for each in quotes))
            self.ends(engine, 0, "--quotes", str(file))
            self.assertEqual(sorted(mail["Subject"] for mail in engine.mails()), ["Our quote Q-2", "Our quote Q-3"])
            self.assertEqual([row[1:] for row in engine.tasks() if "/Q-" in row[0]],
                             [("done", "check", "has responded"), ("done", "remind", ""), ("done", "remind", ""),
                              ("skipped", "check", "customer not found")])
            self.ends(engine, 0, "--quotes", str(file))
            self.assertEqual(len(engine.mails()), 2)
            self.ends(engine, 0, "--quotes", str(file), "--reminder", "2")
            self.assertEqual(len(engine.mails()), 4)

    def test_collections(self):
        with crm(40) as server, Webhook() as slack, Engine("collections", server, webhook=slack) as engine:
            overdue = rows(server.database, "SELECT c.id, email, currency, sum(amount_cents), count(*) FROM invoices i "
                                            "JOIN customers c ON c.seq = customer_seq WHERE i.status = 'overdue' GROUP BY 1, 3")
            self.ends(engine, 0)
            self.assertEqual(engine.recipients(), sorted({mail for _, mail, *_ in overdue if mail}))
            sums = Counter()
            for _, _, currency, cents, _ in overdue:
                sums[currency] += cents
            self.assertEqual(slack.texts("#collections"), [
                f"collections: {sum(row[4] for row in overdue)} invoices of {len({row[0] for row in overdue})} customers are "
                "overdue: " + ", ".join(f"{name} {cents // 100}.{cents % 100:02}" for name, cents in sorted(sums.items()))])
            self.assertEqual(sorted(slack.texts("#sales")), sorted(
                f"collections: customer {id} has no e-mail address, please call" for id in {row[0] for row in overdue if not row[1]}))

    def test_a_message_id_that_holds_the_senders_address_is_not_kept(self):
        with crm(0) as server, Engine("lead-response", server) as engine:
            inquiry(engine.path, 1, "fresh.face@example.org", message_id="<20260208.fresh.face@example.org>", name="Fresh Face")
            engine.private |= {"fresh.face@example.org", "Fresh Face"}
            self.ends(engine, 0, "--inbox", str(engine.path))
            self.assertEqual(engine.recipients(), ["fresh.face@example.org"])

    def test_equal_inquiries_that_race_make_one_customer(self):
        both = threading.Barrier(2, timeout=20)
        met = []

        def meet(_, handler):  # both have searched before either creates
            if "/search" in handler.path and len(met) < 2:
                met.append(handler.path)
                both.wait()

        with crm(0) as server, Proxy(server.port, before=meet) as between, Engine("lead-response", server) as engine:
            for number in (1, 2):
                inquiry(engine.path, number, "fresh@example.org")
            self.ends(engine, 0, "--inbox", str(engine.path), "--url", between.url)
            self.assertEqual(len(met), 2)
            self.assertEqual(rows(server.database, "SELECT email FROM customers WHERE id <> ?", JANE), [("fresh@example.org",)])
            self.assertEqual(len(engine.mails()), 2)
            posts = [headers["Idempotency-Key"] for method, _, headers in between.requests if method == "POST"]
            self.assertEqual(len(set(posts)), 1)
            self.assertRegex(posts[0], r'^"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"$')

    def test_inquiries_from_one_address_that_say_different_things_make_one_customer(self):
        with crm(0) as server, Engine("lead-response", server) as engine:
            for number, services in enumerate(("mowing", "snow removal", "aeration", "fertilizer")):
                inquiry(engine.path, number, "Fresh@Example.org", services)
            self.ends(engine, 0, "--inbox", str(engine.path))
            self.assertEqual(rows(server.database, "SELECT email FROM customers WHERE id <> ?", JANE), [("fresh@example.org",)])
            self.assertEqual({service for (service,) in rows(server.database, "SELECT service FROM customer_services "
                              "JOIN customers ON seq = customer_seq WHERE id <> ?", JANE)},
                             {"mowing", "snow_removal", "aeration", "fertilizer"})

    def test_an_inquiry_that_cannot_be_answered_is_told_to_people(self):
        with crm(0) as server, Webhook() as slack, Engine("lead-response", server, webhook=slack) as engine:
            for number in range(3):
                inquiry(engine.path, number, "nobody")
            self.ends(engine, 3, "--inbox", str(engine.path))
            (told,) = slack.texts("#escalations")
            self.assertIn("lead-response: step match fails: inquiry without an address (task ", told)
            self.assertEqual(engine.states("lead-response"), {"done": 1, "failed": 3})


class TheCommandLine(SopTest):
    def refused(self, code, words, *arguments, **env):
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, encoding="utf-8", timeout=20,
                              env={"PATH": os.environ["PATH"], **env})
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertTrue(done.stderr.startswith("sop_engine: "), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(words, done.stderr)

    def test_help(self):
        for words in (["--help"], ["run", "--help"], ["status", "--help"]):
            done = subprocess.run([PROGRAM, *words], capture_output=True, encoding="utf-8", timeout=20)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertGreater(len(done.stdout), 200)

    def test_what_cannot_be_done_is_said(self):
        with tempfile.TemporaryDirectory() as folder:
            def run(*more, sop="reactivation", db="engine.db"):
                return "run", "--sop", sop, "--db", os.path.join(folder, db), "--mail-drop", os.path.join(folder, "mail"), *more

            self.refused(2, "subcommand is required")
            self.refused(2, "--sop", *run("--mock", sop="everything"))
            self.refused(2, "--url", *run())
            self.refused(2, "--api-key-env", *run("--url", "http://127.0.0.1:1"))
            self.refused(2, "environment variable NO_SUCH_KEY is not set",
                         *run("--url", "http://127.0.0.1:1", "--api-key-env", "NO_SUCH_KEY"))
            self.refused(2, "environment variable NO_SUCH_HOOK is not set", *run("--mock", "--webhook-env", "NO_SUCH_HOOK"))
            self.refused(2, "is no mailbox", *run("--mock", "--from", "Lawn Care"))
            for file in ("", ":memory:", "file:x?mode=memory"):
                self.refused(2, "the database is a file", "run", "--sop", "reactivation", "--mock", "--db", file)
            self.refused(2, "period", *run("--mock", "--period", "Jane Smith"))
            self.refused(1, "cannot be written", *run("--mock", db="nowhere/engine.db"))
            self.refused(1, "there is no inbox", *run("--mock", "--inbox", folder + "/nothing", sop="lead-response"))
            self.refused(1, "cannot be read", *run("--mock", "--quotes", folder + "/nothing", sop="quote-follow-up"))
            self.refused(1, "cannot be read", *run("--mock", "--quotes", folder, sop="quote-follow-up"))
            quotes = pathlib.Path(folder, "quotes")
            quotes.write_text('{"quote":"Q-1","customer_id":"c","sent_at":"2026-01-20T15:00:00Z"}\n{"quote":"Jane Smith"}\n')
            self.refused(1, "line 2, is no quote", *run("--mock", "--quotes", str(quotes), sop="quote-follow-up"))
            self.refused(1, "the webhook's address is none like", *run("--mock", "--webhook-env", "HOOK"), HOOK="hooks.slack.com")
            self.refused(1, "the CRM's client cannot be made",
                         *run("--url", "http://crm.example.com", "--api-key-env", "KEY", db="http.db"), KEY="key")
            self.refused(1, "the CRM's client cannot be made",  # an address that could not be used is not remembered
                         *run("--url", "ftp://crm.example.com", "--api-key-env", "KEY", db="http.db"), KEY="key")

    def test_a_file_that_is_not_the_engines_is_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "other.db")

            def refused(words):
                before = pathlib.Path(file).read_bytes()
                self.refused(1, words, "run", "--sop", "collections", "--db", file, "--mail-drop", folder + "/mail", "--mock")
                self.refused(1, words, "status", "--db", file)
                self.assertEqual(pathlib.Path(file).read_bytes(), before)
                self.assertFalse(os.path.exists(file + "-wal"))

            self.refused(1, "there is no file", "status", "--db", file)
            pathlib.Path(file).write_text("Jane Smith, jane@example.com\n" * 100)
            refused("is no SQLite database")
            os.remove(file)
            with contextlib.closing(sqlite3.connect(file)) as db, db:
                db.execute("CREATE TABLE customers (name)")
            refused("is a database, but not one of sop_engine")
            os.remove(file)
            done = subprocess.run([PROGRAM, "run", "--sop", "collections", "--db", file, "--mail-drop", folder + "/mail", "--mock"],
                                  capture_output=True, timeout=20)
            self.assertEqual(done.returncode, 0)
            self.refused(1, "is about the CRM at mock, and not about http://127.0.0.1:1:", "run", "--sop", "collections", "--db", file,
                         "--mail-drop", folder + "/mail", "--url", "http://user:secret@127.0.0.1:1/?key=secret", "--api-key-env",
                         "KEY", KEY="key")
            with contextlib.closing(sqlite3.connect(file)) as db, db:
                db.execute("PRAGMA user_version = 99")
                db.execute("PRAGMA journal_mode = DELETE")
            refused("was made by a newer sop_engine")

    def test_a_second_engine_is_refused(self):
        with crm(5) as server, Engine("collections", server) as engine:
            server.process.send_signal(signal.SIGSTOP)
            process = engine.start()
            until(lambda: engine.is_at_work() and engine.events("crm.call.started"))
            self.refused(1, "another sop_engine is at work on", "run", "--sop", "collections", "--db", str(engine.database),
                         "--mail-drop", str(engine.drop), "--mock")
            link = engine.path / "link.db"
            link.symlink_to(engine.database)
            self.refused(1, "another sop_engine is at work on", "run", "--sop", "collections", "--db", str(link),
                         "--mail-drop", str(engine.drop), "--mock")
            server.process.send_signal(signal.SIGCONT)
            self.assertEqual(engine.end(process), 0)

    def test_progress_is_shown_on_a_terminal(self):
        with crm(400) as server, Engine("collections", server, "--workers", "1") as engine:
            engine.environment["TERM"] = "xterm"
            master, slave = pty.openpty()
            engine.remember_customers()
            process = subprocess.Popen([PROGRAM, "run", *engine.options], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=slave, env=engine.environment, cwd=engine.path)
            os.close(slave)
            shown = b""
            with contextlib.suppress(OSError):  # the other side is closed
                while data := os.read(master, 65536):
                    shown += data
            os.close(master)
            out = process.stdout.read()
            process.stdout.close()
            self.assertEqual(process.wait(timeout=20), 0)
            self.assertRegex(shown, rb"\r\x1b\[Kcollections: \d+ done, \d+ skipped, 0 failed, \d+ open, 0 paused; ")
            self.assertRegex(out, rb"^collections: \d+ done, \d+ skipped, 0 failed; messages: \d+ sent, 0 dropped, 0 failed\n$")
            engine.said = shown + out
            engine.check_privacy()


class Timed(unittest.TextTestResult):
    """With -v, how long each test takes."""

    def startTest(self, test):
        self.begun = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        super().addSuccess(test)
        if self.showAll:
            self.stream.writeln(f"    {time.monotonic() - self.begun:.1f} s")


class Runner(unittest.TextTestRunner):
    resultclass = Timed


def main(doc):
    global PROGRAM
    if len(sys.argv) < 3:
        sys.exit(doc)
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    reference_crm.BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main("__main__", testRunner=Runner)


if __name__ == "__main__":
    main(__doc__)
