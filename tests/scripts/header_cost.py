#!/usr/bin/env python3
"""No header that programs include has become half as dear again to compile as header_cost.json says.

usage: header_cost.py ROOT COMPILER FLAGS [--without HEADER] [--write]

Seconds are noise; what the preprocessor hands to the compiler is not. Of each entry the file tells how many bytes of it are
our own, and which headers of others ours name. What those others weigh is asked of the compiler at hand, so that another
standard library changes nothing here. What an entry weighs may grow by half, our own part too, and one further header of
others may add a tenth. --write puts down what is there now: run it where a growth is meant.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

from tree import INCLUDE, includes, report

# What programs include. The single header is crm.hpp's text, byte for byte; another test sees to that.
ENTRIES = {
    "crm/crm.hpp": ["crm/crm.hpp"],
    "model, filter and patch": ["crm/model/customer.hpp", "crm/query/customers.hpp", "crm/query/patch.hpp"],
    "crm/client.hpp": ["crm/client.hpp"],
    "crm/testing.hpp": ["crm/testing.hpp"],
    "crm/transport/beast.hpp": ["crm/transport/beast.hpp"],
    "crm/transport/httplib.hpp": ["crm/transport/httplib.hpp"],
}
BASELINE = pathlib.Path(__file__).with_suffix(".json")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("root")
parser.add_argument("compiler")
parser.add_argument("flags", help="response file")
parser.add_argument("--without", action="append", default=[], help="an entry that is not looked at")
parser.add_argument("--write", action="store_true")
args = parser.parse_args()


def preprocessed(names):
    """The bytes that reach the compiler, by file."""
    text = "".join(f"#include <{name}>\n" for name in names)
    done = subprocess.run([args.compiler, "@" + args.flags, "-E", "-x", "c++", "-"],
                          input=text.encode(), stdout=subprocess.PIPE, check=True)
    weights, file = {}, ""
    for line in done.stdout.splitlines():
        marker = re.match(rb'# \d+ "([^"]*)"', line)
        if marker:
            file = marker[1].decode()
        else:
            weights[file] = weights.get(file, 0) + len(line.strip())
    return weights


class cost:
    """What an entry brings: our own bytes, and who names which header of others."""

    def __init__(self, entry):
        weights = preprocessed(ENTRIES[entry])
        ours = {pathlib.Path(file): weight for file, weight in weights.items() if file.startswith(str(INCLUDE))}
        self.total, self.own = sum(weights.values()), sum(ours.values())
        self.named_by = {}
        for header in sorted(file.relative_to(INCLUDE).as_posix() for file in ours):
            for _, name in includes(header):
                if not name.startswith("crm/"):
                    self.named_by.setdefault(name, header)


def weight_of(names):
    return sum(preprocessed(names).values())


def percent(ratio):
    return f"{100 * ratio:.0f} %"


def compare(entry, now, then):
    """What has grown, and by whom."""
    foreign = [name for name in then["foreign"] if name in now.named_by] or ["cstddef"]
    before = weight_of(foreign)
    for name in sorted(set(now.named_by) - set(then["foreign"])):
        more = weight_of([*foreign, name]) - before
        if more > 0.1 * (before + then["own"]):
            yield (f"{entry}: <{name}>, which {now.named_by[name]} includes, "
                   f"adds {percent(more / (before + then['own']))} to what is compiled")
    grown = now.total / (then["own"] + before)
    if grown > 1.5:
        yield f"{entry}: {now.total} bytes are compiled, {percent(grown)} of what they were"


problems, found = [], {}
known = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
for entry in ENTRIES:
    if entry in args.without:
        found[entry] = known.get(entry)
        continue
    now = cost(entry)
    if not now.own:
        sys.exit(f"{entry}: nothing of ours is in it: a rule that looks at nothing cannot fail")
    found[entry] = {"own": now.own, "foreign": sorted(now.named_by)}
    then = known.get(entry)
    if args.write:
        continue
    if then is None:
        problems.append(f"{entry}: header_cost.json does not know it")
        continue
    if now.own > 1.5 * then["own"]:
        problems.append(f"{entry}: {now.own} bytes of our own, {percent(now.own / then['own'])} of what they were")
    if found[entry]["foreign"] != then["foreign"]:
        problems += compare(entry, now, then)
if args.write:
    BASELINE.write_text("{\n" + ",\n".join(f"{json.dumps(entry)}: {json.dumps(each)}" for entry, each in found.items()) + "\n}\n")
    sys.exit()
report(problems, "make it cheaper to compile; where the growth is meant: header_cost.py ... --write")
