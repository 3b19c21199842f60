#!/usr/bin/env python3
"""How long a list of 10,000 customers takes over a way of 50 ms: paging.py BENCH_PAGING REFERENCE_CRM [MILLISECONDS]."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

bench, server = sys.argv[1:3]
delay = sys.argv[3] if len(sys.argv) > 3 else "50"
environment = {**os.environ, "CRM_API_KEY": "a-key-for-measuring"}


def start(*command):
    """The process, and the last word of its first line: an address."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return process, process.stdout.readline().split()[-1]


with tempfile.TemporaryDirectory() as folder:
    crm, url = start(server, "--db", folder + "/crm.db", "--seed", "9999", "--api-key-env", "CRM_API_KEY")
    proxy, far_url = start(sys.executable, pathlib.Path(__file__).with_name("latency_proxy.py"), url.split(":")[-1], delay)
    try:
        lines = subprocess.run([bench, far_url], env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    finally:
        proxy.terminate()
        crm.terminate()
        proxy.wait()
        crm.wait()
results = [json.loads(line) for line in lines.splitlines()]
one_by_one = next(each for each in results if each["who"] == "crm_client, 1 at once")["seconds"]
print("| who | records | seconds | times as fast as one by one | as by hand |\n|---|---|---|---|---|")
for each in results:
    print(f"| {each['who']} | {each['records']} | {each['seconds']:.2f} | {one_by_one / each['seconds']:.2f} "
          f"| {results[0]['seconds'] / each['seconds']:.2f} |")
