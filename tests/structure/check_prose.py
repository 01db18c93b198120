#!/usr/bin/env python3
"""Counts unclear prose as far as a program can: clauses that open with what, who, whoever or whom, and the word behind. It reads the comments of
the program, the comments of tests and tools in other languages, and the pages for people. At most 2 in 1,000 words of each. The check cannot
replace a reader who understands the text at first sight.

    check_prose.py [--list]    --list: every place
"""

import ast
import io
import pathlib
import re
import subprocess
import sys
import tokenize

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HITS_PER_1000_MAX = 2
PROGRAM = ["src", "bench", "examples"]
PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/README.md", "docs/glossary.md", "docs/proofs.md", "docs/guide", "docs/operations"]
NOT_OURS = ("docs/operations/contract-coverage.md", "node_modules/", "build/")
OPENER = re.compile(r"(?:^|[.,;:(]\s+|\()(?:what|who|whoever|whom)\b|\bbehind\b", re.IGNORECASE)


def files(folders, endings):
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", *folders], capture_output=True, text=True)
    names = listed.stdout.split() if listed.returncode == 0 and listed.stdout else [
        str(path.relative_to(ROOT)) for folder in folders for path in ([ROOT / folder] if (ROOT / folder).is_file() else (ROOT / folder).rglob("*"))]
    return sorted(name for name in names if name.endswith(endings) and not any(part in name for part in NOT_OURS))


def slash_comments(text):
    """// and /* */, in C++ and JavaScript."""
    in_block = False
    for number, line in enumerate(text.splitlines(), 1):
        begin = r"^\s*\*?\s?" if in_block else r"(?:^|\s)(?://+|/\*+)\s?"
        found = re.search(begin + r"(.*)$", line)
        if not found:
            continue
        in_block = (in_block or "/*" in found.group(0)) and "*/" not in found.group(1)
        yield number, found.group(1).split("*/")[0]


def hash_comments(text):
    """# in shell scripts, CMake files and the Makefile."""
    for number, line in enumerate(text.splitlines(), 1):
        found = re.search(r"(?:^|\s)#+(?!!)\s?(.*)$", line)
        if found:
            yield number, found.group(1)


def python_comments(text):
    """# and docstrings. Other strings may hold code of any language."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("#! ")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            for offset, line in enumerate(node.body[0].value.value.splitlines()):
                yield node.body[0].lineno + offset, line.strip()


def page_lines(text):
    """Skips blocks of code, code in a line, and headings."""
    in_code = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("```"):
            in_code = not in_code
        elif not in_code and not line.startswith("#"):
            yield number, re.sub(r"`[^`]*`", "code", line).lstrip("|-* ")


READERS = {
    (".cpp", ".hpp", ".mjs", ".js"): slash_comments,
    (".sh", ".cmake", "CMakeLists.txt", "Makefile"): hash_comments,
    (".py",): python_comments,
    (".md",): page_lines,
}


def lines_of(name, text):
    return next(read for endings, read in READERS.items() if name.endswith(endings))(text)


def count(kind, names):
    words, places = 0, []
    for name in names:
        for number, text in lines_of(name, (ROOT / name).read_text(errors="replace")):
            words += len(text.split())
            places += [f"{name}:{number}: {text.strip()}" for _ in OPENER.finditer(text)]
    rate = 1000 * len(places) / max(words, 1)
    is_plain = words > 0 and rate < HITS_PER_1000_MAX
    print(f"{kind}: {len(places)} in {words:,} words, {rate:.2f} per 1,000{'' if is_plain else f' (at most {HITS_PER_1000_MAX})'}")
    if not is_plain or "--list" in sys.argv:
        print("\n".join(places))
    return is_plain


def self_test():
    seeded = {
        "a.cpp": "int a;  // Stored, who asks\n",
        "b.mjs": "let b; // Stored, who asks\n",
        "block.mjs": "/**\n * Stored, who asks\n */\n",
        "c.py": "c = 1  # Stored, who asks\n",
        "docstring.py": 'def c():\n    """Stored, who asks"""\n',
        "d.sh": "#!/bin/sh\n# Stored, who asks\n",
        "e.cmake": "set(e 1)  # Stored, who asks\n",
        "CMakeLists.txt": "# Stored, who asks\n",
        "Makefile": "f: ## Stored, who asks\n",
        "g.md": "Stored, who asks\n",
    }
    missed = [name for name, text in seeded.items() if not any(OPENER.search(line) for _, line in lines_of(name, text))]
    assert not missed, f"the seeded clauses in these files were not seen: {missed}"
    code = {"a.mjs": "/* b */\nask(', who asks');\n", "c.py": "c = '# Stored, who asks'\n", "d.sh": "#!/bin/who\n", "g.md": "```\n, who asks\n```\n"}
    assert not [name for name, text in code.items() for _, line in lines_of(name, text) if OPENER.search(line)]


def main():
    self_test()
    others = (".mjs", ".js", ".py", ".sh", ".cmake", "CMakeLists.txt", "Makefile")
    plain = [
        count("comments in C++", files(PROGRAM, (".cpp", ".hpp"))),
        count("comments in other languages", files(["."], others)),
        count("pages", files(PAGES, ".md")),
    ]
    return 0 if all(plain) else 1


if __name__ == "__main__":
    sys.exit(main())
