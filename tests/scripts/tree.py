"""What the scripts share: the library's headers and their includes."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1]).resolve()
INCLUDE = ROOT / "include"


def headers():
    """Every header's name as a user includes it: crm/model/date.hpp."""
    found = sorted(path.relative_to(INCLUDE).as_posix() for path in INCLUDE.glob("crm/**/*.hpp"))
    if not found:
        sys.exit("no headers found: a rule that looks at nothing cannot fail")
    return found


def includes(header):
    """The (line number, name) of each include; a quoted name is resolved beside the header."""
    for number, line in enumerate((INCLUDE / header).read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            beside = (INCLUDE / header).parent / match[2]
            quoted_beside = match[1] == '"' and beside.exists()
            yield number, beside.resolve().relative_to(INCLUDE).as_posix() if quoted_beside else match[2]


def report(problems, rule):
    """Ends the script: the problems, one a line, and the rule they break."""
    for problem in problems:
        print(problem)
    sys.exit(rule if problems else 0)
