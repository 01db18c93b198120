#!/usr/bin/env python3
"""The performance rows of "What is proven". Each starts its own server in a temporary folder, loads it with `parley bench`, and
prints one PASS or FAIL line with its figures, seed and commit. Details go to standard error.

    bench/run_light_load.sh     50 sessions x 2, 100 messages a second: latency
    bench/run_throughput.sh     relay and store at full speed, server on core 0, client on core 1
    bench/run_start.sh          a million stored messages, kill -9, start
    bench/run_reconnect.sh      2,000 clients connect and join at once through one proxy
    bench/run_resume.sh         10,000 clients resume with proof after kill -9
    bench/run_rates.sh          latency and processor time at 10,000 and 30,000 messages a second and at full speed
    bench/run_pair.sh           two builds side by side on one core, under the same load: the cost of a change

Environment: PARLEY (build/release/parley), BASE (the other build), SEED (random), SECONDS_EACH, REPEAT, MESSAGES, KEEP=1 keeps the folder.
It needs only Python 3.9.
"""

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
START_PATIENCE_SECONDS = 60


def say(text):
    print(text, file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def commit_of(parley):
    """The commit that the binary was built from. Another one may be checked out."""
    answer = subprocess.run([parley, "version"], capture_output=True, text=True)
    return answer.stdout.strip().rpartition("(")[2].rstrip(")") or "unknown"


def busy_share(seconds=1.0):
    """The share of all cores that other processes use. A figure measured beside them says little about this program."""
    def read():
        with open("/proc/stat") as stat:
            fields = [int(field) for field in stat.readline().split()[1:]]
        return sum(fields), fields[3] + fields[4]
    total_before, idle_before = read()
    time.sleep(seconds)
    total, idle = read()
    return 1 - (idle - idle_before) / max(1, total - total_before)


def pin(core):
    """For a child process: restricts it to that core, if there are two."""
    if core is None or (os.cpu_count() or 1) < 2:
        return None
    return lambda: os.sched_setaffinity(0, {core})


class Bench:
    """One check with its folder, its server and its runs of `parley bench`."""

    def __init__(self, parley=None):
        self.parley = pathlib.Path(parley or os.environ.get("PARLEY", ROOT / "build/release/parley")).resolve()
        if not self.parley.is_file():
            sys.exit(f"{self.parley} is not there: run `make build`, or name the binary in PARLEY")
        self.client = self.parley  # the program that makes the load
        self.seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1, 1_000_000))
        self.commit = commit_of(self.parley)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="parley-bench-"))
        self.secret = "parley-bench-secret-of-more-than-32-bytes"
        (self.folder / "secret").write_text(self.secret)
        self.port = free_port()
        self.server = None
        self.limits = ["--limits", "off"]
        self.flags = []  # more flags for the server
        self.busy = busy_share()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        if os.environ.get("KEEP"):
            say(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, core=None, threads=None):
        """Starts the server; returns the seconds until /health answers 200."""
        command = [self.parley, "serve", "--listen", f"127.0.0.1:{self.port}", "--data", self.folder / "data",
                   "--jwt-secret-file", self.folder / "secret", *self.limits, *self.flags]
        if threads:
            command += ["--threads", str(threads)]
        log = open(self.folder / "server.log", "ab")
        begin = time.monotonic()
        self.server = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=pin(core))
        while time.monotonic() - begin < START_PATIENCE_SECONDS:
            if self.server.poll() is not None:
                break
            if self.get("/health")[0] == 200:
                return time.monotonic() - begin
            time.sleep(0.002)
        tail = (self.folder / "server.log").read_text(errors="replace")[-2000:]
        raise RuntimeError(f"the server does not answer; its log ends:\n{tail}")

    def kill(self):
        if self.server and self.server.poll() is None:
            self.server.send_signal(signal.SIGKILL)
            self.server.wait()

    def request(self, method, target, token=None, body=None):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            if body is not None:
                headers["Content-Type"] = "application/json"
            connection.request(method, target, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""

    def get(self, target, token=None):
        return self.request("GET", target, token)

    def token(self, user, role):
        part = lambda value: base64.urlsafe_b64encode(value).rstrip(b"=")
        signed = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps({"id": user, "role": role}).encode())
        return (signed + b"." + part(hmac.new(self.secret.encode(), signed, hashlib.sha256).digest())).decode()

    def command(self, workload, *arguments):
        return [self.client, "bench", workload, "--url", f"http://127.0.0.1:{self.port}", "--jwt-secret-file", self.folder / "secret",
                "--seed", str(self.seed), "--pid", str(self.server.pid), *map(str, arguments)]

    def run(self, workload, *arguments, core=None):
        """One `parley bench`; returns its report."""
        report = self.folder / f"{workload}.json"
        report.unlink(missing_ok=True)
        done = subprocess.run([*self.command(workload, *arguments), "--json", report], capture_output=True, text=True, preexec_fn=pin(core))
        say((done.stdout + done.stderr).strip())
        if not report.exists():
            raise RuntimeError(f"parley bench {workload} gave no report: {done.stderr.strip()}; {self.state_of_server()}")
        return json.loads(report.read_text())

    def state_of_server(self):
        """Returns whether the server still runs, or else its status and its last output."""
        try:
            ended = self.server.wait(timeout=5)  # a process that has just ended may not be reaped yet
        except subprocess.TimeoutExpired:
            return "the server runs"
        tail = (self.folder / "server.log").read_text(errors="replace")[-2000:]
        return f"the server ended with {signal.Signals(-ended).name if ended < 0 else ended}; its log ends:\n{tail}"


class Conclusion:
    """Collects figures with their thresholds. The line is PASS only if all hold."""

    def __init__(self, name, bench):
        self.name, self.bench, self.parts, self.passed = name, bench, [], True

    def note(self, text):
        self.parts.append(text)

    def demand(self, text, holds):
        self.parts.append(text if holds else f"{text} (!)")
        self.passed = self.passed and holds

    def clean(self, report):
        counts = {}
        for run in report["runs"]:
            for name, count in run["verdict"].items():
                counts[name] = counts.get(name, 0) + count
        faults = {name: counts[name] for name in ("lost", "unheard", "doubled", "reordered", "foreign", "altered")}
        self.demand(f"{report['workload']} checked {counts['stored']} stored: " + ", ".join(f"{n} {f}" for f, n in faults.items()),
                    report["clean"] and counts["stored"] > 0)
        for run in report["runs"]:
            if run["complaint"]:
                self.note(run["complaint"])

    def say(self):
        if self.bench.busy > 0.1:
            self.note(f"the machine was {self.bench.busy:.0%} busy with other work before it began")
        print(f"{'PASS' if self.passed else 'FAIL'} {self.name}: {'; '.join(self.parts)}; seed {self.bench.seed}, "
              f"commit {self.bench.commit}", flush=True)
        return 0 if self.passed else 1


def spread(report, name):
    """The median of the runs, and a text of it with the spread."""
    figure = report["spread"][name]
    shown = "{:,.2f}" if figure["most"] < 100 else "{:,.0f}"
    text = shown.format(figure["median"])
    if len(report["runs"]) > 1:
        text += f" ({shown.format(figure['least'])} to {shown.format(figure['most'])})"
    return figure["median"], text


def light_load(bench):
    bench.start()
    report = bench.run("relay", "--sessions", 50, "--members", 2, "--rate", 100, "--poisson", "--warm-up", 2,
                       "--seconds", os.environ.get("SECONDS_EACH", "15"), "--repeat", os.environ.get("REPEAT", "3"))
    conclusion = Conclusion("light load, 50 sessions x 2, 100 msg/s", bench)
    p50, p50_text = spread(report, "delivery_p50_ms")
    p99, p99_text = spread(report, "delivery_p99_ms")
    conclusion.demand(f"due to delivered p50 {p50_text} ms < 2", p50 < 2)
    conclusion.demand(f"p99 {p99_text} ms < 10", p99 < 10)
    conclusion.note(f"due to acknowledged p50 {spread(report, 'ack_p50_ms')[1]} ms, p99 {spread(report, 'ack_p99_ms')[1]} ms")
    conclusion.clean(report)
    return conclusion.say()


def metric(bench, *names):
    """The sum of these figures of /metrics."""
    lines = (line.split() for line in bench.get("/metrics")[1].decode().splitlines())
    return sum(float(words[1]) for words in lines if words and words[0] in names)


CALLS_MAX = 4  # one receive, two sends (sender and room share one), and what the loop asks for
CALLS = ("parley_sends_total", "parley_receives_total", "parley_waits_total", "parley_watch_changes_total")


def throughput(bench):
    bench.start(core=0, threads=1)
    length = ["--seconds", os.environ.get("SECONDS_EACH", "10"), "--repeat", os.environ.get("REPEAT", "3")]
    calls = -metric(bench, *CALLS)
    relay = bench.run("relay", "--sessions", 250, "--members", 2, "--in-flight", 1, "--text-bytes", 120, *length, core=1)
    calls = (calls + metric(bench, *CALLS)) / max(1, sum(run["verdict"]["stored"] for run in relay["runs"]))
    store = bench.run("store", "--connections", 64, *length, core=1)
    conclusion = Conclusion("throughput, server on core 0, client on core 1", bench)
    rate, rate_text = spread(relay, "messages_per_second")
    p99, p99_text = spread(relay, "delivery_p99_ms")
    conclusion.demand(f"relay 250 x 2, 1 in flight: {rate_text} msg/s >= 30,000", rate >= 30_000)
    conclusion.demand(f"p99 {p99_text} ms < 200", p99 < 200)
    conclusion.note(f"server {spread(relay, 'server_processor_us_each')[1]} us/msg, client busy {spread(relay, 'client_processor_share')[1]}")
    conclusion.demand(f"{calls:.2f} system calls of the loop a message < {CALLS_MAX}", calls < CALLS_MAX)
    conclusion.clean(relay)
    rate, rate_text = spread(store, "requests_per_second")
    conclusion.demand(f"store, 64 connections: {rate_text} req/s >= 10,000", rate >= 10_000)
    conclusion.note(f"server {spread(store, 'server_processor_us_each')[1]} us/req, client busy {spread(store, 'client_processor_share')[1]}")
    conclusion.clean(store)
    return conclusion.say()


SESSIONS = ["--sessions", 250, "--members", 2, "--text-bytes", 120]
# name, workload, its arguments, the figures that are shown
RATE_LOADS = [
    ("store, 64 connections", "store", ["--connections", 64], ("requests_per_second", "answer_p50_ms")),
    ("newest 50 entries over 64 sockets", "entries", ["--sessions", 64, "--members", 1, "--stored", 100, "--limit", 50], ("answers_per_second", "answer_p50_ms")),
    ("relay at 10,000/s", "relay", [*SESSIONS, "--rate", 10_000], ("delivery_p50_ms", "delivery_p99_ms")),
    ("relay at 30,000/s", "relay", [*SESSIONS, "--rate", 30_000], ("delivery_p50_ms", "delivery_p99_ms")),
    ("relay, 1 in flight", "relay", [*SESSIONS, "--in-flight", 1], ("messages_per_second", "delivery_p50_ms")),
    ("relay, 8 in flight", "relay", [*SESSIONS, "--in-flight", 8], ("messages_per_second", "delivery_p50_ms")),
    ("fan-out, one room of 50", "relay", ["--sessions", 1, "--members", 50, "--in-flight", 8, "--text-bytes", 120], ("deliveries_per_second", "delivery_p50_ms")),
]


def measured(bench, load):
    """One run on a server of its own. Returns its figures by name."""
    name, workload, arguments, figures = load
    bench.start(core=0, threads=1)
    report = bench.run(workload, *arguments, "--seconds", os.environ.get("SECONDS_EACH", "4"), core=1)
    bench.kill()
    shutil.rmtree(bench.folder / "data")
    if not report["clean"]:
        raise RuntimeError(f"{name}: the read-back is not clean")
    return {figure: report["spread"][figure]["median"] for figure in (*figures, "server_processor_us_each")}


def beside(bench, base):
    """The other build, under the load that the client of this one makes."""
    other = Bench(base)
    other.client, other.seed = bench.client, bench.seed
    return other


def rates(bench):
    """With BASE, both builds alternate, and the figures of both are shown with the ratio of their processor time."""
    rounds = int(os.environ.get("REPEAT", "5"))
    base = os.environ.get("BASE")
    conclusion = Conclusion(f"rates, server on core 0, client on core 1, median of {rounds} rounds (least to most)", bench)
    with contextlib.ExitStack() as stack:
        others = [stack.enter_context(beside(bench, base))] if base else []
        compare_rates(conclusion, [bench, *others], rounds)
    return conclusion.say()


def compare_rates(conclusion, builds, rounds):
    bench, *others = builds
    for load in RATE_LOADS:
        runs = {each: [] for each in builds}
        for turn in range(rounds):
            for each in list(runs)[::1 if turn % 2 == 0 else -1]:
                runs[each].append(measured(each, load))
        for each, results in runs.items():
            shown = []
            for figure in (*load[3], "server_processor_us_each"):
                values = sorted(result[figure] for result in results)
                form = "{:,.0f}" if values[-1] > 100 else "{:,.2f}"
                shown.append(f"{figure} {form.format(statistics.median(values))} ({form.format(values[0])} to {form.format(values[-1])})")
            conclusion.note(f"{load[0]}{'' if each is bench else ' in ' + each.commit}: " + ", ".join(shown))
        for other in others:
            ratios = [new["server_processor_us_each"] / old["server_processor_us_each"] for new, old in zip(runs[bench], runs[other])]
            conclusion.note(f"processor time each x {statistics.median(ratios):.2f}")


PAIR_LOADS = {
    "relay": (["--sessions", 125, "--members", 2, "--in-flight", 1, "--text-bytes", 120], "messages_per_second"),
    "store": (["--connections", 64], "requests_per_second"),
}


def side_by_side(benches, workload, arguments):
    """Runs both servers on core 0 and both clients on core 1, at the same time. Returns a report for each. Both clients are the same program."""
    loads = []
    for each in benches:
        each.start(core=0, threads=1)
    for each in benches:
        report = each.folder / f"{workload}.json"
        report.unlink(missing_ok=True)
        command = [*each.command(workload, *arguments), "--json", report]
        loads.append((report, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=pin(1))))
    reports = []
    for report, load in loads:
        complaint = load.communicate()[1]
        if not report.exists():
            raise RuntimeError(f"parley bench {workload} gave no report: {complaint.strip()}")
        reports.append(json.loads(report.read_text()))
    for each in benches:
        each.kill()
        shutil.rmtree(each.folder / "data")
    return reports


def ratio_text(ratios):
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.3f} (middle half {low:.3f} to {high:.3f})"


def pair(bench):
    """A shared machine slows both builds alike. Their ratio is stable, while rates measured one after the other differ by a third."""
    rounds = int(os.environ.get("REPEAT", "12"))
    base = os.environ.get("BASE") or sys.exit("name the build to compare with in BASE, such as BASE=../before/build/release/parley")
    with beside(bench, base) as other:
        conclusion = Conclusion(f"side by side with {other.commit}, {rounds} rounds", bench)
        for workload, (arguments, figure) in PAIR_LOADS.items():
            rates, costs = [], []
            for turn in range(rounds):
                benches = [bench, other] if turn % 2 == 0 else [other, bench]
                reports = dict(zip(benches, side_by_side(benches, workload, [*arguments, "--seconds", os.environ.get("SECONDS_EACH", "4")])))
                ratio = lambda name: reports[bench]["spread"][name]["median"] / reports[other]["spread"][name]["median"]
                rates.append(ratio(figure))
                costs.append(ratio("server_processor_us_each"))
                if not all(report["clean"] for report in reports.values()):
                    raise RuntimeError(f"{workload}: the read-back is not clean")
                say(f"{workload} {turn + 1}/{rounds}: rate {rates[-1]:.3f}, processor time each {costs[-1]:.3f}")
            conclusion.demand(f"{workload} rate x {ratio_text(rates)} >= 0.97", statistics.median(rates) >= 0.97)
            conclusion.note(f"processor time each x {ratio_text(costs)}")
        return conclusion.say()


RECONNECTING = 2_000


def reconnect(bench):
    """All clients connect at once through one proxy, with the limits of connections on."""
    off = ("requests", "chat-requests", "session-requests", "session-creates", "chat-events", "join-events")
    on = ("connections", "connections-per-address", "connections-per-user")
    bench.limits = [word for name in off for word in (f"--limit-{name}", "0")] + [word for name in on for word in (f"--limit-{name}", "5000")]
    bench.flags = ["--trusted-proxy", "127.0.0.1"]
    bench.start(core=0, threads=1)
    report = bench.run("connect", "--sessions", RECONNECTING // 2, "--members", 2, "--at-once", RECONNECTING,
                       "--repeat", os.environ.get("REPEAT", "3"), core=1)
    conclusion = Conclusion(f"{RECONNECTING:,} clients at once through one proxy", bench)
    rate = report["spread"]["joins_per_second"]
    slowest = RECONNECTING / rate["least"]
    conclusion.demand(f"all are admitted and have joined after {RECONNECTING / rate['median']:.2f} s (slowest run {slowest:.2f}) < 2", slowest < 2)
    conclusion.demand(f"joins that succeeded: {report['spread']['join_count']['least']:,.0f} in each run",
                      report["spread"]["join_count"]["least"] == RECONNECTING)
    conclusion.note(f"a join p99 {spread(report, 'join_p99_ms')[1]} ms")
    return conclusion.say()


RESUMING_SESSIONS = 5_000


def resume(bench):
    """Everybody comes back after kill -9, each with a position. The time runs from the first connection, when the server answers again."""
    rounds = int(os.environ.get("REPEAT", "3"))
    conclusion = Conclusion(f"{2 * RESUMING_SESSIONS:,} clients resume with proof after kill -9, server on core 0, client on core 1", bench)
    seconds, stored, clean = [], 0, True
    for _ in range(rounds):
        bench.start(core=0, threads=1)
        report = bench.folder / "resume.json"
        command = [*bench.command("resume", "--sessions", RESUMING_SESSIONS, "--at-once", os.environ.get("AT_ONCE", "500")), "--json", report]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=pin(1)) as client:
            if client.stdout.readline().strip() != "stored":
                raise RuntimeError(f"parley bench resume: {client.stdout.read()}; {bench.state_of_server()}")
            bench.kill()
            bench.start(core=0, threads=1)
            client.stdin.write("started again\n")
            client.stdin.flush()
            say(client.stdout.read().strip())
        result = json.loads(report.read_text())
        seconds.append(result["spread"]["seconds_for_all"]["median"])
        stored += result["runs"][0]["verdict"]["stored"]
        clean = clean and result["clean"]
        bench.kill()
        shutil.rmtree(bench.folder / "data")
    middle = statistics.median(seconds)
    conclusion.demand(f"all have resumed after {middle:.2f} s ({min(seconds):.2f} to {max(seconds):.2f}) < 3", middle < 3)
    conclusion.demand(f"every answer is from the client's position and has what was stored after it ({stored:,} messages stored)", clean and stored > 0)
    return conclusion.say()


def make_marked_session(bench):
    """Stores a session with ten known messages, which must be there after the kill."""
    doctor, patient = f"{bench.seed:024x}", f"{bench.seed + 1:024x}"
    token = bench.token(doctor, "doctor")
    status, body = bench.request("POST", "/api/sessions/create", token, {"patientId": patient})
    if status != 201:
        raise RuntimeError(f"POST /api/sessions/create: {status} {body[:300]!r}")
    session = json.loads(body)["session"]["sessionId"]
    for number in range(10):
        status, body = bench.request("POST", "/api/chat/store", token, {"sessionId": session, "message": f"marked {number}"})
        if status != 201:
            raise RuntimeError(f"POST /api/chat/store: {status} {body[:300]!r}")
    return session, token


def marked_session_is_whole(bench, session, token):
    status, body = bench.get(f"/api/chat/session/{session}", token)
    texts = [message["message"] for message in json.loads(body)["messages"]] if status == 200 else []
    return texts == [f"marked {number}" for number in range(10)]


def kill_under_load(bench):
    """The load does not end by itself, so the kill hits a write-ahead log in use. The client reports an error, as expected."""
    load = subprocess.Popen(bench.command("relay", "--sessions", 50, "--seconds", 60, "--in-flight", 8),
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(2)
    if load.poll() is not None:
        raise RuntimeError(f"the load that was to be interrupted ended by itself with {load.returncode}")
    bench.kill()
    load.wait()


def forget_file_cache(folder):
    """Makes the next start read from the disk: best effort, for the files of this folder only."""
    for path in folder.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def write_amplification(bench):
    """Bytes that the server has given to the disk for each byte of the entries in its log."""
    io = dict(line.split(": ") for line in pathlib.Path(f"/proc/{bench.server.pid}/io").read_text().splitlines())
    return int(io["write_bytes"]) / max(1, metric(bench, "parley_store_entry_bytes_total"))


def start(bench):
    messages = int(os.environ.get("MESSAGES", "1000000"))
    bench.start()
    marked = make_marked_session(bench)
    fill = bench.run("relay", "--sessions", 250, "--in-flight", 8, "--messages", messages)
    amplification = write_amplification(bench)
    kill_under_load(bench)
    warm = bench.start()
    warm_whole = marked_session_is_whole(bench, *marked)
    bench.kill()
    forget_file_cache(bench.folder / "data")
    cold = bench.start()
    cold_whole = marked_session_is_whole(bench, *marked)
    size = sum(path.stat().st_size for path in (bench.folder / "data").rglob("*") if path.is_file())
    conclusion = Conclusion(f"start after kill -9 with {messages:,} stored messages", bench)
    conclusion.demand(f"/health answers after {warm * 1000:.0f} ms < 1,000", warm < 1.0)
    conclusion.note(f"with cold files after {cold * 1000:.0f} ms")
    conclusion.demand(f"marked session {'whole' if warm_whole and cold_whole else 'NOT whole'}", warm_whole and cold_whole)
    conclusion.note(f"{amplification:.1f} bytes written for each byte of entries")
    conclusion.note(f"{size / 1e6:,.0f} MB on disk, filled at {spread(fill, 'messages_per_second')[1]} msg/s")
    conclusion.clean(fill)
    return conclusion.say()


def main():
    checks = {"light_load": light_load, "throughput": throughput, "start": start, "pair": pair, "rates": rates, "reconnect": reconnect, "resume": resume}
    if len(sys.argv) != 2 or sys.argv[1] not in checks:
        sys.exit(f"usage: {sys.argv[0]} {'|'.join(checks)}")
    with Bench() as bench:
        try:
            return checks[sys.argv[1]](bench)
        except RuntimeError as error:
            print(f"FAIL {sys.argv[1]}: {error}; seed {bench.seed}, commit {bench.commit}", flush=True)
            return 1


if __name__ == "__main__":
    sys.exit(main())
