#!/usr/bin/env python3
"""Every answer of the reference CRM that can be had, refusals too, held against the document: answers.py FOLDER DOCUMENT SERVER
[unittest arguments].

`prism proxy --errors` lets no request through that breaks the document, and the client sends none. So each request here is sound
when it passes Prism, and is broken behind it: what a request carries as X-Instead is put in its place. On its way back the answer
passes Prism, and is judged.
"""
import base64
import json
import subprocess
import sys
import tempfile
import unittest

import openapi
import packages
import prism
from between import Between, ask

NODE = DOCUMENT = SERVER = None
KEY = "key-of-this-test"
SECRETS = {"T_KEY": KEY, "T_CLIENT": "client-secret", "T_REFRESH": "first-refresh-token"}
JANE = "6f1d2c9e-4b7a-4e58-9c3d-2a8b5e7f1034"
LIST, FORM = "/api/v1/customers", "application/x-www-form-urlencoded"
PATHS = {
    "list_customers": LIST, "create_customer": LIST, "search_customers": f"{LIST}/search?q=smith",
    "find_customer": f"{LIST}/{JANE}", "update_customer": f"{LIST}/{JANE}", "list_interactions": f"{LIST}/{JANE}/interactions",
    "list_invoices": "/api/v1/invoices", "issue_token": "/oauth/token",
}
BODIES = {"create_customer": '{"customer":{"name":"New"}}', "update_customer": '{"customer":{"notes":"Called"}}',
          "issue_token": "grant_type=client_credentials"}
JUST_SO = {}  # as it comes
# What to put in place of a sound request, for each answer: {operation: {status: [instead, ...]}}.
READS = {400: [{"target": "?city=%2"}], 401: [{"headers": {"authorization": "Bearer wrong"}}, {"headers": {"authorization": None}}],
         429: [{"limited": True}]}
LISTS = {200: [JUST_SO, {"target": "?page=1000"}], **READS, 422: [{"target": "?page=0"}, {"target": "?per_page=101"}]}
WRITES = {400: [{"body": "{"}, {"body": '{"customer":{"name":"A","name":"B"}}'}, {"headers": {"idempotency-key": '"'}}],
          401: READS[401], 413: [{"size": 1_100_000}],
          415: [{"headers": {"content-type": "text/plain"}}, {"headers": {"content-encoding": "gzip"}}], 429: READS[429]}
NO_CUSTOMER = [{"body": "{}"}, {"body": "[]"}, {"body": '{"customer":{"name":null}}'}, {"body": '{"customer":{"id":"mine"}}'},
               {"body": '{"customer":{"name":"A","signed_seasons":[1]}}'}]
KNOWN = {"idempotency-key": "used"}
SENT = {
    "list_customers": LISTS,
    "search_customers": {**LISTS, 200: [JUST_SO, {"path": f"{LIST}/search?q=zzqxzzqx"}],
                         422: [{"path": f"{LIST}/search"}, {"path": f"{LIST}/search?q="}],
                         400: [{"target": "&city=%2"}]},
    "find_customer": {**READS, 200: [JUST_SO], 304: [{"headers": {"if-none-match": "*"}}], 400: [{"target": "%2"}],
                      404: [{"target": "-nobody"}]},
    "create_customer": {**WRITES, 201: [JUST_SO, {"headers": KNOWN}, {"headers": KNOWN}],
                        422: [*NO_CUSTOMER, {"headers": KNOWN, "body": '{"customer":{"name":"Another"}}'}]},
    "update_customer": {**WRITES, 200: [JUST_SO, {"body": '{"customer":{"city":null,"services":null}}'}],
                        404: [{"target": "-nobody"}], 412: [{"headers": {"if-match": '"no-such-tag"'}}],
                        422: [*NO_CUSTOMER, {"body": '{"customer":{}}'}]},
    "list_interactions": {**LISTS, 404: [{"path": f"{LIST}/nobody/interactions"}],
                          422: [{"target": "?since=yesterday"}, {"target": "?page=x"}]},
    "list_invoices": {**LISTS, 422: [{"target": "?due_before=2026-02-30"}, {"target": "?status="}]},
    "issue_token": {
        200: [JUST_SO, {"body": "grant_type=refresh_token&refresh_token=first-refresh-token"}],
        400: [{"body": ""}, {"body": "grant_type=password"}, {"body": "grant_type=refresh_token&refresh_token=unknown"},
              {"body": "grant_type=client_credentials&scope=all"}, {"headers": {"content-type": "text/plain"}}],
        401: [{"headers": {"authorization": "Basic " + base64.b64encode(b"engine:wrong").decode()}}],
        413: [{"size": 1_100_000}], 415: [{"headers": {"content-encoding": "gzip"}}]},
}
# It has no rights, does not fail by itself, is too quick to be met while it is at work, and limits no token requests. Nor is
# the problem that issue_token may answer with 400: Prism takes application/problem+json for application/json.
NOT_HERE = {status: None for status in (403, 409, 500, 503)} | {429: "issue_token"}


def behind(server, limited):
    """Stands between Prism and the servers, and does what X-Instead says."""
    def passed_on(method, path, headers, body):
        instead = json.loads(headers.get("x-instead", "{}"))
        path = instead.get("path", path) + instead.get("target", "")
        body = b" " * instead["size"] if "size" in instead else instead.get("body", body.decode()).encode()
        if method != "GET":
            headers["content-length"] = str(len(body))
        headers.update(instead.get("headers", {}))
        headers = {name: value for name, value in headers.items() if value is not None}
        answer, given = ask(limited if "limited" in instead else server, method, path, body, headers)
        if "limited" in instead and answer.status != 429:  # the one that the limit allows
            answer, given = ask(limited, method, path, body, headers)
        if "answer" in instead:
            given = given.replace(*map(str.encode, instead["answer"]))
        return answer.status, [h for h in answer.getheaders() if h[0].lower() not in instead.get("without", [])], given

    return Between(passed_on)


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.api = openapi.Document(DOCUMENT)
        between = behind(cls.start("--oauth-client", "engine", "--oauth-client-secret-env", "T_CLIENT",
                                   "--oauth-refresh-token-env", "T_REFRESH"),
                         cls.start("--rate-limit", "1", "--rate-burst", "1"))
        cls.addClassCleanup(between.close)
        cls.proxy = prism.Prism("proxy", DOCUMENT, "http://" + between.address, "--errors", node=NODE,
                                log=subprocess.DEVNULL)
        cls.addClassCleanup(cls.proxy.__exit__)

    @classmethod
    def start(cls, *options):
        folder = tempfile.TemporaryDirectory(prefix="answers.")
        cls.addClassCleanup(folder.cleanup)
        process = prism.ending_with_this(
            [SERVER, "--db", folder.name + "/db", "--seed", "30", "--port", "0", "--api-key-env", "T_KEY", *options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=SECRETS)
        cls.addClassCleanup(process.stdout.close)
        cls.addClassCleanup(process.wait, timeout=10)
        cls.addClassCleanup(process.terminate)
        return process.stdout.readline().strip().removeprefix("http://")

    def send(self, operation, instead):
        """Status, whether it is an answer of Prism's own, and the body."""
        o = self.api.operation(operation)
        token = operation == "issue_token"
        basic = "Basic " + base64.b64encode(b"engine:client-secret").decode()
        headers = {"Authorization": basic if token else "Bearer " + KEY, "Accept": "application/json",
                   "X-Instead": json.dumps(instead)}
        if operation in BODIES:
            headers["Content-Type"] = FORM if token else "application/json"
        answer, body = ask(f"127.0.0.1:{self.proxy.port}", o.method, PATHS[operation], BODIES.get(operation), headers)
        return answer.status, "stoplight.io/prism/errors" in body.decode(), body

    def test_every_answer_is_of_the_document(self):
        for operation, answers in SENT.items():
            for status, all_instead in answers.items():
                for instead in all_instead:
                    with self.subTest(operation, status=status, instead=instead):
                        seen, by_prism, body = self.send(operation, instead)
                        self.assertEqual((status, False), (seen, by_prism), body)

    def test_no_documented_answer_is_forgotten(self):
        for o in self.api.operations:
            missing = {status for status in o.statuses if NOT_HERE.get(status, "") not in (None, o.id)}
            self.assertCountEqual(missing, SENT[o.id], o.id)

    def test_an_answer_that_breaks_the_document_is_seen(self):
        for operation, instead in (
                ("list_customers", {"answer": ['"name":"Jane Smith"', '"name":7']}),
                ("list_customers", {"answer": ['"page":1', '"page":"1"']}),
                ("find_customer", {"answer": ['"zip":"55122"', '"zip":55122']}),
                ("find_customer", {"without": ["etag"]}),
                ("find_customer", {"target": "-nobody", "answer": ['"status":404', '"status":"404"']}),
                ("find_customer", {"target": "-nobody", "without": ["x-request-id"]}),
                ("create_customer", {"without": ["location"]}),
                ("list_invoices", {"answer": ['"amount_cents":', '"amount":']}),
                ("issue_token", {"without": ["cache-control"]})):
            with self.subTest(operation, instead=instead):
                self.assertEqual((500, True), self.send(operation, instead)[:2])


if __name__ == "__main__":
    NODE, DOCUMENT, SERVER, *rest = sys.argv[1:]
    packages.need(NODE)
    unittest.main(argv=sys.argv[:1] + rest)
