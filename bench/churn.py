#!/usr/bin/env python3
"""Half an hour of calls that come and go: every twenty seconds new users open new sessions, talk at 2,000 messages a second, and leave; between them a
thousand clients connect and go. Memory and latency must stay flat.

    bench/run_churn.sh

Draws memory and p99 over time to PLOT (build/churn.svg), and prints one PASS or FAIL line.
Environment: PARLEY, MINUTES (30), SEED, PLOT, JSON (a file for all figures).
"""

import json
import os
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from checks import ROOT, Bench, Conclusion  # noqa: E402

RATE, SECONDS = 2_000, 20
GROWTH_MAX_MIB = 16  # of the most memory, from the second third of the time to the last
WIDTH, HEIGHT, LEFT, TOP, SPAN, FALL = 960, 360, 64, 56, 860, 240


def resident_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def one_turn(bench):
    """Sessions that talk and end with their connections, then a crowd that only comes and goes. Returns the figures of the talk."""
    talk = bench.run("relay", "--sessions", 250, "--members", 2, "--rate", RATE, "--poisson", "--seconds", SECONDS, core=1)
    bench.run("connect", "--sessions", 500, "--members", 2, core=1)
    bench.seed += 1
    return talk


def thirds(values):
    size = len(values) // 3
    return values[:size], values[size:2 * size], values[2 * size:]


def axis_most(values):
    """The next of 1, 2 and 5 times a power of ten."""
    most = max(values)
    return next(step * 10 ** power for power in range(-2, 7) for step in (1, 2, 5) if step * 10 ** power >= most)


def path_of(turns, figure, most):
    last = turns[-1]["minute"]
    points = (f"{LEFT + SPAN * turn['minute'] / last:.1f},{TOP + FALL * (1 - turn[figure] / most):.1f}" for turn in turns)
    return "M" + "L".join(points)


def draw(turns):
    memory, latency = axis_most([turn["mib"] for turn in turns]), axis_most([turn["p99_ms"] for turn in turns])
    style = (":root{--paper:#fff;--ink:#1b1f24;--faint:#d0d5db;--a:#0b5fa5;--b:#c04a00}"
             "@media(prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e8ebef;--faint:#39414b;--a:#6db7ff;--b:#ff9d5c}}"
             "text{font:12px system-ui,sans-serif;fill:var(--ink)}path{fill:none;stroke-width:2}")
    grid = "".join(f'<path style="stroke:var(--faint);stroke-width:1" d="M{LEFT},{TOP + FALL * part / 4:.0f}h{SPAN}"/>'
                   f'<text x="{LEFT - 8}" y="{TOP + FALL * part / 4 + 4:.0f}" text-anchor="end">{memory * (4 - part) / 4:g}</text>'
                   f'<text x="{LEFT + SPAN + 4}" y="{TOP + FALL * part / 4 + 4:.0f}">{latency * (4 - part) / 4:g}</text>' for part in range(5))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title">'
            f'<title id="title">Resident memory and p99 while calls come and go for {turns[-1]["minute"]:.0f} minutes</title><style>{style}</style>'
            f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" style="fill:var(--paper)"/>{grid}'
            f'<path style="stroke:var(--a)" d="{path_of(turns, "mib", memory)}"/><path style="stroke:var(--b);stroke-dasharray:6 4" d="{path_of(turns, "p99_ms", latency)}"/>'
            f'<text x="{LEFT}" y="30" style="fill:var(--a)">resident memory, MiB (solid, left)</text>'
            f'<text x="{LEFT + SPAN}" y="30" text-anchor="end" style="fill:var(--b)">p99 from due to received, ms (dashed, right)</text>'
            f'<text x="{LEFT}" y="{TOP + FALL + 30}">0</text><text x="{LEFT + SPAN}" y="{TOP + FALL + 30}" text-anchor="end">{turns[-1]["minute"]:.0f} min</text></svg>\n')


def main():
    minutes = float(os.environ.get("MINUTES", "30"))
    with Bench() as bench:
        bench.start(core=0, threads=1)
        conclusion = Conclusion(f"calls come and go for {minutes:g} minutes at {RATE:,} msg/s", bench)
        began, turns, clean, stored = time.monotonic(), [], True, 0
        while time.monotonic() - began < 60 * minutes:
            talk = one_turn(bench)
            clean = clean and talk["clean"]
            stored += talk["runs"][0]["verdict"]["stored"]
            turns.append({"minute": (time.monotonic() - began) / 60, "mib": resident_mib(bench.server.pid),
                          "p99_ms": talk["spread"]["delivery_p99_ms"]["median"]})
        first, second, last = thirds(turns)
        growth = max(turn["mib"] for turn in last) - max(turn["mib"] for turn in second)
        middles = [statistics.median(turn["p99_ms"] for turn in third) for third in (first, last)]
        conclusion.demand(f"the most memory grew by {growth:.1f} MiB from one third to the next < {GROWTH_MAX_MIB}", growth < GROWTH_MAX_MIB)
        conclusion.note(f"memory {min(turn['mib'] for turn in turns):.0f} to {max(turn['mib'] for turn in turns):.0f} MiB")
        conclusion.demand(f"median p99 {middles[1]:.1f} ms in the last third, {middles[0]:.1f} in the first", middles[1] < 2 * middles[0] + 1)
        conclusion.demand(f"{stored:,} messages stored and received by everybody, once, in order", clean and stored > 0)
        plot = pathlib.Path(os.environ.get("PLOT") or ROOT / "build/churn.svg")
        plot.parent.mkdir(parents=True, exist_ok=True)
        plot.write_text(draw(turns))
        if os.environ.get("JSON"):
            pathlib.Path(os.environ["JSON"]).write_text(json.dumps({"commit": bench.commit, "turns": turns}, indent=1))
        return conclusion.say()


if __name__ == "__main__":
    sys.exit(main())
