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


class Lint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(DOCUMENT) as file:
            text = file.read()
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as wrong:
            wrong.write(text.replace("operationId: list_invoices", "operationId: list_customers"))
            wrong.flush()
            done = subprocess.run(["node", os.path.join(packages.HERE, "lint.cjs"), DOCUMENT, wrong.name],
                                  stdout=subprocess.PIPE, text=True, timeout=300, check=True,
                                  env={**os.environ, "NODE_PATH": os.path.join(NODE, "node_modules")})
            cls.wrong, cls.lines = wrong.name, done.stdout.splitlines()

    def test_neither_has_anything_to_say(self):
        self.assertEqual([], [line for line in self.lines if line.startswith(DOCUMENT)])

    def test_both_see_what_is_wrong(self):
        for linter in ("spectral", "redocly"):
            self.assertTrue(any(line.startswith(f"{self.wrong}: {linter} operation-operationId-unique: ") for line in self.lines))


if __name__ == "__main__":
    NODE, DOCUMENT, *rest = sys.argv[1:]
    packages.need(NODE)
    unittest.main(argv=sys.argv[:1] + rest)
