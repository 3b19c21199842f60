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
parser.add_argument("--precompiled", type=pathlib.Path, required=True, help="the header to be precompiled")
parser.add_argument("--precompile", action="store_true")
parser.add_argument("contract", nargs="?", type=pathlib.Path)
parser.add_argument("case", nargs="?")
args = parser.parse_args()
is_clang = "clang" in pathlib.Path(args.compiler).name

# Without httplib: the contracts are the core's, and <resolv.h>, which httplib brings, defines STATUS and QUERY.
command = [args.compiler, "@" + args.flags, "-UCRM_CLIENT_WITH_HTTPLIB"]
if args.precompile:
    args.precompiled.parent.mkdir(parents=True, exist_ok=True)
    # With g++ what the library stands on: of the library itself, its templates would be instantiated anew in every case.
    headers = ["boost/hana.hpp", "simdjson.h", "tl/expected.hpp", "algorithm", "chrono", "functional", "memory",
               "memory_resource", "mutex", "optional", "random", "span", "stop_token", "string", "unordered_map",
               "variant", "vector"]
    if is_clang:
        headers = ["crm/crm.hpp"]
        command.append("-fpch-instantiate-templates")
    args.precompiled.write_text("".join(f"#include <{header}>\n" for header in headers))
    sys.exit(subprocess.call(command + ["-x", "c++-header", str(args.precompiled),
                                        "-o", str(args.precompiled) + ".gch"]))

command += ["-include", str(args.precompiled), "-fsyntax-only", "-fdiagnostics-color=never"]
if args.case != "control":
    command.append("-D" + args.case)
done = subprocess.run(command + [str(args.contract)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                      env={**os.environ, "LC_ALL": "C"})  # plain quotes in messages

if args.case == "control":
    print(done.stdout, end="")
    sys.exit("the control does not compile" if done.returncode else 0)

text = args.contract.read_text()
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
