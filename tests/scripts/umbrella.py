#!/usr/bin/env python3
"""Every public header is reachable from crm.hpp, and what is included exists."""
from tree import headers, includes, report

known, reached, todo = set(headers()), set(), ["crm/crm.hpp"]
problems = []
while todo:
    header = todo.pop()
    if header in reached:
        continue
    reached.add(header)
    for line, name in includes(header):
        if name in known:
            todo.append(name)
        elif name.startswith("crm/"):
            problems.append(f"{header}:{line}: there is no {name}")
problems += [f"{header} is not reached" for header in sorted(known - reached) if "/detail/" not in header]
report(problems, "crm.hpp brings every public header")
