// The signalling relay and its record (docs/api-contract.md §6.3, §6.4, §5.4).
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { get } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { endSession, ISO, makeCall, makeSession, OID } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';
import { until } from '../harness/wait.mjs';

let server;
before(async () => { server = await Server.start(); });
afterEach(() => Client.closeAll());
after(() => server.dispose());

const offer = { type: 'offer', sdp: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n', extra: { nested: [1, null, 'ä'] } };
const answer = { type: 'answer', sdp: 'v=0\r\n' };
const candidate = { candidate: 'candidate:1 1 udp 1 127.0.0.1 9 typ host', sdpMLineIndex: 0, sdpMid: '0', usernameFragment: 'u' };
const EVENTS = {
  'webrtc-offer': { key: 'offer', good: offer, format: 'Invalid offer message format', mark: '[c:6.3-webrtc-offer]' },
  'webrtc-answer': { key: 'answer', good: answer, format: 'Invalid answer message format', mark: '[c:6.3-webrtc-answer]' },
  'ice-candidate': { key: 'candidate', good: candidate, format: 'Invalid ICE candidate message format', mark: '[c:6.3-ice-candidate]' },
};
const listing = async (who, sessionId, query = '') =>
  (await get(server, `/api/sessions/${sessionId}/signaling${query}`, { token: who.token })).body;

for (const transport of ['websocket', 'polling', 'upgrade']) {
  describe(`over ${transport}`, () => {
    for (const [event, { key, good, mark }] of Object.entries(EVENTS)) {
      test(`${event} reaches the other side unchanged, and only the other side [c:6.4-webrtc] ${mark}`, async () => {
        const { patient, sessionId, doctorSocket, patientSocket } = await makeCall(server, { transport });
        patientSocket.emit(event, { sessionId, [key]: good });
        const heard = await doctorSocket.next(event);
        assert.match(heard.timestamp, ISO);
        assert.deepEqual(heard, { [key]: good, senderId: patient.id, senderRole: 'patient', timestamp: heard.timestamp });
        await patientSocket.settle(sessionId);
        assert.deepEqual(patientSocket.take(event), []);
        assert.deepEqual(patientSocket.take('error'), []);
      });
    }

    test('signaling-message of every type [c:6.3-signaling-message 6.3-generic-unchanged 6.4-signaling-message]', async () => {
      const { doctor, sessionId, doctorSocket, patientSocket } = await makeCall(server, { transport });
      const payloads = { offer, answer, 'ice-candidate': candidate, chat: { text: 'hi', n: [1.5, true] }, join: null, leave: undefined };
      for (const [type, payload] of Object.entries(payloads)) {
        doctorSocket.emit('signaling-message', { sessionId, type, payload });
        const heard = await patientSocket.next('signaling-message');
        const expected = { type, senderId: doctor.id, senderRole: 'doctor', timestamp: heard.timestamp };
        assert.deepEqual(heard, payload === undefined ? expected : { ...expected, payload });
      }
      await doctorSocket.settle(sessionId);
      assert.deepEqual(doctorSocket.heard, [], 'the sender hears none of it');
    });
  });
}

describe('an ack', () => {
  const everySignal = [...Object.entries(EVENTS).map(([event, { key, good }]) => [event, { [key]: good }]),
    ...Object.entries({ offer, answer, 'ice-candidate': candidate, chat: 'hi', join: null, leave: null })
      .map(([type, payload]) => ['signaling-message', { type, payload }])];

  for (const transport of ['websocket', 'polling', 'upgrade']) {
    test(`says how many sockets were sent a signal, over ${transport}`, async () => {
      const { doctor, sessionId, doctorSocket, patientSocket } = await makeCall(server, { transport });
      for (const [event, body] of everySignal) {
        assert.deepEqual(await doctorSocket.ask(event, { sessionId, ...body }), { success: true, delivered: 1 }, event);
        await patientSocket.next(event);
      }
      await (await Client.connect(server, doctor, { transport })).join(sessionId);
      assert.deepEqual(await doctorSocket.ask('webrtc-offer', { sessionId, offer }), { success: true, delivered: 2 });
      assert.deepEqual(doctorSocket.take('error'), []);
    });
  }

  test('says 0 in an empty room', async () => {
    const { doctor, sessionId } = await makeSession(server);
    const alone = await Client.connect(server, doctor);
    await alone.join(sessionId);
    for (const [event, body] of everySignal) assert.deepEqual(await alone.ask(event, { sessionId, ...body }), { success: true, delivered: 0 });
  });

  test('says why a signal was refused, and the error event stays', async () => {
    const { sessionId } = await makeSession(server);
    const stranger = await Client.connect(server, person('patient'));
    for (const [event, body] of everySignal) {
      const message = 'Unauthorized access to session';
      assert.deepEqual(await stranger.ask(event, { sessionId, ...body }), { success: false, error: message, code: 'forbidden' });
      assert.deepEqual(await stranger.next('error'), { message, type: event });
    }
  });

  test('ends the retries of a client that has some: the offer is sent once', async () => {
    const { doctor, sessionId, patientSocket } = await makeCall(server);
    const retrying = await Client.connect(server, doctor, { retries: 3, ackTimeout: 10_000 });
    const answered = new Promise((resolve) => retrying.socket.emit('webrtc-offer', { sessionId, offer }, (failure, answer) => resolve(failure ?? answer)));
    assert.deepEqual(await answered, { success: true, delivered: 2 });
    await patientSocket.next('webrtc-offer');
    await patientSocket.settle(sessionId);
    assert.deepEqual(patientSocket.take('webrtc-offer'), []);
  });
});

describe('shapes', () => {
  const bad = {
    'webrtc-offer': [undefined, null, 'text', 7, [], {}, { type: 'offer' }, { sdp: 'v=0' }, { type: 'answer', sdp: 'v=0' }, { type: 'offer', sdp: 7 }],
    'webrtc-answer': [undefined, null, 'text', {}, { type: 'answer' }, { type: 'offer', sdp: 'v=0' }, { type: 'answer', sdp: {} }],
    'ice-candidate': [undefined, null, 'text', {}, { candidate: 'c' }, { candidate: 'c', sdpMLineIndex: 0 }, { candidate: 'c', sdpMid: '0' },
      { candidate: 7, sdpMLineIndex: 0, sdpMid: '0' }, { candidate: 'c', sdpMLineIndex: '0', sdpMid: '0' }],
  };
  for (const [event, shapes] of Object.entries(bad)) {
    const { key, format } = EVENTS[event];
    test(`${event} of a wrong shape is refused to the sender alone [c:6.3-signal-shape 6.3-generic-shape 6.3-error-type 6.4-error]`, async () => {
      const { sessionId, doctorSocket, patientSocket } = await makeCall(server);
      for (const shape of shapes) {
        doctorSocket.emit(event, { sessionId, [key]: shape });
        assert.deepEqual(await doctorSocket.next('error'), { message: format, type: event }, JSON.stringify(shape));
        if (event === 'ice-candidate' && shape === undefined) continue;
        const type = event === 'ice-candidate' ? event : key;
        doctorSocket.emit('signaling-message', { sessionId, type, payload: shape });
        assert.deepEqual(await doctorSocket.next('error'), { message: `Invalid ${type} message format`, type: 'signaling-message' });
      }
      await patientSocket.settle(sessionId);
      assert.deepEqual([...patientSocket.take(event), ...patientSocket.take('signaling-message'), ...patientSocket.take('error')], []);
    });
  }

  test('sdpMid may be anything, null included [c:6.3-ice-candidate]', async () => {
    const { sessionId, doctorSocket, patientSocket } = await makeCall(server);
    for (const sdpMid of [null, 0, 'audio', {}]) {
      doctorSocket.emit('ice-candidate', { sessionId, candidate: { ...candidate, sdpMid } });
      assert.deepEqual((await patientSocket.next('ice-candidate')).candidate.sdpMid, sdpMid);
    }
  });

  test('an unknown signalling type is named in the refusal [c:6.3-generic-type]', async () => {
    const { sessionId, doctorSocket } = await makeCall(server);
    for (const [type, shown] of [['hangup', 'hangup'], [undefined, 'undefined'], ['Offer', 'Offer']]) {
      doctorSocket.emit('signaling-message', { sessionId, type, payload: {} });
      assert.deepEqual(await doctorSocket.next('error'), { message: `Invalid signaling message type: ${shown}`, type: 'signaling-message' });
    }
  });
});

describe('sizes', () => {
  const LIMIT = 65_536;
  const sized = (payload, key, bytes) => {
    if (key === undefined) return 'x'.repeat(bytes - 2);
    return { ...payload, [key]: payload[key] + 'x'.repeat(bytes - Buffer.byteLength(JSON.stringify(payload))) };
  };
  const signals = [
    ...[['webrtc-offer', 'sdp'], ['webrtc-answer', 'sdp'], ['ice-candidate', 'candidate']].map(([event, long]) => ({
      event, bodyOf: (bytes) => ({ [EVENTS[event].key]: sized(EVENTS[event].good, long, bytes) }) })),
    ...[['offer', offer, 'sdp'], ['answer', answer, 'sdp'], ['ice-candidate', candidate, 'candidate'], ['chat'], ['join'], ['leave']].map(
      ([type, payload, long]) => ({ event: 'signaling-message', type, bodyOf: (bytes) => ({ type, payload: sized(payload, long, bytes) }) })),
  ];
  for (const { event, type, bodyOf } of signals) {
    test(`${event} ${type ?? ''} has at most 65,536 bytes of JSON, and no more is relayed or recorded [c:6.3-signal-size]`, async () => {
      const { doctor, sessionId, doctorSocket, patientSocket } = await makeCall(server);
      doctorSocket.emit(event, { sessionId, ...bodyOf(LIMIT + 1) });
      assert.deepEqual(await doctorSocket.next('error'), { message: 'Signaling message too large', type: event });
      doctorSocket.emit(event, { sessionId, ...bodyOf(LIMIT) });
      const heard = await patientSocket.next(event);
      for (const [key, value] of Object.entries(bodyOf(LIMIT))) assert.deepEqual(heard[key], value);
      await patientSocket.settle(sessionId);
      assert.deepEqual(patientSocket.take(event), []);
      await until(async () => (await listing(doctor, sessionId)).count > 0, 'the record is written');
      assert.equal((await listing(doctor, sessionId)).count, 1);
    });
  }
});

describe('the record', () => {
  test('lists what was relayed, newest first, and only to participants [c:6.3-recorded 6.3-generic-recorded 5.4-signaling 5.4-signaling-element]', async () => {
    const { doctor, patient, sessionId, doctorSocket, patientSocket } = await makeCall(server);
    doctorSocket.emit('webrtc-offer', { sessionId, offer });
    await patientSocket.next('webrtc-offer');
    patientSocket.emit('webrtc-answer', { sessionId, answer });
    await doctorSocket.next('webrtc-answer');
    doctorSocket.emit('ice-candidate', { sessionId, candidate });
    await patientSocket.next('ice-candidate');
    doctorSocket.emit('signaling-message', { sessionId, type: 'chat', payload: { text: 'recorded' } });
    await patientSocket.next('signaling-message');
    const list = await until(async () => {
      const listed = await listing(patient, sessionId);
      return listed.count === 4 && listed;
    }, 'the record is written');
    assert.equal(list.sessionId, sessionId);
    assert.deepEqual(list.signalingMessages.map((one) => [one.messageType, one.senderId._id]), [
      ['chat', doctor.id], ['ice-candidate', doctor.id], ['answer', patient.id], ['offer', doctor.id],
    ]);
    const first = list.signalingMessages[3];
    assert.match(first._id, OID);
    assert.match(first.timestamp, ISO);
    assert.deepEqual([first.payload, first.sessionId, first.__v], [offer, sessionId, 0]);
    assert.equal(first.metadata.ipAddress, '127.0.0.1');
    assert.equal(typeof first.metadata.connectionId, 'string');
    assert.deepEqual((await listing(doctor, sessionId, '?limit=2')).signalingMessages.map((one) => one.messageType), ['chat', 'ice-candidate']);
    for (const query of ['?limit=0', '?limit=x', '?limit=-3']) assert.equal((await listing(doctor, sessionId, query)).count, 4);
  });

  test('survives a restart', async () => {
    const { doctor, sessionId, doctorSocket, patientSocket } = await makeCall(server);
    doctorSocket.emit('webrtc-offer', { sessionId, offer });
    await patientSocket.next('webrtc-offer');
    await until(async () => (await listing(doctor, sessionId)).count === 1, 'the record is written');
    await server.restart();
    assert.deepEqual((await listing(doctor, sessionId)).signalingMessages.map((one) => one.payload), [offer]);
  });
});

test('after the end nothing is relayed any more', async () => {
  const { doctor, sessionId, doctorSocket, patientSocket } = await makeCall(server);
  await endSession(server, { doctor, sessionId });
  await patientSocket.next('session-ended');
  for (const [event, { key, good }] of Object.entries(EVENTS)) {
    doctorSocket.emit(event, { sessionId, [key]: good });
    assert.deepEqual(await doctorSocket.next('error'), { message: 'Session has already ended', type: event });
  }
  doctorSocket.emit('signaling-message', { sessionId, type: 'chat', payload: {} });
  assert.deepEqual(await doctorSocket.next('error'), { message: 'Session has already ended', type: 'signaling-message' });
  assert.deepEqual(Object.keys(EVENTS).flatMap((event) => patientSocket.take(event)), []);
});

test('a stranger reaches nobody [c:6.3-signal-access]', async () => {
  const { sessionId, doctorSocket, patientSocket } = await makeCall(server);
  const stranger = await Client.connect(server, person('doctor'));
  for (const [event, { key, good }] of Object.entries(EVENTS)) {
    stranger.emit(event, { sessionId, [key]: good });
    assert.deepEqual(await stranger.next('error'), { message: 'Unauthorized access to session', type: event });
  }
  for (const client of [doctorSocket, patientSocket]) {
    await client.settle(sessionId);
    assert.deepEqual(Object.keys(EVENTS).flatMap((event) => client.take(event)), []);
  }
});
