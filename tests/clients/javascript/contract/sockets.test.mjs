// Statements of docs/api-contract.md §6 that no other suite proves: transports and origins, connecting at the limits, rates, joining with odd ids.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { frame, Raw } from '../harness/raw.mjs';
import { get, request } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { makeCall, makeSession } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';

let server;
const started = [];
const start = async (args) => {
  const one = await Server.start({ limits: 'on', args });
  started.push(one);
  return one;
};
before(async () => { server = await Server.start(); });
afterEach(() => Client.closeAll());
after(() => Promise.all([server, ...started].map((one) => one.dispose())));

const sessionOf = async (of, who, sessionId) => (await get(of, `/api/sessions/${sessionId}`, { token: who.token })).body.session;
const handshake = '/socket.io/?EIO=4&transport=polling';
const offer = { type: 'offer', sdp: 'v=0' };

describe('the path of Socket.IO', () => {
  test('has its own origins and methods, and refuses no one for them [c:6.1-cors]', async () => {
    const own = await start(['--origin', 'https://listed.example']);
    const preflight = (origin) => request(own, 'OPTIONS', handshake, { headers: { origin, 'access-control-request-method': 'POST' } });
    for (const origin of ['http://localhost:5173', 'http://localhost:3000', 'https://localhost:5173', 'https://listed.example']) {
      const { headers } = await preflight(origin);
      assert.deepEqual(
        ['origin', 'methods', 'credentials', 'headers'].map((name) => headers[`access-control-allow-${name}`]),
        [origin, 'GET,POST', 'true', 'Content-Type,Authorization,X-Requested-With,Idempotency-Key'], origin);
      assert.equal((await get(own, handshake, { headers: { origin } })).headers['access-control-allow-origin'], origin);
    }
    for (const origin of ['http://localhost:3001', 'http://localhost:8080', 'https://elsewhere.example']) {
      assert.equal((await preflight(origin)).headers['access-control-allow-origin'], undefined, origin);
      const answer = await get(own, handshake, { headers: { origin } });
      assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [200, undefined], origin);
    }
  });

  test('is outside of the limiters and headers of HTTP [c:6.1-free 2.4-not-socketio]', async () => {
    const own = await start(['--limit-requests', '2']);
    for (let count = 0; count < 100; count += 1) {
      const { status, headers } = await get(own, handshake);
      assert.equal(status, 200);
      for (const name of ['ratelimit-policy', 'ratelimit-limit', 'x-frame-options', 'content-security-policy']) assert.equal(headers[name], undefined, name);
    }
    assert.equal((await get(own, '/health')).headers['ratelimit-remaining'], '1', 'and uses nothing up');
  });

  test('agrees to no compression of messages [c:6.1-no-compression]', async () => {
    const raw = await Raw.open(server);
    raw.write('GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n');
    const head = await raw.until(/\r\n\r\n/);
    assert.match(head, /^HTTP\/1\.1 101/);
    assert.doesNotMatch(head, /extensions/i);
    raw.destroy();
  });

  test('a frame of maxPayload is taken; one above closes: transport error. A cut cable: transport close [c:6.1-max-payload 6.4-user-left]', async () => {
    const { doctorSocket, patientSocket, patient, sessionId } = await makeCall(server);
    const { engine } = patientSocket.socket.io;
    const fill = (size) => `2["no-such-event","${'x'.repeat(size - '42["no-such-event",""]'.length)}"]`;
    engine.write(fill(1_000_000));
    await patientSocket.settle(sessionId);
    engine.write(fill(1_000_001));
    assert.deepEqual(await doctorSocket.next('user-left'), { userId: patient.id, userRole: 'patient', reason: 'transport error' });
    const again = await Client.connect(server, patient);
    await again.join(sessionId);
    again.cut();
    assert.equal((await doctorSocket.next('user-left')).reason, 'transport close');
  });
});

describe('connecting', () => {
  test('the total comes first, then the address, then the token [c:6.2-total 6.2-address]', async () => {
    const own = await start(['--limit-connections', '3', '--limit-connections-per-address', '2']);
    const messageOf = async (who) => (await Client.refused(own, who)).message;
    const first = await Client.connect(own, person('doctor'));
    const second = await Client.connect(own, person('doctor'));
    assert.equal(await messageOf(null), 'Too many connections from this IP address');
    const full = await start(['--limit-connections', '2', '--limit-connections-per-address', '2']);
    const others = [await Client.connect(full, person('doctor')), await Client.connect(full, person('patient'))];
    for (const who of [null, person('doctor'), { token: 'bad' }]) {
      assert.equal((await Client.refused(full, who)).message, 'Server at capacity, please try again later');
    }
    for (const client of [first, second, ...others]) client.close();
  });

  test('the token comes before the connections of its user [c:6.2-user 6.2-invalid 6.2-missing]', async () => {
    const own = await start(['--limit-connections-per-user', '1']);
    const doctor = person('doctor');
    await Client.connect(own, doctor);
    assert.equal((await Client.refused(own, doctor)).message, 'Too many connections for this user');
    assert.equal((await Client.refused(own, { token: `${doctor.token}x` })).message, 'Invalid authentication token');
    assert.equal((await Client.refused(own, null)).message, 'Authentication token required');
  });

  test('as the web client does: WebSocket first, join-session right behind connect [c:6.5-transports 6.5-join-at-once 6.5-echo]', async () => {
    const { doctor, sessionId } = await makeSession(server);
    const client = new Client(server, doctor, { transports: ['websocket', 'polling'], reconnection: true });
    const joined = new Promise((resolve) => client.socket.on('connect', () => client.emit('join-session', { sessionId }, resolve)));
    assert.equal((await joined).success, true);
    assert.equal(client.transport, 'websocket');
    client.emit('chat-message', { sessionId, message: 'mine' });
    assert.equal((await client.next('chat-message')).message, 'mine');
    client.socket.io.engine.close();
    const again = await new Promise((resolve) => client.socket.once('connect', () => client.emit('join-session', { sessionId }, resolve)));
    assert.equal(again.success, true);
    assert.equal(again.session.status, 'active');
  });
});

describe('rates of signalling', () => {
  const sendOffers = async (client, sessionId, count) => {
    for (let number = 0; number < count; number += 1) client.emit('webrtc-offer', { sessionId, offer });
    await client.settle(sessionId);
    return client.take('error').filter(({ message }) => message === 'Rate limit exceeded for offer messages').length;
  };

  test('are halved above 80 % of all connections, not at it [c:6.3-signal-halved]', async () => {
    const own = await start(['--limit-connections', '10']);
    const call = await makeCall(own);
    while (call.others === undefined || call.others.length < 6) (call.others ??= []).push(await Client.connect(own, person('doctor')));
    assert.equal(await sendOffers(call.doctorSocket, call.sessionId, 10), 0, 'eight of ten are connected');
    call.others.push(await Client.connect(own, person('doctor')));
    assert.equal(await sendOffers(call.patientSocket, call.sessionId, 5), 0, 'nine of ten are connected');
    assert.equal(await sendOffers(call.patientSocket, call.sessionId, 1), 1);
  });

  test('are of the user and survive a disconnect [c:6.3-signal-windows 6.3-signal-rate]', async () => {
    const own = await start([]);
    const call = await makeCall(own);
    const second = await Client.connect(own, call.doctor);
    await second.join(call.sessionId);
    assert.equal(await sendOffers(call.doctorSocket, call.sessionId, 6), 0);
    assert.equal(await sendOffers(second, call.sessionId, 4), 0);
    call.doctorSocket.close();
    second.close();
    await call.patientSocket.next('user-left');
    await call.patientSocket.next('user-left');
    const back = await Client.connect(own, call.doctor);
    await back.join(call.sessionId);
    assert.equal(await sendOffers(back, call.sessionId, 1), 1);
    assert.equal(await sendOffers(call.patientSocket, call.sessionId, 10), 0, 'another user has his own');
  });

  test('what is refused counts as well, and the rate is asked first [c:6.3-signal-order 6.3-signal-rate]', async () => {
    const own = await start([]);
    const { sessionId } = await makeSession(own);
    const odd = {
      'Unauthorized access to session': { sessionId, offer }, 'Session not found': { sessionId: '00000000-0000-4000-8000-000000000000', offer },
    };
    for (const [message, payload] of Object.entries(odd)) {
      const stranger = await Client.connect(own, person('doctor'));
      for (let count = 0; count < 11; count += 1) stranger.emit('webrtc-offer', payload);
      for (let count = 0; count < 10; count += 1) assert.equal((await stranger.next('error')).message, message);
      assert.equal((await stranger.next('error')).message, 'Rate limit exceeded for offer messages');
    }
    const call = await makeCall(own);
    for (let count = 0; count < 11; count += 1) call.doctorSocket.emit('webrtc-offer', { sessionId: call.sessionId, offer: 7 });
    for (let count = 0; count < 10; count += 1) assert.equal((await call.doctorSocket.next('error')).message, 'Invalid offer message format');
    assert.equal((await call.doctorSocket.next('error')).message, 'Rate limit exceeded for offer messages');
  });

  test('the order of checks: rate, session, access, shape [c:6.3-signal-order 6.3-signal-access 6.3-signal-shape]', async () => {
    const { sessionId, doctorSocket } = await makeCall(server);
    const stranger = await Client.connect(server, person('doctor'));
    const refusal = async (client, payload) => {
      client.emit('webrtc-answer', payload);
      return (await client.next('error')).message;
    };
    assert.equal(await refusal(stranger, { sessionId: 'none', answer: 7 }), 'Session not found');
    assert.equal(await refusal(stranger, { sessionId, answer: 7 }), 'Unauthorized access to session');
    assert.equal(await refusal(doctorSocket, { sessionId, answer: 7 }), 'Invalid answer message format');
    const type = { sessionId, type: 'nonsense', payload: 7 };
    stranger.emit('signaling-message', type);
    assert.deepEqual(await stranger.next('error'), { message: 'Unauthorized access to session', type: 'signaling-message' });
  });
});

describe('joining and leaving', () => {
  test('an id that is no text belongs to no session [c:6.3-join-type 6.3-join-session]', async () => {
    const { sessionId, doctorSocket } = await makeCall(server);
    for (const odd of [{ $ne: null }, {}, [sessionId], [], 7, true, { sessionId }]) {
      const answer = await doctorSocket.ask('join-session', { sessionId: odd });
      assert.deepEqual([answer.success, answer.error], [false, 'Session not found'], JSON.stringify(odd));
    }
    const stranger = await Client.connect(server, person('patient'));
    const answer = await stranger.ask('join-session', { sessionId });
    assert.deepEqual([answer.success, answer.error], [false, 'Unauthorized access to session']);
  });

  test('no disconnect and no join brings a session back, or starts it anew [c:6.3-join-ended 6.3-join-started-once 6.4-count-drops]', async () => {
    const { doctor, patient, sessionId, doctorSocket, patientSocket } = await makeCall(server);
    const { startedAt } = await sessionOf(server, doctor, sessionId);
    patientSocket.close();
    await doctorSocket.next('user-left');
    const back = await Client.connect(server, patient);
    assert.equal((await back.join(sessionId)).session.metadata.participantCount, 1);
    assert.equal((await sessionOf(server, doctor, sessionId)).startedAt, startedAt);
    doctorSocket.emit('end-session', { sessionId });
    await back.next('session-ended');
    back.close();
    await doctorSocket.next('user-left');
    const late = await (await Client.connect(server, patient)).ask('join-session', { sessionId });
    assert.deepEqual([late.success, late.error], [false, 'Session has already ended']);
    const now = await sessionOf(server, doctor, sessionId);
    assert.deepEqual([now.status, now.startedAt], ['ended', startedAt]);
    doctorSocket.close();
  });

  test('a client that leaves the namespace or is sent away is named as such [c:6.4-user-left]', async () => {
    const own = await Server.start();
    started.push(own);
    const { doctorSocket, patientSocket, sessionId } = await makeCall(own);
    patientSocket.socket.disconnect();
    assert.equal((await doctorSocket.next('user-left')).reason, 'client namespace disconnect');
    const raw = await Raw.webSocket(own);
    const patient = person('patient');
    raw.write(frame(1, `40${JSON.stringify({ token: patient.token })}`));
    await raw.until(/40\{"sid"/);
    raw.destroy();
    await doctorSocket.settle(sessionId);
    assert.deepEqual(doctorSocket.take('user-left'), [], 'who did not join is not told of');
  });
});
