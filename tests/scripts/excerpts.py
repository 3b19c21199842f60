#!/usr/bin/env python3
"""What docs/sops.md shows of the SOP engine stands there: every cpp block, whose first line names the file."""
import re

from tree import ROOT, report

PAGE = "docs/sops.md"
problems, blocks = [], re.findall(r"^```cpp\n// (\S+)\n(.*?)^```$", (ROOT / PAGE).read_text(), re.M | re.S)
for file, text in blocks:
    source = ROOT / "examples/sop_engine" / file
    if not source.exists() or text not in source.read_text():
        problems.append(f"{PAGE}: {file} does not hold:\n{text}")
if len(blocks) != (ROOT / PAGE).read_text().count("```cpp") or not blocks:
    problems.append(f"{PAGE}: a cpp block begins with a comment that names its file")
report(problems, "copy it from the source")
