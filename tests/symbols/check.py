#!/usr/bin/env python3
"""The test doubles are in no program that uses the real client alone: not one symbol of theirs.

usage: check.py NM PRODUCTION MOCK, where MOCK is a program that does use one, so that the rule is seen to find it
"""
import re
import subprocess
import sys

NM, PRODUCTION, MOCK = sys.argv[1:]
DOUBLE = re.compile(r"crm::v0::testing::|crm::v0::mock_transport")


def doubles_in(program):
    symbols = subprocess.check_output([NM, "-C", program], text=True).splitlines()
    if not any("crm::v0::" in symbol for symbol in symbols):
        sys.exit(f"{program}: no symbol of the library at all: a rule that looks at nothing cannot fail")
    return [symbol for symbol in symbols if DOUBLE.search(symbol)]


found = doubles_in(PRODUCTION)
if found:
    sys.exit("\n".join(found[:20]) + f"\n{len(found)} symbols of test doubles in {PRODUCTION}")
if not doubles_in(MOCK):
    sys.exit(f"{MOCK} uses the in-memory CRM, and none of it is found: the rule does not see it")
