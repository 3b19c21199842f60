#!/usr/bin/env python3
"""Puts the npm packages of package-lock.json into a folder, where they are not there already: packages.py FOLDER."""
import fcntl
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LOCK = "package-lock.json"


def skip(why):
    """Ends the script as skipped, and as failed where a test may not be missing."""
    print(why)
    sys.exit(1 if os.environ.get("CI") == "true" else 77)


def need(folder):
    """Ends the script where the packages are not in the folder."""
    if not os.path.exists(os.path.join(folder, "installed")):
        skip(f"the npm packages of {HERE} are not in {folder}: see contract/packages")


def install(folder):
    if not shutil.which("npm"):
        skip("npm is not here, so nothing is held against docs/openapi.yaml; with Node 18 or later it would be")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "lock"), "w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)  # build trees may share a folder
        installed = os.path.join(folder, "installed")
        with open(os.path.join(HERE, LOCK)) as file:
            wanted = file.read()
        if os.path.exists(installed):
            with open(installed) as file:
                if file.read() == wanted:
                    return
            os.remove(installed)
        for name in ("package.json", LOCK, ".npmrc"):
            shutil.copy(os.path.join(HERE, name), folder)
        subprocess.run(["npm", "ci", "--prefer-offline", "--loglevel", "error"], cwd=folder, check=True)
        shutil.copy(os.path.join(HERE, LOCK), installed)


if __name__ == "__main__":
    install(sys.argv[1])
