#!/usr/bin/env python3
"""clang-tidy 14 (.clang-tidy) on a translation unit that includes everything and uses both clients.

usage: tidy.py ROOT FLAGS. Skipped (77) where clang-tidy 14 is missing. All sources would take many minutes and show
the same lines of the same headers again.
"""
import re
import shutil
import shlex
import subprocess
import sys

from tree import ROOT

SOURCES = ["tests/two_units/a.cpp"]

tool = shutil.which("clang-tidy-14") or shutil.which("clang-tidy")
version = re.search(r"version (\d+)", subprocess.getoutput(f"{tool} --version")) if tool else None
if not version or version[1] != "14":
    print("skipped: clang-tidy 14 is not installed")
    sys.exit(77)

flags = shlex.split(open(sys.argv[2]).read())
sources = [str(ROOT / source) for source in SOURCES]
sys.exit(subprocess.call([tool, "--quiet", *sources, "--", *flags]))
