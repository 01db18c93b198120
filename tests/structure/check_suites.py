#!/usr/bin/env python3
"""Checks tests/suites.json, the list of suites in other languages: every file of tests is in it exactly once, every listed file exists, a suite
imports every module with tests that is not listed, names are unique, and `verdict.mjs` knows each kind that the Makefile asks for. A suite
outside the list would never run.

Prints every violation and exits with status 1 if there is one.
"""
import collections
import json
import pathlib
import posixpath
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
SUITE_FILE = re.compile(r"\.test\.mjs$|(?:^|/)test_[^/]*\.py$|_test\.py$")
TEST_MODULE = re.compile(r"^import \{[^}]*\b(?:test|describe)\b[^}]*\} from 'node:test';$", re.MULTILINE)
PART = re.compile(r"^import '(\./[^']+)';$", re.MULTILINE)  # a suite imports its parts without a name
KEYS_REQUIRED = {"name", "ctest", "folder", "file", "labels", "timeout"}
KEYS = KEYS_REQUIRED | {"more_files", "arguments", "kinds", "also_on_mongodb", "venv", "server"}


def suite_files():
    names = [str(path.relative_to(TESTS)) for pattern in ("*.mjs", "*.py") for path in TESTS.rglob(pattern) if "node_modules" not in path.parts]
    return sorted(name for name in names if SUITE_FILE.search(name))


def listed_files(suites):
    return [f"{suite['folder']}/{name}" for suite in suites for name in [suite["file"], *suite.get("more_files", [])]]


def modules():
    """The text of every module in JavaScript, by its name."""
    paths = (path for path in TESTS.rglob("*.mjs") if "node_modules" not in path.parts)
    return {str(path.relative_to(TESTS)): path.read_text() for path in paths}


def unreached(suites, texts):
    """The modules with tests that no suite runs."""
    reached, waiting = set(), listed_files(suites)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += [posixpath.normpath(posixpath.join(posixpath.dirname(name), part)) for part in PART.findall(texts.get(name, ""))]
    return sorted(name for name, text in texts.items() if TEST_MODULE.search(text) and name not in reached)


def repeated(names):
    return sorted(name for name, count in collections.Counter(names).items() if count > 1)


def violations(suites, files, makefile, texts):
    for suite in suites:
        for key in sorted(KEYS_REQUIRED - set(suite)) + sorted(set(suite) - KEYS):
            yield f"the suite {suite.get('name')}: the key {key} is missing or unknown"
    if not all(KEYS_REQUIRED <= set(suite) for suite in suites):
        return
    listed = listed_files(suites)
    yield from (f"{name} is not in the list, so nothing runs it" for name in files if name not in listed)
    yield from (f"{name} is in the list and does not exist" for name in listed if name not in files and not (TESTS / name).is_file())
    yield from (f"{name} has tests, and no suite in the list imports it" for name in unreached(suites, texts) if name not in files)
    yield from (f"{name} is in the list more than once" for name in repeated(listed))
    yield from (f"two suites have the name {name}" for name in repeated(suite["name"] for suite in suites))
    tests = [suite["ctest"] for suite in suites] + [f"mongodb_{suite['name']}" for suite in suites if suite.get("also_on_mongodb")]
    yield from (f"two suites are the test {name} of ctest" for name in repeated(tests))
    kinds = {kind for suite in suites for kind in suite.get("kinds", [])}
    yield from (f"Makefile: no suite is of the kind {kind}" for kind in re.findall(r"verdict\.mjs ([\w-]+)", makefile) if kind not in kinds)


def self_test():
    def suite(name, **more):
        return {"name": name, "ctest": name, "folder": "f", "file": f"{name}.test.mjs", "labels": [], "timeout": 1, "kinds": ["k"], **more}

    files = ["f/a.test.mjs", "f/b.test.mjs"]
    good = [suite("a"), suite("b")]
    tests = "import { test } from 'node:test';\n"
    parts = {"f/a.test.mjs": "import './a/one.mjs';\n", "f/a/one.mjs": tests + "import './two.mjs';\n", "f/a/two.mjs": tests}
    assert not list(violations(good, files, "verdict.mjs k", parts))
    assert list(violations(good, files, "", {**parts, "f/a/three.mjs": tests})) == ["f/a/three.mjs has tests, and no suite in the list imports it"]
    seeded = {
        "not in the list": ([suite("a")], files, ""),
        "does not exist": ([*good, suite("c")], files, ""),
        "more than once": ([*good, suite("c", file="a.test.mjs")], files, ""),
        "have the name a": ([suite("a"), suite("a", ctest="b", file="b.test.mjs")], files, ""),
        "are the test a": ([suite("a"), suite("b", ctest="a")], files, ""),
        "are the test mongodb_a": ([suite("a", also_on_mongodb=True), suite("b", ctest="mongodb_a")], files, ""),
        "key on_mongodb": ([suite("a", on_mongodb=True), suite("b")], files, ""),
        "key ctest": ([{"name": "a"}], files, ""),
        "kind other": (good, files, "verdict.mjs other"),
    }
    missed = [fault for fault, case in seeded.items() if not any(fault in found for found in violations(*case, {}))]
    assert not missed, f"these seeded violations were not seen: {missed}"


self_test()
all_suites = json.loads((TESTS / "suites.json").read_text())["suites"]
found = list(violations(all_suites, suite_files(), (ROOT / "Makefile").read_text(), modules()))
print("\n".join(found) or f"the list has all {len(all_suites)} suites")
sys.exit(1 if found else 0)
