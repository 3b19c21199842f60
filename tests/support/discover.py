#!/usr/bin/env python3
"""Writes the ctest entries of a Catch2 executable: one for each test case, under its own name.

usage: discover.py EXECUTABLE SPEC OUTPUT PREFIX PROPERTY VALUE [PROPERTY VALUE]...

Catch2's own catch_discover_tests splits a name at a semicolon, and our names are sentences.
"""
import pathlib
import re
import subprocess
import sys

executable, spec, output, prefix, *properties = sys.argv[1:]


def listed(*how):
    done = subprocess.run([executable, *filter(None, [spec]), *how], capture_output=True, text=True)
    if done.returncode < 0:
        sys.exit(f"{executable} ended by signal {-done.returncode}\n{done.stderr}")
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]


def quoted(text):
    """A bracket argument: nothing in it has a meaning for CMake."""
    return f"[==[{text}]==]"


# Catch2 version 2, then version 3. The exit status says nothing: in version 2 it is the number of tests.
names = listed("--list-test-names-only") or listed("--list-tests", "--verbosity", "quiet")
if not names:
    sys.exit(f"{executable} has no tests {spec}")

lines = []
for name in names:
    test = quoted(prefix + name)
    as_spec = re.sub(r"([\\,\[\]])", r"\\\1", name)  # nor for Catch2
    lines.append(f"add_test({test} {quoted(executable)} {quoted(as_spec)})")
    lines.append(f"set_tests_properties({test} PROPERTIES {' '.join(map(quoted, properties))})")
pathlib.Path(output).write_text("\n".join(lines) + "\n")
