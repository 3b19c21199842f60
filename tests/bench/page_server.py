#!/usr/bin/env python3
"""A CRM of so many customers and one page size: page_server.py TOTAL PER_PAGE. Its address is on the first line of standard
output.

It keeps one page and writes each answer's number into it, so that it is quicker than what is measured. The customers' number is
its own: the records of page 7 are 000007-000, 000007-001 and so on.
"""
import asyncio
import json
import re
import sys

TOTAL, PER_PAGE = int(sys.argv[1]), int(sys.argv[2])
PLACE = "@@@@@@"  # as long as a page's number


def customer(number):
    return {"id": f"6f1c2f0a-8d3e-4c59-9b7a-{PLACE}-{number:03}", "name": f"Jane Smith {number}",
            "email": f"jane{number}@example.com", "phone": "612-555-1234", "address": "123 Elm Street", "city": "Eagan",
            "state": "MN", "zip": "55122", "services": ["fertilizer", "weed_control"], "status": "past",
            "last_service_date": "2025-09-15", "notes": "Prefers \"email\" only", "source": None,
            "created_at": "2024-03-10T09:30:00Z", "signed_seasons": [2024, 2025]}


RECORDS = json.dumps({"customers": [customer(n) for n in range(PER_PAGE)]}, separators=(",", ":"))[:-1].encode()


class Peer(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.seen = transport, b""

    def data_received(self, data):
        self.seen += data
        while b"\r\n\r\n" in self.seen:
            request, _, self.seen = self.seen.partition(b"\r\n\r\n")
            number = int(re.search(rb"[?&]page=(\d+)", request)[1])
            meta = json.dumps({"total": TOTAL, "page": number, "per_page": PER_PAGE}).encode()
            body = RECORDS.replace(PLACE.encode(), b"%06d" % number) + b',"meta":' + meta + b"}"
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
            self.transport.write(head + body)


async def main():
    server = await asyncio.get_running_loop().create_server(Peer, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(main())
