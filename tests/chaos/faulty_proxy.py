#!/usr/bin/env python3
"""A proxy that injects faults: faulty_proxy.py PORT SEED [--lose-keys].

It passes requests on to the server at this port of this machine, each connection in a thread. Its own address is on the
first line of standard output; `GET /tally` answers how often it did what. SIGTERM ends it once late requests have arrived.

What happens to a request is drawn by lot, from the seed, its X-Request-Id and how many of that id came before: the same
calls meet the same faults in whatever order threads make them. `--lose-keys` takes the Idempotency-Key off each request.
"""
import collections
import email.utils
import itertools
import json
import random
import re
import signal
import socket
import struct
import sys
import threading
import time

PORT, SEED = int(sys.argv[1]), sys.argv[2]
LOSE_KEYS = "--lose-keys" in sys.argv[3:]
# Longer than the client's read_timeout.
SILENCE = 1.5
FAULTS, WEIGHTS = [], []
tally = collections.Counter()
seen = collections.Counter()
lock = threading.Lock()


class Close(Exception):
    """Ends the client's connection."""


class Reset(Close):
    """Ends it so that the client sees a reset."""


class NoAnswer(Exception):
    """The server is gone, or goes while it is at work."""


def count(what):
    with lock:
        tally[what] += 1


class Wire:
    """A connection, read message by message."""

    def __init__(self, sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock, self.data = sock, b""

    def more(self):
        part = self.sock.recv(65536)
        if not part:
            raise ConnectionError
        self.data += part

    def head(self):
        while b"\r\n\r\n" not in self.data:
            self.more()
        head, end, self.data = self.data.partition(b"\r\n\r\n")
        return head + end

    def body_of(self, head):
        length = re.search(rb"\r\nContent-Length: *(\d+)", head, re.IGNORECASE)
        size = int(length[1]) if length else 0
        while len(self.data) < size:
            self.more()
        body, self.data = self.data[:size], self.data[size:]
        return body

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Exchange:
    """A request, and what can be done with it. Its body is read when it is asked for."""

    def __init__(self, connection, head):
        self.connection, self.client = connection, connection.client
        self.id = re.search(rb"\r\nX-Request-Id: *(\S+)", head)[1].decode()
        self.head = re.sub(rb"\r\nIdempotency-Key: [^\r]*", b"", head) if LOSE_KEYS else head
        with lock:
            seen[self.id] += 1
            self.lot = random.Random(f"{SEED}/{self.id}/{seen[self.id]}")

    def whole(self):
        return self.head + self.client.body_of(self.head)

    def send(self, data):
        try:
            self.connection.server().sock.sendall(data)
        except OSError as gone:
            raise NoAnswer from gone

    def ask(self):
        """The server's answer."""
        self.send(self.whole())
        try:
            server = self.connection.server()
            head = server.head()
            return head + server.body_of(head)
        except OSError as gone:
            raise NoAnswer from gone

    def refusal(self, status, *headers):
        """An answer of the proxy's own."""
        body = b"<html>the proxy says no</html>"
        lines = [f"HTTP/1.1 {status}", "Content-Type: text/html", f"Content-Length: {len(body)}",
                 f"X-Request-Id: {self.id}", *headers]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def failure(self):
        status = self.lot.choice(["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable"])
        again = ["Retry-After: 0"] if status.startswith("503") and self.lot.random() < 0.5 else []
        return self.refusal(status, *again)

    def pause(self, least, most):
        time.sleep(self.lot.uniform(least, most))


# --- What can happen to a request, and how likely it is in percent. What is returned is sent to the client. ---------------

def fault(percent):
    def register(function):
        FAULTS.append(function)
        WEIGHTS.append(percent)
        tally[function.__name__] = 0
        return function
    return register


@fault(3)
def reset_before(exchange):
    """The server never hears of it."""
    raise Reset


@fault(3)
def reset_during(exchange):
    """The server hears half of what was sent so far; the client may still be sending."""
    sent = exchange.head + exchange.client.data
    exchange.send(sent[:len(sent) // 2])
    raise Reset


@fault(3)
def reset_after(exchange):
    """Done, and the client does not hear of it."""
    exchange.ask()
    raise Reset


@fault(2)
def reset_at_work(exchange):
    """As above, but the client may come again before the server is done."""
    exchange.send(exchange.whole())
    raise Reset


@fault(2)
def late(exchange):
    """As above, but the client may come again before the server has heard of it."""
    whole, pause = exchange.whole(), exchange.lot.uniform(0.02, 0.3)

    def deliver():
        time.sleep(pause)
        try:
            with socket.create_connection(("127.0.0.1", PORT), timeout=5) as server:
                server.sendall(whole)
                Wire(server).head()
        except OSError:
            pass  # the server is gone

    threading.Thread(target=deliver).start()
    raise Reset


@fault(1)
def silent(exchange):
    """Done, and nothing is said."""
    exchange.ask()
    time.sleep(SILENCE)
    raise Close


@fault(3)
def cut(exchange):
    """The answer ends too early, perhaps before it begins."""
    answer = exchange.ask()
    exchange.client.sock.sendall(answer[:exchange.lot.randrange(len(answer))])
    raise exchange.lot.choice([Close, Reset])


@fault(2)
def reset_behind(exchange):
    """Answered; then the connection that the client may have kept is gone."""
    exchange.client.sock.sendall(exchange.ask())
    exchange.pause(0, 0.02)
    raise Reset


@fault(3)
def slow_request(exchange):
    exchange.pause(0.005, 0.1)
    return exchange.ask()


@fault(3)
def slow_answer(exchange):
    answer = exchange.ask()
    exchange.pause(0.005, 0.1)
    return answer


@fault(2)
def drip(exchange):
    answer = exchange.ask()
    size = len(answer) // 10 + 1
    for begin in range(0, len(answer), size):
        exchange.client.sock.sendall(answer[begin:begin + size])
        time.sleep(0.002)
    return b""


@fault(3)
def rate_limited(exchange):
    """Not done. A pause is everybody's: most are of no time, in both forms."""
    exchange.whole()
    now = email.utils.formatdate(usegmt=True)
    pause = exchange.lot.choices(["0", now, "1"], [20, 9, 1])[0]
    return exchange.refusal("429 Too Many Requests", f"Date: {now}", f"Retry-After: {pause}")


@fault(3)
def failed_before(exchange):
    """Not done, though the client cannot know."""
    exchange.whole()
    return exchange.failure()


@fault(3)
def failed_after(exchange):
    """Done, though the client cannot know."""
    exchange.ask()
    return exchange.failure()


def passed(exchange):
    return exchange.ask()


# --- serving ----------------------------------------------------------------------------------------------------------

class Connection:
    """A client's connection, and the one to the server that goes with it."""

    def __init__(self, sock, number):
        self.client, self.to_server = Wire(sock), None
        self.lot = random.Random(f"{SEED}/connection/{number}")

    def server(self):
        if self.to_server is None:
            self.to_server = Wire(socket.create_connection(("127.0.0.1", PORT)))
        return self.to_server

    def serve(self):
        try:
            if self.lot.random() < 0.03:
                count("reset_on_accept")
                raise Reset
            while True:
                self.serve_one()
        except Reset:
            self.client.reset()
        except (Close, OSError):
            pass  # OSError: the client has left
        finally:
            self.client.sock.close()
            if self.to_server is not None:
                self.to_server.sock.close()

    def serve_one(self):
        head = self.client.head()
        if head.startswith(b"GET /tally "):
            with lock:
                body = json.dumps(tally).encode()
            self.client.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            return
        exchange = Exchange(self, head)
        happens, = exchange.lot.choices([*FAULTS, passed], [*WEIGHTS, 100 - sum(WEIGHTS)])
        count(happens.__name__)
        try:
            self.client.sock.sendall(happens(exchange))
        except NoAnswer:
            count("no_answer")
            if exchange.lot.random() < 0.5:
                raise Reset from None
            self.client.sock.sendall(exchange.refusal("502 Bad Gateway", "Connection: close"))
            raise Close from None


def bound(port):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(("127.0.0.1", port))
    return sock


def serve(port, numbers, lot):
    """Takes connections for a while, then no more: who comes in the next moment is refused, and who waits is reset."""
    with bound(port) as listener:
        listener.listen(512)
        for number in numbers:
            sock, _ = listener.accept()
            threading.Thread(target=Connection(sock, number).serve, daemon=True).start()
            if lot.random() < 0.01:
                break
    count("refuse_connections")
    time.sleep(lot.uniform(0.03, 0.15))


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    tally.update(reset_on_accept=0, refuse_connections=0, no_answer=0)
    place = bound(0)  # keeps the port while nobody listens
    port = place.getsockname()[1]
    numbers, lot = itertools.count(1), random.Random(f"{SEED}/listener")
    print(f"http://127.0.0.1:{port}", flush=True)
    while True:
        serve(port, numbers, lot)


if __name__ == "__main__":
    main()
