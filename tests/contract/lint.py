#!/usr/bin/env python3
"""Two linters on the document: lint.py FOLDER_OF_PACKAGES DOCUMENT [unittest arguments].

Both say nothing of the document, and do say something of one that is wrong.
"""
import os
import subprocess
import sys
import tempfile
import unittest

import packages

NODE = DOCUMENT = None


def lint(document):
    """What they say, a line a problem."""
    script = os.path.join(packages.HERE, "lint.cjs")
    done = subprocess.run(["node", script, document], stdout=subprocess.PIPE, text=True, timeout=300,
                          env={**os.environ, "NODE_PATH": os.path.join(NODE, "node_modules")})
    lines = done.stdout.splitlines()
    assert done.returncode == (1 if lines else 0), f"lint.cjs ended with {done.returncode}"
    return lines


class Lint(unittest.TestCase):
    def test_neither_has_anything_to_say(self):
        self.assertEqual([], lint(DOCUMENT))

    def test_both_see_what_is_wrong(self):
        with open(DOCUMENT) as file:
            text = file.read()
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as wrong:
            wrong.write(text.replace("operationId: list_invoices", "operationId: list_customers"))
            wrong.flush()
            for linter in ("spectral", "redocly"):
                self.assertRegex("\n".join(lint(wrong.name)), f"(?m)^{linter} operation-operationId-unique: ")


if __name__ == "__main__":
    NODE, DOCUMENT, *rest = sys.argv[1:]
    packages.need(NODE)
    unittest.main(argv=sys.argv[:1] + rest)
