"""The data for the document's cases: three people, a session between two of them, and new ones that a case may use up."""

import http.client
import json
import re
import unicodedata
import urllib.parse

from harness import Person, sign

OID = re.compile(r"[0-9a-fA-F]{24}")


def is_id(text):
    """Whether `text` is a valid id of a session or a user. JSON Schema does not count bytes. An unpaired surrogate becomes U+FFFD."""
    if not isinstance(text, str) or any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        return False
    return 1 <= len(text.encode()) <= 64 and "\ufffd" not in text


class World:
    def __init__(self, origin):
        self.address = urllib.parse.urlsplit(origin).netloc
        self.people = {role: Person(role) for role in ("doctor", "patient", "admin")}
        self.seen = set()
        self.renew()

    def token(self, role):
        return self.people[role].token

    def renew(self):
        """All sessions may have ended, so only sessions created from now on are known to be open."""
        self.open = set()
        self.session = self._make_session(self.people["patient"])

    def use_up_session(self):
        """A session that the doctor may end and no other case needs."""
        return self._make_session(Person("patient"))

    def use_up_ended_session(self):
        """An ended session that the doctor may reopen."""
        session = self.use_up_session()
        self._post(f"/api/sessions/{session}/end", {})
        return session

    def use_up_message(self):
        """A message of the doctor that may be deleted."""
        answer = self._post("/api/chat/store", {"sessionId": self.session, "message": "to be deleted"})
        return answer["chatMessage"]["_id"]

    def use_up_token(self):
        """A unique token of the doctor. Revoking it signs nobody else out."""
        self.signed = getattr(self, "signed", 0) + 1
        return sign({**self.people["doctor"].claims, "jti": str(self.signed)})

    def _make_session(self, patient):
        answer = self._post("/api/sessions/create", {"patientId": patient.id})
        session = answer["session"]["sessionId"] if "session" in answer else answer["sessionId"]
        self.open.add(session)
        self.seen.add(session)
        return session

    def _post(self, path, body):
        connection = http.client.HTTPConnection(self.address, timeout=15)
        headers = {"Authorization": f"Bearer {self.token('doctor')}", "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer
