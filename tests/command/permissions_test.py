"""Files that the program may not read or write: it names the user and the permission, and does not propose a new secret. PARLEY names the program.

Runs as a user that owns none of these files. Root becomes `nobody` for that, because root may do everything.
"""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARLEY = pathlib.Path(os.environ.get("PARLEY", ROOT / "build/release/parley")).resolve()
NOBODY = 65534


class Denied(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="parley-denied-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.folder.chmod(0o755)
        self.program = self.folder / "parley"  # every user can run the program there
        shutil.copy(PARLEY, self.program)
        self.secret = self.folder / "secret"
        self.secret.write_text("a secret that is long enough\n")
        self.secret.chmod(0o644)

    def refusal(self, data, exit_code):
        as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY")}
        words = [self.program, "serve", "--data", data, "--jwt-secret-file", self.secret, "--listen", "127.0.0.1:0"]
        finished = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=30, check=False, **as_nobody)
        self.assertEqual(finished.returncode, exit_code, finished.stderr)
        return finished.stderr

    def test_a_secret_says_who_must_be_let_read_it(self):
        self.secret.chmod(0)
        said = self.refusal(self.folder / "data", 2)
        self.assertIn(f"{self.secret} cannot be read: Permission denied.", said)
        self.assertRegex(said, rf"chown \S+ {self.secret}")
        self.assertNotIn("/dev/urandom", said)

    def test_a_data_folder_that_cannot_be_made(self):
        closed = self.folder / "closed"
        closed.mkdir(mode=0o555)
        self.assert_says_how_to_grant(closed / "data", "made")

    def test_a_data_folder_that_is_anothers(self):
        data = self.folder / "data"
        data.mkdir()
        data.chmod(0o500)
        self.assert_says_how_to_grant(data, "read and written")

    def assert_says_how_to_grant(self, data, doing):
        said = self.refusal(data, 1)
        self.assertIn(f"The data folder {data} cannot be {doing}: Permission denied.", said)
        self.assertRegex(said, rf"install -d -o \S+ -m 700 {data} ")


if __name__ == "__main__":
    unittest.main()
