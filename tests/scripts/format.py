#!/usr/bin/env python3
"""The sources are as clang-format 14 leaves them. Another version formats differently: then this is skipped (77)."""
import re
import shutil
import subprocess
import sys

from tree import ROOT

tool = shutil.which("clang-format-14") or shutil.which("clang-format")
version = re.search(r"version (\d+)", subprocess.getoutput(f"{tool} --version")) if tool else None
if not version or version[1] != "14":
    print("skipped: clang-format 14 is not installed")
    sys.exit(77)

files = sorted(str(path) for folder in ("include", "tests", "examples")
               for kind in ("*.hpp", "*.cpp") for path in (ROOT / folder).rglob(kind))
if subprocess.call([tool, "--dry-run", "-Werror", "--style=file", *files]):
    sys.exit("run: git ls-files include tests examples | grep -E '[.][ch]pp$' | xargs clang-format-14 -i")
