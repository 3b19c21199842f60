#!/usr/bin/env python3
"""Includes point strictly downward, and policy families meet only at their concepts."""
from tree import headers, includes, report

# From the bottom up. A family may include itself and every family of a lower layer. A family is a folder, or the headers
# listed for it in NAMED; detail/ is base, and client/ is what client.hpp is made of.
POLICIES = {"transport", "retry", "cache", "auth", "observe"}
LAYERS = [
    {"base"},
    {"model"},
    {"http"},
    {"query"},
    {"json"},
    POLICIES,
    {"engine"},
    {"task", "testing"},
    {"door"},
]
NAMED = {
    "base": {"version", "config", "fwd", "error", "result", "secret"},
    "engine": {"exchange", "exchange_step", "gate", "client", "pages", "options"},
    "door": {"crm", "testing"},
}

# (from, to): why it must be. An entry that is no longer needed is an error too.
EXCEPTIONS = {}


def family(header):
    name = header.removeprefix("crm/").removesuffix(".hpp")
    for family_name, members in NAMED.items():
        if name in members:
            return family_name
    folder = name.rpartition("/")[0].split("/")[0]
    return {"detail": "base", "client": "engine"}.get(folder, folder)


def layer(header):
    return next((rank for rank, families in enumerate(LAYERS) if family(header) in families), None)


def allowed(source, target):
    if family(source) == family(target) or layer(target) < layer(source):
        return True
    return {family(source), family(target)} <= POLICIES and target.endswith("/concept.hpp")


def cycle(graph):
    """A list of headers that include one another in a ring, or None."""
    done, path = set(), []

    def visit(header):
        if header in path:
            return path[path.index(header):] + [header]
        if header in done:
            return None
        path.append(header)
        found = next(filter(None, map(visit, graph[header])), None)
        path.pop()
        done.add(header)
        return found

    return next(filter(None, map(visit, graph)), None)


problems = [f"{header}: give it a layer in layers.py" for header in headers() if layer(header) is None]
graph, unused = {}, set(EXCEPTIONS)
for header in headers():
    own = [(line, name) for line, name in includes(header) if name in headers()]
    graph[header] = [name for _, name in own]
    for line, name in own:
        if None in (layer(header), layer(name)) or allowed(header, name):
            continue
        if (header, name) in EXCEPTIONS:
            unused.discard((header, name))
        else:
            problems.append(f"{header}:{line}: {family(header)} must not include {name}")
problems += [f"{source} no longer includes {target}: remove the exception" for source, target in unused]
ring = cycle(graph)
if ring:
    problems.append("a ring of includes: " + " -> ".join(ring))
report(problems, "includes point strictly downward; a policy family includes of another at most its concept.hpp")
