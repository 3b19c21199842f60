#!/usr/bin/env python3
"""What fails says nothing of a credential or a customer: crm_cli_leaks.py PATH_OF_CRM PATH_OF_REFERENCE_CRM [unittest arguments].

The `crm` tool, against a server whose every text is marked. Standard error ends up in logs: no mark may be in it, nor in what
--events writes.
"""
import http.server
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

CRM = None
KEY = "zqx.key-zqx"
MARKS = ("zqx", "wvj", "6515550134")
PROBLEM, HTML, JSON = "application/problem+json", "text/html", "application/json"
COMMANDS = [
    ("query", "--city", "wvj"),
    ("find", "wvj-17"),
    ("search", "wvj@wvj.example"),
    ("create", "--name", "Wvj", "--email", "wvj@wvj.example", "--notes", "wvj", "--idempotency-key", "wvj"),
    ("update", "wvj-17", "--phone", "6515550134"),
    ("invoices", "--customer-id", "wvj-17"),
    ("interactions", "wvj-17"),
]
ODD = {"X-Request-Id": "wvj@wvj.example", "Retry-After": "wvj", "ETag": '"wvj"', "WWW-Authenticate": 'Bearer realm="wvj"'}
ECHO = {"X-Request-Id": KEY, "Location": f"https://{KEY}/wvj"}
ANSWERS = [
    (200, JSON, {}, '{"customer":{"wvj":{"wvj":wvj}}}'),
    (200, JSON, ODD, '{"customer":{"id":"wvj-18","name":"Wvj"}}'),
    (200, JSON, ECHO, '[{"id":"wvj","name":{"wvj":1}}]wvj'),
    (200, HTML, ODD, "<p>wvj"),
    (302, HTML, {"Location": "https://wvj:wvj@crm.example/wvj?wvj"}, "wvj"),
    (307, HTML, ECHO, KEY),
    (400, PROBLEM, ODD, '{"title":"wvj","detail":"wvj@wvj.example","errors":[{"pointer":"/customer/wvj","detail":"wvj"}]}'),
    (422, PROBLEM, ODD, '{"errors":[{"parameter":"wvj"},{"pointer":"/customer/email/wvj"},{"pointer":"6515550134"}]}'),
    (422, PROBLEM, ECHO, '{"errors":[{"pointer":"Bearer %s"}]}' % KEY),
    (401, PROBLEM, ECHO, '{"detail":"Bearer %s"}' % KEY),
    (404, HTML, ODD, "no wvj"),
    (409, HTML, ODD, "wvj"),
    (429, HTML, {**ODD, "Retry-After": "98765"}, "wvj"),
    (500, HTML, ECHO, "Authorization: Bearer %s" % KEY),
]


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer):
        status, kind, headers, body = answer

        class Handler(http.server.BaseHTTPRequestHandler):
            def serve(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body.encode())

            do_GET = do_POST = do_PATCH = serve

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


def call(*words, key=KEY):
    environment = {name: value for name, value in os.environ.items() if name == "PATH" or name.endswith("SAN_OPTIONS")}
    return subprocess.run([CRM, *words], stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=30,
                          env={**environment, "CRM_API_KEY": key})


class NothingComesToLight(unittest.TestCase):
    def assert_plain(self, text):
        for mark in MARKS:
            self.assertNotIn(mark, text.lower())

    def test_every_failure(self):
        failures = 0
        with tempfile.TemporaryDirectory() as folder:
            events = pathlib.Path(folder, "events")
            for answer in ANSWERS:
                with Server(answer) as url:
                    for words in COMMANDS:
                        with self.subTest(answer=answer, command=words[0]):
                            ended = call(*words, "--url", url, "--retries", "0", "--deadline", "10s", "--events", events,
                                         "--task", "task-7")
                            # What the user typed is told the user.
                            self.assert_plain(ended.stderr.replace("the CRM has no customer wvj-17", ""))
                            if ended.returncode != 0:
                                failures += 1
                                self.assertEqual(ended.stdout, "")
                                self.assertNotEqual(ended.stderr, "")
            written = events.read_text()
            self.assertIn("task-7", written)
            self.assert_plain(written)
        self.assertGreater(failures, len(ANSWERS) * len(COMMANDS) * 3 // 4)

    def test_a_key_that_cannot_be_sent(self):
        ended = call("find", "1", "--url", "http://127.0.0.1:1", key="zqx zqx")
        self.assertEqual(ended.returncode, 4)
        self.assert_plain(ended.stderr)

    def test_an_address_with_a_credential(self):
        ended = call("find", "1", "--url", "https://zqx:zqx@crm.example")
        self.assertEqual(ended.returncode, 2)
        self.assert_plain(ended.stderr)

    def test_names_that_are_the_contracts_are_told(self):
        body = '{"errors":[{"pointer":"/customer/email","detail":"wvj"},{"parameter":"per_page"},{"pointer":"/wvj"}]}'
        with Server((422, PROBLEM, {}, body)) as url:
            ended = call("find", "1", "--url", url, "--retries", "0")
        self.assertTrue(ended.stderr.endswith("; refused: /customer/email, per_page\n"), ended.stderr)


if __name__ == "__main__":
    CRM = os.path.abspath(sys.argv[1])
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
