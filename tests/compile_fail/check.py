#!/usr/bin/env python3
"""Compiles one case of a contract (see CMakeLists.txt): it must fail, and say what the contract promises.

The control, the same file without a case, must compile: otherwise a case could fail for no reason of ours.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--compiler", required=True)
parser.add_argument("--flags", required=True, help="response file")
parser.add_argument("--precompiled", type=pathlib.Path, required=True, help="folder of the precompiled headers")
parser.add_argument("--precompile", action="store_true")
parser.add_argument("contract", nargs="?", type=pathlib.Path)
parser.add_argument("case", nargs="?")
args = parser.parse_args()
is_clang = "clang" in pathlib.Path(args.compiler).name

# Without httplib: the contracts are the core's, and <resolv.h>, which httplib brings, defines STATUS and QUERY.
command = [args.compiler, "@" + args.flags, "-UCRM_CLIENT_WITH_HTTPLIB"]

# What contracts include, parsed once. g++ instantiates anew in every case what the templates of its header need, and maps
# all of it: so the contracts that do without the client have one of their own there.
PRECOMPILED = {
    "client": ["crm/client.hpp", "crm/observe/several.hpp", "crm/task/context.hpp"],
    "rest": ["crm/model/page.hpp", "crm/options.hpp", "crm/query/customers.hpp", "crm/query/interactions.hpp",
             "crm/query/invoices.hpp", "crm/query/patch.hpp", "crm/retry/breaker.hpp", "crm/retry/budget.hpp",
             "crm/retry/jitter.hpp", "crm/retry/schedule.hpp", "crm/secret.hpp"],
}
if is_clang:
    PRECOMPILED = {"rest": ["crm/crm.hpp"]}

if args.precompile:
    args.precompiled.mkdir(parents=True, exist_ok=True)
    for name, headers in PRECOMPILED.items():
        header = args.precompiled / f"{name}.hpp"
        header.write_text("".join(f"#include <{each}>\n" for each in headers))
        subprocess.run([*command, *["-fpch-instantiate-templates"] * is_clang, "-x", "c++-header", str(header),
                        "-o", f"{header}.gch"], check=True)
    sys.exit()

text = args.contract.read_text()
needs = set(re.findall(r"#include <(crm/[^>]+)>", text))
kind = "client" if needs & set(PRECOMPILED.get("client", [])) else "rest"
command += ["-include", str(args.precompiled / f"{kind}.hpp"), "-fsyntax-only", "-fdiagnostics-color=never"]
if args.case != "control":
    command.append("-D" + args.case)
done = subprocess.run(command + [str(args.contract)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                      env={**os.environ, "LC_ALL": "C"})  # plain quotes in messages

if args.case == "control":
    print(done.stdout, end="")
    sys.exit("the control does not compile" if done.returncode else 0)

if not re.search(rf"defined\({args.case}\)|ifdef {args.case}\b", text):
    sys.exit(f"no code stands under #if defined({args.case})")
wanted = re.search(rf"^// case: {args.case} \| (.*)$", text, re.M).group(1).split(" | ")
regex = wanted[-1] if is_clang else wanted[0]
said = " ".join(done.stdout.split())  # messages are broken across lines differently by compiler and version
if done.returncode == 0:
    sys.exit(f"{args.case} compiles; it must fail with: {regex}")
if not re.search(regex.strip(), said):
    sys.exit(f"{done.stdout}\n{args.case} fails, but its message lacks: {regex}")
print(f"{args.case} fails with: {regex}")
