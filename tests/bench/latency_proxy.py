#!/usr/bin/env python3
"""A long way to a server: latency_proxy.py PORT MILLISECONDS.

It passes bytes on to the server at this port of this machine, requests after so many milliseconds and answers at once. Its own
address is on the first line of standard output.
"""
import asyncio
import socket
import sys

PORT, DELAY = int(sys.argv[1]), float(sys.argv[2]) / 1000


async def pass_on(source, sink, delay):
    """Bytes arrive in their order, each `delay` after it was sent."""
    loop, due = asyncio.get_running_loop(), asyncio.Queue()

    async def deliver():
        while (item := await due.get()) is not None:
            when, data = item
            await asyncio.sleep(max(0, when - loop.time()))
            sink.write(data)
        sink.close()

    delivery = asyncio.create_task(deliver())
    try:
        while data := await source.read(65536):
            due.put_nowait((loop.time() + delay, data))
    except ConnectionError:
        pass
    due.put_nowait(None)
    await delivery


async def connected(reader, writer):
    server_reader, server_writer = await asyncio.open_connection("127.0.0.1", PORT)
    for each in (writer, server_writer):
        each.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    await asyncio.gather(pass_on(reader, server_writer, DELAY), pass_on(server_reader, writer, 0))


async def main():
    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


asyncio.run(main())
