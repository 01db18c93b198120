#!/usr/bin/env python3
"""What each part of the server costs as event loops are added, and the rate that follows for more cores than this machine has.

    bench/run_cores.sh     loops 1, 2, 4, ... all on core 0, client on core 1: processor time of a message, by kind of thread

Environment: PARLEY, LOOPS (1,2,4,8), REPEAT (3), SECONDS_EACH (4), JSON (a file for all figures).

The model: n cores share the work of all threads, the committer is one thread, and RocksDB writes its files with two. So the rate is the smallest of
n / (time of a message on all threads), 1 / (time in the committer) and 2 / (time in RocksDB's threads). It assumes that the disk keeps up, that the kernel's
part of a message does not grow with the cores, and that sessions spread evenly. It says nothing of memory that two processors share.
"""

import json
import os
import pathlib
import shutil
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from checks import Bench, Conclusion, SESSIONS  # noqa: E402
from peer_table import spread_text  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
FILE_THREADS = 2  # max_background_jobs in store/embedded/database_options.cpp
CORES_SHOWN = (1, 2, 4, 8, 16, 32)
KINDS = {"store-commit": "commit", "store-read": "other", "body-reader": "other"}  # by name of the thread; event loops have the name of the program


def thread_seconds(pid):
    """Processor time so far of the threads of the process, by kind."""
    seconds = {"loops": 0.0, "commit": 0.0, "other": 0.0}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        name, _, rest = (task / "stat").read_text().partition("(")[2].rpartition(")")
        fields = rest.split()
        kind = KINDS.get(name, "other" if name.startswith(("rocksdb", "log")) else "loops")
        seconds[kind] += (int(fields[11]) + int(fields[12])) / TICKS
    return seconds


def measured(bench, loops, in_flight):
    """One run on a server of its own: microseconds of a message by kind of thread, and the rate."""
    bench.start(core=0, threads=loops)
    before = thread_seconds(bench.server.pid)
    report = bench.run("relay", *SESSIONS, "--in-flight", in_flight, "--seconds", os.environ.get("SECONDS_EACH", "4"), core=1)
    after = thread_seconds(bench.server.pid)
    bench.kill()
    shutil.rmtree(bench.folder / "data")
    if not report["clean"]:
        raise RuntimeError(f"{loops} loops: the read-back is not clean")
    stored = report["runs"][0]["verdict"]["stored"]
    figures = {kind: (after[kind] - before[kind]) / stored * 1e6 for kind in before}
    figures["rate"] = report["spread"]["messages_per_second"]["median"]
    return figures


def rate_of(cores, figures):
    """Messages a second by the model, and the part that bends the curve."""
    bounds = {
        "all cores are busy": cores * 1e6 / (figures["loops"] + figures["commit"] + figures["other"]),
        "the committer is busy": 1e6 / figures["commit"],
        "RocksDB's threads are busy": FILE_THREADS * 1e6 / figures["other"],
    }
    reason = min(bounds, key=bounds.get)
    return bounds[reason], reason


def main():
    loop_counts = [int(each) for each in os.environ.get("LOOPS", "1,2,4,8").split(",")]
    rounds = int(os.environ.get("REPEAT", "3"))
    runs = {loops: [] for loops in loop_counts}
    with Bench() as bench:
        conclusion = Conclusion(f"cores: loops on core 0, client on core 1, 8 in flight, median of {rounds} rounds (least to most)", bench)
        for turn in range(rounds):
            for loops in loop_counts[:: 1 if turn % 2 == 0 else -1]:
                runs[loops].append(measured(bench, loops, 8))
        middle = {loops: {name: statistics.median(run[name] for run in results) for name in results[0]} for loops, results in runs.items()}
        for loops, figures in middle.items():
            spread = lambda name: spread_text([run[name] for run in runs[loops]], "{:.2f}")
            print(f"{loops:>3} loops: {figures['rate']:>8,.0f} msg/s; us a message: loops {spread('loops')}, committer {spread('commit')}, "
                  f"others {spread('other')}", flush=True)
        many = middle[loop_counts[-1]]
        for cores in CORES_SHOWN:
            rate, reason = rate_of(cores, middle.get(cores, many))
            print(f"{cores:>3} cores, by the model: {rate:>9,.0f} msg/s; {reason}", flush=True)
        conclusion.note(f"a message costs {middle[loop_counts[0]]['loops']:.2f} us on one loop and {many['loops']:.2f} us on {loop_counts[-1]}; "
                        f"the committer {many['commit']:.2f} us")
        if os.environ.get("JSON"):
            pathlib.Path(os.environ["JSON"]).write_text(json.dumps({"commit": bench.commit, "runs": runs}, indent=1))
        return conclusion.say()


if __name__ == "__main__":
    sys.exit(main())
