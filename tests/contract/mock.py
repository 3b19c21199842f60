#!/usr/bin/env python3
"""The client against a CRM that is made of the document alone: mock.py FOLDER DOCUMENT CRM [unittest arguments].

`prism mock` answers with the document's examples, or with values drawn by chance from its schemas. examples/crm_cli asks it
every operation, and must read every answer.
"""
import json
import os
import subprocess
import sys
import unittest

import openapi
import packages
import prism
from between import Between, ask

NODE = DOCUMENT = CRM = None
ID = "3f2b8c1e-5d0a-4c8e-9a57-0c6f3b1d2e4a"  # of the examples
COMMANDS = {
    "list_customers": ["query", "--status", "past", "--services", "fertilizer,weed_control", "--city", "Eagan",
                       "--not-signed-for-season", "2026", "--last-service-before", "2025-12-31"],
    "create_customer": ["create", "--name", "Jane Smith", "--services", "mowing", "--signed-seasons", "2025,2026"],
    "search_customers": ["search", "jane smith"],
    "find_customer": ["find", ID],
    "update_customer": ["update", ID, "--status", "active", "--clear", "phone", "--if-match", '"3f2b8c1e-7"'],
    "list_interactions": ["interactions", ID, "--since", "2026-02-01T09:00:00Z", "--direction", "inbound"],
    "list_invoices": ["invoices", "--status", "overdue", "--customer-id", ID, "--due-before", "2026-02-01"],
}
LISTS = ("customers", "invoices", "interactions")
EXIT_CODES = {401: 4, 403: 4, 404: 3, 500: 5, 503: 5}  # as `crm --help` has them; the others are refusals, 1
# What the client may hold against an answer that it has read whole: chance knows nothing of what was asked.
NOT_WHAT_WAS_ASKED = (
    "the CRM answers with another record than was asked for", "the CRM answers with another page than was asked for",
    "a page within the list is empty", "a page holds fewer records than it says")


def preferring(mock, complaints):
    """Passes on to the mock. What a path begins with, as /code.404/, goes as `Prefer: code=404`, by which it chooses."""
    def passed_on(method, path, headers, body):
        prefer, path = path[1:].split("/", 1)
        # An error is of another type than is asked for. The contract has it so; Prism would answer something else.
        headers.update({"prefer": prefer.replace(".", "=").replace("-", ", "), "accept": "application/json, */*"})
        answer, given = ask(mock, method, "/" + path, body, headers)
        for violations in answer.headers.get_all("sl-violations", []):
            complaints.extend(v for v in json.loads(violations) if v["location"][0] == "request")
        return answer.status, answer.getheaders(), given

    return Between(passed_on)


class Mock(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.api = openapi.Document(DOCUMENT)
        mock = prism.Prism("mock", DOCUMENT, node=NODE, log=subprocess.DEVNULL)
        cls.addClassCleanup(mock.__exit__)
        cls.complaints = []
        between = preferring(f"127.0.0.1:{mock.port}", cls.complaints)
        cls.addClassCleanup(between.close)
        cls.url = "http://" + between.address

    def tearDown(self):
        complaints, self.complaints[:] = list(self.complaints), []
        self.assertEqual([], complaints, "Prism has something against a request")

    def ask(self, operation, prefer, *options):
        return subprocess.run([CRM, *COMMANDS[operation], "--json", "--retries", "0", "--url", f"{self.url}/{prefer}",
                               *options], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=30,
                              env={"PATH": os.environ["PATH"], "CRM_API_KEY": "key", "CRM_HMAC_SECRET": "secret",
                                   "CRM_OAUTH_CLIENT_SECRET": "secret"})

    def records(self, value):
        """Those of an answer's body, as the client knows them: nothing is null, and a list of nothing is empty."""
        for name in LISTS:
            if name in value:
                value = value[name]
        if isinstance(value, dict):
            value = [value.get("customer", value)]
        lists = ("services", "signed_seasons")
        return [{name: given for name, given in record.items() if given is not None and not (name in lists and given == [])}
                for record in value]

    def shown(self, done):
        return self.records([json.loads(line) for line in done.stdout.splitlines()])

    def asked(self):
        operations = [o for o in self.api.operations if o.path != "/oauth/token"]
        self.assertCountEqual(COMMANDS, [o.id for o in operations])
        return operations

    def test_every_example_arrives_whole(self):
        for operation in self.asked():
            status = min(operation.statuses)
            examples = operation.answers[status]["content"]["application/json"]["examples"]
            for name, example in examples.items():
                with self.subTest(operation.id, example=name):
                    done = self.ask(operation.id, f"example.{name}")
                    self.assertEqual((0, ""), (done.returncode, done.stderr))
                    self.assertEqual(self.records(example["value"]), self.shown(done))

    def test_every_refusal_is_understood(self):
        for operation in self.asked():
            for status in operation.statuses:
                if status < 400:
                    continue
                with self.subTest(operation.id, status=status):
                    done = self.ask(operation.id, f"code.{status}", "--deadline", "1s")
                    self.assertEqual(EXIT_CODES.get(status, 1), done.returncode, done.stderr)
                    if (operation.id, status) != ("find_customer", 404):  # which is an answer
                        self.assertIn(f"HTTP {status}", done.stderr)
                    self.assertEqual("", done.stdout)

    def test_an_answer_that_nobody_asked_for_is_none(self):
        done = self.ask("find_customer", "code.304")
        self.assertEqual(6, done.returncode, done.stderr)
        self.assertIn("304 or 101 unasked", done.stderr)

    def test_whatever_the_schemas_allow_is_read(self):
        outcomes = {}
        for operation in self.asked():
            for round in range(12):
                done = self.ask(operation.id, f"dynamic.true-seed.{round}")
                reason = next((why for why in NOT_WHAT_WAS_ASKED if why in done.stderr), None)
                with self.subTest(operation.id, round=round):
                    self.assertTrue(done.returncode == 0 or reason, (done.returncode, done.stderr))
                outcomes.setdefault(operation.id, set()).add(reason or "read")
        for operation in ("list_customers", "search_customers", "create_customer", "list_invoices"):
            self.assertIn("read", outcomes[operation], operation)

    def test_the_other_credentials(self):
        token = ["--auth", "oauth2", "--oauth-client-id", "engine", "--oauth-token-endpoint"]
        for options in (["--auth", "hmac", "--hmac-key-id", "engine"], [*token, self.url + "/dynamic.false/oauth/token"]):
            with self.subTest(options[1]):
                done = self.ask("find_customer", "example.envelope", *options)
                self.assertEqual((0, ""), (done.returncode, done.stderr))
                self.assertEqual(ID, self.shown(done)[0]["id"])
        done = self.ask("find_customer", "example.envelope", *token, self.url + "/code.401/oauth/token")
        self.assertEqual(4, done.returncode)
        self.assertIn("invalid_client", done.stderr)


if __name__ == "__main__":
    NODE, DOCUMENT, CRM, *rest = sys.argv[1:]
    packages.need(NODE)
    unittest.main(argv=sys.argv[:1] + rest)
