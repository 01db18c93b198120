"""Shared by both suites: starts `parley serve`, signs tokens, speaks REST. Standard library only."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

SECRET = "a shared secret of the test suites"
ROOT = Path(__file__).resolve().parents[3]
PARLEY = Path(os.environ.get("PARLEY", ROOT / "build/release/parley")).resolve()
PATIENCE_S = 15  # for broken servers only; no test measures time


def sign(claims, algorithm="HS256", secret=SECRET):
    def encode(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    signed = f"{encode({'alg': algorithm, 'typ': 'JWT'})}.{encode(claims)}"
    if algorithm == "none":
        return f"{signed}."
    signature = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


class Person:
    def __init__(self, role):
        self.id = secrets.token_hex(12)
        self.role = role
        self.email = f"{role}@example.org"
        self.claims = {"id": self.id, "role": role, "email": self.email, "name": f"A {role}"}
        self.token = sign(self.claims)


class Server:
    """One server process on a free port with its own data folder."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="parley-test-"))
        (self.folder / "secret").write_text(SECRET + "\n")
        self.port = 0
        self.output = []
        self.start()

    def start(self):
        flags = ["serve", "--listen", f"127.0.0.1:{self.port}", "--data", self.folder / "data",
                 "--jwt-secret-file", self.folder / "secret", "--limits", "off"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY")}
        self.process = subprocess.Popen([PARLEY, *flags], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
        listening = threading.Event()
        threading.Thread(target=self._read, args=(self.process.stdout, listening), daemon=True).start()
        if not listening.wait(PATIENCE_S) or self.port == 0:
            raise RuntimeError("the server does not listen:\n" + "".join(self.output))

    def _read(self, stream, listening):
        with stream:
            for line in stream:
                self.output.append(line)
                match = re.search(r"(?:listening on|serving\b.*?address)\W+\S*?:(\d+)", line)
                if match:
                    self.port = int(match[1])
                    listening.set()
        listening.set()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.port}"

    def kill_and_restart(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)
        self.start()

    def dispose(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)
        shutil.rmtree(self.folder, ignore_errors=True)

    def request(self, method, path, who, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        headers = {"Authorization": f"Bearer {who.token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, body=None if body is None else json.dumps(body), headers=headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    def make_session(self):
        doctor, patient = Person("doctor"), Person("patient")
        status, answer = self.request("POST", "/api/sessions/create", doctor, {"patientId": patient.id})
        assert status == 201, answer
        return doctor, patient, answer["session"]["sessionId"]

    def texts(self, who, session):
        status, answer = self.request("GET", f"/api/chat/session/{session}?limit=1000", who)
        assert status == 200, answer
        return [message["message"] for message in answer["messages"]]


EVENTS = ["chat-message", "chat-message-deleted", "user-joined", "user-left", "session-ended", "error", "webrtc-offer", "webrtc-answer",
          "ice-candidate", "signaling-message"]
# Over long polling this client may close its transport before its DISCONNECT packet has left.
GOODBYES = ("client namespace disconnect", "transport close")
OFFER = {"type": "offer", "sdp": "v=0\r\n"}
ANSWER = {"type": "answer", "sdp": "v=0\r\n"}
CANDIDATE = {"candidate": "candidate:1", "sdpMLineIndex": 0, "sdpMid": "0"}
BAD_TOKENS = {
    "garbage": "garbage",
    "another secret": lambda claims: sign(claims, secret="other"),
    "alg none": lambda claims: sign(claims, algorithm="none"),
    "expired": lambda claims: sign({**claims, "exp": 1}),
}


def bad_token(name, claims):
    made = BAD_TOKENS[name]
    return made(claims) if callable(made) else made
