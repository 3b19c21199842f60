#!/usr/bin/env python3
"""Real proxies between the two: proxies.py PATH_OF_CRM PATH_OF_REFERENCE_CRM [unittest arguments].

Runs examples/crm_cli through nginx and haproxy against the reference CRM. What comes through a proxy must be what the
CRM says without it, and what a proxy answers by itself must end as the program promises, with nothing done twice.
Neither proxy touches the system's own: each runs in the foreground, out of a folder of its own, on a free port.
"""

import collections
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from urllib.parse import urlsplit

import crm_cli
import reference_crm
from crm_cli import KEY, environment, run
from reference_crm import CUSTOMERS, JANE

CERTIFICATES = None
CERTIFICATES_SCRIPT = os.path.join(os.path.dirname(__file__), "../faults/certificates.sh")
PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"  # where Debian keeps proxies, and not every user looks
PAGES = 13  # 301 customers, 25 a page


def setUpModule():
    global CERTIFICATES
    folder = tempfile.TemporaryDirectory(prefix="proxies.")
    unittest.addModuleCleanup(folder.cleanup)
    CERTIFICATES = folder.name
    subprocess.run([CERTIFICATES_SCRIPT, CERTIFICATES], check=True)


def certificate(name, kind="pem"):
    return os.path.join(CERTIFICATES, f"{name}.{kind}")


def until(condition):
    """Waits for what another process is about to do."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not happen within 10 seconds"
        time.sleep(0.01)


def hold_port():
    """A socket that keeps a port free for the server that will be told to listen there. Nobody does until then."""
    held = socket.socket()
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        held.setsockopt(socket.SOL_SOCKET, option, 1)
    held.bind(("127.0.0.1", 0))
    return held


# What a proxy noted of a request: the status it answered with, the connection it came on, and the connection or address
# it was passed on to, "-" where the proxy answered by itself.
Request = collections.namedtuple("Request", "status client upstream")


class Proxy:
    """A proxy process. `configuration` has @FOLDER@ where its own folder, and @PORT@ where its port belongs."""

    def __init__(self, command, configuration, tls, how_to_end):
        self.how_to_end = how_to_end
        self.folder = tempfile.TemporaryDirectory(prefix="proxies.")
        self.process = None
        self.held = hold_port()
        self.port = self.held.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        try:
            with open(self.path("conf"), "w") as file:
                file.write(configuration.replace("@FOLDER@", self.folder.name).replace("@PORT@", str(self.port)))
            with open(self.path("requests"), "w") as out, open(self.path("errors"), "w") as err:
                # It ends with this process, however this one ends.
                self.process = subprocess.Popen(
                    ["setpriv", "--pdeathsig", "KILL", *command], cwd=self.folder.name, stdin=subprocess.DEVNULL,
                    stdout=out, stderr=err, env={"PATH": PATH})
            until(self.listens)
        except BaseException:
            self.__exit__()
            raise

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def text(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def listens(self):
        assert self.process.poll() is None, self.text("errors")
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        except ConnectionRefusedError:
            return False
        return True

    def requests(self):
        """Those it has noted as yet."""
        return [Request(*line.split()[1:]) for line in self.text("requests").splitlines()
                if line.startswith("request ")]

    def end(self, count):
        """Ends it when it has noted so many requests, for it may do that only when the client has gone."""
        last = time.monotonic() + 5
        while len(self.requests()) < count and time.monotonic() < last:
            time.sleep(0.01)
        self.process.send_signal(self.how_to_end)
        self.process.wait(timeout=10)
        return self.requests()

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.held.close()
        self.folder.cleanup()


class Nginx(Proxy):
    def __init__(self, upstream, *server, outside=(), location="", tls=None):
        encrypted = f"ssl_certificate {certificate(tls)}; ssl_certificate_key {certificate(tls, 'key')};" if tls else ""
        outside, server = "\n  ".join(outside), "\n    ".join(server)
        super().__init__(["nginx", "-p", ".", "-e", "errors", "-c", "conf"], f"""
daemon off;
master_process off;
pid @FOLDER@/pid;
lock_file @FOLDER@/lock;
error_log @FOLDER@/errors;
events {{}}
http {{
  log_format request 'request $status $connection $upstream_addr';
  access_log @FOLDER@/requests request;
  client_body_temp_path @FOLDER@/client_body;
  proxy_temp_path @FOLDER@/proxy;
  fastcgi_temp_path @FOLDER@/fastcgi;
  uwsgi_temp_path @FOLDER@/uwsgi;
  scgi_temp_path @FOLDER@/scgi;
  {outside}
  server {{
    listen 127.0.0.1:@PORT@{" ssl" if tls else ""};
    {encrypted}
    {server}
    location {location or "/"} {{ proxy_pass {upstream}{"/" if location else ""}; }}
  }}
}}
""", tls, signal.SIGQUIT)


class Haproxy(Proxy):
    def __init__(self, upstream, *frontend, backend=(), server="", tls=None):
        if tls:
            with open(certificate(tls, "both"), "w") as both:
                for kind in ("pem", "key"):
                    with open(certificate(tls, kind)) as part:
                        both.write(part.read())
        encrypted = f"ssl crt {certificate(tls, 'both')}" if tls else ""
        frontend, backend = "\n  ".join(frontend), "\n  ".join(backend)
        super().__init__(["haproxy", "-db", "-f", "conf"], f"""
global
  log stdout format raw local0
  nbthread 1
defaults
  mode http
  log global
  option dontlognull
  log-format "request %ST %cp %[bc_src_port]"
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend outside
  bind 127.0.0.1:@PORT@ {encrypted}
  {frontend}
  default_backend crm
backend crm
  retries 0
  {backend}
  server crm {urlsplit(upstream).netloc} {server}
""", tls, signal.SIGUSR1)


class Server:
    """Serves each connection in a thread, which ends with it."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve_and_close, args=[connection], daemon=True).start()

    def serve_and_close(self, connection):
        with connection, connection.makefile("rb") as asked:
            first = asked.readline()
            headers = http.client.parse_headers(asked)
            self.serve(connection, first, headers, asked.read(int(headers.get("Content-Length", 0))))

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Answering(Server):
    """Answers each request with these bytes."""

    def __init__(self, answer):
        self.answer = answer
        super().__init__()

    def serve(self, connection, *_):
        connection.sendall(self.answer)


class Withholding(Server):
    """Passes each request on without its last byte, and the answer back whole."""

    def __init__(self, port):
        self.port = port
        super().__init__()

    def serve(self, connection, first, headers, body):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as proxy:
            fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            proxy.sendall(first + fields.encode("latin-1") + b"\r\n" + body[:-1])
            while part := proxy.recv(65536):
                connection.sendall(part)


class Cases:
    """What is asked of both proxies. How each is told to do a thing is in the subclasses."""

    @classmethod
    def setUpClass(cls):
        cls.reading = cls.start(seed=300)  # nothing writes to it
        cls.crm = cls.server()
        cls.addClassCleanup(cls.crm.__exit__)

    def setUp(self):
        self.said = {}

    def started(self, thing):
        self.addCleanup(thing.__exit__)
        return thing

    def through(self, upstream, *lines, **options):
        return self.started(self.proxy(upstream, *lines, **options))

    def get(self, url, query="", **headers):
        """One request without the program: to see what a proxy does, or to use up what it allows."""
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        connection.request("GET", CUSTOMERS + query, headers={"Authorization": "Bearer " + KEY, **headers})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        self.assertEqual(answer.status, 200)
        return answer

    def begin(self, *arguments):
        """Runs the program meanwhile; the function that is returned waits for its end."""
        running = subprocess.Popen([crm_cli.CRM, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, encoding="utf-8", env=environment())

        def done():
            out, err = running.communicate(timeout=30)
            return subprocess.CompletedProcess(running.args, running.returncode, out, err)

        self.addCleanup(running.communicate)
        self.addCleanup(running.kill)
        return done

    def same(self, url, crm, *arguments):
        """What comes from `url` is what the CRM says when it is asked itself, which is done once in a test."""
        if (crm, arguments) not in self.said:
            self.said[crm, arguments] = self.ends(run(*arguments, CRM_URL=crm), 0).stdout
        self.assertTrue(self.said[crm, arguments])
        self.assertEqual(self.ends(run(*arguments, CRM_URL=url), 0).stdout, self.said[crm, arguments])

    def fails_once(self, url, code, *parts, command=("query",), unknown=False):
        """Ends with `code` at the first attempt."""
        done = self.ends(run(*command, "--url", url), code, *parts)
        self.assertNotIn("attempts", done.stderr)
        self.assertEqual("outcome unknown" in done.stderr, unknown, done.stderr)

    def answered_itself(self, proxy, *statuses):
        """The proxy has answered so, and has passed nothing on."""
        self.assertEqual([(request.status, request.upstream) for request in proxy.end(len(statuses))],
                         [(status, "-") for status in statuses])

    def named(self, name):
        """The customers of this name, as the CRM itself has them."""
        return [c for c in self.records("search", name, "--url", self.crm.url) if c["name"] == name]

    # --- What passes through ------------------------------------------------------------------------------------------

    def test_every_command_brings_what_the_crm_says(self):
        url = self.through(self.reading).url
        for command in (["find", JANE, "--with-version"], ["search", "jane smyth"],
                        ["query", "--status", "past", "--services", "fertilizer,weed_control"],
                        ["query", "--city", "Apple Valley"], ["invoices", "--status", "overdue"],
                        ["interactions", JANE, "--since", "2026-01-22T02:45:30-06:00"]):
            with self.subTest(command[0]):
                self.same(url, self.reading, *command)
        self.ends(run("find", "nobody", "--url", url), 3, "not found")
        self.ends(run("query", "--url", url, CRM_API_KEY="wrong"), 4, "401")

    def test_a_write_is_done_once_and_keeps_its_version(self):
        url = self.through(self.crm.url).url
        create = ["create", "--name", "Once", "--city", "Coeur d’Alene", "--idempotency-key", self.id()]
        made = self.record(*create, "--with-version", "--url", url)
        self.assertEqual(self.record(*create, "--with-version", "--url", url), made)
        self.same(url, self.crm.url, "query", "--city", "Coeur d’Alene")
        update = ["update", made["id"], "--if-match", made["version"]]
        self.record(*update, "--notes", "first", "--url", url)
        self.fails_once(url, 1, "conflict", "412", command=[*update, "--notes", "second"])
        self.assertEqual([c["notes"] for c in self.named("Once")], ["first"])
        self.record("update", made["id"], "--clear", "city", "--name", "No longer", "--url", url)
        self.assertEqual(self.named("Once"), [])

    def test_pages_come_however_long_a_connection_is_kept(self):
        for lines, clients, upstreams in self.CONNECTIONS:
            with self.subTest(lines):
                proxy = self.through(self.reading, *lines)
                self.same(proxy.url, self.reading, "query", "--per-page", "25", "--retries", "0")
                requests = proxy.end(PAGES)
                self.assertEqual([request.status for request in requests], ["200"] * PAGES)
                self.assertEqual(len({request.client for request in requests}), clients)
                if upstreams:
                    self.assertEqual(len({request.upstream for request in requests}), upstreams)

    def test_a_large_answer_is_whole_however_it_is_buffered(self):
        crm = self.started(reference_crm.Server())
        for number in range(2):
            body = {"name": "N", "city": "Large", "notes": f"{number} é " * 60_000}
            self.assertEqual(crm.create(body).status, 201)
        for upstream, lines, chunked in self.bufferings(crm.url):
            with self.subTest(lines, chunked=chunked):
                url = self.through(upstream, *lines).url
                self.assertEqual(self.get(url, "?city=Large").getheader("Transfer-Encoding"),
                                 "chunked" if chunked else None)
                self.same(url, crm.url, "query", "--city", "Large")

    def test_a_body_is_never_taken_compressed(self):
        proxy = self.compressing(self.reading)
        self.assertEqual(self.get(proxy.url, **{"Accept-Encoding": "gzip"}).getheader("Content-Encoding"), "gzip")
        self.same(proxy.url, self.reading, "query")
        self.same(proxy.url, self.reading, "find", JANE, "--with-version")
        # Though it was not asked for:
        url = self.compressing(self.crm.url, unasked=True).url
        self.assertEqual(self.get(url).getheader("Content-Encoding"), "gzip")
        self.fails_once(url, 6, "compressed")
        update = ["update", self.record("create", "--name", "Squeezed", "--url", self.crm.url)["id"], "--notes", "flat"]
        self.fails_once(url, 6, "compressed", command=update, unknown=True)
        self.assertEqual([c["notes"] for c in self.named("Squeezed")], ["flat"])

    # --- TLS ----------------------------------------------------------------------------------------------------------

    def test_a_good_certificate_is_taken(self):
        trusting = ["--ca-file", certificate("authority")]
        for lines, clients, _ in self.CONNECTIONS:
            with self.subTest(lines):
                proxy = self.through(self.reading, *lines, tls="good")
                self.same(proxy.url, self.reading, "query", "--retries", "0", *trusting)
                self.same(proxy.url.replace("127.0.0.1", "localhost"), self.reading, "find", JANE, *trusting)
                self.assertEqual(len({request.client for request in proxy.end(PAGES + 1)}), clients + 1)

    def test_no_other_certificate_is_taken_and_nothing_is_sent(self):
        for name, trusted in (("expired", "authority"), ("self", "authority"), ("other", "authority"),
                              ("good", "self"), ("good", None)):
            with self.subTest(name, trusted=trusted):
                proxy = self.through(self.crm.url, tls=name)
                trust = ["--ca-file", certificate(trusted)] if trusted else []
                for command in (["query"], ["create", "--name", "To a stranger"]):
                    self.fails_once(proxy.url, 5, "TLS verification failed", command=[*command, *trust])
                self.assertEqual(proxy.end(0), [])
        self.assertEqual(self.named("To a stranger"), [])
        # It is the trust that was missing, not something else about this certificate.
        url = self.through(self.reading, tls="self").url
        self.same(url, self.reading, "query", "--ca-file", certificate("self"))

    # --- 429 ----------------------------------------------------------------------------------------------------------

    def test_a_wait_that_is_not_allowed_is_not_begun(self):
        proxy = self.refusing(self.crm.url, retry_after=20)
        began = time.monotonic()
        for limit in (["--retries", "0"], ["--deadline", "10s"]):
            for command in (["query"], ["create", "--name", "Hasty"], ["update", JANE, "--notes", "hasty"]):
                self.fails_once(proxy.url, 1, "rate limited", "429", command=[*command, *limit])
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual({(request.status, request.upstream) for request in proxy.end(6)[-6:]}, {("429", "-")})
        self.assertEqual(self.named("Hasty"), [])
        self.assertEqual(self.records("find", JANE, "--url", self.crm.url)[0]["notes"],
                         self.records("find", JANE, "--url", self.reading)[0]["notes"])

    def test_what_is_refused_is_done_when_it_was_asked_for(self):
        writes = self.refusing_at_first(self.crm.url, retry_after=2)
        creating = self.begin("create", "--name", "Patient", "--retries", "1", "--url", writes.url)
        # Meanwhile a list, whose connection is closed while it waits, and not used again.
        proxy = self.refusing_one_page(self.reading, retry_after=3, keep_alive="1s")
        began = time.monotonic()
        self.same(proxy.url, self.reading, "query", "--per-page", "25", "--retries", "1")
        self.assertGreaterEqual(time.monotonic() - began, 3)  # the schedule's wait is 2
        requests = proxy.end(PAGES + 1)
        statuses = [request.status for request in requests]
        self.assertEqual(sorted(statuses), ["200"] * PAGES + ["429"])
        refused = statuses.index("429")
        clients = [request.client for request in requests]
        self.assertEqual(clients, [clients[0]] * (refused + 1) + [clients[-1]] * (PAGES - refused))
        self.assertNotEqual(clients[0], clients[-1])

        made = self.ends(creating(), 0).stdout
        self.assertEqual([json.loads(made)], self.named("Patient"))
        self.assertEqual([request.status for request in writes.end(2)][-2:], ["429", "201"])

    # --- No CRM behind the proxy --------------------------------------------------------------------------------------

    def test_a_dead_crm_is_5_unless_it_comes_within_the_schedule(self):
        never, soon = self.started(hold_port()), self.started(hold_port())
        dead = self.through(f"http://127.0.0.1:{never.getsockname()[1]}")
        waiting = self.through(f"http://127.0.0.1:{soon.getsockname()[1]}", **self.WATCHED)
        in_vain = self.begin("query", "--retries", "1", "--url", dead.url)
        in_time = self.begin("query", "--retries", "3", "--url", waiting.url)
        until(waiting.requests)
        crm = self.started(self.server(seed=60, port=soon.getsockname()[1]))
        self.fails_once(dead.url, 5, "unreachable", self.DEAD, command=["query", "--retries", "0"])
        for command in (["create", "--name", "N"], ["update", JANE, "--notes", "n"]):
            self.fails_once(dead.url, 5, "unreachable", self.DEAD, command=command, unknown=True)
        self.ends(in_vain(), 5, "unreachable", self.DEAD, "after 2 attempts")
        self.assertEqual([request.status for request in dead.end(5)], [self.DEAD] * 5)
        self.assertEqual(self.ends(in_time(), 0).stdout, self.ends(run("query", "--url", crm.url), 0).stdout)
        statuses = [request.status for request in waiting.end(4)]
        self.assertEqual((set(statuses[:-3]), statuses[-3:]), ({self.DEAD}, ["200"] * 3))

    def test_a_slow_crm_is_5_and_a_write_that_it_did_all_the_same_is_unknown(self):
        crm = self.started(self.server())
        proxy = self.slow(crm.url, "500ms")
        made = self.record("create", "--name", "Prompt", "--url", proxy.url)
        self.addCleanup(crm.process.send_signal, signal.SIGCONT)  # else it could not be ended
        crm.process.send_signal(signal.SIGSTOP)
        retrying = self.begin("query", "--retries", "1", "--url", proxy.url)
        for command in (["create", "--name", "Late"], ["update", made["id"], "--name", "Renamed"]):
            self.fails_once(proxy.url, 5, "unreachable", "504", command=command, unknown=True)
        self.ends(retrying(), 5, "unreachable", "504", "after 2 attempts")
        crm.process.send_signal(signal.SIGCONT)
        names = lambda: sorted(c["name"] for c in self.records("query", "--url", crm.url))
        until(lambda: len(names()) > 2 and "Prompt" not in names())
        self.assertEqual(names(), ["Jane Smith", "Late", "Renamed"])
        self.same(proxy.url, crm.url, "query")
        self.assertEqual([request.status for request in proxy.end(6)], ["201", "504", "504", "504", "504", "200"])

    # --- What breaks on the way ---------------------------------------------------------------------------------------

    def test_an_answer_that_is_cut_is_no_answer(self):
        half = b'{"customers":[{"id":"1","name":"One"}'
        for frame in (b"Content-Length: 100\r\n\r\n" + half,
                      b"Transfer-Encoding: chunked\r\n\r\n25\r\n" + half + b"\r\n"):
            for lines in self.PASSING:
                with self.subTest(frame, lines=lines):
                    upstream = Answering(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + frame)
                    proxy = self.through(self.started(upstream).url, *lines)
                    self.fails_once(proxy.url, 5, "unreachable", command=["query", "--retries", "0"])
                    self.fails_once(proxy.url, 5, "unreachable", command=["create", "--name", "N"], unknown=True)
                    self.assertEqual([request.status for request in proxy.end(2)], ["200"] * 2)

    def test_a_request_that_came_in_part_is_not_passed_on(self):
        proxy = self.through(self.crm.url, *self.IMPATIENT)
        code, part, unknown = self.CUT_REQUEST
        cutting = self.started(Withholding(proxy.port))
        self.fails_once(cutting.url, code, part, command=["create", "--name", "Cut"], unknown=unknown)
        self.answered_itself(proxy, "408")
        self.assertEqual(self.named("Cut"), [])

    def test_a_redirect_is_not_followed(self):
        proxy = self.through(self.crm.url, *self.REDIRECT)
        self.fails_once(proxy.url, 6, "redirects", "crm.example.com")
        self.fails_once(proxy.url, 6, "redirects", "crm.example.com", command=["create", "--name", "Elsewhere"])
        self.answered_itself(proxy, "301", "301")
        self.assertEqual(self.named("Elsewhere"), [])

    def test_an_upstream_that_speaks_no_http(self):
        proxy = self.through(self.started(Answering(b"220 mail.example.com ESMTP\r\n")).url)
        self.fails_once(proxy.url, *self.NO_HTTP, command=["query", "--retries", "0"])
        self.fails_once(proxy.url, *self.NO_HTTP, command=["create", "--name", "N"], unknown=True)


class ThroughNginx(Cases, crm_cli.CliTest):
    proxy = Nginx
    DEAD = "502"
    WATCHED = {}
    # How many the program opens for a list, and how many the proxy opens, where it notes that.
    CONNECTIONS = [(["keepalive_timeout 30s;"], 1, None),
                   (["keepalive_timeout 0;"], PAGES, None),
                   (["keepalive_requests 3;"], 5, None)]
    REWRITING = ["sub_filter_types application/json;", "sub_filter 'said nowhere' '';"]  # so the length is not known
    PASSING = [[], ["proxy_buffering off;"], ["proxy_http_version 1.1;"], REWRITING]
    IMPATIENT = ["client_body_timeout 300ms;"]
    CUT_REQUEST = 5, "the connection closed", True  # nginx notes 408, and says nothing
    REDIRECT = ["return 301 https://crm.example.com$request_uri;"]
    NO_HTTP = 6, "not HTTP/1.1"  # nginx takes it for HTTP/0.9, and passes it on

    def limited(self, upstream, rate, retry_after, *lines, burst=""):
        return self.through(upstream, f"limit_req zone=all {burst};", "limit_req_status 429;",
                            "add_header Retry-After $retry_after always;", *lines,
                            outside=[f"limit_req_zone all zone=all:32k rate={rate};",
                                     f"map $status $retry_after {{ 429 {retry_after}; }}"])

    def refusing(self, upstream, retry_after):
        proxy = self.limited(upstream, "1r/m", retry_after)
        self.get(proxy.url)
        return proxy

    def refusing_at_first(self, upstream, retry_after):
        proxy = self.limited(upstream, f"{60 // retry_after}r/m", retry_after)
        self.get(proxy.url)
        return proxy

    def refusing_one_page(self, upstream, retry_after, keep_alive):
        """The last one; the rate is just above one request in `retry_after` seconds."""
        return self.limited(upstream, f"{60 // retry_after + 1}r/m", retry_after, f"keepalive_timeout {keep_alive};",
                            burst=f"burst={PAGES - 2} nodelay")

    def slow(self, upstream, patience):
        return self.through(upstream, f"proxy_read_timeout {patience};")

    def bufferings(self, crm):
        for lines in (["proxy_buffers 4 4k;", "proxy_busy_buffers_size 8k;"], ["proxy_buffering off;"]):
            yield crm, lines, False
            yield crm, lines + self.REWRITING, True

    def compressing(self, upstream, unasked=False):
        proxy = self.through(upstream, "gzip on;", "gzip_types application/json;", "gzip_min_length 1;")
        if unasked:  # another before it asks in the program's stead
            proxy = self.through(proxy.url, "proxy_set_header Accept-Encoding gzip;", "proxy_http_version 1.1;")
        return proxy

    def test_a_path_prefix_is_taken_off(self):
        proxy = self.through(self.crm.url, location="/the/crm/")
        for city in ("O'Fallon & 50%25", "a+b=c#d?e", "São Paulo"):
            url = proxy.url + "/the/crm"
            self.record("create", "--name", "Odd", "--city", city, "--url", url)
            self.same(url, self.crm.url, "query", "--city", city)
        self.fails_once(proxy.url, 3, "404", "a wrong address")

    def test_a_body_that_the_proxy_does_not_take_is_1(self):
        proxy = self.through(self.crm.url, "client_max_body_size 1k;")
        for size in (2_000, 120_000):
            self.fails_once(proxy.url, 1, "413", command=["create", "--name", "Bulky", "--notes", "x" * size])
        self.answered_itself(proxy, "413", "413")
        self.assertEqual(self.named("Bulky"), [])


class ThroughHaproxy(Cases, crm_cli.CliTest):
    proxy = Haproxy
    DEAD = "503"
    WATCHED = {"server": "check inter 50ms"}
    CONNECTIONS = [([], 1, 1), (["option http-server-close"], 1, PAGES), (["option httpclose"], PAGES, PAGES)]
    PASSING = [[]]
    IMPATIENT = ["option http-buffer-request", "timeout http-request 300ms"]
    CUT_REQUEST = 1, "408", False
    REDIRECT = ["http-request redirect prefix https://crm.example.com code 301"]
    NO_HTTP = 5, "502"

    DENY = "http-request deny deny_status 429 hdr Retry-After"
    COUNT = ["stick-table type ip size 10 store gpc0", "http-request track-sc0 src"]

    def refusing(self, upstream, retry_after):
        return self.through(upstream, f"{self.DENY} {retry_after}")

    def refusing_at_first(self, upstream, retry_after):
        return self.through(upstream, *self.COUNT, f"{self.DENY} {retry_after} if {{ sc_inc_gpc0(0) eq 1 }}")

    def refusing_one_page(self, upstream, retry_after, keep_alive):
        return self.through(upstream, *self.COUNT, f"{self.DENY} {retry_after} if {{ sc_inc_gpc0(0) eq 6 }}",
                            f"timeout http-keep-alive {keep_alive}")

    def slow(self, upstream, patience):
        return self.through(upstream, backend=[f"timeout server {patience}"])

    def bufferings(self, crm):
        yield crm, [], False
        yield self.started(Nginx(crm, *ThroughNginx.REWRITING)).url, [], True

    def compressing(self, upstream, unasked=False):
        asking = ["http-request set-header Accept-Encoding gzip"] if unasked else []
        return self.through(upstream, *asking, "compression algo gzip", "compression type application/json")

    def test_a_crm_that_is_down_is_not_asked(self):
        proxy = self.through(self.crm.url, server="disabled")
        self.fails_once(proxy.url, 5, "unreachable", "503", command=["query", "--retries", "0"])
        self.fails_once(proxy.url, 5, "unreachable", "503", command=["create", "--name", "Down"], unknown=True)
        self.answered_itself(proxy, "503", "503")
        self.assertEqual(self.named("Down"), [])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    missing = [name for name in ("nginx", "haproxy", "openssl", "setpriv") if not shutil.which(name, path=PATH)]
    if missing:
        print("skipped: not installed:", *missing)
        sys.exit(77)
    if len(sys.argv) == 3:  # at the same time, for most of theirs is spent waiting for retries
        both = [subprocess.Popen([sys.executable, *sys.argv, name]) for name in ("ThroughNginx", "ThroughHaproxy")]
        sys.exit(any([each.wait() for each in both]))
    crm_cli.CRM = os.path.abspath(sys.argv.pop(1))
    reference_crm.BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main()
