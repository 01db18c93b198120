"""python-socketio, the synchronous client: websocket only, polling only, upgrade."""

import queue
import unittest

import socketio

from harness import ANSWER, BAD_TOKENS, CANDIDATE, EVENTS, GOODBYES, OFFER, PATIENCE_S, Person, Server, bad_token


class Ears:
    """A connected client with a queue of received events for each event name."""

    def __init__(self, server, who, transports, auth=None):
        self.client = socketio.Client(reconnection=False)
        self.heard = {name: queue.Queue() for name in EVENTS}
        for name in EVENTS:
            self.client.on(name, self.heard[name].put)
        self.client.connect(server.origin, auth=auth or {"token": who.token}, transports=transports, wait_timeout=PATIENCE_S)

    def ask(self, event, data):
        return self.client.call(event, data, timeout=PATIENCE_S)

    def join(self, session):
        answer = self.ask("join-session", {"sessionId": session})
        assert answer["success"], answer
        return answer

    def next(self, event):
        return self.heard[event].get(timeout=PATIENCE_S)


server = None


def setUpModule():
    global server
    server = Server()


def tearDownModule():
    server.dispose()


class Scenario:
    transports = []

    def connect(self, who):
        ears = Ears(server, who, self.transports)
        self.addCleanup(ears.client.disconnect)
        return ears

    def call(self):
        """A doctor and a patient, both joined."""
        doctor, patient, session = server.make_session()
        first, second = self.connect(doctor), self.connect(patient)
        first.join(session)
        self.assertEqual(second.join(session)["session"]["metadata"]["participantCount"], 1)
        joined = first.next("user-joined")
        self.assertEqual(joined, {"userId": patient.id, "userRole": "patient", "userEmail": patient.email})
        return doctor, patient, session, first, second

    def test_transport_is_the_one_asked_for(self):
        _, _, _, first, _ = self.call()
        self.assertEqual(first.client.transport(), self.transports[-1])

    def test_messages_go_both_ways_with_and_without_ack(self):
        doctor, patient, session, first, second = self.call()
        answer = first.ask("chat-message", {"sessionId": session, "message": "with ack é 👍"})
        self.assertTrue(answer["success"], answer)
        for ears in (first, second):
            heard = ears.next("chat-message")
            self.assertEqual((heard["id"], heard["message"], heard["senderId"]), (answer["chatMessage"]["id"], "with ack é 👍", doctor.id))
        second.client.emit("chat-message", {"sessionId": session, "message": "without"})
        self.assertEqual(first.next("chat-message")["senderId"], patient.id)
        self.assertEqual(second.next("chat-message")["message"], "without")
        self.assertEqual(server.texts(patient, session), ["with ack é 👍", "without"])

    def test_a_burst_keeps_its_order(self):
        doctor, _, session, first, second = self.call()
        texts = [f"burst {index}" for index in range(200)]
        for text in texts:
            first.client.emit("chat-message", {"sessionId": session, "message": text})
        for ears in (first, second):
            # This client handles each packet on a thread of its own, so events may be out of order. `seq` shows the order.
            heard = sorted((ears.next("chat-message") for _ in texts), key=lambda message: message["seq"])
            self.assertEqual([message["message"] for message in heard], texts)
        self.assertEqual(server.texts(doctor, session), texts)

    def test_rest_and_socket_are_one_conversation(self):
        doctor, patient, session, first, second = self.call()
        status, stored = server.request("POST", "/api/chat/store", patient, {"sessionId": session, "message": "by REST"})
        self.assertEqual(status, 201)
        identifier = stored["chatMessage"]["_id"]
        self.assertEqual([ears.next("chat-message")["id"] for ears in (first, second)], [identifier] * 2)
        self.assertEqual(server.request("DELETE", f"/api/chat/{identifier}", patient)[0], 200)
        self.assertEqual([ears.next("chat-message-deleted")["id"] for ears in (first, second)], [identifier] * 2)
        self.assertEqual(server.texts(doctor, session), [])

    def test_signalling_is_relayed(self):
        doctor, _, session, first, second = self.call()
        for event, key, value in (("webrtc-offer", "offer", OFFER), ("webrtc-answer", "answer", ANSWER), ("ice-candidate", "candidate", CANDIDATE)):
            first.client.emit(event, {"sessionId": session, key: value})
            heard = second.next(event)
            self.assertEqual((heard[key], heard["senderId"], heard["senderRole"]), (value, doctor.id, "doctor"))
        first.client.emit("signaling-message", {"sessionId": session, "type": "chat", "payload": [1, {"a": None}]})
        self.assertEqual(second.next("signaling-message")["payload"], [1, {"a": None}])

    def test_ending_and_leaving(self):
        doctor, patient, session, first, second = self.call()
        # This client's polling writer looks at the connection's state after each POST. If disconnect() came meanwhile, it ends without
        # a DISCONNECT packet. The test therefore lets it finish first.
        second.client.eio.queue.join()
        second.client.disconnect()
        left = first.next("user-left")
        self.assertEqual((left["userId"], left["userRole"]), (patient.id, "patient"))
        self.assertIn(left["reason"], GOODBYES)
        first.client.emit("end-session", {"sessionId": session})
        self.assertEqual(first.next("session-ended"), {"sessionId": session, "endedBy": doctor.id})
        answer = first.ask("chat-message", {"sessionId": session, "message": "late"})
        self.assertEqual((answer["success"], answer["error"]), (False, "Session has already ended"))
        self.assertEqual(first.next("error")["message"], "Session has already ended")

    def test_create_session(self):
        doctor, patient = Person("doctor"), Person("patient")
        ears = self.connect(doctor)
        answer = ears.ask("create-session", {"patientId": patient.id})
        self.assertEqual((answer["success"], answer["session"]["doctorId"], answer["session"]["status"]), (True, doctor.id, "created"))
        again = ears.ask("create-session", {"patientId": patient.id})
        self.assertEqual((again["success"], again["error"]), (False, "Active session already exists"))
        self.assertEqual(again["sessionId"], answer["session"]["sessionId"])

    def test_odd_payloads(self):
        _, _, session, first, second = self.call()
        for event in ("chat-message", "join-session", "webrtc-offer", "end-session", "no-such-event"):
            for payload in (None, 7, "text", [], {}, {"sessionId": {"$ne": None}}, b"\x00\xff", {"sessionId": b"\x01"}):
                first.client.emit(event, payload)
        self.assertTrue(first.ask("chat-message", {"sessionId": session, "message": "still here"})["success"])
        self.assertEqual(second.next("chat-message")["message"], "still here")

    def test_refusals(self):
        claims = Person("doctor").claims
        cases = [({"x": 1}, "Authentication token required")]
        cases += [({"token": bad_token(name, claims)}, "Invalid authentication token") for name in BAD_TOKENS]
        for auth, text in cases:
            with self.subTest(auth=auth):
                refused = queue.Queue()
                client = socketio.Client(reconnection=False)
                client.on("connect_error", refused.put)
                with self.assertRaises(socketio.exceptions.ConnectionError):
                    client.connect(server.origin, auth=auth, transports=self.transports, wait_timeout=PATIENCE_S)
                self.assertEqual(refused.get(timeout=PATIENCE_S), {"message": text})

    def test_nothing_acknowledged_is_lost_by_kill_9(self):
        doctor, _, session, first, _ = self.call()
        texts = [f"kept {index}" for index in range(20)]
        for text in texts:
            self.assertTrue(first.ask("chat-message", {"sessionId": session, "message": text})["success"])
        server.kill_and_restart()
        self.assertEqual(server.texts(doctor, session), texts)


class WebSocketOnly(Scenario, unittest.TestCase):
    transports = ["websocket"]


class PollingOnly(Scenario, unittest.TestCase):
    transports = ["polling"]


class Upgrade(Scenario, unittest.TestCase):
    transports = ["polling", "websocket"]


if __name__ == "__main__":
    unittest.main()
