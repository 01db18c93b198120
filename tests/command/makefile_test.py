"""The Makefile: a build that fails fails the target, and a value with blanks or quotes stays one value.

Make runs the real recipes. `cmake` and `parley` are stand-ins that print their arguments.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Makefile(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="parley-make-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "build").mkdir()
        self.stand_in("parley", 'printf "parley:%s\\n" "$@"', self.folder / "build")

    def stand_in(self, name, script, folder=None):
        path = (folder or self.folder) / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def make(self, *words):
        """Treats the targets that install and configure as done. `make fresh` proves those."""
        environment = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "MAKEFLAGS": ""}
        command = ["make", "-o", "configured", "-o", "install-build", f"BUILD={self.folder}/build", *words]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)

    def test_a_failed_build_is_not_run(self):
        self.stand_in("cmake", "echo 'error: expected a semicolon'; exit 1")
        for target in ("run", "build"):
            finished = self.make(target)
            self.assertNotEqual(finished.returncode, 0, target)
            self.assertIn("expected a semicolon", finished.stdout)
            self.assertNotIn("parley:", finished.stdout)

    def test_the_folder_and_the_address_arrive_as_they_were_given(self):
        self.stand_in("cmake", "exit 0")
        folder = "/some path/it's \"mine\" $HOME".replace("$", "$$")
        finished = self.make("run", f"DATA={folder}", "LISTEN=0.0.0.0:8080")
        self.assertEqual(finished.returncode, 0, finished.stderr)
        for word in ("parley:" + folder.replace("$$", "$"), "parley:0.0.0.0:8080"):
            self.assertIn(word, finished.stdout.splitlines())

    def test_build_builds_the_examples_too(self):
        self.stand_in("cmake", 'echo "cmake: $*"')
        finished = self.make("build")
        self.assertRegex(finished.stdout, "--target parley\n")
        self.assertRegex(finished.stdout, "--target examples\n")


class Scripts(unittest.TestCase):
    def test_each_stops_at_a_failure_inside_a_pipe(self):
        scripts = sorted((ROOT / "tools").glob("*.sh"))
        self.assertTrue(scripts)
        for script in scripts:
            self.assertIn("\nset -euo pipefail\n", script.read_text(), script.name)


if __name__ == "__main__":
    unittest.main()
