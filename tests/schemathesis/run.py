#!/usr/bin/env python3
"""Checks the documents that the server generates against the server; ends with one PASS or FAIL line.

Both documents fulfil the schemas of their formats and list exactly the router's routes. schemathesis, with every check but `unsupported_method`
(docs/api-contract.md §2.3 answers 404), finds no failure. Every operation succeeds at least once. Every event is emitted and received
in a call over Socket.IO, as the other document describes.
`--seed N` repeats a run, `--cases N` sets the number of random cases of each kind for an operation.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "clients/python"))
import documents  # noqa: E402
import sockets  # noqa: E402
from harness import Server  # noqa: E402


def fetch(origin, path):
    with urllib.request.urlopen(origin + path, timeout=15) as response:
        return json.load(response)


def run_schemathesis(origin, openapi, seed, cases, folder):
    """Returns (exit code, output, {"statuses": {operation: {status: count}}, "extra": [keys that the document does not mention]})."""
    document, answers = folder / "openapi.json", folder / "answers.json"
    document.write_text(json.dumps(openapi))  # a file, because schemathesis would not test the paths of a document that it loads from the server
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"), "PARLEY_ORIGIN": origin, "PARLEY_ANSWERS": str(answers),
                   "PARLEY_DOCUMENT": str(document)}
    command = [sys.executable, "-B", "-m", "schemathesis.cli", "run", str(document), "--url", origin, "--checks", "all", "--exclude-checks", "unsupported_method",
               "--seed", str(seed), "--max-examples", str(cases), "--workers", "1", "--continue-on-failure", "--no-color"]
    run = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return run.returncode, run.stdout, json.loads(answers.read_text()) if answers.exists() else {"statuses": {}, "extra": []}


def never_succeeded(openapi, answers):
    for (method, path), operation in documents.operations_of(openapi).items():
        if not any(status.startswith("2") for status in answers.get(operation["operationId"], {})):
            yield f"{method.upper()} {path} never succeeded: {answers.get(operation['operationId'])}"


def commit():
    described = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False)
    return described.stdout.strip() or "unknown"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", type=int, default=int(os.environ.get("SEED") or 1))
    arguments.add_argument("--cases", type=int, default=40)
    given = arguments.parse_args()
    server = Server()
    try:
        with tempfile.TemporaryDirectory(prefix="parley-schemathesis-") as folder:
            openapi, asyncapi = fetch(server.origin, "/openapi.json"), fetch(server.origin, "/asyncapi.json")
            faults = documents.check(openapi, asyncapi) + sockets.check(server, asyncapi)
            code, output, answers = run_schemathesis(server.origin, openapi, given.seed, given.cases, pathlib.Path(folder))
            if server.process.poll() is not None:
                faults.append("the server is gone")
    finally:
        server.dispose()
    faults += [*never_succeeded(openapi, answers["statuses"]), *answers["extra"]]
    counted = re.search(r"(\d+) generated(?:, (\d+) passed)?", output)
    failures = sum(int(count) for count in re.findall(r"❌ .*?: (\d+)$", output, re.MULTILINE))
    cases = int(counted[1]) if counted else 0
    if code != 0 or not cases:
        print(output)
        failures = failures or 1
    for fault in faults:
        print(fault)
    passed = failures == 0 and not faults
    events = len(asyncapi["operations"])
    print(f"{'PASS' if passed else 'FAIL'} schemathesis: {len(documents.operations_of(openapi))} operations, all with an answer of success; "
          f"{events} events; {cases} cases; {failures} failures; {len(faults)} faults of the documents; seed {given.seed}; commit {commit()}"
          if passed else
          f"FAIL schemathesis: {len(documents.operations_of(openapi))} operations; {events} events; {cases} cases; {failures} failures; "
          f"{len(faults)} faults; seed {given.seed}; commit {commit()}")
    return 0 if passed else 1


sys.exit(main())
