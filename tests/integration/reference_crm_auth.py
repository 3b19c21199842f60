#!/usr/bin/env python3
"""Black-box test of who the reference CRM lets in: reference_crm_auth.py PATH_OF_BINARY [unittest arguments].

API keys, OAuth 2.0 (RFC 6749, RFC 9700), signed requests (docs/contract.md) and the admin listener. Signatures are made
here with Python's hmac.
"""

import base64
import gzip
import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote_plus, urlencode

import reference_crm
from reference_crm import CUSTOMERS, Answer

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "auth"))
import hmac_vectors

KEY = "first-api-key"
CLIENT, CLIENT_SECRET = "engine", "s:e c%r+t/é&="
REFRESH = "refresh-token-agreed-on-before"
SHARED = "shared-secret"
ENVIRONMENT = {"T_KEY": KEY, "T_KEY_2": "second-api-key", "T_CLIENT": CLIENT_SECRET, "T_REFRESH": REFRESH,
               "T_SHARED": SHARED, "T_SHARED_2": SHARED + "-2"}
API_KEY = ["--api-key-env", "T_KEY"]
OAUTH = ["--oauth-client", CLIENT, "--oauth-client-secret-env", "T_CLIENT", "--oauth-refresh-token-env", "T_REFRESH"]
HMAC = ["--hmac-key", "engine-1", "--hmac-secret-env", "T_SHARED"]
FORM = "application/x-www-form-urlencoded"
IMF_FIXDATE = r"^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$"


class Server(reference_crm.Server):
    """With an admin listener, and a log."""

    def __init__(self, *options, env=None, **choices):
        super().__init__("--admin-port", "0", "--log", *options, env={**ENVIRONMENT, **(env or {})}, **choices)
        line = self.process.stdout.readline()
        match = re.fullmatch(r"http://127\.0\.0\.1:(\d+)\n", line)
        assert match, f"second line was {line!r}"
        self.admin_port = int(match[1])

    def admin(self, target, body=None, method=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=20)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method or ("GET" if body is None else "POST"), "/admin/" + target, body=body, headers=headers)
        answer = Answer(connection.getresponse())
        connection.close()
        return answer

    def statistics(self):
        return self.admin("statistics").json

    def bearer(self, token):
        return self.call("GET", CUSTOMERS, headers={"Authorization": "Bearer " + token})

    def token(self, body=None, client=(CLIENT, CLIENT_SECRET), content_type=FORM, target="/oauth/token", header=None, **form):
        """A token request, authenticated by HTTP Basic unless `client` is None."""
        headers = {"Content-Type": content_type} if content_type else {}
        if client:
            header = "Basic " + base64.b64encode(":".join(map(quote_plus, client)).encode()).decode()
        if header:
            headers["Authorization"] = header
        return self.call("POST", target, urlencode(form) if body is None else body, headers)

    def refresh(self, token):
        return self.token(grant_type="refresh_token", refresh_token=token)

    def signed(self, method="GET", target=CUSTOMERS, body=b"", secret=SHARED, key="engine-1", timestamp=None, nonce=None,
               sent=None, **headers):
        """Signs one request and sends it, or what `sent` has in its place."""
        timestamp = int(time.time()) if timestamp is None else timestamp
        nonce = nonce or secrets.token_hex(16)
        text = hmac_vectors.canonical(method, target, timestamp, nonce, body)
        parts = {"method": method, "target": target, "body": body, "timestamp": timestamp, "nonce": nonce, "key": key,
                 "signature": hmac_vectors.sign(secret, text), **(sent or {})}
        headers["Authorization"] = hmac_vectors.authorization(parts["key"], parts["timestamp"], parts["nonce"], parts["signature"])
        if parts["body"]:
            headers.setdefault("Content-Type", "application/json")
        return self.call(parts["method"], parts["target"], parts["body"] or None, headers)


class AuthTest(reference_crm.CrmTest):
    def assert_in(self, answer):
        self.assertEqual(answer.status, 200, answer.body)

    def assert_bearer_refused(self, answer):
        self.assert_problem(answer, 401, "credentials-refused")
        self.assertEqual(answer.headers["WWW-Authenticate"], 'Bearer realm="crm", error="invalid_token"')

    def assert_signature_refused(self, answer, error):
        self.assert_problem(answer, 401, "credentials-refused")
        self.assertEqual(answer.headers["WWW-Authenticate"], f'CRM-HMAC-SHA256 error="{error}"')

    def assert_oauth_error(self, answer, error, status=400):
        self.assertEqual((answer.status, answer.json["error"]), (status, error), answer.body)
        self.assert_token_headers(answer)
        if status == 401:
            self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Basic "))

    def assert_token_headers(self, answer):
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual(answer.headers.get_all("Cache-Control"), ["no-store"])
        self.assertEqual(answer.headers["Pragma"], "no-cache")


class ApiKeys(AuthTest):
    def test_several_keys_are_good_at_once(self):
        with Server(*API_KEY, "--api-key-env", "T_KEY_2") as server:
            self.assert_in(server.bearer(KEY))
            self.assert_in(server.bearer("second-api-key"))
            self.assert_bearer_refused(server.bearer("third-api-key"))

    def test_keys_are_added_and_revoked_while_it_runs(self):
        with Server(*API_KEY) as server:
            self.assert_bearer_refused(server.bearer("late-key"))
            self.assertEqual(server.admin("api-keys", {"key": "late-key"}).json, {"added": True})
            self.assertEqual(server.admin("api-keys", {"key": "late-key"}).json, {"added": False})
            self.assert_in(server.bearer("late-key"))
            self.assertEqual(server.admin("revoke", {"api_key": KEY}).json, {"revoked": 1})
            self.assertEqual(server.admin("revoke", {"api_key": KEY}).json, {"revoked": 0})
            self.assert_bearer_refused(server.bearer(KEY))
            self.assert_in(server.bearer("late-key"))

    def test_without_the_last_key_nobody_comes_in(self):
        with Server(*API_KEY) as server:
            server.admin("revoke", {"api_key": KEY})
            self.assert_bearer_refused(server.bearer(KEY))
            self.assert_problem(server.get(CUSTOMERS), 401, "credentials-missing")

    def test_the_first_key_closes_an_open_server(self):
        with Server() as server:
            self.assert_in(server.get(CUSTOMERS))
            server.admin("api-keys", {"key": "late-key"})
            self.assert_problem(server.get(CUSTOMERS), 401, "credentials-missing")
            self.assert_in(server.bearer("late-key"))

    def test_settings_that_cannot_be_used_end_the_start(self):
        with tempfile.TemporaryDirectory() as folder:
            for options, env, status, told in (
                (API_KEY, {"T_KEY": "with%20percent"}, 2, "T_KEY"), (API_KEY, {"T_KEY": "two words"}, 2, "T_KEY"),
                (OAUTH, {"T_CLIENT": ""}, 2, "T_CLIENT"), (OAUTH, {"T_REFRESH": ""}, 2, "T_REFRESH"),
                (HMAC, {"T_SHARED": ""}, 2, "T_SHARED"), (HMAC + HMAC, {}, 2, "twice"),
                (HMAC + ["--hmac-key", "other"], {}, 2, "of its own"), (HMAC[:2], {}, None, "--hmac-secret-env"),
                (["--hmac-key", 'a"b', *HMAC[2:]], {}, None, "not a key id"), (OAUTH[:2], {}, None, "--oauth-client-secret-env"),
                (["--token-lifetime", "5"], {}, None, "--oauth-client"),
            ):
                done = subprocess.run([reference_crm.BINARY, "--db", folder + "/x.db", *options], capture_output=True,
                                      text=True, timeout=10, env={**os.environ, **ENVIRONMENT, **env})
                self.assertEqual((done.returncode if status else done.returncode != 0, done.stdout), (status or True, ""), options)
                self.assertIn(told, done.stderr)
                for secret in (SHARED, CLIENT_SECRET, REFRESH, "percent", "two words"):
                    self.assertNotIn(secret, done.stderr)


class TokenRequests(AuthTest):
    """What POST /oauth/token answers."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*OAUTH, "--token-lifetime", "900")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def test_client_credentials_by_basic_and_by_body(self):
        by_body = {"client": None, "client_id": CLIENT, "client_secret": CLIENT_SECRET}
        for how in ({}, by_body):
            answer = self.server.token(grant_type="client_credentials", **how)
            self.assertEqual(answer.status, 200, answer.body)
            self.assert_token_headers(answer)
            token = answer.json["access_token"]
            self.assertEqual(answer.json, {"access_token": token, "token_type": "Bearer", "expires_in": 900})
            self.assert_in(self.server.bearer(token))

    def test_the_scheme_basic_has_no_case_and_the_media_type_may_have_a_parameter(self):
        pair = base64.b64encode(":".join(map(quote_plus, (CLIENT, CLIENT_SECRET))).encode()).decode()
        answer = self.server.token(client=None, header="bASIC " + pair, content_type=FORM.upper() + "; charset=UTF-8",
                                   grant_type="client_credentials")
        self.assertEqual(answer.status, 200, answer.body)

    def test_id_and_secret_are_form_encoded_within_basic(self):
        plain = base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        self.assert_oauth_error(self.server.token(client=None, header="Basic " + plain, grant_type="client_credentials"),
                                "invalid_client", 401)

    def test_exactly_one_way_to_authenticate(self):
        for form in ({"client_id": CLIENT, "client_secret": CLIENT_SECRET}, {"client_secret": CLIENT_SECRET}, {"client_id": CLIENT}):
            self.assert_oauth_error(self.server.token(grant_type="client_credentials", **form), "invalid_request")
        self.assert_oauth_error(self.server.token(client=None, grant_type="client_credentials"), "invalid_client", 401)

    def test_a_client_that_is_not_known(self):
        for client in ((CLIENT, "wrong"), ("wrong", CLIENT_SECRET), (CLIENT, ""), (CLIENT, CLIENT_SECRET + " ")):
            self.assert_oauth_error(self.server.token(client=client, grant_type="client_credentials"), "invalid_client", 401)
            self.assert_oauth_error(self.server.token(client=None, client_id=client[0], client_secret=client[1],
                                                      grant_type="client_credentials"), "invalid_client", 401)
        good = base64.b64encode(":".join(map(quote_plus, (CLIENT, CLIENT_SECRET))).encode()).decode()
        for header in ("Basic", "Basic !", "Basic " + good[:-1], "Basic " + good + "=", "Basic ZW5naW5l", "Bearer " + good,
                       "Basic " + base64.b64encode(b"engine:%zz").decode(), good):
            self.assert_oauth_error(self.server.token(client=None, header=header, grant_type="client_credentials"),
                                    "invalid_client", 401)

    def test_requests_that_are_not_well_formed(self):
        grant = "grant_type=client_credentials"
        for how in ({"body": ""}, {"body": "grant_type="}, {"body": grant + "&" + grant}, {"body": grant + "&x=1&x=2"},
                    {"body": grant + "&x=%zz"}, {"body": grant + "&x=%ff"}, {"body": grant, "content_type": "application/json"},
                    {"body": grant, "content_type": None}, {"body": "", "target": "/oauth/token?" + grant},
                    {"body": grant, "target": "/oauth/token?x=1"}, {"grant_type": "refresh_token"},
                    {"grant_type": "refresh_token", "refresh_token": ""}):
            with self.subTest(how=how):
                self.assert_oauth_error(self.server.token(**how), "invalid_request")

    def test_grants_and_scopes(self):
        for grant in ("password", "authorization_code", "Client_credentials"):
            self.assert_oauth_error(self.server.token(grant_type=grant), "unsupported_grant_type")
        for scope in ("crm admin", "CRM", "other"):
            self.assert_oauth_error(self.server.token(grant_type="client_credentials", scope=scope), "invalid_scope")
            self.assert_oauth_error(self.server.token(grant_type="refresh_token", refresh_token=REFRESH, scope=scope), "invalid_scope")
        for scope in ("crm", ""):
            self.assertEqual(self.server.token(grant_type="client_credentials", scope=scope).status, 200)
        self.assert_oauth_error(self.server.refresh("never-issued"), "invalid_grant")

    def test_it_is_a_post_and_only_there_with_a_client(self):
        answer = self.server.get("/oauth/token")
        self.assert_problem(answer, 405)
        self.assertEqual(answer.headers["Allow"], "POST")
        with Server() as without:
            self.assert_problem(without.token(grant_type="client_credentials"), 404, "no-such-route")


class Tokens(AuthTest):
    """What the tokens are good for, and for how long."""

    def access(self, server):
        return server.token(grant_type="client_credentials").json["access_token"]

    def test_an_unknown_token_and_none_at_all(self):
        with Server(*OAUTH) as server:
            for token in ("", "unknown", REFRESH, CLIENT_SECRET.encode().hex(), self.access(server)[:-1], self.access(server) + "0"):
                self.assert_bearer_refused(server.bearer(token))
            answer = server.get(CUSTOMERS)
            self.assert_problem(answer, 401, "credentials-missing")
            self.assertEqual(answer.headers["WWW-Authenticate"], 'Bearer realm="crm"')

    def test_an_expired_token(self):
        with Server(*OAUTH, "--token-lifetime", "1") as server:
            token = self.access(server)
            self.assert_in(server.bearer(token))
            time.sleep(1.1)
            self.assert_bearer_refused(server.bearer(token))

    def test_access_tokens_revoked_while_it_runs(self):
        with Server(*OAUTH, *API_KEY) as server:
            refreshed = server.refresh(REFRESH).json
            tokens = [self.access(server), refreshed["access_token"]]
            self.assertEqual(server.admin("revoke", {"access_tokens": True}).json, {"revoked": 2})
            for token in tokens:
                self.assert_bearer_refused(server.bearer(token))
            self.assert_in(server.bearer(KEY))
            self.assert_in(server.bearer(self.access(server)))
            self.assertEqual(server.refresh(refreshed["refresh_token"]).status, 200)

    def test_refresh_tokens_revoked_while_it_runs(self):
        with Server(*OAUTH) as server:
            refreshed = server.refresh(REFRESH).json
            self.assertEqual(server.admin("revoke", {"refresh_tokens": True}).json, {"revoked": 1})
            self.assert_oauth_error(server.refresh(refreshed["refresh_token"]), "invalid_grant")
            self.assert_in(server.bearer(refreshed["access_token"]))

    def test_each_refresh_rotates_the_token(self):
        with Server(*OAUTH) as server:
            token, seen = REFRESH, {REFRESH}
            for _ in range(4):
                answer = server.refresh(token)
                self.assertEqual(sorted(answer.json), ["access_token", "expires_in", "refresh_token", "token_type"])
                self.assert_token_headers(answer)
                self.assert_in(server.bearer(answer.json["access_token"]))
                token = answer.json["refresh_token"]
                self.assertNotIn(token, seen)
                seen |= {token, answer.json["access_token"]}
            self.assertEqual(len(seen), 9)

    def test_use_of_a_retired_refresh_token_ends_its_family_and_no_other(self):
        with Server(*OAUTH) as server:
            other = self.access(server)
            first = server.refresh(REFRESH).json
            second = server.refresh(first["refresh_token"]).json
            for token in (first["access_token"], second["access_token"]):
                self.assert_in(server.bearer(token))
            self.assert_oauth_error(server.refresh(REFRESH), "invalid_grant")
            for token in (first["access_token"], second["access_token"]):
                self.assert_bearer_refused(server.bearer(token))
            self.assert_oauth_error(server.refresh(second["refresh_token"]), "invalid_grant")
            self.assert_in(server.bearer(other))
            self.assertEqual(server.statistics()["refused"]["reused_refresh_token"], 1)

    def test_a_refused_refresh_retires_nothing(self):
        with Server(*OAUTH) as server:
            self.assert_oauth_error(server.token(grant_type="refresh_token", refresh_token=REFRESH, scope="x"), "invalid_scope")
            self.assert_oauth_error(server.token(client=(CLIENT, "x"), grant_type="refresh_token", refresh_token=REFRESH),
                                    "invalid_client", 401)
            self.assertEqual(server.refresh(REFRESH).status, 200)

    def test_of_eight_refreshes_at_once_one_is_answered(self):
        with Server(*OAUTH) as server:
            gate, answers = threading.Barrier(8), []

            def race():
                gate.wait()
                answers.append(server.refresh(REFRESH))
            threads = [threading.Thread(target=race) for _ in range(8)]
            [thread.start() for thread in threads]
            [thread.join() for thread in threads]
            self.assertEqual(sorted(answer.status for answer in answers), [200] + [400] * 7)
            (won,) = [answer.json for answer in answers if answer.status == 200]
            self.assert_bearer_refused(server.bearer(won["access_token"]))


class Signatures(AuthTest):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(*HMAC, "--hmac-key", "engine-2", "--hmac-secret-env", "T_SHARED_2")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def test_the_vectors(self):
        vectors = json.loads(hmac_vectors.FILE.read_text())
        self.assertGreaterEqual(len(vectors), 8)
        for secret in {vector["secret"] for vector in vectors}:
            for time_of_day in {vector["timestamp"] // 1000 for vector in vectors}:
                mine = [v for v in vectors if v["secret"] == secret and v["timestamp"] // 1000 == time_of_day]
                if not mine:
                    continue
                offset = mine[0]["timestamp"] - int(time.time())
                with Server(*HMAC, "--clock-offset", str(offset), env={"T_SHARED": secret}) as server:
                    for vector in mine:
                        with self.subTest(vector["name"]):
                            answer = server.call(vector["method"], vector["target"], vector["body"].encode() or None,
                                                 {"Authorization": vector["authorization"], "Content-Type": "application/json"})
                            self.assertNotEqual(answer.status, 401, answer.headers["WWW-Authenticate"])
                    self.assertEqual(server.statistics()["accepted"], {"hmac": len(mine)})

    def test_reads_and_writes(self):
        self.assert_in(self.server.signed())
        self.assert_in(self.server.signed(target=CUSTOMERS + "?city=Saint%20Paul&page=1"))
        made = self.server.signed("POST", CUSTOMERS, '{"customer":{"name":"José 🌱"}}'.encode())
        self.assertEqual((made.status, made.json["customer"]["name"]), (201, "José 🌱"))
        target = f"{CUSTOMERS}/{made.json['customer']['id']}"
        self.assert_in(self.server.signed("PATCH", target, b'{"customer":{"city":"Edina"}}'))
        self.assertEqual(self.server.signed("HEAD", target).status, 200)
        self.assert_in(self.server.signed(key="engine-2", secret=SHARED + "-2"))

    def test_one_byte_of_what_is_signed(self):
        body, target, now = b'{"customer":{"name":"Mallory"}}', CUSTOMERS + "?page=1", int(time.time())
        for change in ({"body": body.replace(b"M", b"m")}, {"body": body + b" "}, {"body": body.replace(b"y", b"\xc3\xbd")},
                       {"target": CUSTOMERS + "?page=2"}, {"target": CUSTOMERS + "?page=1&"}, {"target": CUSTOMERS + "?pag%65=1"},
                       {"target": target.replace("customers", "customerz")}, {"method": "PATCH"}, {"timestamp": now + 1},
                       {"nonce": "0" * 16}, {"signature": "0" * 64}):
            with self.subTest(change=change):
                answer = self.server.signed("POST", target, body, timestamp=now, sent=change)
                self.assert_signature_refused(answer, "wrong_signature")
        self.assertEqual(self.server.signed("POST", target, body, timestamp=now).status, 201)
        head = self.server.signed("GET", CUSTOMERS, sent={"method": "HEAD"})
        self.assertEqual((head.status, head.headers["WWW-Authenticate"]), (401, 'CRM-HMAC-SHA256 error="wrong_signature"'))

    def test_each_byte_of_the_signature(self):
        now, nonce = int(time.time()), secrets.token_hex(16)
        good = hmac_vectors.sign(SHARED, hmac_vectors.canonical("GET", CUSTOMERS, now, nonce, b""))
        for place in range(64):
            wrong = good[:place] + ("1" if good[place] == "0" else "0") + good[place + 1:]
            self.assert_signature_refused(self.server.signed(timestamp=now, nonce=nonce, sent={"signature": wrong}), "wrong_signature")
        self.assert_in(self.server.signed(timestamp=now, nonce=nonce))

    def test_another_key_and_an_unknown_one(self):
        self.assert_signature_refused(self.server.signed(sent={"key": "engine-2"}), "wrong_signature")
        self.assert_signature_refused(self.server.signed(secret="guessed"), "wrong_signature")
        self.assert_signature_refused(self.server.signed(key="engine-3"), "unknown_key")

    def test_headers_that_are_malformed(self):
        now, good = int(time.time()), "0" * 64
        head = hmac_vectors.authorization("engine-1", now, "n" * 16, good)
        for wrong in ("CRM-HMAC-SHA256", "CRM-HMAC-SHA256 " + good, head[:-1], head + ",", head + ', x="1"', head + f', {head}',
                      head + ', keyid="engine-1"', head.replace("keyid", "key_id"), head.replace('"engine-1"', "engine-1"),
                      head.replace("engine-1", "engine\\-1"), head.replace("engine-1", ""), head.replace("engine-1", "e" * 129),
                      head.replace("n" * 16, "n" * 15), head.replace("n" * 16, "n" * 129), head.replace("n" * 16, "n" * 15 + "!"),
                      head.replace(str(now), ""), head.replace(str(now), "-1"), head.replace(str(now), f"{now}.0"),
                      head.replace(str(now), "1" * 13), head.replace(good, good[1:]), head.replace(good, good + "0"),
                      head.replace(good, "A" * 64), head.replace(", nonce", " nonce"), re.sub(', signature=.*', "", head)):
            with self.subTest(wrong=wrong):
                answer = self.server.call("GET", CUSTOMERS, headers={"Authorization": wrong})
                self.assert_signature_refused(answer, "malformed")

    def test_what_the_header_leaves_free(self):
        now, nonce = int(time.time()), secrets.token_hex(16)
        signature = hmac_vectors.sign(SHARED, hmac_vectors.canonical("GET", CUSTOMERS, now, nonce, b""))
        header = f'crm-hmac-sha256  signature="{signature}",nonce="{nonce}" ,  timestamp="{now}", keyid="engine-1"'
        self.assert_in(self.server.call("GET", CUSTOMERS, headers={"Authorization": header}))

    def test_two_authorization_headers(self):
        head = hmac_vectors.authorization("engine-1", int(time.time()), "n" * 16, "0" * 64)
        lines = f"GET {CUSTOMERS} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {head}\r\nAuthorization: {head}\r\n\r\n"
        self.assertIn(b'error="malformed"', self.server.raw(lines.encode())[0])

    def test_a_nonce_is_good_once(self):
        nonce, now = secrets.token_hex(16), int(time.time())
        self.assert_in(self.server.signed(nonce=nonce, timestamp=now))
        self.assert_signature_refused(self.server.signed(nonce=nonce, timestamp=now), "replayed_nonce")
        self.assert_signature_refused(self.server.signed(nonce=nonce, timestamp=now + 1), "replayed_nonce")
        self.assert_signature_refused(self.server.signed(nonce=nonce, target=CUSTOMERS + "?page=2"), "replayed_nonce")
        self.assert_in(self.server.signed(nonce=nonce, key="engine-2", secret=SHARED + "-2"))

    def test_a_replayed_write_writes_nothing(self):
        nonce, now, body = secrets.token_hex(16), int(time.time()), b'{"customer":{"name":"Twice Sent"}}'
        self.assertEqual(self.server.signed("POST", CUSTOMERS, body, nonce=nonce, timestamp=now).status, 201)
        self.assert_signature_refused(self.server.signed("POST", CUSTOMERS, body, nonce=nonce, timestamp=now), "replayed_nonce")
        self.assertEqual(self.server.signed(target=CUSTOMERS + "/search?q=twice").json["meta"]["total"], 1)

    def test_of_eight_with_one_nonce_one_is_let_in(self):
        nonce, now, gate, seen = secrets.token_hex(16), int(time.time()), threading.Barrier(8), []

        def race():
            gate.wait()
            seen.append(self.server.signed(nonce=nonce, timestamp=now).status)
        threads = [threading.Thread(target=race) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        self.assertEqual(sorted(seen), [200] + [401] * 7)

    def test_a_refused_request_does_not_use_its_nonce_up(self):
        nonce = secrets.token_hex(16)
        self.assert_signature_refused(self.server.signed(nonce=nonce, secret="guessed"), "wrong_signature")
        self.assert_signature_refused(self.server.signed(nonce=nonce, timestamp=int(time.time()) - 400), "stale_timestamp")
        self.assert_in(self.server.signed(nonce=nonce))

    def test_a_nonce_is_forgotten_when_its_request_is_stale(self):
        nonce, old = secrets.token_hex(16), int(time.time()) - 298
        self.assert_in(self.server.signed(nonce=nonce, timestamp=old))
        self.assert_signature_refused(self.server.signed(nonce=nonce, timestamp=old), "replayed_nonce")
        time.sleep(3.5)
        self.assert_signature_refused(self.server.signed(nonce=nonce, timestamp=old), "stale_timestamp")
        self.assert_in(self.server.signed(nonce=nonce))

    def test_no_more_nonces_are_kept_than_there_is_room_for_and_none_is_dropped(self):
        with Server(*HMAC, "--hmac-nonces", "3") as server:
            nonces, old = [secrets.token_hex(16) for _ in range(4)], int(time.time()) - 298
            for nonce in nonces[:3]:
                self.assert_in(server.signed(nonce=nonce, timestamp=old))
            refused = server.signed(nonce=nonces[3])
            self.assert_problem(refused, 429, "nonces-exhausted")
            self.assertIn(refused.headers["Retry-After"], ("1", "2", "3"))
            self.assert_signature_refused(server.signed(nonce=nonces[0], timestamp=old), "replayed_nonce")
            time.sleep(int(refused.headers["Retry-After"]) + 0.1)
            self.assert_in(server.signed(nonce=nonces[3]))

    def test_the_window_is_300_seconds_both_ways(self):
        for away in (-299, 299):
            self.assert_in(self.server.signed(timestamp=int(time.time()) + away))
        for away in (-302, 302, -100_000, 100_000, 900_000_000_000):
            self.assert_signature_refused(self.server.signed(timestamp=int(time.time()) + away), "stale_timestamp")

    def test_a_server_whose_clock_is_wrong_says_its_time(self):
        for offset in (-4000, 4000):
            with Server(*HMAC, *OAUTH, "--clock-offset", str(offset)) as server:
                refused = server.signed()
                self.assert_signature_refused(refused, "stale_timestamp")
                told = int(parsedate_to_datetime(refused.headers["Date"]).timestamp())
                self.assertLess(abs(told - time.time() - offset), 3)
                self.assert_in(server.signed(timestamp=told))
                self.assert_in(server.bearer(server.token(grant_type="client_credentials").json["access_token"]))

    def test_a_retry_after_date_is_by_the_clock_of_date(self):
        with Server("--rate-limit", "0.1", "--rate-burst", "1", "--retry-after-form", "http-date", "--clock-offset", "4000") as server:
            server.get(CUSTOMERS)
            refused = server.get(CUSTOMERS)
            wait = parsedate_to_datetime(refused.headers["Retry-After"]) - parsedate_to_datetime(refused.headers["Date"])
            self.assertTrue(9 <= wait.total_seconds() <= 11, wait)

    def test_every_answer_has_a_date(self):
        with Server(*HMAC, *OAUTH, "--clock-offset", "4000") as server:
            answers = [server.signed(timestamp=int(time.time()) + 4000), server.get("/nowhere"), server.refresh("x"), server.refresh(REFRESH),
                       server.admin("statistics"), server.call("POST", CUSTOMERS, b"x" * 2_000_000)]
            dates = [answer.headers["Date"] for answer in answers]
            for raw in (b"GARBAGE", b"BREW / HTTP/1.1", b"GET /" + b"a" * 9000 + b" HTTP/1.1", b"POST / HTTP/1.1",
                        b"GET / HTTP/1.1\r\nRange: bytes=x"):
                dates += re.findall(r"\r\nDate: ([^\r]*)\r\n", server.raw(raw + b"\r\n\r\n")[0].decode())
            self.assertEqual(len(dates), len(answers) + 5)
            for date in dates:
                self.assertRegex(date, IMF_FIXDATE)
                self.assertLess(abs(parsedate_to_datetime(date).timestamp() - time.time() - 4000), 30)

    def test_a_body_in_chunks_is_signed_as_a_whole(self):
        body, now, nonce = b'{"customer":{"name":"Chunked"}}', int(time.time()), secrets.token_hex(16)
        signature = hmac_vectors.sign(SHARED, hmac_vectors.canonical("POST", CUSTOMERS, now, nonce, body))
        connection = self.server.connect()
        connection.request("POST", CUSTOMERS, body=iter([body[:9], body[9:]]), encode_chunked=True, headers={
            "Content-Type": "application/json", "Transfer-Encoding": "chunked",
            "Authorization": hmac_vectors.authorization("engine-1", now, nonce, signature)})
        answer = Answer(connection.getresponse())
        connection.close()
        self.assertEqual(answer.status, 201, answer.body)

    def test_a_content_coding_is_not_undone_but_refused(self):
        packed = gzip.compress(b'{"customer":{"name":"Packed"}}')
        answer = self.server.signed("POST", CUSTOMERS, packed, **{"Content-Encoding": "gzip"})
        self.assert_problem(answer, 415, "unsupported-content-coding")

    def test_a_key_revoked_while_it_runs(self):
        with Server(*HMAC, "--hmac-key", "engine-2", "--hmac-secret-env", "T_SHARED_2") as server:
            self.assert_in(server.signed())
            self.assertEqual(server.admin("revoke", {"hmac_key": "engine-1"}).json, {"revoked": 1})
            self.assert_signature_refused(server.signed(), "unknown_key")
            self.assert_in(server.signed(key="engine-2", secret=SHARED + "-2"))


class Together(AuthTest):
    def test_any_one_of_the_three_is_enough(self):
        with Server(*API_KEY, *OAUTH, *HMAC) as server:
            token = server.token(grant_type="client_credentials").json["access_token"]
            self.assert_in(server.bearer(KEY))
            self.assert_in(server.bearer(token))
            self.assert_in(server.signed())
            self.assert_bearer_refused(server.bearer("neither"))
            self.assert_signature_refused(server.signed(secret="x"), "wrong_signature")
            for header in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": KEY}):
                answer = server.call("GET", CUSTOMERS, headers=header)
                self.assert_problem(answer, 401, "credentials-missing")
                self.assertEqual(answer.headers.get_all("WWW-Authenticate"), ['Bearer realm="crm"', 'CRM-HMAC-SHA256 realm="crm"'])
            self.assertEqual(server.statistics(), {
                "token_requests": 1, "tokens_issued": 1, "accepted": {"api_key": 1, "access_token": 1, "hmac": 1},
                "refused": {"invalid_token": 1, "wrong_signature": 1, "missing_credentials": 3}})

    def test_a_form_that_is_not_configured_opens_nothing(self):
        with Server(*HMAC) as server:
            answer = server.bearer(KEY)
            self.assert_problem(answer, 401, "credentials-missing")
            self.assertEqual(answer.headers.get_all("WWW-Authenticate"), ['CRM-HMAC-SHA256 realm="crm"'])
        with Server(*API_KEY) as server:
            self.assert_problem(server.signed(), 401, "credentials-missing")

    def test_nothing_written_holds_a_credential(self):
        with Server(*API_KEY, *OAUTH, *HMAC) as server:
            refreshed = server.refresh(REFRESH).json
            nonce = secrets.token_hex(16)
            server.signed(nonce=nonce)
            server.signed(nonce=nonce, secret="wrong")
            for token in (KEY, refreshed["access_token"], "wrong-bearer-key"):
                server.bearer(token)
            server.refresh("wrong-refresh-token")
            server.get("/api/v1/" + KEY)
            server.get(CUSTOMERS, api_key=KEY)
            server.admin("api-keys", {"key": "late-key"})
            server.admin("api-keys", b'{"key": "late-key", }')
            server.admin("revoke", {"api_key": "late-key"})
            server.admin("revoke/" + KEY, {"api_key": "late-key"})
            told = [server.token(client=(CLIENT, "wrong-client-secret"), grant_type="refresh_token", refresh_token=REFRESH).body,
                    server.admin("statistics").body]
            server.stop()
            log = server.log()
            self.assertRegex(log, r"POST /oauth/token 200 [\d.]+ ms")
            self.assertRegex(log, r"POST /admin/api-keys 200 [\d.]+ ms")
            stored = b"".join(path.read_bytes() for path in Path(server.folder.name).iterdir())
            for secret in (KEY, "late-key", CLIENT_SECRET, quote_plus(CLIENT_SECRET), "wrong-client-secret", REFRESH, SHARED, nonce,
                           refreshed["access_token"], refreshed["refresh_token"], "wrong-refresh-token", "wrong-bearer-key"):
                self.assertNotIn(secret, log)
                for text in (stored, *told):
                    self.assertNotIn(secret.encode(), text)


class Admin(AuthTest):
    def test_there_is_none_unless_it_is_asked_for(self):
        with reference_crm.Server(*API_KEY, env=ENVIRONMENT) as server:
            self.assert_problem(server.call("GET", "/admin/statistics", headers={"Authorization": "Bearer " + KEY}), 404)
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.process.stdout.read(), "")
            server.process.wait(timeout=10)
            server.process.stdout.close()

    def test_it_is_not_on_the_public_port_and_the_api_is_not_on_its(self):
        with Server() as server:
            self.assert_problem(server.get("/admin/statistics"), 404)
            self.assert_problem(server.admin("../api/v1/customers"), 404)

    def test_it_listens_on_loopback_only_whatever_the_host(self):
        listening = {}
        with tempfile.TemporaryDirectory() as folder:
            process = subprocess.Popen([reference_crm.BINARY, "--host", "0.0.0.0", "--db", folder + "/x.db", "--admin-port", "0"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            ports = [int(process.stdout.readline().rsplit(":", 1)[1]) for _ in range(2)]
            for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
                address, port = line.split()[1].split(":")
                listening[int(port, 16)] = address if line.split()[3] == "0A" else listening.get(int(port, 16))
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=10)
            process.stdout.close()
        self.assertEqual([listening[port] for port in ports], ["00000000", "0100007F"])

    def test_the_host_must_be_loopback(self):
        with Server() as server:
            for host in ("127.0.0.1", "localhost", f"localhost:{server.admin_port}", "[::1]:1"):
                self.assertEqual(server.admin("statistics", Host=host).status, 200, host)
            for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:80", "localhost:", "x@localhost",
                         "localhost:80@evil.example", "", "127.0.0.1, evil.example"):
                self.assert_problem(server.admin("statistics", Host=host), 403, "not-loopback")
                self.assert_problem(server.admin("api-keys", {"key": "k"}, Host=host), 403, "not-loopback")
            self.assert_in(server.get(CUSTOMERS))

    def test_wrong_use_is_told_and_does_nothing(self):
        with Server(*API_KEY, *OAUTH) as server:
            for target, body in (
                ("api-keys", {}), ("api-keys", []), ("api-keys", b"{"), ("api-keys", b"\xff"), ("api-keys", {"key": ""}),
                ("api-keys", {"key": 7}), ("api-keys", {"key": "a b"}), ("api-keys", {"key": "a%20b"}), ("api-keys", {"key": "é"}),
                ("api-keys", {"key": "a", "x": 1}), ("revoke", {}), ("revoke", {"api_key": 7}), ("revoke", {"access_tokens": False}),
                ("revoke", {"access_tokens": 1}), ("revoke", {"refresh_tokens": None}), ("revoke", {"everything": True}),
                ("revoke", {"api_key": KEY, "access_tokens": True}), ("token-endpoint", {}), ("token-endpoint", {"count": 2}),
                ("token-endpoint", {"status": 99}), ("token-endpoint", {"status": 600}), ("token-endpoint", {"status": "500"}),
                ("token-endpoint", {"status": 204}), ("token-endpoint", {"status": 500, "count": 0}),
                ("token-endpoint", {"status": 500, "count": 1.5}), ("token-endpoint", {"hang_ms": -1}),
                ("token-endpoint", {"hang_ms": 600_001}), ("token-endpoint", {"reset": True, "status": 500}),
                ("token-endpoint", {"reset": False}), ("token-endpoint", {"expires_in": 1, "x": 1}),
            ):
                with self.subTest(target=target, body=body):
                    self.assert_problem(server.admin(target, body), 400, "bad-admin-request")
            for content_type in ("text/plain", FORM, "application/jsonx"):
                self.assert_problem(server.admin("revoke", {"api_key": KEY}, Content_Type=content_type), 415)
            self.assert_problem(server.admin("nothing"), 404)
            for target, body, allow in (("statistics", {"x": 1}, "GET"), ("revoke", None, "POST")):
                answer = server.admin(target, body)
                self.assert_problem(answer, 405)
                self.assertEqual(answer.headers["Allow"], allow)
            self.assert_in(server.bearer(KEY))
            self.assertEqual(server.token(grant_type="client_credentials").json["expires_in"], 300)
        with Server(*API_KEY) as server:
            for target, body in (("token-endpoint", {"status": 500}), ("revoke", {"access_tokens": True}), ("revoke", {"refresh_tokens": True})):
                self.assert_problem(server.admin(target, body), 400, "bad-admin-request")

    def test_the_token_endpoint_fails_as_often_as_told(self):
        with Server(*OAUTH) as server:
            for status, count in ((500, 2), (429, 1), (302, 1)):
                server.admin("token-endpoint", {"status": status, "count": count})
                answers = [server.refresh(REFRESH).status if status == 500 else server.token(grant_type="client_credentials").status
                           for _ in range(count)]
                self.assertEqual(answers, [status] * count)
                self.assertEqual(server.token(grant_type="client_credentials").status, 200)
            self.assertEqual(server.refresh(REFRESH).status, 200)
            server.admin("token-endpoint", {"status": 500, "count": 5})
            server.admin("token-endpoint", {"reset": True})
            self.assertEqual(server.token(grant_type="client_credentials").status, 200)
            now = server.statistics()
            self.assertEqual((now["token_requests"], now["tokens_issued"], now["refused"]), (9, 5, {"injected": 4}))

    def test_the_token_endpoint_hangs_while_the_rest_goes_on(self):
        with Server(*OAUTH, *API_KEY) as server:
            server.admin("token-endpoint", {"hang_ms": 700, "count": 1})
            start, answers = time.monotonic(), []
            slow = threading.Thread(target=lambda: answers.append(server.token(grant_type="client_credentials")))
            slow.start()
            self.assert_in(server.bearer(KEY))
            self.assertLess(time.monotonic() - start, 0.5)
            slow.join()
            self.assertGreaterEqual(time.monotonic() - start, 0.7)
            self.assert_in(server.bearer(answers[0].json["access_token"]))
            start = time.monotonic()
            self.assertEqual(server.token(grant_type="client_credentials").status, 200)
            self.assertLess(time.monotonic() - start, 0.5)
            server.admin("token-endpoint", {"hang_ms": 300, "status": 503})
            start = time.monotonic()
            self.assertEqual(server.token(grant_type="client_credentials").status, 503)
            self.assertGreaterEqual(time.monotonic() - start, 0.3)

    def test_a_hanging_token_request_does_not_keep_the_server_alive(self):
        with Server(*OAUTH) as server:
            server.admin("token-endpoint", {"hang_ms": 60_000})
            def ask():
                try:
                    server.token(grant_type="client_credentials")
                except (OSError, http.client.HTTPException):
                    pass
            slow = threading.Thread(target=ask)
            slow.start()
            while server.statistics()["token_requests"] == 0:
                time.sleep(0.01)
            start = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - start, 3)
            slow.join()

    def test_what_expires_in_says(self):
        with Server(*OAUTH) as server:
            for value in (1, 0, -5, 1.5, "300", "soon", True, [], {"a": 1}, 10**18):
                server.admin("token-endpoint", {"expires_in": value})
                for grant in range(2):
                    self.assertEqual(server.token(grant_type="client_credentials").json["expires_in"], value)
            server.admin("token-endpoint", {"expires_in": None})
            self.assertNotIn("expires_in", server.token(grant_type="client_credentials").json)
            server.admin("token-endpoint", {"reset": True})
            self.assertEqual(server.token(grant_type="client_credentials").json["expires_in"], 300)

    def test_statistics_count_every_reason(self):
        with Server(*OAUTH, *HMAC) as server:
            now, nonce = int(time.time()), secrets.token_hex(16)
            for request in (lambda: server.get(CUSTOMERS), lambda: server.bearer("x"), lambda: server.signed(sent={"nonce": "x"}),
                            lambda: server.signed(key="x"), lambda: server.signed(secret="x"), lambda: server.signed(timestamp=1),
                            lambda: server.signed(nonce=nonce, timestamp=now), lambda: server.signed(nonce=nonce, timestamp=now),
                            lambda: server.token(grant_type=""), lambda: server.token(client=("x", "x"), grant_type="client_credentials"),
                            lambda: server.refresh("x"), lambda: server.token(grant_type="x"),
                            lambda: server.token(grant_type="client_credentials", scope="x")):
                request()
            self.assertEqual(server.statistics(), {
                "token_requests": 5, "tokens_issued": 0, "accepted": {"hmac": 1},
                "refused": dict.fromkeys(("missing_credentials", "invalid_token", "malformed", "unknown_key", "wrong_signature",
                                          "stale_timestamp", "replayed_nonce", "invalid_request", "invalid_client", "invalid_grant",
                                          "unsupported_grant_type", "invalid_scope"), 1)})


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    reference_crm.BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
