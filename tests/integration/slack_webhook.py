#!/usr/bin/env python3
"""Black-box test of examples/slack_webhook: slack_webhook.py PATH_OF_SLACK_WEBHOOK PATH_OF_REFERENCE_CRM [unittest arguments].

The program against the reference CRM, and a receiver of webhooks in another process: slack_webhook.py --receive HOW FILE.
"""

import http.server
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from datetime import datetime

import reference_crm
from reference_crm import JANE

PROGRAM = None
KEY = "the-key-of-this-test"
TOKEN = "/services/T00000000/B00000000/token-of-the-webhook"
MESSAGE = "CRM authentication failed \u2014 check credentials"


def receive(how, file):
    """Answers every post: a status to answer with, or `hang`. What arrives is a line of JSON in the file."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            with open(file, "a", encoding="utf-8") as out:
                json.dump({"path": self.path, "type": self.headers["Content-Type"], "body": body}, out)
                out.write("\n")
            if how == "hang":
                time.sleep(60)
            self.send_response(int(how))
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()


class Receiver:
    def __init__(self, how):
        handle, self.file = tempfile.mkstemp()
        os.close(handle)
        self.process = subprocess.Popen([sys.executable, __file__, "--receive", str(how), self.file],
                                        stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}{TOKEN}"

    def posts(self):
        with open(self.file, encoding="utf-8") as text:
            return [json.loads(line) for line in text]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        os.remove(self.file)


def at(event):
    """Seconds."""
    return datetime.fromisoformat(event["time"].replace("Z", "+00:00")).timestamp()


class SlackWebhook(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.crm = reference_crm.Server("--api-key-env", "CRM_API_KEY", env={"CRM_API_KEY": KEY})
        cls.addClassCleanup(cls.crm.__exit__)

    def run_program(self, *ids, key="wrong-key", **env):
        """The events, the lines on standard error, and the seconds it took. No credential is anywhere."""
        begin = time.monotonic()
        env = {"PATH": os.environ["PATH"], "CRM_API_KEY": key,
               **{name: value for name, value in {**os.environ, **env}.items()
                  if name.endswith("SAN_OPTIONS") or name in env}}
        done = subprocess.run([PROGRAM, self.crm.url, *(ids or [JANE])], capture_output=True, encoding="utf-8", timeout=60,
                              env=env)
        self.seconds = time.monotonic() - begin
        self.assertEqual(done.returncode, 0 if key == KEY else 1, done.stderr)
        for part in (KEY, "wrong-key", "token-of", "/T0", "127.0.0.1"):
            self.assertNotIn(part, done.stdout + done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()], done.stderr.splitlines()

    def one(self, events, name):
        (found,) = [event for event in events if event["event"] == name]
        return found

    def is_unharmed(self, events, lines, *reports):
        """The call failed as it would have without a webhook, and no later."""
        end = self.one(events, "crm.call.finished")
        self.assertEqual((end["error.type"], end["http.response.status_code"], end["crm.attempts"]), ("unauthorized", 401, 1))
        self.assertLess(at(end) - at(self.one(events, "crm.call.started")), 1)
        request = end["crm.request_id"]
        failure = ("find failed: unauthorized (HTTP 401): the CRM does not accept the credential [request " + request + "]")
        self.assertCountEqual([re.sub(r" \(permanent\)", "", line) for line in lines],
                              [failure, *("slack_webhook: " + report for report in reports)])

    def test_one_post_for_many_calls_of_many_tasks_with_the_wording_of_the_adr(self):
        with Receiver(200) as slack:
            events, lines = self.run_program(*(f"customer-{n}" for n in range(40)), SLACK_WEBHOOK_URL=slack.url)
            self.assertEqual(len([e for e in events if e["event"] == "crm.credential.failed"]), 40)
            self.assertEqual(len(lines), 40)
            (post,) = slack.posts()
            self.assertEqual((post["path"], post["type"]), (TOKEN, "application/json"))
            told = self.one(events, "crm.escalated")
            text = f"{MESSAGE} (HTTP 401, find, task {told['task.id']}, request {told['crm.request_id']})"
            self.assertEqual(json.loads(post["body"]), {"channel": "#escalations", "text": text})
            self.assertTrue(post["body"].startswith('{"channel":"#escalations","text":"' + MESSAGE), post["body"])

    def test_what_stands_in_a_tasks_id_is_text_to_slack(self):
        with Receiver(200) as slack:
            self.run_program('<!channel>&"', SLACK_WEBHOOK_URL=slack.url)
            (post,) = slack.posts()
            self.assertIn('task find-&lt;!channel&gt;&amp;", request', json.loads(post["body"])["text"])

    def test_a_right_key_posts_nothing(self):
        with Receiver(200) as slack:
            events, lines = self.run_program(key=KEY, SLACK_WEBHOOK_URL=slack.url)
            self.assertEqual(lines, [])
            self.assertNotIn("error.type", self.one(events, "crm.call.finished"))
            self.assertEqual(slack.posts(), [])
        self.assertLess(self.seconds, 2.5)

    def test_the_address_may_be_in_a_file(self):
        with Receiver(200) as slack, tempfile.NamedTemporaryFile("w") as file:
            file.write(slack.url + "\n")
            file.flush()
            self.is_unharmed(*self.run_program(SLACK_WEBHOOK_URL_FILE=file.name))
            self.assertEqual(len(slack.posts()), 1)

    def test_a_webhook_that_answers_500_is_reported(self):
        for status in (500, 404, 302):
            with self.subTest(status), Receiver(status) as slack:
                self.is_unharmed(*self.run_program(SLACK_WEBHOOK_URL=slack.url),
                                 f"an escalation was not posted: HTTP {status}")
                self.assertEqual(len(slack.posts()), 1)  # tried once

    def test_a_webhook_that_refuses_connections_is_reported(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        self.is_unharmed(*self.run_program(SLACK_WEBHOOK_URL=f"http://127.0.0.1:{port}{TOKEN}"),
                         "an escalation was not posted: no connection could be made")

    def test_a_webhook_that_hangs_delays_no_call_and_the_end_by_some_seconds(self):
        with Receiver("hang") as slack:
            events, lines = self.run_program(SLACK_WEBHOOK_URL=slack.url)
            self.is_unharmed(events, lines, "an escalation was not posted: the program ended first")
            self.assertEqual(len(slack.posts()), 1)
        self.assertGreater(self.seconds, 2)
        self.assertLess(self.seconds, 4.8)  # a post has 5

    def test_an_address_that_cannot_be_used_is_reported(self):
        wrong = "an escalation was not posted: the webhook's address is none like https://hooks.slack.com/services/..."
        for address in ("hooks.slack.com/services/T0/B0/token-of", "ftp://hooks.slack.com/services/token-of",
                        "http://hooks.slack.com/services/token-of", "https://hooks.slack.com",
                        "https://user@hooks.slack.com/services/token-of"):
            with self.subTest(address):
                self.is_unharmed(*self.run_program(SLACK_WEBHOOK_URL=address), wrong)
        self.is_unharmed(*self.run_program(),
                         "an escalation was not posted: the environment variable SLACK_WEBHOOK_URL is not set")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    if sys.argv[1] == "--receive":
        receive(*sys.argv[2:])
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    reference_crm.BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
