#!/usr/bin/env python3
"""No header is longer than one can read at a sitting."""
from tree import INCLUDE, headers, report

LIMIT = 300

sizes = {header: len((INCLUDE / header).read_text().splitlines()) for header in headers()}
report([f"{header}: {size} lines" for header, size in sizes.items() if size > LIMIT],
       f"no header above {LIMIT} lines")
