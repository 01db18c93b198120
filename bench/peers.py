#!/usr/bin/env python3
"""`make bench-peers`: this server and its peers under the same load of the same client, in turn. In each round every server runs once at full
speed (one message in flight for each of 500 senders) and climbs a ladder of offered rates until it no longer holds one. The order alternates from
round to round, and each ratio compares two runs of one round. Every run has a new server: all its processes on core 0, the client on core 1.

    bench/run_peers.sh

Prints a table, the versions and settings of all servers, and one PASS or FAIL line. Writes a JSON report and a plot.

Environment: PARLEY, FLOOR (build/release/bench/peers/floor/bench_floor), MONGOD, PEERS (names, separated by blanks; all), REPEAT (3), SECONDS_EACH (4),
SEED, JSON (build/peers/report.json), PLOT (build/peers/peers.svg), QUIET_PATIENCE (20: seconds that a run waits for a quiet machine), KEEP=1 keeps the
folder with the reports of all runs.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import peer_plot
import peer_table
from checks import ROOT, Bench, Conclusion, pin, say
from peer_servers import servers

SESSIONS, MEMBERS, TEXT_BYTES = 250, 2, 120
LATENCY_MAX_MS = 200  # p99 from the due time to the ack, and to the receipt of every member
FIRST_RATE = 1_000    # messages a second
RATE_LIMIT = 1_000_000
HALVINGS = 3          # of the gap between the last rate that held and the first that did not: it ends at 9 %
CLIENT_BUSY_MAX = 0.97
CLIENT_CORE = 1
OTHER_WORK_MAX = 0.1  # of all cores, before a run begins
TRIES = 2             # of a rate that is not held: one stall by other work on the machine must not end a ladder


def jiffies_of(pid):
    """Of all its threads; 0 if it has ended."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def cores():
    """Jiffies of all cores since the start of the machine: all, idle ones, and those of programs of low priority."""
    with open("/proc/stat", encoding="ascii") as stat:
        fields = [int(field) for field in stat.readline().split()[1:9]]
    return sum(fields), fields[3] + fields[4], fields[1]


class OtherWork:
    """The share of all cores that neither the server nor the client uses. Begin and end it while the server runs; the client is a child in between."""

    def __init__(self, server_pids):
        self.pids, self.begin = server_pids, None
        self.begin = self.read()

    def read(self):
        """Jiffies of the machine, busy jiffies, and jiffies of server and client."""
        total, idle, _ = cores()
        ours = sum(jiffies_of(pid) for pid in self.pids)
        times = os.times()
        ours += (times.children_user + times.children_system) * os.sysconf("SC_CLK_TCK")
        return total, total - idle, ours

    def share(self):
        total, busy, ours = (end - begin for begin, end in zip(self.begin, self.read()))
        return round(max(0.0, busy - ours) / max(1, total), 3)


class Run:
    """One run of `parley bench relay`: its figures, and whether the server held the rate."""

    def __init__(self, rate, report=None, failure=None, other_work=0.0):
        self.rate, self.failure, self.other_work = rate, failure, other_work
        run = report["runs"][0] if report else {"figures": {}, "verdict": {}, "complaint": failure}
        self.figures, self.verdict, self.complaint = run["figures"], run["verdict"], run["complaint"]

    def __getitem__(self, figure):
        return self.figures.get(figure)

    @property
    def is_clean(self):
        return self.failure is None and not self.complaint

    @property
    def loses_nothing(self):
        """Everything was answered and received by everybody, once. The order is not part of it: not every peer promises one."""
        wrong = sum(self.verdict.get(name, 1) for name in ("lost", "unheard", "doubled", "foreign", "altered"))
        return self.failure is None and wrong == 0 and self["unanswered"] == 0 and self["messages_refused"] == 0

    @property
    def client_was_the_limit(self):
        return (self["client_processor_share"] or 0) > CLIENT_BUSY_MAX

    @property
    def holds(self):
        return self.loses_nothing and peer_table.latency_ms(self.figures, "p99") < LATENCY_MAX_MS

    def as_json(self):
        return {"rate": self.rate, "holds": self.holds, "client_was_the_limit": self.client_was_the_limit, "clean": self.is_clean,
                "complaint": self.complaint, "other_work": self.other_work, "figures": self.figures, "verdict": self.verdict}


def climb(measure, first=FIRST_RATE):
    """Doubles the rate until the server no longer holds it (or, from the first rate on, halves it until it does). Then it narrows the gap. Returns all
    runs in the order of their rates. `measure`: rate -> Run."""
    runs = [measure(first)]
    if runs[0].holds:
        while runs[-1].holds and runs[-1].rate < RATE_LIMIT:
            runs.append(measure(2 * runs[-1].rate))
    else:
        while not runs[0].holds and runs[0].rate > 1:
            runs.insert(0, measure(runs[0].rate // 2))
    for _ in range(HALVINGS):
        below = [run for run in runs if run.holds]
        above = [run for run in runs if not run.holds]
        if not below or not above:
            break
        runs.append(measure(round((below[-1].rate * above[0].rate) ** 0.5)))
        runs.sort(key=lambda run: run.rate)
    return runs


def tried(measure):
    """Measures a rate again while it is not held."""
    def best(rate):
        for _ in range(TRIES):
            run = measure(rate)
            if run.holds:
                break
        return run
    return best


class Peers:
    """The rounds. `results[name]` has a dictionary for each round: `closed`, a Run, and `ladder`, the list of Runs."""

    def __init__(self, bench):
        self.bench = bench
        self.rounds = int(os.environ.get("REPEAT") or 3)
        self.seconds = os.environ.get("SECONDS_EACH") or "4"
        self.quiet_patience = float(os.environ.get("QUIET_PATIENCE") or 20)
        everything = servers(bench.folder / "secret", bench.parley)
        wanted = (os.environ.get("PEERS") or "").split() or [server.name for server in everything]
        unknown = set(wanted) - {server.name for server in everything}
        if unknown:
            sys.exit(f"PEERS: there is no {', '.join(sorted(unknown))}. Names: {' '.join(server.name for server in everything)}")
        chosen = [server for server in everything if server.name in [*wanted, "parley"]]
        self.left_out = {server.name: server.left_out() for server in chosen if server.left_out()}
        self.servers = [server for server in chosen if server.name not in self.left_out]
        self.results = {server.name: [] for server in self.servers}
        self.report_file = pathlib.Path(os.environ.get("JSON") or ROOT / "build/peers/report.json")

    def wait_for_quiet(self):
        """Waits while other programs use the cores, but not for ever: the report says how busy they were during each run. Programs of low priority do not
        count, because they give way."""
        limit = time.monotonic() + self.quiet_patience
        before, quiet = cores(), False
        while not quiet and time.monotonic() < limit:
            time.sleep(0.3)
            now = cores()
            total, idle, low = (end - begin for begin, end in zip(before, now))
            before, quiet = now, total - idle - low <= OTHER_WORK_MAX * total

    def measure(self, server, *arguments, rate=0):
        """One run on a new server. A run that ends early (a closed connection, for example) is a Run with a failure."""
        report = self.bench.folder / f"{server.name}-{rate or 'closed'}.json"
        report.unlink(missing_ok=True)
        self.wait_for_quiet()
        try:
            server.start()
            work = OtherWork(server.pids())
            command = [self.bench.client, "bench", "relay", "--url", f"http://127.0.0.1:{server.port}", "--jwt-secret-file", server.secret_file,
                       "--seed", self.bench.seed, "--pid", ",".join(map(str, server.pids())), "--sessions", SESSIONS, "--members", MEMBERS,
                       "--text-bytes", TEXT_BYTES, "--seconds", self.seconds, *server.flags, *arguments, "--json", report]
            done = subprocess.run([str(word) for word in command], capture_output=True, text=True, preexec_fn=pin(CLIENT_CORE))
            share = work.share()
        finally:
            server.stop()
        say(f"{server.name}: {(done.stdout + done.stderr).strip()}")
        if not report.exists():
            return Run(rate, failure=done.stderr.strip() or f"the client ended with status {done.returncode}", other_work=share)
        return Run(rate, json.loads(report.read_text()), other_work=share)

    def run_round(self, number):
        for server in self.servers[::1 if number % 2 == 0 else -1]:
            result = {"closed": self.measure(server, "--in-flight", 1), "ladder": []}
            if server.has_ladder:
                result["ladder"] = climb(tried(lambda rate: self.measure(server, "--rate", rate, "--poisson", rate=rate)))
            self.results[server.name].append(result)

    def run_all(self):
        for number in range(self.rounds):
            say(f"round {number + 1} of {self.rounds}")
            self.run_round(number)
            write(self.report_file, json.dumps(document(self), indent=1) + "\n")  # a run that is interrupted leaves its complete rounds


def document(peers):
    """Everything that was measured. The table, the plot and the conclusion are drawn from it."""
    return {
        "commit": peers.bench.commit, "seed": peers.bench.seed, "rounds": len(peers.results["parley"]), "seconds": float(peers.seconds),
        "busy_before": peers.bench.busy, "machine": peer_table.machine(),
        "load": {"sessions": SESSIONS, "members": MEMBERS, "text_bytes": TEXT_BYTES, "arrivals": "poisson", "latency_max_ms": LATENCY_MAX_MS},
        "left_out": peers.left_out,
        "servers": [{"name": server.name, "title": server.title, "version": server.version(), "settings": server.settings(),
                     "before_ack": server.before_ack, "before_delivery": server.before_delivery,
                     "rounds": [{"closed": result["closed"].as_json(), "ladder": [run.as_json() for run in result["ladder"]]}
                                for result in peers.results[server.name]]} for server in peers.servers],
    }


# the other server, the figure of both, the least or the most that the ratio may be, and its words
RATIOS = [
    ("centrifugo-memory", peer_table.highest_rate, (1.9, None), "highest rate x {} of Centrifugo in memory >= 1.9"),
    ("centrifugo-memory", peer_table.highest_rate_us_each, (None, 0.5), "processor time each there x {} <= 0.5"),
    ("floor", peer_table.closed_rate, (0.55, None), "one in flight x {} of the bare floor >= 0.55"),
]


def conclude(bench, report):
    conclusion = Conclusion(f"beside its peers, all of a server on core 0, client on core 1, {report['rounds']} rounds", bench)
    judge_parley(conclusion, peer_table.server_of(report, "parley"))
    for other, figure, bounds, words in RATIOS:
        judge_ratio(conclusion, report, (other, figure, bounds, words))
    conclusion.note(f"other work took {peer_table.other_work_text(report)} of the cores")
    for name, reason in report["left_out"].items():
        conclusion.note(f"{name} is left out: {reason}")
    return conclusion


def judge_parley(conclusion, parley):
    """Every run is judged, also those at rates that were not held. A run that was not completed has no verdict; at full speed there must be one."""
    runs = [run for result in parley["rounds"] for run in [result["closed"], *result["ladder"]]]
    counts = {name: sum(run["verdict"].get(name, 0) for run in runs) for name in ("stored", *peer_table.FAULTS)}
    faults = ", ".join(f"{counts[name]} {name}" for name in peer_table.FAULTS)
    complete = all(result["closed"]["verdict"] for result in parley["rounds"])
    conclusion.demand(f"parley checked {counts['stored']:,} stored: {faults}", complete and not any(counts[name] for name in peer_table.FAULTS))


def judge_ratio(conclusion, report, rule):
    other, figure, (least, most), words = rule
    ratios = peer_table.ratios(report, other, figure)
    if ratios:
        median = statistics.median(ratios)
        holds = (least is None or median >= least) and (most is None or median <= most)
        conclusion.demand(words.format(peer_table.spread_text(ratios, "{:.2f}")), holds)
    elif peer_table.server_of(report, other):
        conclusion.demand(words.format("(not measured)"), False)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def main():
    with Bench() as bench:
        peers = Peers(bench)
        try:
            peers.run_all()
        except RuntimeError as error:
            print(f"FAIL peers: {error}; seed {bench.seed}, commit {bench.commit}", flush=True)
            return 1
        report = document(peers)
        conclusion = conclude(bench, report)
        report["passed"] = conclusion.passed
        write(peers.report_file, json.dumps(report, indent=1) + "\n")
        write(pathlib.Path(os.environ.get("PLOT") or ROOT / "build/peers/peers.svg"), peer_plot.draw(report))
        print(peer_table.table(report))
        return conclusion.say()


if __name__ == "__main__":
    sys.exit(main())
