#!/usr/bin/env python3
"""The null policies add nothing: a call compiles to no more instructions than it would have if there were no policies.

The library is copied, and in the copy every place is cut out at which the client asks its observer, its auth, its cache, or
its retry policy for a breaker or budget. What both compile to is counted; where there is more, the difference is shown.

usage: null_policies.py PROJECT COMPILER FLAGS_FILE, where COMPILER is a g++
"""
import difflib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PROJECT, COMPILER, FLAGS = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
SOURCE = PROJECT / "tests/symbols/null_policies.cpp"

# Whether a function is inlined must not depend on how much there is in the rest of the unit.
BY_ITSELF = ["--param=inline-unit-growth=1000", "--param=large-unit-insns=1000000"]

# Header, what is cut out of it, what stands in its place.
CUTS = [
    ("client/running_call.hpp", r" +tell\(events::call_started\{id_\}\);\n", ""),
    ("client/running_call.hpp", r" +tell_news\(\);\n", ""),
    ("client/running_call.hpp", r" +tell\(events::attempt_made\{[^;]*\);\n", ""),
    ("client/running_call.hpp", r" +tell_retry\(next, \w+\);\n", ""),
    ("client/running_call.hpp", r" +if constexpr \(Core::is_observed\)[^;]*;\n", ""),
    ("client/running_call.hpp", r"    if constexpr \(networked_transport<[^\n]*\n(?:      [^\n]*\n)*    \}\n", ""),
    ("client/running_call.hpp", r"    if constexpr \(renewing_auth<[^;]*;\n", ""),
    ("client/core.hpp", r"watch\.next_call\(\)", "0"),
    ("client/core.hpp", r"    if constexpr \(is_observed\)[^;]*;\n", ""),
    ("client/session.hpp", r"    if constexpr \(!null_cache<CachePolicy>\)\n      if \(caches\(call\)\)[^;]*;\n", ""),
    ("exchange.hpp", r"    if constexpr \(circuit_breaking<[^\n]*\n(?:      [^\n]*\n)*    \}\n", ""),
    ("exchange.hpp", r"      if constexpr \(retry_limiting<[^;]*;\n", ""),
    ("exchange.hpp", r"    if constexpr \(retry_limiting<[^\n]*\n(?:      [^\n]*\n)*    \}\n", ""),
    ("exchange.hpp", r"detail::delay_of\(retry_, [^;]*;", "std::optional<milliseconds>{};"),
]


def without_policies(include):
    for header, pattern, replacement in CUTS:
        path = include / "crm" / header
        text, count = re.subn(pattern, replacement, path.read_text())
        if count == 0:
            sys.exit(f"{header}: nothing like {pattern!r} to cut out: the rule does not see the library any more")
        path.write_text(text)


def instructions(include):
    """Of all functions, with their labels told apart by order alone."""
    command = [COMPILER, f"-I{include}", f"@{FLAGS}", "-O2", "-g0", *BY_ITSELF, "-S", "-o", "-", str(SOURCE)]
    assembly = subprocess.check_output(command, text=True)
    lines = [line.split("#")[0].strip() for line in assembly.splitlines()]
    lines = [line for line in lines if re.match(r"[a-z]|_Z\w+:", line)]
    labels = {}
    return [re.sub(r"\.L\w+", lambda m: labels.setdefault(m[0], f"L{len(labels)}"), line) for line in lines]


with tempfile.TemporaryDirectory() as scratch:
    cut = pathlib.Path(scratch) / "include"
    shutil.copytree(PROJECT / "include", cut)
    without_policies(cut)
    ours, theirs = instructions(PROJECT / "include"), instructions(cut)

if len(ours) < 500:
    sys.exit(f"{len(ours)} instructions: too few for a call, and so nothing was compared")
if len(ours) > len(theirs):
    difference = list(difflib.unified_diff(theirs, ours, "without policies", "with the null policies", lineterm="", n=1))
    sys.exit("\n".join(difference[:40]) + f"\n{len(ours)} instructions with the null policies, {len(theirs)} without")
print(f"{len(ours)} instructions with the null policies, {len(theirs)} without any")
