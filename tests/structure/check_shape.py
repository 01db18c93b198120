#!/usr/bin/env python3
"""The shape of functions: at most four parameters, also for constructors (more become a struct with named fields).

A function that needs more has a comment that says why, on the line before: `// five parameters: …`.
Reads declarations and definitions of `src`, but not calls and lambdas. Prints every violation with its file and line, and exits with
status 1 if there is one. The self-test runs first and shows that the rule can fail.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARAMETERS_MAX = 4
EXCUSE = re.compile(r"^\s*// (five|six|seven|eight) parameters: \w")
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum)\b[^;(){}]*$|extern\s*\"x*\"\s*$")
NO_FUNCTIONS = {"alignas", "decltype", "noexcept", "requires", "sizeof", "static_assert", "if", "for", "while", "switch", "return"}
BRACKETS = {"(": ")", "[": "]", "{": "}"}


def blank(text):
    """The text without comments, preprocessor lines and the content of literals; every line keeps its number."""
    pieces = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<end>[^(]*)\(.*?\)(?P=end)"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])*\'', re.S)

    def replaced(match):
        found = match.group(0)
        if found.startswith("/"):
            return re.sub(r"[^\n]", " ", found)
        return found[0] + re.sub(r"[^\n]", "x", found[1:-1]) + found[-1] if found[0] != "R" else '""' + "\n" * found.count("\n")

    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda match: "\n" * match.group(0).count("\n"), pieces.sub(replaced, text), flags=re.M)


def close(text, at):
    """The index of the bracket that closes the one at `at`."""
    depth = 0
    for index in range(at, len(text)):
        if text[index] in BRACKETS:
            depth += 1
        elif text[index] in BRACKETS.values():
            depth -= 1
            if depth == 0:
                return index
    return len(text) - 1


def count_parameters(inside):
    """The commas of a parameter list that are in no bracket, plus one."""
    depth, count = 0, 1 if inside.strip() else 0
    for index, sign in enumerate(inside):
        if sign in "([{<":
            depth += 1
        elif sign in ")]}" or (sign == ">" and inside[index - 1] != "-"):
            depth -= 1
        elif sign == "," and depth == 0:
            count += 1
    return count


def skip_initializers(text, at):
    """From the `:` of a constructor to the brace of its body."""
    while at < len(text):
        if text[at] == "{" and text[:at].rstrip()[-1] in ")}":
            return at
        at = close(text, at) + 1 if text[at] in BRACKETS else at + 1
    return at


def functions(text):
    """The name, the number of parameters and the line of each function of a source."""
    text = blank(text)
    at = start = 0
    while at < len(text):
        sign = text[at]
        head = re.sub(r"template\s*<.*?>\s*(?=[\w\[:~])", "", text[start:at], flags=re.S) if sign in "{(" else ""
        if sign == "{" and not SCOPE.search(head):  # a body, or a value in braces
            at = close(text, at)
        elif sign == "(":
            end = close(text, at)
            name = re.search(r"(~?\w+|operator\s*\S+)\s*$", head)
            if name and name.group(1) not in NO_FUNCTIONS and not re.search(r"=", head.replace("operator=", "").replace("==", "")):
                yield name.group(1), count_parameters(text[at + 1 : end]), text.count("\n", 0, at) + 1
                initializers = re.match(r"\s*(?:noexcept)?\s*:(?!:)", text[end + 1 :])
                end = skip_initializers(text, end + 1 + initializers.end()) - 1 if initializers else end
            at = end
        if sign in "{};":
            start = at + 1
        at += 1


def check_file(path, text):
    lines = text.splitlines()
    for name, count, line in functions(text):
        excused = line > 1 and EXCUSE.match(lines[line - 2])
        if count > PARAMETERS_MAX and not excused:
            yield f"{path}:{line}: `{name}` has {count} parameters; more than {PARAMETERS_MAX} become a struct with named fields"


def violations():
    for file in sorted((ROOT / "src").rglob("*.[ch]pp")):
        yield from check_file(file.relative_to(ROOT), file.read_text())


def self_test():
    five = "int a, int b, int c, int d, int e"
    bad = [
        f"void f({five});",
        f"namespace n {{\nstruct S {{\n  S({five}) : a_(a) {{}}\n  int a_;\n}};\n}}",
        f"int before() {{ return 1; }}\nstatic int f({five}) {{ return a; }}",
        f"template <typename T = int>\nvoid f({five});",
        "void f(int a, std::pair<int, int> b, void (*c)(int, int), int d, std::string e = \"a, (b\");",
        f"// ten parameters: no such excuse\nvoid f({five});",
        f"constexpr int x{{1}};\nstruct S {{ int y = g(1); }};\nvoid S::f({five}) const {{}}",
    ]
    good = [
        "void f(int a, std::map<int, int> b, void (*c)(int, int, int), std::pair<int, int> d = {1, 2});",
        f"// five parameters: the library declares them\nvoid f({five});",
        "void f() { g(1, 2, 3, 4, 5); }",
        "S::S(int a) : b_(a, 1, 2, 3, 4), c_{1, 2} { g(1, 2, 3, 4, 5); }",
        "const int x = g(1, 2, 3, 4, 5);\nint y{g(1, 2, 3, 4, 5)};",
        f"// void f({five});\nconst char* s = \"void f({five});\";",
    ]
    missed = [text for text in bad if len(list(check_file("bad.cpp", text))) != 1]
    assert not missed, f"these seeded violations were not seen: {missed}"
    wrong = [text for text in good if list(check_file("good.cpp", text))]
    assert not wrong, f"these sources are in order: {wrong}"


self_test()
found = list(violations())
print("\n".join(found) or "no function has too many parameters")
sys.exit(1 if found else 0)
