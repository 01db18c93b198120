#!/usr/bin/env python3
"""The table of `make bench-peers`, as Markdown, from its JSON report. `peer_table.py REPORT` prints it again."""

import json
import platform
import statistics
import sys


def spread_text(values, form="{:,.0f}"):
    """The median, then the least and the most."""
    text = form.format(statistics.median(values))
    return text if len(values) == 1 else f"{text} ({form.format(min(values))} to {form.format(max(values))})"


def machine():
    names = [line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    return {"processor": names[0] if names else platform.machine(), "cores": len(names), "kernel": f"{platform.system()} {platform.release()}"}


FAULTS = ("lost", "unheard", "doubled", "reordered", "foreign", "altered")


def server_of(report, name):
    return next((server for server in report["servers"] if server["name"] == name), None)


def latency_ms(figures, percentile):
    """From the due time until the message is both received by every member and acknowledged: the slower of the two percentiles. A server that delivers
    first and stores later is not faster for it."""
    return max(figures[f"delivery_{percentile}_ms"], figures[f"ack_{percentile}_ms"])


def highest(result):
    """The run at the highest rate that was held; nothing if there is none."""
    return next((run for run in reversed(result["ladder"]) if run["holds"]), None)


# Figures of one round; nothing where it was not measured.
def highest_rate(result):
    run = highest(result)
    return run["rate"] if run else None


def highest_rate_us_each(result):
    run = highest(result)
    return run["figures"].get("server_processor_us_each") if run else None


def closed_rate(result):
    return result["closed"]["figures"].get("messages_per_second")


def ratios(report, other, figure):
    """Parley's figure over that of another server, for each round in which both have one."""
    theirs = server_of(report, other)
    pairs = [(figure(a), figure(b)) for a, b in zip(server_of(report, "parley")["rounds"], theirs["rounds"])] if theirs else []
    return [ours / other_one for ours, other_one in pairs if ours and other_one]


def at(result, rate):
    """The run of the ladder at exactly this rate, if the server held it."""
    return next((run for run in result["ladder"] if run["rate"] == rate and run["holds"]), None)


def of_runs(runs, figure, form="{:,.0f}"):
    """The spread of a figure over runs; some may be missing."""
    values = [run["figures"][figure] for run in runs if run and run["figures"].get(figure) is not None]
    return spread_text(values, form) if values else "–"


def short(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def latency_cell(rounds, rate):
    runs = [run for run in (at(result, rate) for result in rounds) if run]
    if not runs:
        return "–"
    medians = [statistics.median(latency_ms(run["figures"], name) for run in runs) for name in ("p50", "p99")]
    return " / ".join(short(value) for value in medians)


def rate_cell(rounds):
    """The highest rate that was held. `≥`: the client was the limit in the run above it."""
    runs = [highest(result) for result in rounds]
    if not all(runs):
        return "–"
    above = [next((run for run in result["ladder"] if not run["holds"]), None) for result in rounds]
    client = any(run and run["client_was_the_limit"] for run in above)
    return ("≥ " if client else "") + spread_text([run["rate"] for run in runs])


def ratio_cell(report, server, figure):
    values = ratios(report, server["name"], figure)
    return spread_text([1 / value for value in values], "{:.2f}") if values else "–"


def faults_cell(server):
    """Faults that the check found at rates that were held, and at full speed."""
    counts = {}
    for result in server["rounds"]:
        for run in [result["closed"], *(run for run in result["ladder"] if run["holds"])]:
            for name in FAULTS:
                counts[name] = counts.get(name, 0) + run["verdict"].get(name, 0)
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "none"


def row(report, server):
    rounds = server["rounds"]
    closed = [result["closed"] for result in rounds]
    keeps = server["before_ack"] if server["before_ack"] == server["before_delivery"] else \
        f"{server['before_ack']}; before delivery {server['before_delivery']}"
    return [server["title"], keeps, rate_cell(rounds), ratio_cell(report, server, highest_rate),
            of_runs([highest(result) for result in rounds], "server_processor_us_each", "{:.1f}"), latency_cell(rounds, 1000),
            of_runs(closed, "messages_per_second"), of_runs(closed, "server_processor_us_each", "{:.1f}"), faults_cell(server)]


def other_work_text(report):
    return spread_text([run["other_work"] for server in report["servers"] for result in server["rounds"] for run in [result["closed"], *result["ladder"]]],
                       "{:.0%}")


HEADS = ["server", "on disk before the ack", "highest rate, msg/s", "of Parley's", "CPU there, µs/msg", "p50 / p99 at 1,000/s, ms", "1 in flight, msg/s",
         "CPU there, µs/msg", "faults found"]


def table(report):
    load = report["load"]
    lines = [
        f"{load['sessions']} sessions × {load['members']}, texts of {load['text_bytes']} bytes, {report['rounds']} rounds of {report['seconds']:g} s a run, "
        f"all processes of a server on core 0, client on core 1; {report['machine']['processor']}, {report['machine']['kernel']}. "
        f"Highest rate: the highest offered rate (random arrivals) with p99 < {load['latency_max_ms']} ms and nothing lost. Median (least to most).",
        "",
        "| " + " | ".join(HEADS) + " |",
        "|" + "---|" * len(HEADS),
        *("| " + " | ".join(row(report, server)) + " |" for server in report["servers"]),
        "",
        f"- Other work took {other_work_text(report)} of the machine's cores during a run, median (least to most).",
        *(f"- {server['title']}: {server['version']}. {server['settings']}." for server in report["servers"]),
        *(f"- {name} is left out: {reason}" for name, reason in report["left_out"].items()),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(table(json.load(file)))
