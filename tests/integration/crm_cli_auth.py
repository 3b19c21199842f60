#!/usr/bin/env python3
"""How `crm` proves itself, and what it tells of that: crm_cli_auth.py PATH_OF_CRM PATH_OF_REFERENCE_CRM [unittest arguments].

Each --auth against the reference CRM, some of it through a proxy that does something in between; --events and -v.
"""

import contextlib
import fcntl
import http.client
import http.server
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from datetime import datetime

import crm_cli
import reference_crm
import reference_crm_auth
from crm_cli import Fake, Silent, page, run
from reference_crm import JANE

KEY, CLIENT_SECRET, REFRESH, SHARED = "key-of-this-test", "s:ecret%r+t/&=", "first-refresh-token", "shared-secret-of-this-test"
SECRETS = (KEY, CLIENT_SECRET, REFRESH, SHARED)
ON_SERVER = {"T_KEY": KEY, "T_CLIENT": CLIENT_SECRET, "T_REFRESH": REFRESH, "T_SHARED": SHARED}
API_KEY, OAUTH, HMAC = (list(getattr(reference_crm_auth, name)) for name in ("API_KEY", "OAUTH", "HMAC"))
SIGNED = ["--auth", "hmac", "--hmac-key-id", "engine-1"]
EVENTS = {"crm.call.started", "crm.attempt", "crm.retry.scheduled", "crm.gate.closed", "crm.gate.opened", "crm.cache.hit",
          "crm.not_found", "crm.credential.failed", "crm.escalated", "crm.call.finished"}
EVERY_EVENT = {"time", "event", "severity", "crm.operation", "http.request.method", "url.template"}
KEYS = EVERY_EVENT | {"task.id", "crm.call", "trace_id", "parent_id", "http.request.resend_count", "http.response.status_code",
                      "crm.reason", "crm.request_id", "duration_ms", "delay_ms", "crm.credential.generation", "message",
                      "crm.attempts", "error.type", "crm.gave_up", "crm.outcome_unknown"}
ESCALATION = "CRM authentication failed \u2014 check credentials"


class Proxy(crm_cli.Listener):
    """Passes requests on to a port of this machine. `before(count, handler)` is called first, and what it answers is answered
    instead; `after(count)` before an answer is passed on."""

    def __init__(self, port, before=lambda count, handler: None, after=lambda count: None):
        self.requests = requests = []
        lock = threading.Lock()

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with lock:
                    requests.append((self.command, self.path, dict(self.headers)))
                    count = len(requests)
                given = before(count, self)
                if given is None:
                    upstream = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                    upstream.request(self.command, self.path, body or None, dict(self.headers))
                    answer = upstream.getresponse()
                    given = answer.status, dict(answer.getheaders()), answer.read()
                    upstream.close()
                    after(count)
                status, headers, body = given
                self.send_response_only(status)
                for name, value in headers.items():
                    if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Handler)


def revoking(server, at):
    """For a proxy: the access tokens die before the request of this number arrives."""
    def revoke(count, _):
        if count == at:
            server.admin("revoke", {"access_tokens": True})
    return revoke


class AuthTest(crm_cli.CliTest):
    @contextlib.contextmanager
    def crm(self, *options, seed=0):
        """A server of its own, so that its statistics are those of one test."""
        with reference_crm_auth.Server(*options, seed=seed, env=ON_SERVER) as server:
            yield server

    def ends(self, done, code, *parts):
        for secret in SECRETS:
            self.assertNotIn(secret, done.stderr + done.stdout)
        return super().ends(done, code, *parts)

    @staticmethod
    def ask(url, *arguments, **env):
        return run(*arguments, CRM_URL=url, **{"CRM_API_KEY": None, **env})

    def oauth(self, server, *arguments, url=None, endpoint=None, **env):
        options = ["--auth", "oauth2", "--oauth-token-endpoint", endpoint or server.url + "/oauth/token"]
        if "--oauth-client-id" not in arguments:
            options += ["--oauth-client-id", reference_crm_auth.CLIENT]
        return self.ask(url or server.url, *arguments, *options, **{"CRM_OAUTH_CLIENT_SECRET": CLIENT_SECRET, **env})


class ApiKeys(AuthTest):
    def test_a_key_may_be_in_a_file(self):
        with self.crm(*API_KEY) as server, tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "key")
            for content, code in ((KEY, 0), (KEY + "\n", 0), ("wrong", 4), ("", 4), ("two words", 4)):
                with open(file, "w") as out:
                    out.write(content)
                self.ends(self.ask(server.url, "find", JANE, "--api-key-file", file), code)
            self.ends(self.ask(server.url, "find", JANE, "--auth", "api-key", "--api-key-file", file + "s"), 4, "no API key",
                      "cannot be opened")
            self.assertEqual(server.statistics()["refused"], {"invalid_token": 1})

    def test_a_key_may_be_bare_in_another_header(self):
        with Fake(lambda _: (200, {}, page([], 0))) as crm:
            self.ends(self.ask(crm.url, "query", "--api-key-header", "X-Api-Key", CRM_API_KEY=KEY), 0)
            headers = crm.requests[0][2]
            self.assertEqual(headers["X-Api-Key"], KEY)
            self.assertNotIn("Authorization", headers)
            for name in ("Host", "content-length"):
                self.ends(self.ask(crm.url, "query", "--api-key-header", name, CRM_API_KEY=KEY), 4, "own to send")
            self.assertEqual(len(crm.requests), 1)


class OAuth(AuthTest):
    def test_a_right_secret_is_let_in_with_one_token_for_all_pages(self):
        with self.crm(*OAUTH, seed=5) as server:
            done = self.ends(self.oauth(server, "query", "--per-page", "2", "--oauth-scope", "crm"), 0)
            self.assertEqual(len(done.stdout.splitlines()), 6)
            self.ends(self.oauth(server, "find", JANE, "--oauth-client-secret-env", "OTHER", OTHER=CLIENT_SECRET,
                                 CRM_OAUTH_CLIENT_SECRET=None), 0)
            self.assertEqual(server.statistics(), {"token_requests": 2, "tokens_issued": 2, "refused": {},
                                                   "accepted": {"access_token": 4}})

    def test_a_wrong_secret_or_client_is_4_and_the_crm_is_not_asked(self):
        with self.crm(*OAUTH) as server, Silent() as crm:
            for options, env in (([], {"CRM_OAUTH_CLIENT_SECRET": "wrong-secret"}), (["--oauth-client-id", "nobody"], {})):
                done = self.ends(self.oauth(server, "find", JANE, *options, url=crm.url, **env), 4, "invalid_client", "HTTP 401")
                self.assertNotIn("wrong-secret", done.stderr)
            self.assertFalse(crm.was_called())
            self.assertEqual(server.statistics()["refused"], {"invalid_client": 2})

    def test_a_secret_that_is_not_there_is_4_and_nothing_is_asked(self):
        with Silent() as crm:
            self.ends(self.oauth(crm, "find", JANE, CRM_OAUTH_CLIENT_SECRET=None), 4, "no OAuth credential",
                      "CRM_OAUTH_CLIENT_SECRET is not set", "--oauth-client-secret-env")
            self.assertFalse(crm.was_called())

    def test_a_token_endpoint_may_end_in_a_slash(self):
        with self.crm(*OAUTH) as server:
            def pass_on(_, handler):
                if handler.path != "/o/token/":
                    return 301, {"Location": "/o/token/"}, b""
                handler.path = "/oauth/token"
                return None

            with Proxy(server.port, pass_on) as endpoint:
                self.ends(self.oauth(server, "find", JANE, endpoint=endpoint.url + "/o/token/"), 0)

    def test_an_expired_token_is_renewed_before_anybody_notices(self):
        with self.crm(*OAUTH, "--token-lifetime", "2", seed=3) as server:
            with Proxy(server.port, after=lambda count: time.sleep(0.8 if count < 4 else 0)) as slow:
                done = self.ends(self.oauth(server, "query", "--per-page", "1", url=slow.url), 0)
            self.assertEqual(len(done.stdout.splitlines()), 4)
            self.assertEqual(server.statistics(), {"token_requests": 2, "tokens_issued": 2, "refused": {},
                                                   "accepted": {"access_token": 4}})

    def test_a_token_that_expires_on_the_way_is_renewed_and_the_request_sent_again(self):
        with self.crm(*OAUTH, "--token-lifetime", "1", seed=1) as server:
            with Proxy(server.port, lambda count, _: time.sleep(1.1) if count == 1 else None) as slow:
                self.ends(self.oauth(server, "query", url=slow.url), 0)
            self.assertEqual(server.statistics(), {"token_requests": 2, "tokens_issued": 2, "refused": {"invalid_token": 1},
                                                   "accepted": {"access_token": 1}})

    def test_a_token_that_is_revoked_between_two_pages_is_renewed(self):
        with self.crm(*OAUTH, seed=5) as server:
            with Proxy(server.port, revoking(server, 3)) as between:
                done = self.ends(self.oauth(server, "query", "--per-page", "2", url=between.url), 0)
            self.assertEqual(len(done.stdout.splitlines()), 6)
            self.assertEqual(server.statistics()["refused"], {"invalid_token": 1})

    def test_a_scope_that_is_not_there_is_4(self):
        with self.crm(*OAUTH) as server:
            self.ends(self.oauth(server, "find", JANE, "--oauth-scope", "everything"), 4, "invalid_scope")

    def test_an_endpoint_that_fails_is_tried_again(self):
        with self.crm(*OAUTH) as server:
            server.admin("token-endpoint", {"status": 500, "count": 1})
            self.ends(self.oauth(server, "find", JANE), 0)
            server.admin("token-endpoint", {"status": 500, "count": 1})
            self.ends(self.oauth(server, "find", JANE, "--retries", "0"), 5, "token endpoint failed")


class RefreshTokens(AuthTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.file = os.path.join(self.folder, "token")
        self.put(REFRESH)

    def put(self, token):
        with open(self.file, "w") as out:
            out.write(token + "\n")

    def kept(self):
        with open(self.file) as text:
            return text.read()

    def refresh(self, server, *arguments, file=None, **env):
        return self.oauth(server, *(arguments or ("find", JANE)), "--oauth-refresh-token-file", file or self.file, **env)

    def test_each_run_leaves_the_token_that_the_next_one_needs(self):
        with self.crm(*OAUTH) as server:
            seen = {self.kept()}
            for _ in range(3):
                done = self.ends(self.refresh(server), 0)
                token = self.kept()
                self.assertNotIn(token, seen)
                self.assertRegex(token, r"\A[!-~]+\n\Z")
                self.assertNotIn(token.strip(), done.stdout)
                seen.add(token)
            self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
            self.assertEqual(os.listdir(self.folder), ["token"])
            self.assertEqual(server.statistics()["refused"], {})

    def test_within_one_run_the_next_token_is_used(self):
        with self.crm(*OAUTH, seed=3) as server:
            with Proxy(server.port, revoking(server, 2)) as between:
                self.ends(self.refresh(server, "query", "--per-page", "2", url=between.url), 0)
            self.assertEqual(server.statistics()["tokens_issued"], 2)
            self.ends(self.refresh(server), 0)
            self.assertEqual(server.statistics()["refused"], {"invalid_token": 1})

    def test_what_a_link_leads_to_is_replaced_and_not_the_link(self):
        link = os.path.join(self.folder, "link")
        os.mkdir(os.path.join(self.folder, "in"))
        target = os.path.join(self.folder, "in", "token")
        os.rename(self.file, target)
        os.symlink("in/token", link)
        with self.crm(*OAUTH) as server:
            self.ends(self.refresh(server, file=link), 0)
            self.ends(self.refresh(server, file=link), 0)
        self.assertEqual(os.readlink(link), "in/token")
        self.assertEqual(os.listdir(os.path.dirname(target)), ["token"])

    def test_runs_at_the_same_time_take_turns(self):
        with self.crm(*OAUTH) as server, Proxy(server.port, lambda *_: time.sleep(0.1)) as slow:
            done = [None] * 5

            def one(index):
                done[index] = self.refresh(server, endpoint=slow.url + "/oauth/token")

            threads = [threading.Thread(target=one, args=[index]) for index in range(len(done))]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for each in done:
                self.ends(each, 0)
            self.assertEqual(server.statistics()["refused"], {})

    def test_a_run_has_the_file_to_itself_until_its_end(self):
        taken = []

        def take(*_):  # the token is renewed, and the CRM being asked
            with open(self.file) as held:
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    taken.append(True)
                except BlockingIOError:
                    taken.append(False)

        with self.crm(*OAUTH) as server, Proxy(server.port, take) as asked:
            self.ends(self.refresh(server, url=asked.url), 0)
        self.assertNotEqual(self.kept(), REFRESH + "\n")
        self.assertEqual(taken, [False])

    def test_a_run_that_waits_longer_than_it_has_time_is_4(self):
        with Silent() as crm, open(self.file) as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            begin = time.monotonic()
            self.ends(self.refresh(crm, "find", JANE, "--deadline", "300ms"), 4, "in use by another run")
            self.assertLess(time.monotonic() - begin, 5)
            self.assertFalse(crm.was_called())

    def test_a_wrong_token_is_4_and_stays_where_it_is(self):
        with self.crm(*OAUTH) as server:
            self.put("wrong-token")
            done = self.ends(self.refresh(server), 4, "invalid_grant", "HTTP 400")
            self.assertNotIn("wrong-token", done.stderr)
            self.assertEqual(self.kept(), "wrong-token\n")
            self.assertEqual(server.statistics()["token_requests"], 1)

    def test_a_file_that_is_not_there_is_4(self):
        with Silent() as crm:
            self.ends(self.refresh(crm, file=self.file + "s"), 4, "no OAuth credential", "cannot be opened")
            self.assertFalse(crm.was_called())

    def test_a_client_without_a_secret_is_a_public_one(self):
        forms = []

        def reply(path):
            forms.append(path)
            return 200, {}, json.dumps({"access_token": "a", "token_type": "Bearer", "refresh_token": "next"}).encode()

        with Fake(reply) as endpoint, Fake(lambda _: (200, {}, page([], 0))) as crm:
            self.ends(self.refresh(crm, "query", endpoint=endpoint.url + "/t", CRM_OAUTH_CLIENT_SECRET=None), 0)
            _, path, headers, body = endpoint.requests[0]
            self.assertEqual((path, body), ("/t", f"grant_type=refresh_token&refresh_token={REFRESH}&client_id=engine".encode()))
            self.assertNotIn("Authorization", headers)
            self.assertEqual(self.kept(), "next\n")
            # A variable that is named must be there.
            self.ends(self.refresh(crm, "query", "--oauth-client-secret-env", "NO_SECRET", endpoint=endpoint.url + "/t"), 4,
                      "NO_SECRET is not set")
            self.assertEqual(self.kept(), "next\n")

    def test_a_token_that_cannot_be_kept_is_said_and_the_command_done(self):
        gone = self.folder + ".gone"
        with self.crm(*OAUTH) as server:
            def move(*_):
                os.rename(self.folder, gone)

            with Proxy(server.port, move) as endpoint:
                done = self.refresh(server, endpoint=endpoint.url + "/oauth/token")
            os.rename(gone, self.folder)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(json.loads(done.stdout)["id"], JANE)
        self.assertRegex(done.stderr, r"\Acrm: the refresh token's file cannot be replaced by the next token: [^\n]+\n\Z")
        self.assertEqual(self.kept(), REFRESH + "\n")


class Signatures(AuthTest):
    def test_a_right_secret_signs_reads_and_writes(self):
        with self.crm(*HMAC, seed=5) as server:
            self.ends(self.ask(server.url, "query", "--per-page", "2", *SIGNED, CRM_HMAC_SECRET=SHARED), 0)
            self.ends(self.ask(server.url, "search", "jane & søn", *SIGNED, "--hmac-secret-env", "OTHER", OTHER=SHARED), 0)
            self.ends(self.ask(server.url, "update", JANE, "--notes", "signed", *SIGNED, CRM_HMAC_SECRET=SHARED), 0)
            self.ends(self.ask(server.url, "create", "--name", "Søren", *SIGNED, CRM_HMAC_SECRET=SHARED), 0)
            self.assertEqual(server.statistics()["refused"], {})

    def test_a_wrong_secret_or_key_id_is_4(self):
        with self.crm(*HMAC) as server:
            done = self.ends(self.ask(server.url, "find", JANE, *SIGNED, CRM_HMAC_SECRET="wrong-secret"), 4, "401")
            self.assertNotIn("wrong-secret", done.stderr)
            self.ends(self.ask(server.url, "find", JANE, "--auth", "hmac", "--hmac-key-id", "nobody", CRM_HMAC_SECRET=SHARED),
                      4, "401")
            self.assertEqual(server.statistics()["refused"], {"wrong_signature": 1, "unknown_key": 1})
            server.admin("revoke", {"hmac_key": "engine-1"})
            self.ends(self.ask(server.url, "find", JANE, *SIGNED, CRM_HMAC_SECRET=SHARED), 4, "401")

    def test_a_secret_that_is_not_there_is_4_and_nothing_is_sent(self):
        with Silent() as crm:
            self.ends(self.ask(crm.url, "find", JANE, *SIGNED), 4, "no HMAC key", "CRM_HMAC_SECRET is not set",
                      "--hmac-secret-env")
            self.ends(self.ask(crm.url, "find", JANE, "--auth", "hmac", "--hmac-key-id", "a b", CRM_HMAC_SECRET=SHARED), 4)
            self.assertFalse(crm.was_called())

    def test_a_clock_that_is_wrong_is_corrected_once_for_the_whole_list(self):
        for offset in ("3600", "-3600"):
            with self.subTest(offset), self.crm(*HMAC, "--clock-offset", offset, seed=5) as server:
                done = self.ends(self.ask(server.url, "query", "--per-page", "2", *SIGNED, CRM_HMAC_SECRET=SHARED), 0)
                self.assertEqual(len(done.stdout.splitlines()), 6)
                statistics = server.statistics()
                self.assertEqual((statistics["refused"], statistics["accepted"]), ({"stale_timestamp": 1}, {"hmac": 3}))


class Usage(AuthTest):
    def test_what_does_not_fit_together_is_2_and_nothing_is_sent(self):
        oauth = ["--oauth-token-endpoint", "https://auth.example.com/token", "--oauth-client-id", "engine"]
        with Silent() as crm:
            for options, *parts in (
                    (["--auth", "magic"], "--auth: ", "api-key, oauth2 or hmac"),
                    (["--auth", "oauth2"], "--oauth-token-endpoint: ", "--auth oauth2"),
                    (["--auth", "oauth2", *oauth[:2]], "--oauth-client-id: "),
                    (["--auth", "hmac"], "--hmac-key-id: ", "--auth hmac"),
                    (oauth, "--oauth-token-endpoint: ", "--auth oauth2"),
                    (["--auth", "oauth2", *oauth, "--hmac-key-id", "x"], "--hmac-key-id: ", "--auth hmac"),
                    ([*SIGNED, "--api-key-file", "x"], "--api-key-file: ", "--auth api-key"),
                    (["--api-key-file", "x", "--api-key-env", "Y"], "--api-key-file: ", "leave one out"),
                    (["--api-key-header", "a b"], "--api-key-header: "),
                    (["--auth", "oauth2", "--oauth-token-endpoint", "http://auth.example.com/token"],
                     "--oauth-token-endpoint: ", "https"),
                    (["--events", "/no/such/folder/events"], "--events: ", "No such file"),
                    (["--events", "/"], "--events: ", "directory"),
                    (["--task", ""], "--task: "),
                    (["--traceparent", "00-1-2-3"], "traceparent")):
                with self.subTest(options):
                    self.ends(self.ask(crm.url, "find", JANE, *options, CRM_API_KEY=KEY), 2, *parts)
            self.assertFalse(crm.was_called())

    def test_the_mock_needs_none_of_them(self):
        with tempfile.NamedTemporaryFile() as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # for which a run that wants it waits a minute
            oauth = ["--auth", "oauth2", "--oauth-token-endpoint", "https://auth.example.com/token", "--oauth-client-id",
                     "engine", "--oauth-refresh-token-file", file.name]
            for options in (["--api-key-file", "/no/such/file"], oauth, SIGNED):
                self.ends(run("find", "mock-uuid-1", "--mock", *options, timeout=10, CRM_API_KEY=None), 0)


class Told(AuthTest):
    """--events and -v."""

    TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = os.path.join(folder.name, "events")

    def events(self):
        """All that was appended, each a line of JSON with known keys."""
        with open(self.file, encoding="utf-8") as text:
            whole = text.read()
        self.assertTrue(whole.endswith("\n"))
        found = [json.loads(line) for line in whole.splitlines()]
        for event in found:
            self.assertIn(event["event"], EVENTS)
            self.assertLessEqual(EVERY_EVENT, event.keys())
            self.assertLessEqual(event.keys(), KEYS)
            self.assertIn(event["severity"], ("INFO", "WARN", "ERROR"))
            datetime.strptime(event["time"], "%Y-%m-%dT%H:%M:%S.%fZ")
        return found

    @staticmethod
    def names(events):
        return [event["event"] for event in events]

    def words(self, done, code=0):
        """The lines of standard error without what changes from run to run."""
        self.assertEqual(done.returncode, code, done.stderr)
        text = re.sub(r"\b\d+ ms", "N ms", done.stderr)
        return re.sub(r"request [0-9a-f-]{36}", "request ID", text).splitlines()

    def test_each_event_is_a_line_and_another_run_appends(self):
        with self.crm(*API_KEY, seed=2) as server:
            again = ["--events", self.file, "--task", "reactivation-2026"]
            self.ends(self.ask(server.url, "query", "--per-page", "2", *again, CRM_API_KEY=KEY), 0)
            self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
            first = self.events()
            self.assertEqual(self.names(first), ["crm.call.started", "crm.attempt", "crm.call.finished"] * 2)
            self.assertEqual({(e["task.id"], e["crm.operation"], e["url.template"], e["http.request.method"]) for e in first},
                             {("reactivation-2026", "query", "/api/v1/customers", "GET")})
            self.assertEqual([e["crm.call"] for e in first], [1, 1, 1, 2, 2, 2])
            self.assertEqual({e.get("http.response.status_code", 200) for e in first}, {200})
            self.ends(self.ask(server.url, "find", "nobody", "--events", self.file, CRM_API_KEY=KEY), 3)
            last = self.events()[len(first):]
            self.assertEqual([(e["event"], e["severity"]) for e in last],
                             [("crm.call.started", "INFO"), ("crm.attempt", "WARN"), ("crm.not_found", "WARN"),
                              ("crm.call.finished", "WARN")])
            self.assertNotIn("task.id", last[0])
            self.assertEqual(last[0]["url.template"], "/api/v1/customers/{id}")

    def test_a_traceparent_is_passed_on_and_told(self):
        given = f"00-{self.TRACE}-{self.PARENT}-01"
        with Fake(lambda _: (200, {}, page([], 0))) as crm:
            self.ends(self.ask(crm.url, "query", "--traceparent", given, "--events", self.file, CRM_API_KEY=KEY), 0)
            self.assertEqual(crm.requests[0][2]["Traceparent"], given)
        self.assertEqual({(e["trace_id"], e["parent_id"]) for e in self.events()}, {(self.TRACE, self.PARENT)})

    def test_neither_holds_a_path_a_query_a_credential_or_customer_data(self):
        told = ""
        with self.crm(*API_KEY, *OAUTH, *HMAC, seed=2) as server:
            more = ["-v", "--events", self.file]
            oauth = ["--auth", "oauth2", "--oauth-token-endpoint", server.url + "/oauth/token", "--oauth-client-id",
                     "the-client"]
            for arguments in (["search", "zanzibar@example.org"], ["query", "--city", "Timbuktu"], ["find", JANE],
                              ["find", "somebody-else"], ["update", JANE, "--notes", "likes-tulips"],
                              ["create", "--name", "Xaver Unterholzner", "--email", "xaver@example.org"],
                              ["create", "--name", "Xaver Unterholzner", "--zip", "9" * 999]):
                for form in ([], SIGNED, oauth):
                    for right in (True, False):
                        env = {"CRM_API_KEY": KEY, "CRM_HMAC_SECRET": SHARED, "CRM_OAUTH_CLIENT_SECRET": CLIENT_SECRET}
                        done = self.ask(server.url, *arguments, *form, *more,
                                        **(env if right else dict.fromkeys(env, "wrong-credential")))
                        told += "".join(line for line in done.stderr.splitlines(True) if ", call " in line)
        events = self.events()
        self.assertEqual(EVENTS - set(self.names(events)),
                         {"crm.retry.scheduled", "crm.gate.closed", "crm.gate.opened", "crm.cache.hit"})
        with open(self.file, encoding="utf-8") as text:
            for where, whole in (("events", text.read()), ("words", told)):
                for secret in (*SECRETS, "wrong-credential", "the-client", "zanzibar", "Timbuktu", JANE, "somebody-else",
                               "tulips", "Xaver", "9" * 12, "city=", "?", server.url):
                    self.assertNotIn(secret, whole, where)
        self.assertGreater(told.count("\n"), 100)
        self.assertNotIn("/", told)

    def test_a_file_that_takes_no_more_is_said_once_and_the_command_done(self):
        with self.crm(*API_KEY, seed=5) as server:
            done = self.ask(server.url, "query", "--per-page", "2", "--events", "/dev/full", CRM_API_KEY=KEY)
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, 6))
        self.assertEqual(done.stderr, "crm: the events cannot be written: No space left on device\n")

    def test_v_tells_of_each_event_in_a_line(self):
        with self.crm(*API_KEY) as server:
            done = self.ask(server.url, "find", JANE, "-v", CRM_API_KEY=KEY)
            self.assertEqual(self.words(done), ["crm: find, call 1: started",
                                                "crm: find, call 1: attempt 1, HTTP 200, N ms, request ID",
                                                "crm: find, call 1: done, HTTP 200, 1 attempt, N ms, request ID"])
            self.assertEqual(json.loads(done.stdout)["id"], JANE)

    def test_v_tells_of_retries_and_pauses(self):
        answers = [(429, {"Retry-After": "1"}, b""), (200, {}, page([], 0))]
        with Fake(lambda _: answers.pop(0)) as crm:
            done = self.ask(crm.url, "query", "--verbose", "--events", self.file, CRM_API_KEY=KEY)
        self.assertEqual(self.words(done), ["crm: query, call 1: started",
                                            "crm: query, call 1: attempt 1, HTTP 429, rate limited, N ms",
                                            "crm: query, call 1: the CRM asks for a pause of N ms, HTTP 429",
                                            "crm: query, call 1: attempt 2 follows in N ms, rate limited",
                                            "crm: query, call 1: the pause is over",
                                            "crm: query, call 1: attempt 2, HTTP 200, N ms",
                                            "crm: query, call 1: done, HTTP 200, 2 attempts, N ms"])
        self.assertIn("attempt 2 follows in 2000 ms", done.stderr)
        self.assertIn("a pause of 1000 ms", done.stderr)
        self.assertEqual([e["delay_ms"] for e in self.events() if "delay_ms" in e], [1000, 2000])

    def test_v_leaves_no_line_for_the_progress_to_break_into(self):
        with self.crm(*API_KEY, seed=5) as server:
            arguments, env = ("query", "--per-page", "2"), {"CRM_URL": server.url, "CRM_API_KEY": KEY}
            self.assertIn("\rreading", crm_cli.OnTerminals(*arguments, **env).stderr)
            self.assertNotIn("\r", crm_cli.OnTerminals(*arguments, "-v", **env).stderr)

    def test_a_refused_credential_is_escalated_once_and_in_words_with_v_alone(self):
        with self.crm(*API_KEY, *OAUTH) as server:
            quiet = self.ends(self.ask(server.url, "find", JANE, CRM_API_KEY="wrong"), 4, "unauthorized", "401")
            self.assertNotIn(ESCALATION, quiet.stderr)
            for done in (self.ask(server.url, "find", JANE, "-v", "--events", self.file, CRM_API_KEY="wrong"),
                         self.oauth(server, "find", JANE, "-v", "--events", self.file, CRM_OAUTH_CLIENT_SECRET="wrong")):
                lines = self.words(done, 4)
                self.assertEqual(sum(ESCALATION in line for line in lines), 1)
                self.assertRegex(lines[-1], r"\Acrm: find failed: unauthorized\b.* \(HTTP 401\)")
                self.assertEqual(sum("failed" in line and "call" not in line for line in lines), 1)
        escalated = [e for e in self.events() if e["event"] == "crm.escalated"]
        self.assertEqual([(e["message"], e["severity"], e.get("http.response.status_code"), e["crm.credential.generation"])
                          for e in escalated], [(ESCALATION, "ERROR", status, 1) for status in (401, None)])

    def test_a_forbidden_call_is_escalated_too(self):
        with Fake(lambda _: (403, {"X-Request-Id": "r-1"}, b"")) as crm:
            done = self.ask(crm.url, "query", "-v", CRM_API_KEY=KEY)
        self.assertIn(f"crm: query, call 1: {ESCALATION}, HTTP 403, request r-1", done.stderr.splitlines())
        self.assertEqual(done.returncode, 4)

    def test_the_renewal_of_a_token_is_told(self):
        with self.crm(*OAUTH, seed=1) as server:
            with Proxy(server.port, revoking(server, 2)) as between:
                done = self.oauth(server, "query", "--per-page", "1", "-v", url=between.url)
        self.assertEqual([line for line in self.words(done) if "call 2" in line],
                         ["crm: query, call 2: started", "crm: query, call 2: attempt 1, HTTP 401, refused, N ms, request ID",
                          "crm: query, call 2: attempt 2 follows in N ms, refused",
                          "crm: query, call 2: attempt 2, HTTP 200, N ms, request ID",
                          "crm: query, call 2: done, HTTP 200, 2 attempts, N ms, request ID"])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    crm_cli.CRM = os.path.abspath(sys.argv.pop(1))
    reference_crm.BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
