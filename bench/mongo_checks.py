#!/usr/bin/env python3
"""The performance rows of the store on MongoDB, built like bench/checks.py. A replica set of one, the server and the client share this
machine's cores.

    bench/run_mongo.sh          persisted relay at full speed, and 1,000 messages a second: latency
    bench/run_mongo_memory.sh   100,000 sessions and 10 million messages in the database: the server's memory after it opened sessions

Environment: PARLEY, MONGOD, SEED, SECONDS_EACH, REPEAT, KEEP as there; for the memory also FILL (build/release/tests/fill_mongo), SESSIONS, MESSAGES, OPEN.
"""

import http.client
import os
import pathlib
import statistics
import subprocess
import sys
import threading

from checks import ROOT, Bench, Conclusion, free_port, say
from mongod import Mongod, ObjectId

DATABASE = "bench"
USERS_A_RUN = 10_000
READERS = 4
MEMORY_MAX_MB = 200


def insert_users(mongod, first, count):
    """Numbered as `parley bench --first-user` counts them: doctors have even numbers."""
    for begin in range(first, first + count, 1000):
        users = [{"_id": ObjectId(bytes.fromhex(f"be9c000000000000{number:08x}")), "role": "patient" if number % 2 else "doctor",
                  "email": f"{number}@example.org", "name": f"User {number}", "isVerified": True} for number in range(begin, min(begin + 1000, first + count))]
        mongod.command(DATABASE, {"insert": "users", "documents": users})


class Runs:
    """Runs `parley bench` once for each run, because each run needs its own users."""

    def __init__(self, bench, mongod):
        self.bench, self.mongod, self.next_user = bench, mongod, 0

    def repeat(self, sessions, *arguments):
        reports = []
        for _ in range(int(os.environ.get("REPEAT", "3"))):
            insert_users(self.mongod, self.next_user, 2 * sessions)
            reports.append(self.bench.run("relay", "--sessions", sessions, "--members", 2, "--first-user", self.next_user,
                                          "--seconds", os.environ.get("SECONDS_EACH", "10"), *arguments))
            self.next_user += USERS_A_RUN
        return {"workload": "relay", "runs": [run for report in reports for run in report["runs"]],
                "clean": all(report["clean"] for report in reports), "each": reports}


def spread(report, name):
    figures = [each["spread"][name]["median"] for each in report["each"]]
    median = statistics.median(figures)
    shown = "{:,.2f}" if max(figures) < 100 else "{:,.0f}"
    return median, f"{shown.format(median)} ({shown.format(min(figures))} to {shown.format(max(figures))})"


def relay(bench, mongod):
    bench.start()
    runs = Runs(bench, mongod)
    full = runs.repeat(250, "--in-flight", 1, "--text-bytes", 120)
    steady = runs.repeat(50, "--rate", 1000, "--poisson", "--warm-up", 2)
    conclusion = Conclusion("persisted relay on MongoDB, a replica set of one, all on this machine's cores", bench)
    rate, rate_text = spread(full, "messages_per_second")
    p99, p99_text = spread(full, "delivery_p99_ms")
    conclusion.demand(f"250 x 2, 1 in flight: {rate_text} msg/s >= 6,000", rate >= 6_000)
    conclusion.demand(f"p99 {p99_text} ms < 200", p99 < 200)
    conclusion.note(f"server {spread(full, 'server_processor_us_each')[1]} us/msg")
    conclusion.clean(full)
    p50, p50_text = spread(steady, "delivery_p50_ms")
    conclusion.demand(f"at 1,000 msg/s p50 {p50_text} ms < 5", p50 < 5)
    conclusion.note(f"p99 {spread(steady, 'delivery_p99_ms')[1]} ms")
    conclusion.clean(steady)
    return conclusion.say()


def resident_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the server has gone")


def open_sessions(bench, listed):
    """Reads the newest page of each session, several at a time, so that the server loads it. Returns how many pages had messages."""
    served = []

    def work(share):
        connection = http.client.HTTPConnection("127.0.0.1", bench.port, timeout=60)
        for line in share:
            session, doctor = line.split()
            connection.request("GET", f"/api/chat/session/{session}?limit=20", headers={"Authorization": f"Bearer {bench.token(doctor, 'doctor')}"})
            answer = connection.getresponse()
            body = answer.read()
            if answer.status == 200 and b'"message":"message ' in body:
                served.append(session)
            else:
                say(f"{session}: {answer.status} {body[:200]!r}")
                return
    threads = [threading.Thread(target=work, args=(listed[index::READERS],)) for index in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(served)


def memory(bench, mongod):
    sessions, messages = int(os.environ.get("SESSIONS") or 100_000), int(os.environ.get("MESSAGES") or 10_000_000)
    opened_wanted = min(int(os.environ.get("OPEN") or sessions), sessions)
    fill = pathlib.Path(os.environ.get("FILL", ROOT / "build/release/tests/fill_mongo")).resolve()
    done = subprocess.run([fill, mongod.uri(DATABASE), str(sessions), str(messages)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    bench.start()
    begun = resident_mb(bench.server.pid)
    opened = open_sessions(bench, done.stdout.splitlines()[:opened_wanted])
    resident = resident_mb(bench.server.pid)
    conclusion = Conclusion(f"memory with {sessions:,} sessions and {messages:,} messages in MongoDB", bench)
    conclusion.demand(f"{opened:,} of {opened_wanted:,} sessions opened and read", opened == opened_wanted)
    conclusion.demand(f"resident {resident:,.0f} MB < {MEMORY_MAX_MB}", resident < MEMORY_MAX_MB)
    conclusion.note(f"{begun:,.0f} MB before")
    return conclusion.say()


def main():
    checks = {"relay": relay, "memory": memory}
    if len(sys.argv) != 2 or sys.argv[1] not in checks:
        sys.exit(f"usage: {sys.argv[0]} {'|'.join(checks)}")
    with Bench() as bench:
        mongod = None
        try:
            # A linearizable read waits for a flush of the journal. Without writes the next flush comes with the interval, after 100 ms.
            mongod = Mongod(bench.folder, free_port(), *(["--journalCommitInterval", "1"] if sys.argv[1] == "memory" else []))
            bench.flags = ["--store", mongod.uri(DATABASE)]
            return checks[sys.argv[1]](bench, mongod)
        except (RuntimeError, OSError) as error:
            print(f"FAIL {sys.argv[1]} on MongoDB: {error}; seed {bench.seed}, commit {bench.commit}", flush=True)
            return 1
        finally:
            bench.kill()
            if mongod:
                mongod.stop()


if __name__ == "__main__":
    sys.exit(main())
