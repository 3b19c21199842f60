"""What a run of the benchmarks tells: a table of ratios with targets and verdicts, and charts. `tests/bench/run` writes them."""
import json
import pathlib
import re

import svg_chart

TARGETS = json.loads(pathlib.Path(__file__).with_name("targets.json").read_text())
BEGIN, END = "<!-- results: written by tests/bench/run --docs -->\n", "<!-- end of results -->\n"
# What Google Benchmark adds to a name to tell how it is measured.
MANNER = r"(/(real_time|process_time|manual_time|(threads|repeats|min_time|iterations):[^/]*))+$"
CALLED = {
    "ours": "crm_client", "ondemand_raw": "On-Demand, nothing kept", "ondemand_strings": "On-Demand, std::string",
    "ondemand_views": "On-Demand, string_view", "simdjson_dom": "simdjson DOM", "stage1": "simdjson stage 1 alone",
    "yyjson_views": "yyjson, string_view", "glaze_views": "glaze, string_view", "glaze_strings": "glaze, std::string",
    "rapidjson_dom": "rapidjson DOM", "rapidjson_sax": "rapidjson SAX", "ours_reused": "crm_client, page reused",
    "ours_beast": "crm_client over Beast", "raw_fast_parse": "raw sockets, parsed",
    "bare_httplib": "httplib, not parsed", "raw": "raw sockets, not parsed", "libcurl": "libcurl, not parsed",
    "httplib_nlohmann": "httplib and nlohmann", "shared_client": "one httplib::Client",
    "httplib_transport": "httplib_transport", "beast_transport": "beast_transport", "collected": "query: one vector",
}


# --- table --------------------------------------------------------------------------------------------------------------

def bound(target):
    """How the target is written: what the figure is to be."""
    sign, limit = ("≥", target["at_least"]) if "at_least" in target else ("≤", target["at_most"])
    return f"{sign} {limit:g}{' ×' if 'by' in target else ''}"


def outcome(target, figures):
    """The figure as it is written, and the verdict on what is written."""
    measure = target.get("measure", "cpu")
    values = [figures.get(target[role], {}).get(measure) for role in ("of", "by", "less") if role in target]
    if None in values:
        return "not measured"
    value = values[0] / values[1] if "by" in target else values[0] - values[1] if "less" in target else values[0]
    written = svg_chart.figure(value).replace(",", "")
    return f"{written}{' ×' if 'by' in target else ''}, {verdict(target, written)}"


def verdict(target, written):
    enough = float(written) >= target.get("at_least", float("-inf"))
    return "met" if enough and float(written) <= target.get("at_most", float("inf")) else "**missed**"


def compiled(run):
    return f"{run['compiler']}, {run['flags']}"


def table(results):
    runs = results["runs"]
    head = ["item", "what", "target", *(f"`{compiled(run)}`" for run in runs)]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for target in TARGETS:
        cells = [str(target["item"]), target["what"], bound(target), *(outcome(target, run["figures"]) for run in runs)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


# --- charts -------------------------------------------------------------------------------------------------------------

def called(contestant):
    return CALLED.get(contestant, contestant.replace("_", " "))


def measured(figures, pattern, measure):
    """What matches: (groups of the match, value)."""
    return [(match.groups(), value[measure]) for name, value in figures.items()
            if (match := re.fullmatch(pattern, name)) and measure in value]


def by_contestant(found):
    """Of ((number, contestant), value): the contestant's points in order, ours first; those of one point alone are left out."""
    series = {}
    for (number, contestant), value in sorted(found, key=lambda each: int(each[0][0])):
        series.setdefault(contestant, []).append((int(number), value))
    ordered = sorted(series, key=lambda contestant: (contestant != "ours", contestant))
    return {contestant: series[contestant] for contestant in ordered if len(series[contestant]) > 1}


def decode_bars(figures):
    found = {contestant: value for (contestant,), value in measured(figures, "decode/views25/(.+)", "cpu")}
    if len(found) < 2 or "ours" not in found:
        return None
    rows = [(called(contestant), value / found["ours"], contestant.startswith("ours")) for contestant, value in found.items()]
    for (kind,), value in measured(figures, "decode/(owning|shuffled)25/ours", "cpu"):
        rows.append((f"crm_client, {'shuffled keys' if kind == 'shuffled' else 'values'}", value / found["ours"], True))
    return svg_chart.bars("A page of 25 customers, decoded", "processor time; crm_client reading views is 1; logarithmic scale",
                          sorted(rows, key=lambda row: row[1]), log=True)


def call_bars(figures):
    found = {contestant: value for (contestant,), value in measured(figures, "call/query/(.+)", "cpu")}
    if len(found) < 2 or "raw" not in found:
        return None
    rows = [(f"{called(contestant)}, views", value / found["raw"], True)
            for (contestant,), value in measured(figures, "call/query_views/(.+)", "cpu")]
    rows += [(called(contestant), value / found["raw"], contestant.endswith("_transport")) for contestant, value in found.items()]
    return svg_chart.bars("A call for 25 customers over a kept connection",
                          "processor time of the caller; raw send and recv is 1", sorted(rows, key=lambda row: row[1]))


def page_size_lines(figures):
    wanted = "ours|ondemand_raw|ondemand_strings|rapidjson_dom|nlohmann"
    series = by_contestant(measured(figures, rf"decode/views(\d+)/({wanted})", "cpu"))
    unit = dict(series.get("ours", [])).get(25)
    if not unit:
        return None
    each = {called(contestant): [(n, value / n / (unit / 25)) for n, value in points] for contestant, points in series.items()}
    return svg_chart.lines("Decoding by the size of a page", "processor time for a customer; crm_client at 25 a page is 1",
                           "customers on the page", each, y_log=True)


def thread_lines(figures):
    series = by_contestant(measured(figures, r"call/threads(\d+)/(.+)", "real"))
    if not series.get("raw"):
        return None
    (_, unit), *_ = series["raw"]
    each = {called(contestant): [(n, unit / value) for n, value in points] for contestant, points in series.items()}
    return svg_chart.lines("Calls a second by the number of threads", "raw sockets with the fewest threads are 1",
                           "threads, one client between them", each)


def at_once_lines(figures):
    ours = by_contestant(measured(figures, r"paging/k(\d+)/(ours)", "real")).get("ours")
    if not ours:
        return None
    unit = ours[0][1]
    series = {called("ours"): [(k, unit / value) for k, value in ours]}
    for _, value in measured(figures, "paging/k1/(httplib_nlohmann)", "real"):
        series[called("httplib_nlohmann")] = [(ours[0][0], unit / value), (ours[-1][0], unit / value)]
    series["if the way alone took time"] = [(k, 100 / (1 + 99 / k)) for k, _ in ours]  # the first page is read alone
    return svg_chart.lines("10,000 customers over a way of 50 ms",
                           "how many times as fast as crm_client one page after the other", "pages asked for at once", series)


def memory_lines(figures):
    series = by_contestant(measured(figures, r"memory/pages(\d+)/(.+)", "peak_mb"))
    if not series:
        return None
    names = {"ours": "pages of views"}
    each = {names.get(contestant, called(contestant)): points for contestant, points in series.items()}
    return svg_chart.lines("Memory by the length of a list", "peak resident memory of the process in MB",
                           "pages of 100 customers read", each, limit=(40, "target: a million customers under 40 MB"))


CHARTS = {
    "decode": (decode_bars, "Bars: the time to decode a page, by contestant"),
    "page_size": (page_size_lines, "Lines: the time to decode a customer, by the size of the page"),
    "call": (call_bars, "Bars: the processor time of a call, by contestant"),
    "threads": (thread_lines, "Lines: calls a second, by the number of threads"),
    "at_once": (at_once_lines, "Lines: how much sooner a long list is there, by the pages asked for at once"),
    "memory": (memory_lines, "Lines: the memory of the process, by the pages read"),
}


def charts(results):
    """By name: the drawing of each chart that there are figures for."""
    drawn = {name: draw(results["runs"][0]["figures"]) for name, (draw, _) in CHARTS.items()}
    return {name: drawing for name, drawing in drawn.items() if drawing}


# --- page ---------------------------------------------------------------------------------------------------------------

def section(results):
    """What stands between the marks of docs/performance.md."""
    machine, first = results["machine"], results["runs"][0]
    libraries = (f"{name} {version.replace('_', '.')}" for name, version in first["libraries"].items())
    lines = [f"{machine['processor']}, {machine['cores']} cores, Linux {machine['kernel']}. "
             f"{', '.join(sorted(libraries, key=str.lower))}.", ""]
    lines += [f"- `{compiled(run)}`: simdjson's On-Demand is compiled for `{run['On-Demand']}`, its stage 1 and DOM run as "
              f"`{run['stage 1 and DOM']}`." for run in results["runs"]]
    images = [f"![{CHARTS[name][1]}](performance/{name}.svg)" for name in charts(results)]
    return "\n".join(lines) + "\n\n" + table(results) + "\n" + "\n\n".join(images) + "\n"


def write_page(page, results):
    before, _, rest = page.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(before + BEGIN + "\n" + section(results) + "\n" + END + after)
    write_charts(page.with_suffix(""), results)


def write_charts(folder, results):
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    for name, drawing in charts(results).items():
        (folder / f"{name}.svg").write_text(drawing)
