#!/usr/bin/env python3
"""A server that does what a CRM must not: hostile_server.py ROW [CERTIFICATES].

ROW is a number of the fault matrix, perhaps with a letter. The address is on the first line of standard output. It serves
until it is ended, each connection in a thread. A row's function is given the connection and its number, from 1.
"""
import gzip
import inspect
import pathlib
import socket
import ssl
import struct
import sys
import threading
import time

JANE = b'{"customer":{"id":"1","name":"Jane Smith"}}'
ROWS = {}


def row(*names):
    def register(serve):
        ROWS.update(dict.fromkeys(names, serve))
        return serve
    return register


def read_request(connection):
    """The whole request, or nothing where the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            return None
        data += part
    head, body = data.split(b"\r\n\r\n", 1)
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        part = connection.recv(65536)
        if not part:
            return None
        body += part
    return head + b"\r\n\r\n" + body


def answer(body=JANE, status="200 OK", headers=()):
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def reset(connection):
    """Closes so that the peer sees a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def say(connection, data):
    """Answers one request with these bytes, and waits for the client to leave."""
    if read_request(connection) is not None:
        connection.sendall(data)
        connection.recv(1)


def say_and_close(connection, data):
    if read_request(connection) is not None:
        connection.sendall(data)


def drip(connection, data, pause=0.05):
    for i in range(len(data)):
        connection.sendall(data[i:i + 1])
        time.sleep(pause)


# --- the network ------------------------------------------------------------------------------------------------------

@row("4")
def black_hole():
    """Whoever connects is never heard of again: the queue of those who wait to be accepted is full."""
    fillers = [socket.socket() for _ in range(3)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", PORT))
    threading.Event().wait()


@row("6")
def reset_on_accept(connection, number):
    """Nothing is read. A reset that comes before the request is sent would leave it provably not sent, so it waits."""
    connection.recv(1, socket.MSG_PEEK)
    reset(connection)


@row("6r")
def recovers(connection, number):
    """The first connection is reset; the next ones are sound."""
    if number == 1:
        return reset_on_accept(connection, number)
    while read_request(connection) is not None:
        connection.sendall(answer())


@row("7")
def reset_while_sending(connection, number):
    connection.recv(1000)
    reset(connection)


@row("8")
def reset_after_request(connection, number):
    read_request(connection)
    reset(connection)


@row("9")
def close_before_status(connection, number):
    read_request(connection)


@row("10")
def close_in_body(connection, number):
    say_and_close(connection, answer()[:-5])


@row("10b")
def close_in_head(connection, number):
    say_and_close(connection, b"HTTP/1.1 200 OK\r\nContent-Len")


@row("11")
def stale_keep_alive(connection, number):
    """The first connection answers once and breaks under the second request; the next ones are sound."""
    while read_request(connection) is not None:
        connection.sendall(answer())
        if number == 1:
            connection.recv(1)
            return reset(connection)


@row("12")
def body_drip(connection, number):
    if read_request(connection) is not None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
        drip(connection, b" " * 10000)


@row("13")
def head_drip(connection, number):
    if read_request(connection) is not None:
        drip(connection, b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 7000)


@row("14")
def reads_nothing(connection, number):
    time.sleep(60)


@row("15")
def one_byte_segments(connection, number):
    while read_request(connection) is not None:
        drip(connection, answer(), 0.0005)


@row("16")
def unsolicited(connection, number):
    """The first two connections carry an answer too many: the first at once, the second a little later."""
    while read_request(connection) is not None:
        connection.sendall(answer())
        if number <= 2:
            time.sleep(0.02 * (number - 1))
            connection.sendall(answer(b'{"customer":{"id":"1","name":"Somebody Else"}}'))


@row("16t")
def unsolicited_secret(connection, number, certificates):
    """The same over TLS: a record too many, in the segment of the answer's last one."""
    secure = tls(connection, certificates, "good")
    while read_request(secure) is not None:
        secure.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        secure.sendall(answer())
        if number <= 2:
            secure.sendall(answer(b'{"customer":{"id":"1","name":"Somebody Else"}}'))
        secure.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)


@row("17")
def tls_stall(connection, number):
    connection.recv(10000)
    time.sleep(60)


def tls(connection, certificates, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / f"{name}.pem", certificates / f"{name}.key")
    return context.wrap_socket(connection, server_side=True, suppress_ragged_eofs=False)


@row("18")
def tls_good(connection, number, certificates):
    secure = tls(connection, certificates, "good")
    while read_request(secure) is not None:
        secure.sendall(answer())


@row("18a", "18b", "18c")
def tls_bad(connection, number, certificates):
    name = {"18a": "expired", "18b": "self", "18c": "other"}[sys.argv[1]]
    say(tls(connection, certificates, name), answer())


@row("18d")
def tls_client(connection, number, certificates):
    """Asks for a certificate of the client's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "good.pem", certificates / "good.key")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(certificates / "authority.pem")
    say(context.wrap_socket(connection, server_side=True), answer())


@row("18e")
def tls_proxy(connection, number, certificates):
    """A proxy and the CRM behind it in one."""
    request = read_request(connection)
    if request is None or not request.startswith(b"CONNECT crm.example.com:443 HTTP/1.1\r\n"):
        return
    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    say(tls(connection, certificates, "good"), answer())


@row("18f")
def proxy_refuses(connection, number):
    say_and_close(connection, b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")


@row("18g")
def plain_proxy(connection, number):
    request = read_request(connection)
    if request is not None and request.startswith(b"GET http://crm.example.com/api/v1/customers/1 HTTP/1.1\r\n"):
        connection.sendall(answer())
        connection.recv(1)


@row("19")
def tls_cut(connection, number, certificates):
    """A body that ends with the connection, which ends without a goodbye."""
    secure = tls(connection, certificates, "good")
    if read_request(secure) is not None:
        secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + JANE)
        socket.socket(fileno=secure.detach()).close()


@row("20")
def tls_close_after_request(connection, number, certificates):
    secure = tls(connection, certificates, "good")
    read_request(secure)
    secure.unwrap()


# --- HTTP -------------------------------------------------------------------------------------------------------------

@row("21")
def endless_interim(connection, number):
    if read_request(connection) is not None:
        while True:
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


@row("22")
def early_hints(connection, number):
    say(connection, b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + answer())


SAID = {
    "23": b"HTTP/1.1 204 No Content\r\n\r\n",
    "26": b"HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n",
    "27": answer(b'{"type":"about:blank","title":"Bad","status":422,"detail":"name is too long"}', "422 Unprocessable Content",
                 ["X-Request-Id: r-27"]).replace(b"application/json", b"application/problem+json", 1),
    "29": answer(b"{}", "403 Forbidden"),
    "30": answer(b"{}", "404 Not Found"),
    "36a": answer(b"{}", "429 Too Many Requests"),
    "36b": answer(b"{}", "429 Too Many Requests", ["Retry-After: -5"]),
    "36c": answer(b"{}", "429 Too Many Requests", ["Retry-After: soon"]),
    "36d": answer(b"{}", "429 Too Many Requests", ["Retry-After: 1000000000"]),
    "36e": answer(b"{}", "429 Too Many Requests", ["Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"]),
    "34": answer(b"{}", "429 Too Many Requests", ["Retry-After: 3600"]),
    "37": answer(b"{}", "502 Bad Gateway"),
    "39a": answer(status="000 Nothing"),
    "39b": answer(status="999 Odd"),
    "39c": answer(status="600 Odd"),
    "39d": answer(status="20 Short"),
    "40": answer(b"<html><title>Welcome</title></html>").replace(b"application/json", b"text/html", 1),
    "41a": answer().replace(b"Content-Length: ", b"Content-Length: abc"),
    "41b": answer().replace(b"Content-Length: ", b"Content-Length: -"),
    "41c": answer(headers=["Content-Length: 1"]),
    "41d": answer().replace(b"Content-Length: ", b"Content-Length: 99999999999999999999"),
    "42": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "43a": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2b\r\n" + JANE + b"XX0\r\n\r\n",
    "43b": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + JANE + b"\r\n0\r\n\r\n",
    "43c": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n" + JANE + b"\r\n0\r\n\r\n",
    "43d": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2b;" + b"x" * 100_000 + b"\r\n" + JANE + b"\r\n0\r\n\r\n",
    "43e": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2b;a=b\r\n" + JANE + b"\r\n0\r\n\r\n",
    "44a": answer(status="200 " + "x" * 30_000),
    "44b": lambda: answer(status="200 " + "x" * 5_000_000),
    "45": lambda: answer(headers=["X-Many: 1"] * 200_000),
    "45c": answer(headers=["X: 1"] * 150),
    "46": lambda: answer(b'{"customer":{"id":"1","name":"' + b"x" * 5_000_000 + b'"}}'),
    "47a": lambda: answer(gzip.compress(b" " * 50_000_000 + JANE), headers=["Content-Encoding: gzip"]),
    "47b": answer(gzip.compress(JANE)[:-8], headers=["Content-Encoding: gzip"]),
    "48a": answer(headers=["X-Nul: a\0b"]),
    "48b": answer(headers=["X-Folded: a\r\n b"]),
    "48c": answer(headers=["No colon at all"]),
    "48e": answer(headers=["X-Folded:\r\n b"]),
    "48f": answer(headers=["X-Folded: a\r\n "]),
    "48d": answer().replace(b"\r\n", b"\n", 2),
    # --- JSON
    "49": answer(b""),
    "51": answer(JANE + b"x"),
    "52": lambda: answer(b'{"customer":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "53a": answer(b'{"customer":{"id":"1","name":"\xff"}}'),
    "53b": answer(b'{"customer":{"id":"1","name":"\\ud800"}}'),
    "53c": answer(b"\xef\xbb\xbf" + JANE),
    "54a": answer(b'{"customer":{"id":"1","name":"A","x":NaN}}'),
    "54b": answer(b'{"customer":{"id":"1","name":"A","signed_seasons":[1e400]}}'),
    "54c": answer(b'{"customer":{"id":"1","name":"A","signed_seasons":[18446744073709551616]}}'),
    "55a": answer(b'{"customer":{"id":1,"name":"A"}}'),
    "55b": answer(b'{"customer":{"id":null,"name":"A"}}'),
    "55c": answer(b'{"customer":{"name":"A"}}'),
    "56": answer(b'{"customer":{"id":"1","id":"2","name":"A"}}'),
    "57": answer(b'{"customer":{"id":"2","name":"Somebody Else"}}'),
    "59": answer(b'{"customer":{"id":"1","name":"Jane Smith","new":{"field":[1]}},"more":true}'),
    "60": answer(b'{"customer":{"id":"1","name":"a\\u0000b"}}'),
}


@row(*SAID)
def said(connection, number):
    what = SAID[sys.argv[1]]
    say(connection, what() if callable(what) else what)


@row("24a", "24b", "24c")
def redirect(connection, number):
    status = {"24a": "301 Moved", "24b": "302 Found", "24c": "307 Temporary"}[sys.argv[1]]
    say(connection, answer(b"{}", status, [f"Location: http://127.0.0.1:{PORT}/elsewhere?token=secret"]))


@row("47c")
def endless_body(connection, number):
    if read_request(connection) is not None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b" " * 65536)


@row("45b")
def long_head(connection, number):
    """Each header is short and comes alone; it is their sum that is long."""
    if read_request(connection) is not None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(100):
            connection.sendall(b"X-Long: " + b"x" * 1000 + b"\r\n")
            time.sleep(0.001)
        connection.sendall(b"Content-Length: %d\r\n\r\n" % len(JANE) + JANE)
        connection.recv(1)


@row("47d")
def endless_head(connection, number):
    if read_request(connection) is not None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Endless: 1\r\n" * 1000)


@row("47e")
def endless_line(connection, number):
    if read_request(connection) is not None:
        connection.sendall(b"HTTP/1.1 200 ")
        while True:
            connection.sendall(b"x" * 65536)


@row("28")
def unauthorized_once(connection, number):
    """The first request of all is refused; whoever asks again is answered."""
    while read_request(connection) is not None:
        connection.sendall(answer(b"{}", "401 Unauthorized") if number == 1 else answer())
        number += 1


def customers(ids, total, number, per_page=2):
    records = ",".join(f'{{"id":"{i}","name":"N"}}' for i in ids)
    return answer(f'{{"customers":[{records}],"meta":{{"total":{total},"page":{number},"per_page":{per_page}}}}}'.encode())


PAGES = {
    "58a": lambda page: customers([1, 2], 6, page),                                      # the same records for ever
    "58b": lambda page: customers([1, 2], 6, 1),                                         # the same page for ever
    "58c": lambda page: customers([2 * page, 2 * page + 1], 2 * page + 2, page),         # without end
    "58d": lambda page: customers([] if page == 2 else [2 * page, 2 * page + 1], 6, page),  # nothing in the middle
    "58e": lambda page: customers([1, 2], -6, page),                                     # a total below nothing
    "58f": lambda page: customers([2 * page, 2 * page + 1][:8 - 2 * page], 8 - page, page),  # ever fewer
    "58g": lambda page: customers([2 * page], 6, page),                                  # fewer on a page than it says
    "58h": lambda page: customers([1, 2], 6, page, 0),                                   # pages of none
}


@row(*PAGES)
def pages(connection, number):
    while (request := read_request(connection)) is not None:
        page = int(request.split(b"page=", 1)[1].split(b"&")[0].split(b" ")[0])
        connection.sendall(PAGES[sys.argv[1]](page))


@row("50")
def cut_at_every_byte(connection, number):
    """Each connection cuts the body a byte later, and says that it is whole."""
    say(connection, answer(JANE[:number - 1]))


@row("20x")
def closes_politely(connection, number):
    """Every answer is the last of its connection, and says so."""
    if read_request(connection) is not None:
        connection.sendall(answer(headers=["Connection: close"]))


# --- serving ----------------------------------------------------------------------------------------------------------

def main():
    global PORT
    serve = ROWS[sys.argv[1]]
    certificates = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    listener = socket.socket()
    if sys.argv[1] == "14":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    listener.bind(("127.0.0.1", 0))
    listener.listen(0 if serve is black_hole else 128)
    PORT = listener.getsockname()[1]
    if serve is black_hole:
        threading.Thread(target=serve, daemon=True).start()
        time.sleep(0.1)
    scheme = "https" if "certificates" in inspect.signature(serve).parameters or sys.argv[1] == "17" else "http"
    print(f"{scheme}://127.0.0.1:{PORT}", flush=True)

    def run(connection, number):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with connection:
                if "certificates" in inspect.signature(serve).parameters:
                    serve(connection, number, certificates)
                else:
                    serve(connection, number)
        except OSError:
            pass  # the client has left

    number = 0
    while serve is black_hole:
        time.sleep(60)
    while True:
        connection, _ = listener.accept()
        number += 1
        threading.Thread(target=run, args=(connection, number), daemon=True).start()


if __name__ == "__main__":
    main()
