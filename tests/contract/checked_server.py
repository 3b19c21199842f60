#!/usr/bin/env python3
"""The reference CRM with Prism in front of it, which holds what passes against docs/openapi.yaml.

Takes the place of the program reference_crm: its options, the port among them, and its first line and log. A request that
breaks the document is answered by Prism with 422 and goes no further; in place of an answer that breaks it comes a 500. Either
is a line in the file CRM_CHECKED_LOG. CRM_CHECKED_SERVER is the program, CRM_CHECKED_DOCUMENT the document, CRM_CHECKED_NODE
the folder of node_modules.
"""
import os
import signal
import subprocess
import sys

import prism


def main():
    options = sys.argv[1:]
    at = options.index("--port") + 1
    port, options[at] = int(options[at]), "0"
    # What it notes of its requests is read by whoever started this.
    with prism.ending_with_this([os.environ["CRM_CHECKED_SERVER"], *options], stdout=subprocess.PIPE, text=True) as server:
        upstream = server.stdout.readline().strip()
        if not upstream:
            sys.exit(server.wait())
        with open(os.environ["CRM_CHECKED_LOG"], "a") as log, \
                prism.Prism("proxy", os.environ["CRM_CHECKED_DOCUMENT"], upstream, "--errors",
                            node=os.environ["CRM_CHECKED_NODE"], log=log, port=port) as proxy:
            print(proxy.url, flush=True)
            signal.sigwait({signal.SIGTERM, signal.SIGINT})
            proxy.settle(log.name)
        server.terminate()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    main()
