#!/usr/bin/env python3
"""Counts unclear prose as far as a program can: clauses that open with what, who, whoever or whom, and the word behind, in the comments of
the program and in the pages for people. At most 2 in 1,000 words of each. It cannot replace a reader who understands the text at first sight.

    check_prose.py [--list]    --list: every place
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HITS_PER_1000_MAX = 2
COMMENTS = ["src", "bench", "examples"]
PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/README.md", "docs/glossary.md", "docs/proofs.md", "docs/guide", "docs/operations"]
GENERATED = {"docs/operations/contract-coverage.md"}
OPENER = re.compile(r"(?:^|[.,;:(]\s+|\()(?:what|who|whoever|whom)\b|\bbehind\b", re.IGNORECASE)


def files(folders, ending):
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", *folders], capture_output=True, text=True)
    names = listed.stdout.split() if listed.returncode == 0 and listed.stdout else [
        str(path.relative_to(ROOT)) for folder in folders for path in ([ROOT / folder] if (ROOT / folder).is_file() else (ROOT / folder).rglob("*"))]
    return sorted(name for name in names if name.endswith(ending) and name not in GENERATED)


def comment_lines(name):
    for number, line in enumerate((ROOT / name).read_text(errors="replace").splitlines(), 1):
        found = re.search(r"(?:^|\s)//+\s?(.*)$", line)
        if found:
            yield number, found.group(1)


def page_lines(name):
    """Skips blocks of code, code in a line, and headings."""
    in_code = False
    for number, line in enumerate((ROOT / name).read_text().splitlines(), 1):
        if line.startswith("```"):
            in_code = not in_code
        elif not in_code and not line.startswith("#"):
            yield number, re.sub(r"`[^`]*`", "code", line).lstrip("|-* ")


def count(kind, names, lines):
    words, places = 0, []
    for name in names:
        for number, text in lines(name):
            words += len(text.split())
            places += [f"{name}:{number}: {text.strip()}" for _ in OPENER.finditer(text)]
    rate = 1000 * len(places) / max(words, 1)
    is_plain = words > 0 and rate < HITS_PER_1000_MAX
    print(f"{kind}: {len(places)} in {words:,} words, {rate:.2f} per 1,000{'' if is_plain else f' (at most {HITS_PER_1000_MAX})'}")
    if not is_plain or "--list" in sys.argv:
        print("\n".join(places))
    return is_plain


def main():
    plain = [count("comments", files(COMMENTS, (".cpp", ".hpp")), comment_lines), count("pages", files(PAGES, ".md"), page_lines)]
    return 0 if all(plain) else 1


if __name__ == "__main__":
    sys.exit(main())
