#!/usr/bin/env python3
"""What goes wrong around examples/sop_engine: sop_engine_failures.py PATH_OF_SOP_ENGINE PATH_OF_REFERENCE_CRM [unittest arguments].

The CRM fails, is killed and comes back, refuses, and changes under the program's hands; the program itself is killed. As in
sop_engine.py, nothing of a customer may be found after any run.

SOP_ENGINE_FAULT_POINTS=all kills it at every boundary of every procedure, where otherwise some are taken by lot.
"""

import contextlib
import json
import os
import random
import re
import signal
import sqlite3
import threading
import time
from collections import Counter

import sop_engine
from crm_cli_auth import Proxy
from reference_crm import JANE
from sop_engine import KEY, SEASON, Engine, SopTest, Webhook, crm, inquiry, lapsed, rows, until

ESCALATION = "CRM authentication failed \u2014 check credentials"
NOBODY = "00000000-0000-0000-0000-000000000000"  # whom the engine asks for
EVERY_POINT = os.environ.get("SOP_ENGINE_FAULT_POINTS") == "all"


class WhenTheCrmFails(SopTest):
    def begin(self, engine):
        """Until there are tasks for customers, most of them not begun."""
        for _ in range(20):
            self.assertEqual(engine.run("--workers", "1", "--fault-point", "24"), -signal.SIGKILL)
            if len(engine.tasks()) > 5:
                return
        self.fail("it does not get on")

    def test_a_crm_that_is_killed_and_comes_back(self):
        with crm(1500) as server, Webhook() as slack, \
                Engine("reactivation", server, "--workers", "8", webhook=slack) as engine:
            expected = lapsed(server)
            process = engine.start()
            until(lambda: len(list(engine.drop.glob("*.eml"))) >= 10)
            server.process.kill()
            server.process.wait()
            until(lambda: engine.states()["paused"] > 0)
            # What needs no CRM goes on.
            posts = len(slack.posts)
            tidied = len(engine.events("sop.task.waiting"))
            until(lambda: len(slack.posts) > posts and len(engine.events("sop.task.waiting")) > tidied + 3)
            self.assertRegex(engine.status().stdout, r"(?m)paused +\w+ +the CRM +unreachable$")
            unfinished = engine.states("reactivation")
            self.assertGreater(unfinished["ready"] + unfinished["paused"], 0)
            with crm(1500, database=server.database, port=server.port):
                self.assertEqual(engine.end(process), 0, engine.output.decode())
            self.assertEqual(engine.recipients(), sorted(mail for _, mail, _ in expected if mail))
            self.assertEqual([notes for _, mail, notes in lapsed(server) if mail and notes.count("Offer") != 1], [])
            self.assertEqual(engine.states("reactivation"), Counter(
                ["done"] + ["done" if mail else "skipped" for _, mail, _ in expected]))

    def test_while_it_is_down_the_engine_asks_and_no_task_does(self):
        with crm(600) as server, Engine("reactivation", server, "--workers", "8") as engine:
            process = engine.start()
            until(lambda: engine.is_at_work() and engine.events("sop.task.advanced"))
            server.process.kill()
            server.process.wait()
            self.assertIsNone(process.poll())
            until(lambda: sum("task.id" not in event for event in engine.events("crm.call.finished")) >= 3)
            self.assertEqual(engine.events("sop.task.resumed"), [])
            with crm(600, database=server.database, port=server.port):
                self.assertEqual(engine.end(process), 0, engine.output.decode())
            self.assertIn(b"the CRM does not answer", engine.output)
            self.assertIn(b"the CRM answers: ", engine.output)
            self.assertTrue(engine.events("sop.task.resumed"))

    def test_a_record_that_the_crm_fails_on_holds_nobody_up(self):
        """Neither a task's nor a message's, whose template reads the customer once more."""
        for state, fine in (("failed", 0), ("done", 1)):
            with self.subTest(state), crm(12) as server:
                expected = lapsed(server)
                victim, address = next((id, mail) for id, mail, _ in expected if mail)
                reads = []

                def fail(_, handler):
                    if handler.command == "GET" and handler.path.endswith("/" + victim):
                        reads.append(handler.path)
                        return None if len(reads) <= fine else (500, {}, b"")

                with Proxy(server.port, before=fail) as between, Engine("reactivation", server, "--workers", "1") as engine:
                    self.ends(engine, 3, "--url", between.url)
                    self.assertEqual(engine.recipients(), sorted(mail for _, mail, _ in expected if mail and mail != address))
                    (end,) = engine.tasks(f"SELECT state FROM tasks WHERE key LIKE '%/{victim}'")
                    self.assertEqual(end, (state,))
                    table = "tasks" if state == "failed" else "outbox"
                    self.assertEqual(engine.tasks(f"SELECT last_error FROM {table} WHERE state = 'failed'"),
                                     [("unreachable (HTTP 500)",)])

    def test_a_crm_that_takes_no_notice_of_filters_sends_nobody_the_invoices_of_others(self):
        def answer(_, handler):  # the invoices of all, whoever's were asked for
            handler.path = re.sub("customer_id=[^&]*&?", "", handler.path)

        with crm(30) as server, Proxy(server.port, before=answer) as between, Webhook() as slack, \
                Engine("collections", server, webhook=slack) as engine:
            self.ends(engine, 3, "--url", between.url)
            self.assertEqual(engine.mails(), [])
            self.assertEqual(set(engine.tasks("SELECT state, last_error FROM outbox WHERE template = 'payment-reminder'")),
                             {("failed", "the CRM's answer is about others")})
            (told,) = slack.texts("#escalations")
            self.assertIn("collections: message payment-reminder fails: the CRM's answer is about others (task ", told)

    def test_a_crm_that_answers_503_to_everybody_pauses_everything_and_fails_nothing(self):
        asked = []

        def refuse(_, handler):
            if handler.path.endswith("/" + NOBODY):
                asked.append(handler.path)
            return (503, {}, b"") if len(asked) < 6 and "page" not in handler.path else None

        with crm(12) as server, Proxy(server.port, before=refuse) as between, Engine("reactivation", server) as engine:
            self.ends(engine, 0, "--url", between.url)
            self.assertGreaterEqual(len(asked), 6)
            self.assertTrue(engine.events("sop.task.paused"))
            self.assertEqual(engine.recipients(), sorted(mail for _, mail, _ in lapsed(server) if mail))

    def test_a_crm_that_is_down_from_the_start(self):
        with crm(20) as server, Engine("collections", server) as engine:
            engine.remember_customers()
            server.process.kill()
            server.process.wait()
            process = engine.start()
            until(lambda: engine.is_at_work() and engine.states()["paused"] == 1)
            process.terminate()
            self.assertEqual(engine.end(process), 130)
            self.assertIn(engine.states("collections"), ({"paused": 1}, {"ready": 1}))  # or it was just finding out
            with crm(20, database=server.database, port=server.port):
                self.ends(engine, 0)
            self.assertGreater(len(engine.mails()), 2)

    def test_a_customer_who_is_deleted_meanwhile(self):
        with crm(60) as server, Engine("reactivation", server) as engine:
            expected = lapsed(server)
            self.begin(engine)
            begun = {key.split("/")[2] for key, state, step, _ in engine.tasks() if (state, step) != ("ready", "review")}
            gone = {id for id, *_ in expected[::2] if id not in begun}
            self.assertGreater(len(gone), 2)
            with contextlib.closing(sqlite3.connect(server.database, timeout=20)) as db, db:
                db.execute("PRAGMA foreign_keys = ON")
                db.execute(f"DELETE FROM customers WHERE id IN ({','.join('?' * len(gone))})", tuple(gone))
            self.ends(engine, 0)
            self.assertEqual({(key.split("/")[2], why) for key, state, _, why in engine.tasks()
                              if state == "skipped" and why != "no e-mail address"}, {(id, "customer not found") for id in gone})
            self.assertTrue(engine.events("crm.not_found"))
            self.assertEqual(engine.recipients(), sorted(mail for id, mail, _ in expected if mail and id not in gone))

    def test_a_crm_that_limits_the_rate(self):
        with crm(60, "--rate-limit", "40", "--rate-burst", "5") as server, Engine("reactivation", server) as engine:
            expected = lapsed(server)
            self.ends(engine, 0)
            self.assertTrue(engine.events("crm.gate.closed"))
            self.assertEqual(len(engine.mails()), sum(1 for _, mail, _ in expected if mail))

    def test_a_crm_that_wants_to_be_left_alone_for_longer_than_a_call_may_take(self):
        def refuse(_, handler):
            return None if "page" in handler.path else (429, {"Retry-After": "120"}, b"")

        with crm(5) as server, Proxy(server.port, before=refuse) as between, Engine("reactivation", server) as engine:
            process = engine.start("--url", between.url)
            until(lambda: engine.is_at_work() and engine.states("reactivation")["waiting"] == len(lapsed(server)))
            now = time.time()
            for due_at, why in engine.tasks("SELECT due_at, last_error FROM tasks WHERE state = 'waiting' AND step = 'review'"):
                self.assertEqual(why, "rate limited (HTTP 429)")
                self.assertTrue(110 < due_at / 1000 - now < 121, due_at)
            self.assertRegex(engine.status().stdout, r"waiting +review +20..-..-..T..:..:..Z +rate limited \(HTTP 429\)\n")
            process.terminate()
            self.assertEqual(engine.end(process), 130)
            with contextlib.closing(sqlite3.connect(engine.database)) as db, db:
                db.execute("UPDATE tasks SET due_at = 1 WHERE state = 'waiting'")  # two minutes later
            self.ends(engine, 0, "--moved")
            self.assertEqual(engine.recipients(), sorted(mail for _, mail, _ in lapsed(server) if mail))

    def test_a_customer_whom_somebody_else_changes_meanwhile(self):
        """The step is retried later, and adds its note to theirs."""
        changed = []

        def change(_, handler):
            if handler.command == "PATCH" and not changed:
                changed.append(server.patch(JANE, {"notes": "Has moved"}, Authorization="Bearer " + KEY).status)

        with crm(0) as server, Proxy(server.port, before=change) as between, Engine("reactivation", server) as engine:
            self.ends(engine, 0, "--url", between.url)
            self.assertEqual(changed, [200])
            self.assertEqual([notes for *_, notes in lapsed(server)], ["Has moved\nOffer for season 2026 drafted"])
            (waited,) = [event for event in engine.events("sop.task.waiting") if event["sop.name"] == "reactivation"]
            self.assertEqual((waited["sop.step"], waited["sop.reason"]), ("record", "conflict (HTTP 412)"))

    def test_a_step_that_goes_on_failing_ends_by_its_path(self):
        def garble(_, handler):
            return (200, {"Content-Type": "application/json"}, b"{") if handler.command in broken(handler) else None

        for sop, broken, state in (("quote-follow-up", lambda h: "GET" if "/interactions" in h.path else "", "skipped"),
                                   ("reactivation", lambda h: "PATCH", "failed")):
            with self.subTest(sop), crm(60) as server, Proxy(server.port, before=garble) as between, Webhook() as slack, \
                    Engine(sop, server, webhook=slack) as engine:
                self.ends(engine, 3 if state == "failed" else 0, "--url", between.url)
                ended = [why for _, now, step, why in engine.tasks() if now == state and step in ("check", "record")]
                self.assertGreater(len(ended), 1)
                self.assertEqual(set(ended), {"bad response (HTTP 200)"})
                waits = [event["task.id"] for event in engine.events("sop.task.waiting") if event["sop.name"] == sop]
                self.assertEqual(set(Counter(waits).values()), {3})
                # One, however many tasks fail in the same way; and posted once, for nothing was killed.
                told = [text for _, channel, text in slack.posts if channel == "#escalations"]
                self.assertEqual([re.sub(r"\(task.*", "", text) for text in told],
                                 [] if state == "skipped" else ["reactivation: step record fails: bad response (HTTP 200) "])

    def test_a_wrong_credential_is_told_once_a_round(self):
        with crm(60) as server, Webhook() as slack, Engine("reactivation", server, webhook=slack) as engine:
            self.begin(engine)
            engine.environment["SOP_KEY"] = "wrong-key"
            while (0,) in engine.tasks("SELECT ended_at IS NOT NULL FROM rounds"):
                engine.run("--fault-point", "30")  # told already, and so not again
            (told,) = slack.texts("#escalations")
            self.assertRegex(told, rf"^{ESCALATION} \(HTTP 401, \w+, task \d+\)$")
            failed = engine.states("reactivation")["failed"]
            self.assertGreater(failed, 4)
            self.assertTrue(all(why in ("", "unauthorized (HTTP 401)", "no e-mail address") for *_, why in engine.tasks()))
            self.assertGreater(len(engine.events("crm.escalated")), 1)  # by each client that was made
            self.assertEqual(engine.tasks("SELECT count(*) FROM outbox WHERE template = 'credential-failed'"), [(1,)])
            engine.environment["SOP_KEY"] = KEY
            self.ends(engine, 0, "--retry-failed")
            self.assertEqual(engine.states("reactivation")["failed"], 0)
            self.assertEqual(engine.recipients(), sorted(mail for _, mail, _ in lapsed(server) if mail))

    def test_a_webhook_that_is_down_for_a_while(self):
        with Webhook(lambda count: 503 if count < 3 else 200) as slack, Engine("collections", webhook=slack) as engine:
            self.ends(engine, 0)
            self.assertEqual(len(slack.texts("#collections")), 1)
            self.assertGreater(len(slack.posts), len({key for key, *_ in slack.posts}))

    def test_a_webhook_that_refuses(self):
        with Webhook(lambda count: 404) as slack, Engine("collections", webhook=slack) as engine:
            self.ends(engine, 3)
            self.assertEqual(len(engine.mails()), 3)
            self.assertIn(("failed", "the webhook refuses (HTTP 404)"),
                          engine.tasks("SELECT state, last_error FROM outbox"))


class KilledAtAnyMoment(SopTest):
    """At each boundary in turn: the end is the same as without a kill."""

    def points(self, last, least):
        everything = range(1, last + 1)
        return everything if EVERY_POINT else sorted(random.Random(SEASON).sample(everything, least))

    def count_points(self, engine, *options):
        self.ends(engine, 0, "--count-fault-points", *options)
        return int(re.search(rb"fault points: (\d+)", engine.output)[1])

    def killed_and_run_on(self, engine, point, *options):
        """Whether it came to that point."""
        code = engine.run(*options, "--fault-point", str(point))
        if code != -signal.SIGKILL:
            self.assertEqual(code, 0, engine.output.decode())
        elif not engine.is_at_work() or (1,) not in engine.tasks("SELECT ended_at IS NOT NULL FROM rounds"):
            self.ends(engine, 0, *options)  # and otherwise all was done
        self.assertNotIn("tmp", {path.suffix for path in engine.drop.iterdir()})
        return code == -signal.SIGKILL

    def test_lead_response_at_every_boundary(self):
        with crm(3) as server, Webhook() as slack:
            def inquiries(engine, point):
                inquiry(engine.path, "new", f"new.{point}@example.org", "mowing, aeration", message_id=f"<new-{point}@x>")
                inquiry(engine.path, "known", "jane@example.com", "snow removal", message_id=f"<known-{point}@x>")
                return "--inbox", str(engine.path)

            with Engine("lead-response", server, webhook=slack) as engine:
                last = self.count_points(engine, *inquiries(engine, 0))
            killed = 0
            for point in range(1, last + 1):
                slack.posts.clear()
                with self.subTest(point), Engine("lead-response", server, webhook=slack) as engine:
                    killed += self.killed_and_run_on(engine, point, *inquiries(engine, point))
                    self.assertEqual(engine.recipients(), ["jane@example.com", f"new.{point}@example.org"])
                    self.assertEqual(rows(server.database, "SELECT status, group_concat(service) FROM customers "
                                          "JOIN customer_services ON seq = customer_seq WHERE email = ? GROUP BY seq",
                                          f"new.{point}@example.org"), [("lead", "mowing,aeration")])
                    self.assertEqual(set(engine.states()), {"done"})
                    self.assertEqual(slack.texts("#escalations"), [])
            self.assertGreater(killed, last * 3 // 4)
            self.assertEqual(rows(server.database, "SELECT status, group_concat(service) FROM customers JOIN customer_services "
                                  "ON seq = customer_seq WHERE id = ?", JANE), [("lead", "fertilizer,weed_control,snow_removal")])

    def test_reactivation(self):
        with crm(40) as server, Webhook() as slack:
            with Engine("reactivation", server, webhook=slack) as engine:
                last = self.count_points(engine, "--season", "2099")
            self.assertGreater(len(lapsed(server, 2099)), 2)
            for season, point in zip(range(2098, 1900, -1), self.points(last, 12)):
                expected = [mail for _, mail, _ in lapsed(server, season)]
                with self.subTest(point), Engine("reactivation", server, webhook=slack) as engine:
                    self.killed_and_run_on(engine, point, "--season", str(season))
                    self.assertEqual(engine.recipients(), sorted(filter(None, expected)))
                    self.assertEqual({(notes or "").count(f"season {season}") for _, mail, notes in lapsed(server, season)
                                      if mail}, {1})

    def test_quote_follow_up(self):
        with crm(20) as server, Engine("quote-follow-up", server) as engine:
            last = self.count_points(engine)
            expected = engine.recipients()
            self.assertGreater(len(expected), 2)
            for point in self.points(last, 8):
                with self.subTest(point), Engine("quote-follow-up", server) as again:
                    self.killed_and_run_on(again, point)
                    self.assertEqual(again.recipients(), expected)

    def test_collections(self):
        with crm(8) as server, Webhook() as slack, Engine("collections", server, webhook=slack) as engine:
            last = self.count_points(engine)
            expected, totals = engine.recipients(), slack.texts("#collections")
            self.assertEqual((len(expected) > 2, len(totals)), (True, 1))
            for point in self.points(last, 8):
                slack.posts.clear()
                with self.subTest(point), Engine("collections", server, webhook=slack) as again:
                    self.killed_and_run_on(again, point)
                    self.assertEqual(again.recipients(), expected)
                    self.assertEqual(slack.texts("#collections"), totals)

    def test_a_round_that_goes_on_counts_what_failed_in_it_and_lists_its_inbox_anew(self):
        go_on = threading.Event()
        with crm(0) as server, Proxy(server.port, before=lambda *_: go_on.wait() and None) as between, \
                Engine("lead-response", server, "--inbox", ".") as engine:
            inquiry(engine.path, 1, "nobody")
            inquiry(engine.path, 2, "jane@example.com")
            process = engine.start("--url", between.url)
            until(lambda: engine.is_at_work() and engine.states()["failed"] == 1)
            process.kill()
            self.assertEqual(engine.end(process), -signal.SIGKILL)
            go_on.set()
            inquiry(engine.path, 3, "fresh@example.org")
            self.ends(engine, 3, "--url", between.url)
            self.assertEqual(engine.recipients(), ["fresh@example.org", "jane@example.com"])

    def test_a_round_of_samples_is_not_one_of_a_file(self):
        with Engine("quote-follow-up") as engine:
            self.assertEqual(engine.run("--fault-point", "6"), -signal.SIGKILL)
            file = engine.path / "quotes.jsonl"
            file.write_text(json.dumps({"quote": "Q-1", "customer_id": "nobody", "sent_at": "2026-02-01T00:00:00Z"}))
            self.ends(engine, 0, "--quotes", str(file))
            self.assertIn(("quote-follow-up/Q-1/nobody/1", "skipped"), engine.tasks("SELECT key, state FROM tasks"))

    def test_a_stop_leaves_every_task_as_it_was(self):
        with crm(300) as server, Engine("reactivation", server) as engine:
            expected = sorted(mail for _, mail, _ in lapsed(server) if mail)
            process = engine.start()
            until(lambda: engine.drop.exists() and len(list(engine.drop.iterdir())) > 3)
            process.send_signal(signal.SIGINT)
            self.assertEqual(engine.end(process), 130)
            self.assertIn(b"start it again to go on", engine.output)
            self.assertEqual(engine.states()["running"], 0)
            self.assertLess(len(engine.mails()), len(expected))
            self.ends(engine, 0)
            self.assertEqual(engine.recipients(), expected)


if __name__ == "__main__":
    sop_engine.main(__doc__)
