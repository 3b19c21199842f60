"""A server that stands between two others and changes what passes."""
import http.client
import http.server
import threading


def ask(address, method, path, body, headers):
    """The answer and its body."""
    connection = http.client.HTTPConnection(address, timeout=20)
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    given = answer.read()
    connection.close()
    return answer, given


class Between(http.server.ThreadingHTTPServer):
    """On a free port of this machine. `passed_on(method, path, headers, body)` is the answer: status, headers, body."""

    def __init__(self, passed_on):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                sent = {name.lower(): value for name, value in self.headers.items()}
                status, headers, body = passed_on(self.command, self.path, sent, body)
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in ("content-length", "connection", "keep-alive", "transfer-encoding"):
                        self.send_header(name, value)
                if status != 304:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PATCH = answer

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()
