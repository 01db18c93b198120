"""What the document's cases run in: three people, a session between two of them, and fresh ones to use up."""

import http.client
import json
import re
import unicodedata
import urllib.parse

from harness import Person, sign

OID = re.compile(r"[0-9a-fA-F]{24}")


def is_id(text):
    """Of a session or a user, in bytes, which JSON Schema does not count. U+FFFD is what an unpaired surrogate becomes."""
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
        """All sessions may have ended: only what is made from here on is known to be open."""
        self.open = set()
        self.session = self._make_session(self.people["patient"])

    def use_up_session(self):
        """One that the doctor may end and nobody else needs."""
        return self._make_session(Person("patient"))

    def use_up_ended_session(self):
        """One that the doctor may reopen."""
        session = self.use_up_session()
        self._post(f"/api/sessions/{session}/end", {})
        return session

    def use_up_message(self):
        """One of the doctor's, to be deleted."""
        answer = self._post("/api/chat/store", {"sessionId": self.session, "message": "to be deleted"})
        return answer["chatMessage"]["_id"]

    def use_up_token(self):
        """Of the doctor, and like no other: revoking it signs nobody else out."""
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
