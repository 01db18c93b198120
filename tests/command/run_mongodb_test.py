"""`make run STORE=mongodb`, by its script: a database of its own, two links that chat, and the history after a restart."""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARLEY = os.environ.get("PARLEY", str(ROOT / "build/release/parley"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_script(data, store="mongodb", **environment):
    """Runs the script until it ends by itself."""
    command = [str(ROOT / "tools/run-mongodb.sh"), PARLEY, store, data, "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          start_new_session=True) as process:
        try:
            out, error = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, error)


class Demo:
    """The running demo and its output."""

    def __init__(self, data, store="mongodb"):
        environment = {**os.environ, "MONGOD_PORT": str(free_port())}
        command = [str(ROOT / "tools/run-mongodb.sh"), PARLEY, store, data, f"127.0.0.1:{free_port()}"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        start_new_session=True)
        self.text = ""
        for line in self.process.stdout:
            self.text += line
            if line.strip().startswith("-H 'Content-Type: application/json'"):
                return
        raise AssertionError(self.text + self.process.stderr.read())

    def call(self, path, body=None):
        url = re.search(r"(http://\S+)/demo#", self.text).group(1)
        token = re.search(r"Bearer ([^']+)'", self.text).group(1)
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(url + path, data, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    @property
    def session(self):
        return re.search(r"session=([0-9a-f-]{36})", self.text).group(1)

    def interrupt(self):
        """Ctrl-C in a terminal: every process of the group receives the signal."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.communicate(timeout=30)
        return self.process.returncode

    def terminate(self):
        """Like a supervisor: only the first process receives the signal."""
        self.process.terminate()
        self.process.communicate(timeout=30)
        return self.process.returncode

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=30)


class RunOnMongoDb(unittest.TestCase):
    def test_chats_and_keeps_the_history_over_an_end_and_a_kill(self):
        with tempfile.TemporaryDirectory() as data:
            told = []
            for how in ("interrupt", "kill", "terminate", "interrupt"):
                demo = Demo(data)
                try:
                    stored = demo.call("/api/chat/store", {"sessionId": demo.session, "message": f"before the {how}"})
                    told.append(stored["chatMessage"]["_id"])
                    page = demo.call(f"/api/chat/session/{demo.session}")
                    self.assertEqual([message["_id"] for message in page["messages"]], told)
                    self.assertEqual(page["messages"][0]["senderId"]["name"], "Dr. Ada Byron", "from the collection `users`")
                finally:
                    ended = getattr(demo, how)()
                if how != "kill":
                    self.assertEqual(ended, 0, f"the demo drains at {how}")
            self.assertEqual(oct(os.stat(f"{data}/mongodb").st_mode & 0o777), "0o700")

    def test_a_port_that_is_taken_is_said_and_who_has_it_is_not_touched(self):
        with tempfile.TemporaryDirectory() as data, socket.create_server(("127.0.0.1", 0)) as another:
            port = str(another.getsockname()[1])
            run = run_script(data, MONGOD_PORT=port)
            self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
            self.assertIn(f"Port {port} of this machine is taken", run.stderr)
            self.assertIn("MONGOD_PORT=N", run.stderr)
            another.setblocking(False)
            with self.assertRaises(BlockingIOError, msg="nobody has connected there"):
                another.accept()

    def test_what_mongod_says_is_shown_when_it_does_not_start(self):
        with tempfile.TemporaryDirectory() as data:
            os.mkdir(f"{data}/mongodb")
            pathlib.Path(f"{data}/mongodb/storage.bson").write_text("no database")
            run = run_script(data, MONGOD_PORT=str(free_port()))
            self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
            self.assertRegex(run.stderr, r"mongod did not start \(exit code \d+\)[^\n]*\n\{[^\n]*storage engine metadata")

    def test_a_store_it_does_not_know_is_refused_with_what_to_write(self):
        run = run_script("/nowhere", store="mongo")
        self.assertEqual(run.returncode, 2)
        self.assertIn("STORE must be mongodb, or the URI", run.stderr)


if __name__ == "__main__":
    unittest.main()
