#!/usr/bin/env python3
"""The dependency rule, read from the sources: every include must follow from the link lists in CMakeLists.txt.

Also checked: the folders that may include each library, the files that may use time and randomness, the length of files of src and tests, and
the number of files in a folder.
Prints every violation with its file and line, and exits with status 1 if there is one. `--self-test` shows that each rule can fail.
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
TESTS = ROOT / "tests"

# Library headers: the folders that may include them, and whether headers may include them too.
LIBRARIES = {
    r"boost/(?!container/|unordered/)": ({"server/http"}, False),
    r"boost/(container|unordered)/": ({"base"}, True),
    r"rocksdb/": ({"store/embedded"}, False),
    r"(mongoc|bson)/": ({"store/mongo/driver", "store/mongo/adoption"}, False),
    r"simdjson": ({"protocol", "api", "auth/jwt", "http_api", "store/mongo/driver", "bench"}, False),
    r"spdlog/": ({"observability", "main"}, False),
    r"openssl/": ({"base"}, False),
    r"toml\+\+|toml\.hpp": ({"config"}, False),
    r"zlib\.h": ({"server/http", "http_api"}, False),
    r"brotli/": ({"http_api"}, False),
}
# Calls that only the files of the list may make.
SEAMS = {
    r"(steady_clock|system_clock|high_resolution_clock)::now\(": {"base/system_clock.cpp", "base/clock.cpp"},
    r"std::random_device|RAND_bytes": {"base/entropy.cpp", "base/system_entropy.cpp"},
    r"\bgetenv\(": {"config/", "main/"},
    r"sleep_for\(|usleep\(": set(),
}
# Events of Socket.IO are named only in the tables that make /asyncapi.json (service/shared/client_event, service/shared/server_event).
EVENTS = {
    r"encode_event\((?!.*\bname_of\()": "emit a ServerEvent: encode_event(…, name_of(event), …)",
    r"\bname\s*==\s*\"": "handle an event by its row in ClientSession::rows()",
}
LINES_MAX = 400
TEST_FILES = {".cpp", ".hpp", ".mjs", ".py"}
FILES_MAX = 40  # in a folder, without its subfolders


def folders_and_links():
    text = (ROOT / "CMakeLists.txt").read_text()
    links = {}
    for match in re.finditer(r"parley_library\(([^)]*)\)", text):
        words = match.group(1).split()
        links[words[0]] = {word.removeprefix("parley::") for word in words[1:] if word.startswith("parley::")}
    names = {folder.replace("/", "_"): folder for folder in links}
    return {folder: {names[name] for name in direct} for folder, direct in links.items()}


def reachable(folder, links):
    seen, waiting = {folder}, [folder]
    while waiting:
        for target in links.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def folder_of(path, links):
    """The longest folder of the map that holds `path` (relative to src)."""
    parts = path.split("/")
    for length in range(len(parts) - 1, 0, -1):
        candidate = "/".join(parts[:length])
        if candidate in links:
            return candidate
    return parts[0]


def within(folder, homes):
    return any(folder == home or folder.startswith(home + "/") for home in homes)


def check_file(path, text, links):
    folder = folder_of(path, links)
    allowed = reachable(folder, links)
    header = path.endswith(".hpp")
    for number, line in enumerate(text.splitlines(), 1):
        included = re.match(r'\s*#include\s+[<"]([^">]+)[">]', line)
        if included:
            yield from check_include(path, number, included.group(1), folder, allowed, header, links)
        elif not line.lstrip().startswith("//"):
            for pattern, owners in SEAMS.items():
                if re.search(pattern, line) and not any(path.startswith(owner) for owner in owners):
                    yield f"src/{path}:{number}: `{line.strip()}` belongs behind an interface (owners: {', '.join(sorted(owners)) or 'nobody'})"
            for pattern, instead in EVENTS.items() if within(folder, {"service"}) else ():
                if re.search(pattern, line):
                    yield f"src/{path}:{number}: `{line.strip()}` names an event that the document does not know; {instead}"
    yield from check_length(f"src/{path}", text)
    if header and "#pragma once" not in text:
        yield f"src/{path}: a header without #pragma once"


def check_length(name, text):
    if len(text.splitlines()) > LINES_MAX:
        yield f"{name}: {len(text.splitlines())} lines; a file of more than {LINES_MAX} is two things"


def check_tests(texts):
    for name, text in texts:
        yield from check_length(f"tests/{name}", text)


def is_test_file(path):
    return path.suffix in TEST_FILES and "node_modules" not in path.parts


def check_include(path, number, name, folder, allowed, header, links):
    if (SOURCE / name).exists() or name.split("/")[0] in {part.split("/")[0] for part in links}:
        target = folder_of(name, links)
        if target not in allowed and folder != "main":
            yield f"src/{path}:{number}: new arrow {folder} -> {target}; the link list of `{folder}` in CMakeLists.txt does not have it"
        return
    for pattern, (homes, in_headers) in LIBRARIES.items():
        if re.match(pattern, name):
            if not within(folder, homes):
                yield f"src/{path}:{number}: <{name}> may be included in {', '.join(sorted(homes))} only"
            elif header and not in_headers and not path.endswith("_impl.hpp") and "/detail/" not in path and not private_header(path):
                yield f"src/{path}:{number}: <{name}> in a header makes everybody compile it; keep it in sources"


def check_folders(paths):
    counts = collections.Counter(path.rpartition("/")[0] for path in paths)
    for folder, count in sorted(counts.items()):
        if count > FILES_MAX:
            yield f"src/{folder}: {count} files; a folder of more than {FILES_MAX} is two things"


def private_header(path):
    """Whether the first lines of a header say that only its own folder includes it."""
    return "Private to this folder" in (SOURCE / path).read_text()[:600]


def violations():
    links = folders_and_links()
    files = sorted(SOURCE.rglob("*.[ch]pp"))
    yield from check_folders(str(file.relative_to(SOURCE)) for file in files)
    for file in files:
        yield from check_file(str(file.relative_to(SOURCE)), file.read_text(), links)
    tests = sorted(file for file in TESTS.rglob("*") if is_test_file(file))
    yield from check_tests((str(file.relative_to(TESTS)), file.read_text()) for file in tests)


def self_test():
    links = folders_and_links()
    seeded = {
        "domain/bad.cpp": '#include "service/chat_service.hpp"\n',
        "service/session/upwards.cpp": '#include "service/use_cases/publish.hpp"\n',
        "store/mongo/log/upwards.cpp": '#include "store/mongo/adoption/adoption.hpp"\n',
        "server/loop/upwards.cpp": '#include "server/connection/connection.hpp"\n',
        "http_api/request/upwards.cpp": '#include "http_api/routing/route_table.hpp"\n',
        "service/bad.cpp": '#include "store/embedded/embedded_store.hpp"\n',
        "protocol/bad.cpp": "#include <boost/asio.hpp>\n",
        "service/worse.cpp": "auto now = std::chrono::steady_clock::now();\n",
        "service/session/emits.cpp": 'send(encode_event(chat_namespace, "wave", json));\n',
        "service/socket/handles.cpp": 'if (event.name == "wave") return wave();\n',
        "base/long.cpp": "\n" * (LINES_MAX + 1),
    }
    missed = [path for path, text in seeded.items() if not list(check_file(path, text, links))]
    assert not missed, f"these seeded violations were not seen: {missed}"
    assert list(check_folders(f"base/full/{number}.cpp" for number in range(FILES_MAX + 1)))
    assert not list(check_folders(f"base/part{number % 2}/{number}.cpp" for number in range(2 * FILES_MAX)))
    for name in ("unit/base/long_test.cpp", "support/long.hpp", "browser/long.test.mjs", "structure/long.py"):
        assert is_test_file(pathlib.Path(name)) and len(list(check_tests([(name, "\n" * (LINES_MAX + 1))]))) == 1
        assert not list(check_tests([(name, "\n" * LINES_MAX)]))
    assert not is_test_file(pathlib.Path("browser/node_modules/long.mjs"))
    assert not list(check_file("service/good.cpp", '#include "domain/entry.hpp"\n#include "store/session_log.hpp"\n', links))


self_test()
found = list(violations())
print("\n".join(found) or "the includes follow the map")
sys.exit(1 if found else 0)
