"""python-socketio, the asyncio client: websocket only, polling only, upgrade."""

import asyncio
import unittest

import socketio

from harness import ANSWER, BAD_TOKENS, CANDIDATE, EVENTS, GOODBYES, OFFER, PATIENCE_S, Person, Server, bad_token


class Ears:
    """A client with a queue of received events for each event name."""

    def __init__(self):
        self.client = socketio.AsyncClient(reconnection=False)
        self.heard = {name: asyncio.Queue() for name in EVENTS}
        for name in EVENTS:
            self.client.on(name, self.heard[name].put)

    async def connect(self, server, who, transports):
        await self.client.connect(server.origin, auth={"token": who.token}, transports=transports, wait_timeout=PATIENCE_S)

    async def ask(self, event, data):
        return await self.client.call(event, data, timeout=PATIENCE_S)

    async def join(self, session):
        answer = await self.ask("join-session", {"sessionId": session})
        assert answer["success"], answer

    async def next(self, event):
        return await asyncio.wait_for(self.heard[event].get(), PATIENCE_S)


server = None


def setUpModule():
    global server
    server = Server()


def tearDownModule():
    server.dispose()


class Scenario:
    transports = []

    async def connect(self, who):
        ears = Ears()
        await ears.connect(server, who, self.transports)
        self.addAsyncCleanup(ears.client.disconnect)
        return ears

    async def call(self):
        """A doctor and a patient, both joined."""
        doctor, patient, session = server.make_session()
        first, second = await self.connect(doctor), await self.connect(patient)
        await first.join(session)
        await second.join(session)
        self.assertEqual((await first.next("user-joined"))["userId"], patient.id)
        return doctor, patient, session, first, second

    async def test_transport_is_the_one_asked_for(self):
        _, _, _, first, _ = await self.call()
        self.assertEqual(first.client.transport(), self.transports[-1])

    async def test_messages_go_both_ways_with_and_without_ack(self):
        doctor, patient, session, first, second = await self.call()
        answer = await first.ask("chat-message", {"sessionId": session, "message": "with ack é 👍"})
        self.assertTrue(answer["success"], answer)
        for ears in (first, second):
            heard = await ears.next("chat-message")
            self.assertEqual((heard["id"], heard["senderId"]), (answer["chatMessage"]["id"], doctor.id))
        await second.client.emit("chat-message", {"sessionId": session, "message": "without"})
        self.assertEqual((await first.next("chat-message"))["senderId"], patient.id)
        self.assertEqual((await second.next("chat-message"))["message"], "without")
        self.assertEqual(server.texts(patient, session), ["with ack é 👍", "without"])

    async def test_a_burst_keeps_its_order(self):
        doctor, _, session, first, second = await self.call()
        texts = [f"burst {index}" for index in range(200)]
        for text in texts:
            await first.client.emit("chat-message", {"sessionId": session, "message": text})
        for ears in (first, second):
            self.assertEqual([(await ears.next("chat-message"))["message"] for _ in texts], texts)
        self.assertEqual(server.texts(doctor, session), texts)

    async def test_rest_and_socket_are_one_conversation(self):
        doctor, patient, session, first, second = await self.call()
        status, stored = server.request("POST", "/api/chat/store", patient, {"sessionId": session, "message": "by REST"})
        self.assertEqual(status, 201)
        identifier = stored["chatMessage"]["_id"]
        for ears in (first, second):
            self.assertEqual((await ears.next("chat-message"))["id"], identifier)
        self.assertEqual(server.request("DELETE", f"/api/chat/{identifier}", patient)[0], 200)
        for ears in (first, second):
            self.assertEqual((await ears.next("chat-message-deleted"))["id"], identifier)
        self.assertEqual(server.texts(doctor, session), [])

    async def test_signalling_is_relayed(self):
        doctor, _, session, first, second = await self.call()
        for event, key, value in (("webrtc-offer", "offer", OFFER), ("webrtc-answer", "answer", ANSWER), ("ice-candidate", "candidate", CANDIDATE)):
            await first.client.emit(event, {"sessionId": session, key: value})
            heard = await second.next(event)
            self.assertEqual((heard[key], heard["senderId"], heard["senderRole"]), (value, doctor.id, "doctor"))
        await first.client.emit("signaling-message", {"sessionId": session, "type": "chat", "payload": [1, {"a": None}]})
        self.assertEqual((await second.next("signaling-message"))["payload"], [1, {"a": None}])

    async def test_ending_and_leaving(self):
        doctor, patient, session, first, second = await self.call()
        await second.client.eio.queue.join()  # see test_sync.py
        await second.client.disconnect()
        left = await first.next("user-left")
        self.assertEqual(left["userId"], patient.id)
        self.assertIn(left["reason"], GOODBYES)
        await first.client.emit("end-session", {"sessionId": session})
        self.assertEqual(await first.next("session-ended"), {"sessionId": session, "endedBy": doctor.id})
        answer = await first.ask("chat-message", {"sessionId": session, "message": "late"})
        self.assertEqual((answer["success"], answer["error"]), (False, "Session has already ended"))

    async def test_create_session_and_odd_payloads(self):
        doctor, _, session, first, second = await self.call()
        patient = Person("patient")
        created = await first.ask("create-session", {"patientId": patient.id})
        self.assertEqual((created["success"], created["session"]["doctorId"]), (True, doctor.id))
        for event in ("chat-message", "create-session", "signaling-message", "end-session", "no-such-event"):
            for payload in (None, 7, "text", [], {}, {"sessionId": {"$ne": None}}, b"\x00\xff", {"sessionId": b"\x01"}):
                await first.client.emit(event, payload)
        self.assertTrue((await first.ask("chat-message", {"sessionId": session, "message": "still here"}))["success"])
        self.assertEqual((await second.next("chat-message"))["message"], "still here")

    async def test_refusals(self):
        claims = Person("doctor").claims
        cases = [({"x": 1}, "Authentication token required")]
        cases += [({"token": bad_token(name, claims)}, "Invalid authentication token") for name in BAD_TOKENS]
        for auth, text in cases:
            with self.subTest(auth=auth):
                refused = asyncio.Queue()
                client = socketio.AsyncClient(reconnection=False)
                client.on("connect_error", refused.put)
                with self.assertRaises(socketio.exceptions.ConnectionError):
                    await client.connect(server.origin, auth=auth, transports=self.transports, wait_timeout=PATIENCE_S)
                self.assertEqual(await asyncio.wait_for(refused.get(), PATIENCE_S), {"message": text})


class WebSocketOnly(Scenario, unittest.IsolatedAsyncioTestCase):
    transports = ["websocket"]


class PollingOnly(Scenario, unittest.IsolatedAsyncioTestCase):
    transports = ["polling"]


class Upgrade(Scenario, unittest.IsolatedAsyncioTestCase):
    transports = ["polling", "websocket"]


if __name__ == "__main__":
    unittest.main()
