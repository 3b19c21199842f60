#!/usr/bin/env python3
"""docs/performance.md is as tests/bench/run writes it, and every target is of benchmarks that there are.

usage: page.py ROOT PROGRAM... Nothing is measured: the programs are asked for the names of their benchmarks. Of a name
that none of them has, the contestant is looked for in the scripts beside this one.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import report

root, *programs = map(pathlib.Path, sys.argv[1:])
page = root / "docs" / "performance.md"
problems = []

# --- the table ----------------------------------------------------------------------------------------------------------

text = page.read_text()
if text.count(report.BEGIN) != 1 or text.count(report.END) != 1 or text.index(report.BEGIN) > text.index(report.END):
    sys.exit("docs/performance.md has not one place for results, between its two marks")
section = text.partition(report.BEGIN)[2].partition(report.END)[0]
rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")]
head, *rows = [row for row in rows if not set("".join(row)) <= set("-")]
runs = len(head) - 3
if head[:3] != ["item", "what", "target"] or runs < 1 or not all(re.fullmatch("`.*-std=.*`", each) for each in head[3:]):
    problems.append(f"the table's head is not item, what, target and a compiler with its flags for each run: {head}")
told = [row[:3] for row in rows]
wanted = [[str(target["item"]), target["what"], report.bound(target)] for target in report.TARGETS]
problems += [f"not in the table, or not in its place: {each}" for each in wanted if each not in told]
problems += [f"in the table, and not among the targets: {each}" for each in told if each not in wanted]
if sorted(told) == sorted(wanted) and told != wanted:
    problems.append("the table is not in the order of the targets")
for target, row in zip(report.TARGETS, rows) if told == wanted else []:
    for cell in row[3:]:
        match = re.fullmatch(r"(-?\d+(?:\.\d+)?)( ×)?, (met|\*\*missed\*\*)", cell)
        sound = match and bool(match[2]) == ("by" in target) and report.verdict(target, match[1]) == match[3]
        if cell != "not measured" and not sound:
            problems.append(f"not a figure and its verdict: {cell} ({target['what']})")
    if len(row) != len(head):
        problems.append(f"a row of another length than the head: {row}")

# --- the charts ---------------------------------------------------------------------------------------------------------

shown = re.findall(r"!\[[^]]+\]\(performance/(\w+)\.svg\)", section)
files = {path.stem: path for path in page.with_suffix("").glob("*")}
problems += [f"not a chart that the script draws: {name}" for name in shown if name not in report.CHARTS]
problems += [f"shown, and not there: {name}.svg" for name in shown if name not in files]
problems += [f"there, and not shown: {path.name}" for name, path in files.items() if name not in shown]
for path in files.values():
    if path.stat().st_size > 20_000:
        problems.append(f"more than 20 kB: {path.name}")
    try:
        xml.etree.ElementTree.parse(path)
    except xml.etree.ElementTree.ParseError as error:
        problems.append(f"not well-formed: {path.name}: {error}")

# --- the names ----------------------------------------------------------------------------------------------------------

known = set()
for program in programs:
    with tempfile.TemporaryFile("w+") as listed:  # not a pipe: a server that the program started may hold it open for longer
        subprocess.run([program, "--benchmark_list_tests"], check=True, stdout=listed)
        listed.seek(0)
        known |= {re.sub(report.MANNER, "", line) for line in listed.read().split()}
scripts = "".join(path.read_text() for path in pathlib.Path(__file__).parent.glob("*_time.py"))
named = {name for target in report.TARGETS for role, name in target.items() if role in ("of", "by", "less")}
problems += [f"no benchmark has this name: {name}" for name in sorted(named)
             if name not in known and f'"{name.rpartition("/")[2]}"' not in scripts]

print("\n".join(problems))
sys.exit(bool(problems))
