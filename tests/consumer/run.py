#!/usr/bin/env python3
"""Builds and runs somebody else's program against crm_client, in each of the ways that the guide names.

install: puts the package into a prefix of its own, for the first four of:
package, package_httplib, package_beast, pkg_config, single_header, subdirectory.
"""
import argparse
import os
import pathlib
import shutil
import subprocess

parser = argparse.ArgumentParser(description=__doc__)
for option in ("--source", "--build", "--work"):
    parser.add_argument(option, required=True, type=pathlib.Path)
for option in ("--cmake", "--ctest", "--compiler"):
    parser.add_argument(option, required=True)
parser.add_argument("way", choices=["install", "package", "package_httplib", "package_beast", "pkg_config",
                                    "single_header", "subdirectory"])
args = parser.parse_args()

HERE = pathlib.Path(__file__).resolve().parent
PREFIX = args.work / "prefix"
DIR = args.work / args.way
if args.way != "install":
    shutil.rmtree(DIR, ignore_errors=True)
    DIR.mkdir(parents=True)


def run(*command, **more):
    print("+", *command, flush=True)
    return subprocess.run([str(word) for word in command], check=True, **more)


def run_mock(program):
    """Runs it, and sees that it pays for neither httplib nor OpenSSL."""
    run(program)
    libraries = subprocess.check_output(["ldd", program], text=True)
    for unwanted in ("httplib", "libssl", "libcrypto"):
        assert unwanted not in libraries, f"a program on the mock is linked with {unwanted}:\n{libraries}"


def build(*options, disabled=()):
    """Configures and builds the consumer project, as if the disabled packages were not installed."""
    run(args.cmake, "-G", "Ninja", "-S", HERE, "-B", DIR / "build", f"-DCMAKE_CXX_COMPILER={args.compiler}",
        f"-DCONSUMER_WAY={args.way}", f"-DCMAKE_PREFIX_PATH={PREFIX}",
        *(f"-DCMAKE_DISABLE_FIND_PACKAGE_{package}=ON" for package in disabled), *options)
    run(args.cmake, "--build", DIR / "build")
    run_mock(DIR / "build/mock")


def pkg_config(*modules):
    done = run("pkg-config", "--cflags", "--libs", *modules, stdout=subprocess.PIPE, text=True,
               env={**os.environ, "PKG_CONFIG_PATH": str(PREFIX / "share/pkgconfig")})
    return done.stdout.split()


def compile_with(flags, source):
    program = DIR / source.stem
    run(args.compiler, "-std=c++20", source, "-o", program, *flags)
    return program


TEST_ONLY = ["Catch2", "CLI11", "nlohmann_json", "SQLite3", "benchmark", "Python3"]

if args.way == "install":
    shutil.rmtree(PREFIX, ignore_errors=True)
    run(args.cmake, "--install", args.build, "--prefix", PREFIX)

elif args.way == "package":
    build(disabled=["OpenSSL", "PkgConfig", "httplib", *TEST_ONLY])

elif args.way == "package_httplib":
    build(disabled=TEST_ONLY)
    run(DIR / "build/http")

elif args.way == "package_beast":
    build(disabled=["httplib", *TEST_ONLY])
    run(DIR / "build/beast")
    libraries = subprocess.check_output(["ldd", DIR / "build/beast"], text=True)
    assert "httplib" not in libraries, f"a program on Beast is linked with httplib:\n{libraries}"
    flags = pkg_config("crm_client_beast")
    assert {"-DCRM_CLIENT_WITH_BEAST", "-lssl", "-lsimdjson"} <= set(flags), flags

elif args.way == "pkg_config":
    run_mock(compile_with(pkg_config("crm_client"), HERE / "mock.cpp"))
    run(compile_with(pkg_config("crm_client_httplib"), HERE / "http.cpp"))

elif args.way == "single_header":
    (DIR / "crm").mkdir()
    shutil.copy(args.source / "single_include/crm/crm.hpp", DIR / "crm/crm.hpp")
    run_mock(compile_with(["-I", DIR, *pkg_config("simdjson"), "-pthread"], HERE / "mock.cpp"))
    run(compile_with(["-I", DIR, "-DCRM_CLIENT_WITH_HTTPLIB", *pkg_config("cpp-httplib", "simdjson"), "-lssl",
                      "-lcrypto", "-pthread"], HERE / "http.cpp"))

elif args.way == "subdirectory":
    build(f"-DCRM_CLIENT_SOURCE_DIR={args.source}", "-DCRM_CLIENT_FETCH_DEPENDENCIES=OFF", disabled=TEST_ONLY)
    run(DIR / "build/http")
    tests = subprocess.check_output([args.ctest, "--test-dir", DIR / "build", "-N"], text=True)
    assert "Total Tests: 0" in tests, f"our tests appear in the parent's:\n{tests}"
