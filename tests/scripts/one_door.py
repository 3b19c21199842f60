#!/usr/bin/env python3
"""A third-party library whose place we may want to change is included in one header only."""
import re

from tree import headers, includes, report

DOORS = {
    r"simdjson": "crm/json/detail/simdjson.hpp",
    r"httplib": "crm/transport/httplib_connection.hpp",
    r"openssl/(evp|hmac)": "crm/auth/hmac.hpp",
    r"openssl/(?!evp|hmac)": "crm/transport/detail/tls.hpp",
    r"boost/asio": "crm/transport/beast_connection.hpp",
    r"boost/beast": "crm/transport/beast_parser.hpp",
}

report([f"{header}:{line}: <{name}> belongs in {door} only"
        for header in headers()
        for line, name in includes(header)
        for library, door in DOORS.items()
        if re.match(library, name) and header != door],
       "one door each")
