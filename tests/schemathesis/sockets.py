"""Plays one call over Socket.IO and checks everything against /asyncapi.json: every ack, every received event, every refusal.

A fault is an answer or event that the document lacks or describes differently. A fault is also a described event that never occurs:
each event of a client must succeed once, and each event of the server must be received once.
"""

import queue

import socketio
from documents import faults, resolve, undocumented
from harness import ANSWER, CANDIDATE, OFFER, PATIENCE_S, Person



class Missing(Exception):
    """An answer or event that the document promises did not come."""


class Socket:
    def __init__(self, origin, who):
        self.events = queue.Queue()
        self.client = socketio.Client(reconnection=False)
        self.client.on("*", lambda name, *arguments: self.events.put((name, arguments)))
        self.client.connect(origin, auth={"token": who.token}, transports=["websocket"], wait_timeout=PATIENCE_S)

    def next(self, name, seen):
        """Returns the next event of that name. Earlier events are added to `seen` as well."""
        while True:
            try:
                event = self.events.get(timeout=PATIENCE_S)
            except queue.Empty:
                raise Missing(f"{name} did not come") from None
            seen.append(event)
            if event[0] == name:
                return event[1][0]


class Call:
    """The traffic of one call: acks by event, and all received events."""

    def __init__(self, server):
        self.doctor, self.patient, self.session = server.make_session()
        self.origin = server.origin
        self.acks, self.heard = [], []
        self.first, self.second = (Socket(server.origin, who) for who in (self.doctor, self.patient))

    def ask(self, event, payload, socket=None):
        try:
            answer = (socket or self.first).client.call(event, payload, timeout=PATIENCE_S)
        except socketio.exceptions.TimeoutError:
            raise Missing(f"the ack of {event} did not come") from None
        self.acks.append((event, answer))
        return answer

    def relay(self, event, payload):
        self.ask(event, {"sessionId": self.session, **payload})
        self.second.next(event, self.heard)

    def refuse(self, event, payload):
        self.ask(event, payload)
        self.first.next("error", self.heard)

    def live(self):
        for socket in (self.first, self.second):
            self.ask("join-session", {"sessionId": self.session, "after": None}, socket)
        self.first.next("user-joined", self.heard)
        sent = self.ask("chat-message", {"sessionId": self.session, "message": "Hello", "clientMessageId": "one"})
        self.ask("chat-message", {"sessionId": self.session, "message": "Hello", "clientMessageId": "one"})
        self.second.next("chat-message", self.heard)
        self.relay("webrtc-offer", {"offer": OFFER})
        self.relay("webrtc-answer", {"answer": ANSWER})
        self.relay("ice-candidate", {"candidate": CANDIDATE})
        self.relay("signaling-message", {"type": "offer", "payload": OFFER})
        self.relay("signaling-message", {"type": "join"})
        return sent["chatMessage"]["id"]

    def be_refused(self):
        nowhere = "00000000-0000-4000-8000-000000000000"
        for event in ("join-session", "chat-message", "end-session", "reopen-session", "entries"):
            self.ask(event, {"sessionId": nowhere, "message": "x"})
        for message in ("", 7, "x" * 1001):
            self.ask("chat-message", {"sessionId": self.session, "message": message})
        self.ask("chat-message", {"sessionId": self.session, "message": "other", "clientMessageId": "one"})
        self.ask("create-session", {"patientId": "nobody"})
        self.ask("create-session", {"patientId": self.patient.id})
        for event in ("webrtc-offer", "webrtc-answer", "ice-candidate"):
            self.refuse(event, {"sessionId": self.session})
        self.refuse("signaling-message", {"sessionId": self.session, "type": "wave"})
        self.refuse("end-session", {"sessionId": nowhere})

    def finish(self, server, message):
        server.request("DELETE", f"/api/chat/{message}", self.doctor)
        self.second.next("chat-message-deleted", self.heard)
        self.ask("entries", {"sessionId": self.session, "after": None})
        self.ask("create-session", {"patientId": Person("patient").id})
        self.second.client.disconnect()
        self.first.next("user-left", self.heard)
        self.ask("end-session", {"sessionId": self.session})
        self.first.next("session-ended", self.heard)
        self.ask("end-session", {"sessionId": self.session})
        self.ask("join-session", {"sessionId": self.session, "after": None})
        self.ask("reopen-session", {"sessionId": self.session})
        self.first.next("session-reopened", self.heard)
        self.ask("reopen-session", {"sessionId": self.session})
        self.ask("entries", {"sessionId": self.session, "after": None})
        self.first.client.disconnect()


def refused_connection(origin):
    """Returns the error that a connection without a token receives."""
    client = socketio.Client(reconnection=False)
    told = queue.Queue()
    client.on("connect_error", told.put)
    try:
        client.connect(origin, transports=["websocket"], wait_timeout=PATIENCE_S)
    except socketio.exceptions.ConnectionError:
        return told.get(timeout=PATIENCE_S)
    client.disconnect()
    return None


def held(document, schema, value, where):
    return faults(document, schema, value, where) or undocumented(document, schema, value, where)


def messages_of(document, operation):
    references = operation["messages"] + operation.get("reply", {}).get("messages", [])
    return [resolve(document, resolve(document, reference)) for reference in references]


def check(server, document):
    call, found = Call(server), []
    try:
        message = call.live()
        call.be_refused()
        call.finish(server, message)
    except Missing as missing:
        found.append(str(missing))
    found += faults(document, messages_of(document, document["operations"]["connect"])[1]["payload"], refused_connection(server.origin), "CONNECT_ERROR")

    emitted = {each["title"]: messages_of(document, each) for each in document["operations"].values() if each["action"] == "receive"}
    known = {each["title"]: messages_of(document, each)[0] for each in document["operations"].values() if each["action"] == "send"}
    for event, answer in call.acks:
        found += held(document, emitted[event][1]["payload"], answer, f"ack of {event} {answer}")
    for event, arguments in call.heard:
        if event not in known or len(arguments) != 1:
            found.append(f"{event} {arguments} was heard and is not in the document")
        else:
            found += held(document, known[event]["payload"], arguments[0], f"{event} {arguments[0]}")
    succeeded = {event for event, answer in call.acks if answer["success"]}
    found += [f"{event} never succeeded" for event in sorted(set(emitted) - succeeded - {"CONNECT"})]
    found += [f"{event} was never heard" for event in sorted(set(known) - {event for event, _ in call.heard})]
    return found
