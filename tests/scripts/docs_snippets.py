#!/usr/bin/env python3
"""The C++ of README.md and of the pages in docs/ compiles, or is refused as the page says.

usage: docs_snippets.py [ROOT] [--compiler g++] [-- ARGUMENT...]

The info string of a fenced block says what it is:

    ```cpp            statements; compiled in a function that has a `client` and a `task`
    ```cpp toplevel   declarations at namespace scope; seen by the blocks below
    ```cpp program    a whole translation unit
    ```cpp refused    statements that must not compile; what follows `// says: ` on a line is in the compiler's message

Statements and declarations of one document make one translation unit, its refused statements a second one. README.md
may be absent; its first program is examples/quickstart.cpp, byte for byte.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

own, extra = sys.argv[1:], []
if "--" in own:
    own, extra = own[:own.index("--")], own[own.index("--") + 1:]
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
parser.add_argument("--compiler", default="g++")
args = parser.parse_args(own)
ROOT = args.root.resolve()

DOCUMENTS = ["README.md", "docs/guide.md", "docs/concepts.md", "docs/events.md", "docs/testing.md"]
KINDS = {"", "toplevel", "program", "refused"}
CLANG = "clang" in pathlib.Path(args.compiler).name
COMMAND = [args.compiler, "-std=c++20", "-fsyntax-only", f"-I{ROOT / 'include'}", "-fdiagnostics-color=never",
           "-ferror-limit=0" if CLANG else "-fmax-errors=0", *extra]

PREAMBLE = """\
#include <crm/crm.hpp>
#include <array>
#include <chrono>
#include <fstream>
#include <iostream>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>
"""


class Block:
    def __init__(self, document, fence, kind):
        self.document, self.fence, self.kind, self.lines = document, fence, kind, []

    @property
    def text(self):
        return "".join(line + "\n" for line in self.lines)

    @property
    def numbered(self):
        """The text, under its place in the document, so that the compiler names that."""
        return f'#line {self.fence + 1} "{self.document}"\n{self.text}'

    @property
    def in_function(self):
        # Braces of its own, because statements may declare a `client` or a `task` anew.
        return (f"[[maybe_unused]] static int block_at_line_{self.fence}([[maybe_unused]] const crm::mock_crm_client& client, "
                f"[[maybe_unused]] const crm::mock_crm_client& task) {{ {{\n{self.numbered}}}\nreturn 0; }}\n")


def blocks_of(document, problems):
    """The C++ blocks of a document; what is wrong with the fences themselves is added to the problems."""
    block = fence = None
    for number, line in enumerate((ROOT / document).read_text().splitlines(), 1):
        opening = re.match(r"(`{3,}|~{3,})\s*(.*)$", line)
        if fence is None and opening:
            fence, info = opening[1], opening[2].split()
            if info[:1] == ["cpp"]:
                block = Block(document, number, " ".join(info[1:]))
                if block.kind not in KINDS:
                    problems.append(f"{document}:{number}: no such kind of block: {block.kind}")
            elif info[:1] in (["c++"], ["C++"], ["cxx"], ["cc"], []):
                problems.append(f"{document}:{number}: this fence is not checked: say cpp, or text")
        elif fence is not None and line.startswith(fence) and not line.strip(fence[0]).strip():
            if block is not None:
                yield block
            block = fence = None
        elif block is not None:
            block.lines.append(line)
    if fence is not None:
        problems.append(f"{document}: a fence is not closed")


def precompile(folder):
    """Parses once what nearly all of them include. What the compiler is to be told, to use it."""
    header = pathlib.Path(folder, "preamble.hpp")
    header.write_text(PREAMBLE)
    made = f"{header}.pch" if CLANG else f"{header}.gch"
    command = [word for word in COMMAND if word != "-fsyntax-only"]
    subprocess.run([*command, "-x", "c++-header", header, "-o", made], check=True, cwd=ROOT)
    return ["-include-pch", made] if CLANG else ["-include", str(header)]


def compile_text(text):
    """Answers whether it compiles, and what the compiler says."""
    done = subprocess.run([*COMMAND, "-x", "c++", "-"], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, cwd=ROOT, env={**os.environ, "LC_ALL": "C"})  # plain quotes in messages
    return done.returncode == 0, done.stdout


def reports_of(said):
    """The compiler's errors, each with the trail of places that leads to it: g++ tells that before, clang behind."""
    trail = re.compile(r"In file included from |\s+from |[^ ]*: In |[^ ]*:\s+(required |in .*expansion of )|[^ ]*: required ")
    reports, has_error = [[]], False
    for line in said.replace('\\"', '"').splitlines():
        is_error = ": error: " in line
        if has_error and (is_error or (not CLANG and trail.match(line))):
            reports.append([])
            has_error = False
        reports[-1].append(line)
        has_error = has_error or is_error
    return ["\n".join(report) for report in reports]


def check_refused(document, blocks, before, problems):
    """Every line with `// says:` is refused, and the compiler's message for it holds the words."""
    behind = '#line 1 "behind"\n'
    code = "".join(re.sub(r"// says: .*", "", block.in_function) + behind for block in blocks)
    _, said = compile_text(PREAMBLE + before + code)
    reports, before_count = reports_of(said), len(problems)
    for block in blocks:
        promises = [(block.fence + 1 + i, words.strip()) for i, line in enumerate(block.lines)
                    for words in re.findall(r"// says: (.*)$", line)]
        if not promises:
            problems.append(f"{document}:{block.fence}: a refused block tells what the compiler says: // says: ...")
        for number, words in promises:
            here = [report for report in reports
                    if re.search(rf"{re.escape(document)}:{number}\b", report) and ": error: " in report]
            if not here:
                problems.append(f"{document}:{number}: compiles, and should be refused with: {words}")
            elif not any(words in report for report in here):
                problems.append(f"{document}:{number}: is refused, but not with: {words}")
    if len(problems) > before_count:
        print(said)


problems = []
scratch = tempfile.TemporaryDirectory()
COMMAND += precompile(scratch.name)
for document in DOCUMENTS:
    if not (ROOT / document).exists():
        if document != "README.md":
            problems.append(f"{document}: missing")
        continue
    blocks = list(blocks_of(document, problems))
    if not blocks:
        problems.append(f"{document}: no cpp block: a rule that looks at nothing cannot fail")

    programs = [block for block in blocks if block.kind == "program"]
    if document == "README.md":
        quickstart = (ROOT / "examples/quickstart.cpp").read_text()
        if not programs:
            problems.append("README.md: its first program is examples/quickstart.cpp, and there is none")
        elif programs[0].text != quickstart:
            problems.append(f"README.md:{programs[0].fence}: differs from examples/quickstart.cpp")

    shared = "".join(block.numbered if block.kind == "toplevel" else block.in_function
                     for block in blocks if block.kind in ("", "toplevel"))
    for place, text in [(document, PREAMBLE + shared)] * bool(shared) + \
                       [(f"{document}:{block.fence}", block.numbered) for block in programs]:
        sound, said = compile_text(text)
        if said:
            print(said, end="")
        if not sound:
            first = re.search(rf"{re.escape(document)}:\d+", said)
            problems.append(f"{first[0] if first else place}: does not compile")

    refused = [block for block in blocks if block.kind == "refused"]
    if refused:
        check_refused(document, refused,
                      "".join(block.numbered for block in blocks if block.kind == "toplevel"), problems)

for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
