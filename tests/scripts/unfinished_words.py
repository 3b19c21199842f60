#!/usr/bin/env python3
"""No note to oneself is left in what others read."""
import re

from tree import ROOT, report

# In pieces, so that this file does not name them.
WORDS = re.compile(r"\b(TO" "DO|FIX" "ME|XX" "X|HA" r"CK)\b|not " "implemented")
KINDS = {".hpp", ".cpp", ".py", ".sh", ".txt", ".md", ".yaml", ".sql", ""}

files = [path for folder in ("include", "examples", "tests", "docs") for path in sorted((ROOT / folder).rglob("*"))
         if path.is_file() and path.suffix in KINDS and "__pycache__" not in path.parts]
report([f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files + [ROOT / "README.md", ROOT / "CMakeLists.txt"] if path.exists()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if WORDS.search(line)],
       "finish it, or say in the documentation that it is not there")
