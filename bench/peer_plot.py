#!/usr/bin/env python3
"""The plot of `make bench-peers`: latency against offered rate, as SVG, from its JSON report. `peer_plot.py REPORT > FILE` draws it again.

It has a background of its own and colors for light and dark displays, so it is legible on any page. Servers also differ by the shape of their marks.
"""

import json
import math
import statistics
import sys
from xml.sax.saxutils import escape

import peer_table

WIDTH, HEIGHT = 960, 500
PANELS = [("p50", "median (p50)", 64), ("p99", "99 of 100 (p99)", 530)]
PANEL_WIDTH, TOP, PANEL_HEIGHT = 400, 72, 320
LEAST_MS, MOST_MS = 0.1, 1_000
LIGHT = ["#0b5fa5", "#c04a00", "#00785a", "#8a3a8f", "#7a5c00", "#a3123f"]
DARK = ["#6db7ff", "#ff9d5c", "#4fd6ae", "#e29ae6", "#e8c547", "#ff8fae"]
MARKS = ["M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0Z", "M-4,-4h8v8h-8Z", "M0,-5L5,4H-5Z", "M0,-5L5,0L0,5L-5,0Z", "M-5,-4H5L0,5Z", "M-5,-2h10v4h-10Z"]


def curve(server, percentile):
    """(rate, median latency in ms, held by most rounds) for each rate that most rounds measured, in the order of the rates. It ends with the first rate
    that was not held."""
    runs = {}
    for result in server["rounds"]:
        for run in result["ladder"]:
            runs.setdefault(run["rate"], []).append(run)
    points = []
    for rate in sorted(runs):
        measured = [run for run in runs[rate] if run["figures"].get("delivery_p50_ms")]
        if 2 * len(runs[rate]) <= len(server["rounds"]) or not measured:
            continue
        held = 2 * sum(run["holds"] for run in runs[rate]) > len(runs[rate])
        points.append((rate, statistics.median(peer_table.latency_ms(run["figures"], percentile) for run in measured), held))
        if not held:
            break
    return points


class Scale:
    """From a value to a place, both logarithmic."""

    def __init__(self, least, most, begin, end):
        self.least, self.most, self.begin, self.end = math.log(least), math.log(most), begin, end

    def __call__(self, value):
        share = (math.log(value) - self.least) / (self.most - self.least)
        return self.begin + min(max(share, 0), 1) * (self.end - self.begin)


def rates_of(report):
    rates = [rate for server in report["servers"] for rate, _, _ in curve(server, "p50")]
    return min(rates, default=1_000), max([*rates, 10_000])


def ticks(least, most):
    """1, 2, 5, 10, … within the bounds."""
    exponents = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    return [digit * 10 ** exponent for exponent in exponents for digit in (1, 2, 5) if least <= digit * 10 ** exponent <= most]


def number(value):
    return f"{value / 1000:g}k" if value >= 1_000 else f"{value:g}"


def axes(report, x_begin):
    """The grid of one panel with its numbers, and the two scales."""
    x = Scale(*rates_of(report), x_begin, x_begin + PANEL_WIDTH)
    y = Scale(LEAST_MS, MOST_MS, TOP + PANEL_HEIGHT, TOP)
    parts = []
    for value in ticks(*rates_of(report)):
        parts.append(f'<path class="grid" d="M{x(value):.1f},{TOP}V{TOP + PANEL_HEIGHT}"/>'
                     f'<text class="number" text-anchor="middle" x="{x(value):.1f}" y="{TOP + PANEL_HEIGHT + 16}">{number(value)}</text>')
    for exponent in range(-1, 4):
        value = 10 ** exponent
        parts.append(f'<path class="grid" d="M{x_begin},{y(value):.1f}h{PANEL_WIDTH}"/>'
                     f'<text class="number" text-anchor="end" x="{x_begin - 6}" y="{y(value) + 4:.1f}">{value:g}</text>')
    limit = report["load"]["latency_max_ms"]
    parts.append(f'<path class="limit" d="M{x_begin},{y(limit):.1f}h{PANEL_WIDTH}"/>'
                 f'<text class="number" x="{x_begin + 6}" y="{y(limit) - 6:.1f}">held up to {limit} ms (p99)</text>')
    return parts, x, y


def line(points, x, y, series):
    """A line with a mark at each rate that was held. The part towards a rate that was not held is dashed."""
    held = [(x(rate), y(latency)) for rate, latency, holds in points if holds]
    path = "L".join(f"{left:.1f},{top:.1f}" for left, top in held)
    parts = [f'<path class="line s{series}" d="M{path}"/>'] if held else []
    parts += [f'<path class="mark s{series}" transform="translate({left:.1f},{top:.1f})" d="{MARKS[series]}"/>' for left, top in held]
    if held and not points[-1][2]:
        rate, latency, _ = points[-1]
        parts.append(f'<path class="line lost s{series}" d="M{held[-1][0]:.1f},{held[-1][1]:.1f}L{x(rate):.1f},{y(latency):.1f}"/>')
    return parts


def panel(report, percentile, title, x_begin):
    parts, x, y = axes(report, x_begin)
    parts.append(f'<text class="head" x="{x_begin}" y="{TOP - 12}">{escape(title)}, ms</text>')
    parts.append(f'<text class="number" text-anchor="middle" x="{x_begin + PANEL_WIDTH / 2}" y="{TOP + PANEL_HEIGHT + 34}">offered messages a second</text>')
    for series, server in enumerate(drawn(report)):
        parts += line(curve(server, percentile), x, y, series)
    return parts


def drawn(report):
    return [server for server in report["servers"] if curve(server, "p50")][:len(MARKS)]


def keeping(server):
    if server["before_ack"] == "nothing":
        return "nothing on disk"
    return "on disk before the ack" if server["before_delivery"] == "nothing" else "on disk before delivery"


def legend(report):
    parts = []
    for series, server in enumerate(drawn(report)):
        left, top = 64 + series % 3 * 300, TOP + PANEL_HEIGHT + 66 + series // 3 * 24
        parts.append(f'<path class="mark s{series}" transform="translate({left},{top - 4})" d="{MARKS[series]}"/>'
                     f'<text class="name" x="{left + 12}" y="{top}">{escape(server["title"])} ({keeping(server)})</text>')
    return parts


def highest_text(server):
    rates = [max((run["rate"] for run in result["ladder"] if run["holds"]), default=0) for result in server["rounds"]]
    return f"{server['title']} holds {statistics.median(rates):,.0f} messages a second"


def style():
    colors = lambda palette: "".join(f".s{index}{{--c:{color}}}" for index, color in enumerate(palette))
    return (":root{--paper:#ffffff;--ink:#1b1f24;--faint:#d0d5db;--bar:#b00020}" + colors(LIGHT) +
            "@media (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e8ebef;--faint:#39414b;--bar:#ff8080}" + colors(DARK) + "}"
            "text{font-family:system-ui,sans-serif;fill:var(--ink)}.title{font-size:17px;font-weight:600}.head{font-size:13px;font-weight:600}"
            ".number{font-size:11px}.name{font-size:12px}.grid{stroke:var(--faint);stroke-width:1}.limit{stroke:var(--bar);stroke-width:1.5;stroke-dasharray:6 4}"
            ".line{fill:none;stroke:var(--c);stroke-width:2}.lost{stroke-dasharray:2 4}.mark{fill:var(--c);stroke:var(--paper);stroke-width:1}")


def draw(report):
    load = report["load"]
    title = "Latency against offered rate"
    description = (f"{load['sessions']} sessions of {load['members']}, texts of {load['text_bytes']} bytes, random arrivals, each server on one core. Time from due to "
                   f"received by every member and acknowledged. The dashed line is {load['latency_max_ms']} ms. " + "; ".join(map(highest_text, drawn(report))) + ".")
    panels = [part for name, words, left in PANELS for part in panel(report, name, words, left)]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title description">',
        f'<title id="title">{title}</title>', f'<desc id="description">{escape(description)}</desc>', f"<style>{style()}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" style="fill:var(--paper)"/>',
        f'<text class="title" x="64" y="34">{title}: {load["sessions"]} sessions of {load["members"]}, each server on one core</text>',
        *panels, *legend(report), "</svg>", ""])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(draw(json.load(file)), end="")
