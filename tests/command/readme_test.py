"""Runs every snippet of README.md and docs/guide/integrate.md as a reader does. PARLEY names the program, README another file than the repository's.

README: its shell block while `parley demo` runs, then its browser example on the session that the block created. integrate.md: its
blocks one after the other in one shell, with a server of their own. Only ports and folders differ from the pages.
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
GUIDE = ROOT / "docs/guide/integrate.md"
MODULES = pathlib.Path(os.environ.get("NODE_MODULES", ROOT / "tests/clients/javascript/node_modules"))
# The server starts slowly, as on some machines. A block that does not wait for it fails here, too.
SLOW_SERVER = f"""#!/bin/sh
if [ "$1" = serve ]; then sleep 1.5; fi
exec '{PARLEY}' "$@"
"""
# The page that uses the example: it shows the texts and sends one.
PAGE = """
import { openChat } from "./browser.mjs";
const [url, token, sessionId] = process.argv.slice(2);
const show = ({ message, kind }) => {
  if (message !== undefined || kind === "refused") console.log(message ?? kind);
  if (message === "Good evening") process.exit();
};
const { message } = await openChat({ url, token, sessionId, show })("Good evening");
console.log(`stored ${message}`);
"""


def blocks(page, language):
    """The blocks of a page that this test runs: all except `make`, which other tests run."""
    found = re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.S | re.M)
    return [block for block in found if not block.startswith("make ")]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Snippets(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="parley-readme-"))
        self.addCleanup(shutil.rmtree, self.folder)
        program = self.folder / "build/release/parley"
        program.parent.mkdir(parents=True)
        program.write_text(SLOW_SERVER)
        program.chmod(0o755)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY")}

    def start(self, *words, **more):
        """Starts a process group that the test kills at its end. A server that a shell started remains in the group after the shell has ended."""
        process = subprocess.Popen(words, cwd=self.folder, env=self.environment, start_new_session=True, **more)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass  # everything in the group has ended
        process.wait()
        if process.stdout:
            process.stdout.close()

    def paste(self, script):
        with open(self.folder / "said", "wb") as said:
            shell = self.start("bash", "-c", "umask 022; set -euo pipefail\n" + script, stdout=said, stderr=said)
            code = shell.wait(timeout=60)
        return code, (self.folder / "said").read_text()

    def start_demo(self):
        """Starts the demo in the folder where the block is pasted, as `make run` does."""
        port = free_port()
        demo = self.start(str(PARLEY), "demo", "--listen", f"127.0.0.1:{port}", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in demo.stdout:
            if line.startswith("Parley is running"):
                return port
        return self.fail("the demo ended")

    def test_the_readme_stores_a_message_beside_the_demo_and_its_browser_example_shows_it(self):
        port = self.start_demo()
        [shell_block] = blocks(README, "sh")
        [browser_block] = blocks(README, "js")
        self.assertLessEqual(len(browser_block.splitlines()), 25)
        code, said = self.paste(shell_block.replace("localhost:3000", f"localhost:{port}") + '\nprintf "\\n%s\\n" "$patient"\n')
        self.assertEqual(code, 0, said)
        self.assertEqual(said.count('"message":"Good morning"'), 2, said)

        (self.folder / "browser.mjs").write_text(browser_block)
        (self.folder / "page.mjs").write_text(PAGE)
        (self.folder / "node_modules").symlink_to(MODULES)
        token = said.splitlines()[-1]
        page = self.start("node", "page.mjs", f"http://localhost:{port}", token, "visit-1", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        shown = page.communicate(timeout=30)[0]
        self.assertEqual([line for line in shown.splitlines() if not line.startswith("stored")], ["Good morning", "Good evening"], shown)

    def test_the_guide_starts_a_server_of_its_own_and_every_block_of_it_succeeds(self):
        port = free_port()
        self.environment["PARLEY_DATA"] = str(self.folder / "data")
        (self.folder / "examples").symlink_to(ROOT / "examples")
        script = "".join(blocks(GUIDE, "sh")).replace("3100", str(port))
        code, said = self.paste(script)
        self.assertEqual(code, 0, said)
        self.assertEqual(said.count('"message":"Good morning"'), 2, said)
        self.assertEqual(stat.S_IMODE((self.folder / "secret").stat().st_mode), 0o600)


if __name__ == "__main__":
    unittest.main()
