"""Charts as SVG: bars by contestant, and lines. They follow the reader's light or dark theme."""
import math
from html import escape

WIDTH = 720
STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #24292f } .title { font-size: 16px; font-weight: 600 }
.quiet { fill: #57606a; font-size: 12px } .paper { fill: #ffffff } .grid { stroke: #d8dee4 } .base { stroke: #57606a }
.bar { fill: #8c959f } .s0 { fill: #0969da; stroke: #0969da } .s1 { fill: #bc4c00; stroke: #bc4c00 }
.s2 { fill: #1a7f37; stroke: #1a7f37 } .s3 { fill: #8250df; stroke: #8250df } .s4 { fill: #57606a; stroke: #57606a }
polyline { fill: none !important; stroke-width: 2 } .limit { stroke: #cf222e; stroke-dasharray: 6 4 }
text[class^=s] { stroke: none }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .quiet { fill: #9198a1 } .paper { fill: #0d1117 } .grid { stroke: #30363d } .base { stroke: #9198a1 }
.bar { fill: #6e7681 } .s0 { fill: #4493f8; stroke: #4493f8 } .s1 { fill: #f0883e; stroke: #f0883e }
.s2 { fill: #3fb950; stroke: #3fb950 } .s3 { fill: #ab7df8; stroke: #ab7df8 } .s4 { fill: #9198a1; stroke: #9198a1 }
.limit { stroke: #f85149 } }
</style>"""


def figure(value):
    """As the table has it: three digits."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def text(x, y, what, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(what)}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def drawing(height, title, subtitle, parts):
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'role="img"><title>{escape(title)}</title>{STYLE}<rect class="paper" width="{WIDTH}" height="{height}" rx="6"/>')
    return "\n".join([head, text(16, 28, title, "title"), text(16, 48, subtitle, "quiet"), *parts, "</svg>\n"])


class Scale:
    """From values to places on the drawing, with marks at round values."""

    def __init__(self, low, high, begin, end, log):
        self.log, self.begin, self.end = log, begin, end
        if log:
            powers = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
            wide = math.log10(high / low) > 2.5
            round_values = [m * 10.0**p for p in powers for m in ((1,) if wide else (1, 2, 5))]
            self.low = max(v for v in round_values if v <= low * 1.001)
            self.high = min((v for v in round_values if v >= high * 0.999), default=high)
            self.marks = [v for v in round_values if self.low <= v <= self.high]
        else:
            step = 10.0 ** math.floor(math.log10(high / 4))
            step = next(step * m for m in (1, 2, 5, 10) if high / (step * m) <= 6)
            self.low, self.high = 0.0, step * math.ceil(high / step)
            self.marks = [step * i for i in range(round(self.high / step) + 1)]

    def __call__(self, value):
        if self.log:
            part = math.log(value / self.low) / (math.log(self.high / self.low) or 1)
        else:
            part = (value - self.low) / (self.high - self.low)
        return self.begin + part * (self.end - self.begin)


def bars(title, subtitle, rows, log=False):
    """`rows` are (label, value, whether it is ours). On a logarithmic scale bars begin at 1, the value of ours."""
    left, top, step = 190, 64, 30
    bottom = top + step * len(rows)
    values = [value for _, value, _ in rows]
    scale = Scale(min(*values, 1), max(*values, 1), left, WIDTH - 70, log)
    parts = []
    for mark in scale.marks:
        parts += [line(scale(mark), top, scale(mark), bottom, "grid"),
                  text(scale(mark), bottom + 18, f"{mark:,g} ×", "quiet", "middle")]
    base = scale(1 if log else 0)
    for number, (label, value, ours) in enumerate(rows):
        y = top + step * number
        x, end = sorted((base, scale(value)))
        kind = "s0" if ours else "bar"
        parts += [f'<rect x="{x:.1f}" y="{y + 6}" width="{max(end - x, 2):.1f}" height="{step - 12}" class="{kind}"/>',
                  text(left - 10, y + 20, label, anchor="end"), text(end + 6, y + 20, figure(value))]
    return drawing(bottom + 32, title, subtitle, [*parts, line(base, top, base, bottom, "base")])


def apart(places, gap):
    """The places, moved so far that neighbours are `gap` apart, in their order."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for before, after in zip(order, order[1:]):
        moved[after] = max(moved[after], moved[before] + gap)
    return moved


def lines(title, subtitle, x_axis, series, y_log=False, limit=None):
    """`series` maps a name to (x, y) points, ours first; x is logarithmic. `limit` is (value, label) of a line to keep below."""
    left, right, top, bottom = 64, WIDTH - 196, 64, 330
    xs = sorted({x for points in series.values() for x, _ in points})
    ys = [y for points in series.values() for _, y in points] + ([limit[0]] if limit else [])
    across, up = Scale(xs[0], xs[-1], left, right, True), Scale(min(ys), max(ys), bottom, top, y_log)
    across.low, across.high = xs[0], xs[-1]
    parts = []
    for mark in up.marks:
        parts += [line(left, up(mark), right, up(mark), "grid"), text(left - 8, up(mark) + 4, f"{mark:,g}", "quiet", "end")]
    for mark in xs if len(xs) <= 6 else [m for m in across.marks if xs[0] <= m <= xs[-1]]:
        parts += [line(across(mark), bottom, across(mark), bottom + 5, "base"),
                  text(across(mark), bottom + 20, f"{mark:,.0f}", "quiet", "middle")]
    parts += [line(left, bottom, right, bottom, "base"), text((left + right) / 2, bottom + 42, x_axis, "quiet", "middle")]
    if limit:
        parts += [line(left, up(limit[0]), right, up(limit[0]), "limit"), text(left + 8, up(limit[0]) - 6, limit[1], "quiet")]
    labels = apart([up(points[-1][1]) for points in series.values()], 17)
    for number, ((name, points), at) in enumerate(zip(series.items(), labels)):
        kind = f"s{min(number, 4)}"
        parts.append(f'<polyline class="{kind}" points="{" ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)}"/>')
        parts += [f'<circle class="{kind}" cx="{across(x):.1f}" cy="{up(y):.1f}" r="3"/>' for x, y in points]
        parts.append(text(right + 12, at + 4, name, kind))
    return drawing(bottom + 58, title, subtitle, parts)
