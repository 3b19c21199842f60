"""Prism, a proxy and a mock built from an OpenAPI document (https://docs.stoplight.io/docs/prism), as a process."""
import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.request

SETTLED = "everything-is-in-the-log"


def ending_with_this(command, **options):
    """A process that ends with this one, however this one ends, and that a signal blocked here reaches."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL,
                            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, set()), **options)


def free_port():
    """Nobody listens there now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def complaints(log):
    """The lines of a log that speak of what broke the document."""
    return [line.strip() for line in log if " error " in line and SETTLED not in line]


class Prism:
    """`prism MODE DOCUMENT ...` by the packages in `node`; what it complains of goes to the file `log`."""

    def __init__(self, mode, document, *arguments, node, log, port=None):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        program = os.path.join(node, "node_modules/@stoplight/prism-cli/dist/index.js")
        self.process = ending_with_this(
            ["node", program, mode, document, *arguments, "--host", "127.0.0.1", "--port", str(self.port),
             "--verboseLevel", "error"], stdout=log, stderr=log, env={**os.environ, "NO_COLOR": "1"})
        end = time.monotonic() + 60
        while not self.listens():
            assert self.process.poll() is None, f"prism {mode} ended with {self.process.returncode}"
            assert time.monotonic() < end, f"prism {mode} does not listen"
            time.sleep(0.05)

    def listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def settle(self, log):
        """Returns when the file `log` has all complaints so far: it is written to some time after an answer has gone out."""
        path = f"/{SETTLED}/{self.process.pid}"
        with contextlib.suppress(OSError):
            urllib.request.urlopen(self.url + path, timeout=5).close()
        end = time.monotonic() + 5
        with open(log) as file:
            while path not in file.read() and time.monotonic() < end:
                file.seek(0)
                time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
