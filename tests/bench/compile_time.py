#!/usr/bin/env python3
"""What it costs to compile a program with the library, beside one with simdjson and a compiled httplib alone.

usage: compile_time.py [--repetitions 5] [--compilers g++,clang++] [--levels -O0,-O2] [--contestants a,b] [ROOT]

Processor seconds, user and system, of the compiler alone: contestants take turns, and the median counts. Each line on
standard output is an object of JSON, `compile/<what>/<contestant>`; a table of ratios goes to standard error. `include` has
the headers and nothing else; `use` is a small whole program: a client, a query and a create.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("root", nargs="?", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
parser.add_argument("--repetitions", type=int, default=5)
parser.add_argument("--compilers", default="g++,clang++")
parser.add_argument("--levels", default="-O0,-O2")
parser.add_argument("--contestants", default="", help="only these; the yardsticks always")
args = parser.parse_args()

YARDSTICK = "simdjson_httplib"
SOURCES = {
    (YARDSTICK, "include"): "#include <httplib.h>\n#include <simdjson.h>\n",
    (YARDSTICK, "use"): r"""
#include <httplib.h>
#include <simdjson.h>
#include <iostream>
#include <string>
#include <vector>

struct customer {
  std::string id, name;
};

int main() {
  httplib::Client http{"https://crm.example.com"};
  http.set_bearer_token_auth("a-key");
  std::vector<customer> found;
  simdjson::ondemand::parser parser;
  if (const auto answer = http.Get("/api/customers?status=past"); answer && answer->status == 200) {
    const simdjson::padded_string body{answer->body};
    auto document = parser.iterate(body);
    for (auto each : document["customers"].get_array()) {
      customer one;
      std::string_view text;
      if (!each["id"].get_string().get(text)) one.id = text;
      if (!each["name"].get_string().get(text)) one.name = text;
      found.push_back(one);
    }
  }
  for (const customer& one : found) std::cout << one.id << ' ' << one.name << '\n';
  const auto made = http.Post("/api/customers", R"({"name":"Jane Smith"})", "application/json");
  if (!made) std::cerr << to_string(made.error()) << '\n';
}
""",
    ("single_header", "include"): "#include <crm/crm.hpp>\n",
    ("single_header", "use"): r"""
#include <crm/crm.hpp>
#include <iostream>

int main() {
  const crm::crm_client client{"https://crm.example.com", crm::api_key::from_env("CRM_API_KEY")};
  const auto found = client.query(crm::customers.status(crm::status::past));
  if (!found) return std::cerr << found.error() << '\n', 1;
  for (const crm::customer& one : *found) std::cout << one.id << ' ' << one.name << '\n';
  const auto made = client.create(crm::new_customer{"Jane Smith"});
  if (!made) std::cerr << made.error() << '\n';
}
""",
    ("model_filter_patch", "include"): """
#include <crm/model/customer.hpp>
#include <crm/query/customers.hpp>
#include <crm/query/patch.hpp>
""",
    ("model_filter_patch", "use"): """
#include <crm/model/customer.hpp>
#include <crm/query/customers.hpp>
#include <crm/query/patch.hpp>

constexpr auto lapsed = crm::customers.status(crm::status::past).services(crm::service::fertilizer);

bool is_lapsed(const crm::customer& one) { return lapsed.matches(one); }
crm::customer_patch note(const char* text) { return crm::customer_patch{}.notes(text).status(crm::status::active); }
""",
}
TARGETS = {"single_header": 1.25, "model_filter_patch": 0.35}
FLAGS = subprocess.check_output(["pkg-config", "--cflags", "cpp-httplib"], text=True).split()
FOLDERS = {"single_header": ["-DCRM_CLIENT_WITH_HTTPLIB", f"-I{args.root / 'single_include'}"],
           "model_filter_patch": [f"-I{args.root / 'include'}"]}


def processor_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, env={**os.environ, "CCACHE_DISABLE": "1"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


chosen = [YARDSTICK, *(args.contestants.split(",") if args.contestants else TARGETS)]
taken = {}
with tempfile.TemporaryDirectory() as folder:
    for (contestant, how), text in SOURCES.items():
        pathlib.Path(folder, f"{contestant}_{how}.cpp").write_text(text)
    for _ in range(args.repetitions):
        for compiler in args.compilers.split(","):
            for level in args.levels.split(","):
                for contestant, how in SOURCES:
                    if contestant in chosen:
                        taken.setdefault((compiler, level, how, contestant), []).append(processor_seconds(
                            [compiler, "-std=c++20", level, *FLAGS, *FOLDERS.get(contestant, []), "-c",
                             f"{folder}/{contestant}_{how}.cpp", "-o", os.devnull]))

median = {key: statistics.median(times) for key, times in taken.items()}
print("| compiler | | contestant | times the yardstick | target |\n|---|---|---|---|---|", file=sys.stderr)
for (compiler, level, how, contestant), seconds in median.items():
    print(json.dumps({"name": f"compile/{compiler}{level}_{how}/{contestant}", "seconds": round(seconds, 3)}))
    if contestant != YARDSTICK:
        print(f"| {compiler} {level} | {how} | {contestant} | {seconds / median[compiler, level, how, YARDSTICK]:.2f} "
              f"| {TARGETS[contestant]} |", file=sys.stderr)
