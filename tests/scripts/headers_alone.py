#!/usr/bin/env python3
"""Every header compiles alone, twice in one translation unit, without a warning.

usage: headers_alone.py ROOT COMPILER FLAGS
"""
import concurrent.futures
import os
import subprocess
import sys

from tree import headers, report

COMPILER, FLAGS = sys.argv[2:]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]


def compile_alone(header):
    done = subprocess.run([COMPILER, "@" + FLAGS, *WARNINGS, "-fsyntax-only", "-x", "c++", "-"],
                          input=f"#include <{header}>\n#include <{header}>\n",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return f"--- {header}\n{done.stdout}" if done.returncode or done.stdout else None


with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    report(list(filter(None, pool.map(compile_alone, headers()))), "every header compiles alone")
