#!/usr/bin/env python3
"""Every row of the fault matrix as a user meets it: crm_cli_faults.py PATH_OF_CRM PATH_OF_REFERENCE_CRM [unittest arguments].

The `crm` tool against the hostile server of tests/faults: it ends by its deadline with the right code, says so in one line,
keeps within its memory, and no signal ends it.
"""
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time
import unittest

FAULTS = pathlib.Path(__file__).resolve().parent.parent / "faults"
sys.path.insert(0, str(FAULTS))
sys.argv, arguments = sys.argv[:1], sys.argv[1:]
import hostile_server  # noqa: E402

CRM = None
CERTIFICATES = None
DEADLINE = 1.0
SLACK = 5.0  # of a busy machine; how late it really is, a benchmark tells
MEMORY = 100 * 1024  # KiB

FOUND, REFUSED, NOT_FOUND, CREDENTIALS, UNREACHABLE, BAD_RESPONSE = 0, 1, 3, 4, 5, 6

PROXIES = {"18e", "18f", "18g"}  # no CRM: for a client that was told of a proxy

# What differs from BAD_RESPONSE.
ENDINGS = {
    **dict.fromkeys(["11", "15", "16", "16t", "18", "20x", "22", "43e", "59", "60"], FOUND),
    **dict.fromkeys(["27", "34", "36a", "36b", "36c", "36d", "36e"], REFUSED),
    "30": NOT_FOUND,
    **dict.fromkeys(["28", "29"], CREDENTIALS),
    **dict.fromkeys(["4", "6", "6r", "7", "8", "9", "10", "10b", "12", "13", "14", "17", "19", "20", "37"], UNREACHABLE),
    **dict.fromkeys(["18a", "18b", "18c", "18d"], UNREACHABLE),
}


class Server:
    def __init__(self, row):
        self.process = subprocess.Popen([sys.executable, FAULTS / "hostile_server.py", row, CERTIFICATES],
                                        stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()

    def __enter__(self):
        return self.url

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def call(url, *words, retries=0, deadline=DEADLINE):
    """Exit status as waitpid tells it, standard output and error, seconds, and the most memory it had in KiB."""
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    begin = time.monotonic()
    process = subprocess.Popen([CRM, *words, "--url", url, "--deadline", f"{int(deadline * 1000)}ms", "--retries", str(retries),
                                "--ca-file", f"{CERTIFICATES}/authority.pem"],
                               stdout=out, stderr=err, env={"PATH": os.environ["PATH"], "CRM_API_KEY": "key"})
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    took = time.monotonic() - begin
    texts = []
    for file in (out, err):
        file.seek(0)
        texts.append(file.read().decode("utf-8"))
        file.close()
    return process.returncode, *texts, took, used.ru_maxrss


class EveryRow(unittest.TestCase):
    def test_every_row(self):
        for row in sorted(hostile_server.ROWS.keys() - PROXIES):
            words = ["query"] if row in hostile_server.PAGES else ["find", "1"]
            with self.subTest(row), Server(row) as url:
                code, out, err, took, memory = call(url, *words)
                if row == "58c":  # its time runs out, or a fast machine has read as many pages as it may
                    self.assertIn(code, (UNREACHABLE, BAD_RESPONSE), err)
                else:
                    self.assertEqual(code, ENDINGS.get(row, BAD_RESPONSE), err)
                self.assertLess(took, DEADLINE + SLACK)
                if "SAN_OPTIONS" not in "".join(os.environ):
                    self.assertLess(memory, MEMORY)
                if code == FOUND:
                    self.assertIn("Jane Smith" if row != "60" else "a", out)
                    self.assertEqual(err, "")
                else:
                    self.assertEqual(out, "")
                    self.assertRegex(err, r"\A(crm: [^\n]+\n)?\Z" if row == "30" else r"\Acrm: [^\n]+\n\Z")

    def test_nobody_listens(self):
        code, out, err, took, _ = call("http://127.0.0.1:1", "find", "1")
        self.assertEqual((code, out), (UNREACHABLE, ""))
        self.assertRegex(err, r"\Acrm: [^\n]+\n\Z")
        self.assertLess(took, DEADLINE + SLACK)

    def test_a_server_that_recovers_within_the_schedule(self):
        with Server("6r") as url:
            code, out, err, _, _ = call(url, "find", "1", retries=1, deadline=30)
            self.assertEqual((code, err), (FOUND, ""))
            self.assertIn("Jane Smith", out)


if __name__ == "__main__":
    CRM = os.path.abspath(arguments[0])
    with tempfile.TemporaryDirectory() as folder:
        CERTIFICATES = folder
        subprocess.run([FAULTS / "certificates.sh", folder], check=True)
        unittest.main(argv=[sys.argv[0], *arguments[2:]])
