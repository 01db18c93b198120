"""The block "By hand" of the README, pasted as it stands into a shell: PARLEY (the program), README (another file than the repository's).

Only the port is another, the folder is an empty one, and `make build` is left out. The server is made slow to start, because on some
machine it is.
"""
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARLEY = pathlib.Path(os.environ.get("PARLEY", ROOT / "build/release/parley")).resolve()
README = pathlib.Path(os.environ.get("README", ROOT / "README.md"))
SLOW_SERVER = f"""#!/bin/sh
if [ "$1" = serve ]; then sleep 1.5; fi
exec '{PARLEY}' "$@"
"""


def block():
    section = README.read_text().split("\n## Try it\n")[1]
    text = re.search(r"```sh\n(make build\n.*?)```", section, re.S).group(1)
    return text.replace("make build\n", "", 1)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class TryIt(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="parley-readme-"))
        self.addCleanup(shutil.rmtree, self.folder)
        program = self.folder / "build/release/parley"
        program.parent.mkdir(parents=True)
        program.write_text(SLOW_SERVER)
        program.chmod(0o755)

    def paste(self):
        port = free_port()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY")}
        environment["PARLEY_LISTEN"] = f"127.0.0.1:{port}"
        script = "umask 022; set -euo pipefail\n" + block().replace("localhost:3000", f"localhost:{port}")
        with open(self.folder / "said", "wb") as said:
            shell = subprocess.Popen(["bash", "-c", script], cwd=self.folder, env=environment, stdout=said, stderr=said, start_new_session=True)
            self.addCleanup(self.end, shell.pid)
            code = shell.wait(timeout=60)
        return code, (self.folder / "said").read_text()

    @staticmethod
    def end(group):
        """The server stays behind in the shell's process group."""
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            pass  # it went with the shell: then the block has failed, and the test says so

    def test_the_block_stores_a_message_and_reads_it_back(self):
        code, said = self.paste()
        self.assertEqual(code, 0, said)
        self.assertEqual(said.count('"message":"Good morning"'), 2, said)
        self.assertEqual(stat.S_IMODE((self.folder / "secret").stat().st_mode), 0o600)


if __name__ == "__main__":
    unittest.main()
