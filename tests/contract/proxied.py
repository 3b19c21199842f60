#!/usr/bin/env python3
"""The client suite through Prism: proxied.py FOLDER DOCUMENT REFERENCE_CRM CLIENT_SUITE [unittest arguments].

`prism proxy --errors` stands before every reference CRM that the suite starts (checked_server.py), and holds each request and
each answer against the document. It takes JSON and queries apart and puts them together anew, so what depends on their exact
bytes cannot pass through it; answers.py has what the client does not send.
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

import packages
import prism

NODE = DOCUMENT = SERVER = SUITE = None
ONE = "a new customer comes back as it was made, and is found - over_http"
LEFT_OUT = {
    "the predicate, the in-memory CRM and SQL agree on other random customer filters": "asks the same by another seed",
    "the two CRMs answer alike through a random history": "breaks the document on purpose",
    "the two CRMs answer alike through another random history": "breaks the document on purpose",
    "both CRMs refuse the same requests with the same status": "breaks the document on purpose",
    "what the CRM says of a refused write is in the details, and not in the text - over_http": "sends a name that is empty",
    "a transport over HTTP keeps the laws of transports": "sends a name that is null",
    "a transport over HTTP keeps the laws of transports with one connection": "sends a name that is null",
    "a wrong path prefix is an error, not an empty list": "asks for a path that the document does not have",
    "fault 61, a hundred threads on an expired token of a real endpoint ask it once": "has seconds, and Prism may need them",
    "a limit of requests is waited out": "has milliseconds, and Prism may need them",
    "fault 68, a hundred threads whose clock is an hour behind the CRM's are each put right": "signs the exact bytes",
    "a signature holds for every operation, whatever stands in target and body": "signs the exact bytes",
    "a server that was killed is unreachable, and serves again with all that was written": "is about no answer",
    "while nobody listens a call is tried four times in all, a write too": "is about no answer",
    "a server that asks for no key is asked with none": "sends no credential, which the document demands",
}


def as_spec(name):
    return '"' + re.sub(r"([\\,\[\]])", r"\\\1", name) + '"'


class Proxied(unittest.TestCase):
    def suite(self, spec, document=None):
        """The suite's output and exit status, and Prism's complaints."""
        with tempfile.NamedTemporaryFile("r") as log:
            variables = {"CRM_REFERENCE_SERVER": os.path.join(packages.HERE, "checked_server.py"), "CRM_CHECKED_SERVER": SERVER,
                         "CRM_CHECKED_DOCUMENT": document or DOCUMENT, "CRM_CHECKED_NODE": NODE, "CRM_CHECKED_LOG": log.name}
            done = subprocess.run([SUITE, *spec], env={**os.environ, **variables}, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=500)
            return done, prism.complaints(log)

    def test_the_suite_breaks_the_document_in_neither_direction(self):
        spec = "".join("~" + as_spec(name) for name in LEFT_OUT)
        done, complaints = self.suite(['[client]~"*in_memory"' + spec])
        self.assertEqual(([], 0), (complaints, done.returncode), done.stdout)

    def test_what_is_left_out_is_in_the_suite(self):
        listed = subprocess.run([SUITE, "--list-test-names-only"], stdout=subprocess.PIPE, text=True).stdout
        names = {line.strip() for line in listed.splitlines()}
        self.assertEqual([], [name for name in (ONE, *LEFT_OUT) if name not in names])

    def check_seen(self, what, instead, complaint):
        with open(DOCUMENT) as file:
            text = file.read()
        self.assertEqual(text.count(what), 1)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as wrong:
            wrong.write(text.replace(what, instead))
            wrong.flush()
            done, complaints = self.suite([as_spec(ONE)], wrong.name)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex("\n".join(complaints), complaint, done.stdout)

    def test_an_answer_that_is_not_of_the_document_is_seen(self):
        when = "description: When the CRM created the customer."
        self.check_seen(when, "pattern: '^never$'\n          " + when, "#VIOLATIONS")

    def test_a_request_that_is_not_of_the_document_is_seen(self):
        self.check_seen("required: [name]", "required: [name, favourite_colour]", "#UNPROCESSABLE_ENTITY")


if __name__ == "__main__":
    NODE, DOCUMENT, SERVER, SUITE, *rest = sys.argv[1:]
    packages.need(NODE)
    unittest.main(argv=sys.argv[:1] + rest)
