#!/usr/bin/env python3
"""Checks that docs are true: every relative link has a target, every `make` target exists, and every quoted file is quoted exactly.

A code block that is copied from a file says so in the line before it: `<!-- from: examples/chat.mjs -->`. The block must equal the file.
Prints every violation and exits with status 1 if there is one.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def documents():
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    names = listed or [str(path.relative_to(ROOT)) for path in ROOT.glob("*.md")]
    return [ROOT / name for name in names]


def targets():
    return set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.M))


def broken_links(path, text):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target and not target.startswith("mailto:") and not (path.parent / target).exists():
            yield f"{path.relative_to(ROOT)}: the link {target} leads nowhere"


def unknown_targets(path, text):
    for name in re.findall(r"`make ([a-z0-9-]+)", text):
        if name not in targets():
            yield f"{path.relative_to(ROOT)}: there is no `make {name}`"


def stale_quotes(path, text):
    for source, block in re.findall(r"<!-- from: (\S+) -->\n```[a-z]*\n(.*?)```", text, re.S):
        file = ROOT / source
        if not file.exists() or file.read_text().strip() != block.strip():
            yield f"{path.relative_to(ROOT)}: the block from {source} differs from the file"


found = [line for path in documents() for check in (broken_links, unknown_targets, stale_quotes) for line in check(path, path.read_text())]
print("\n".join(found) or "the docs agree with the tree")
sys.exit(1 if found else 0)
