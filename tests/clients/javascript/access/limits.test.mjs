// The default limits: requests, sends, signalling, connections (docs/api-contract.md §2.6, §6.2, §6.3).
import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { get, page, post, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { makeSession } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';

// Each test has its own server, because windows last a minute and more. `demo` is used because it has assets.
let server;
beforeEach(async () => { server = await Server.start({ command: 'demo', limits: 'on' }); });
afterEach(async () => {
  Client.closeAll();
  await server.dispose();
});
after(() => Client.closeAll());

function assertLimited(answer, limit, windowSeconds, message) {
  assert.equal(answer.status, 429);
  assert.deepEqual([answer.body.message, answer.body.code], [message, 'rate_limited']);
  const seconds = Number(answer.headers['retry-after']);
  assert.ok(seconds >= 1 && seconds <= windowSeconds, `Retry-After ${seconds}`);
  assert.equal(answer.body.retryAfter, seconds);
  assert.equal(answer.headers['ratelimit-policy'], `${limit};w=${windowSeconds}`);
  assert.equal(answer.headers['ratelimit-limit'], String(limit));
  assert.equal(answer.headers['ratelimit-remaining'], '0');
}

describe('requests', () => {
  test('80 of any kind a minute, then 429 even with a bad token; assets, / and /ready are free [c:2.6-everything 2.1-limit-before-token 2.1-general-limiter 2.6-headers 2.6-free 2.1-root]', async () => {
    for (let count = 1; count <= 80; count += 1) {
      const answer = await get(server, '/health');
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['ratelimit-remaining'], String(80 - count));
    }
    assertLimited(await get(server, '/health'), 80, 60, 'Too many requests, please try again later.');
    assertLimited(await get(server, '/api/sessions/user/active', { token: 'bad' }), 80, 60, 'Too many requests, please try again later.');
    for (const path of ['/', '/ready', '/demo', '/demo/demo.css']) assert.equal((await get(server, path)).status, 200, path);
  });

  test('30 chat requests a minute, whoever asks [c:2.6-chat 2.6-inner 2.1-areas]', async () => {
    const { doctor, sessionId } = await makeSession(server);
    for (let count = 1; count <= 30; count += 1) {
      const answer = count % 2 ? await page(server, doctor, sessionId) : await get(server, `/api/chat/session/${sessionId}`);
      assert.equal(answer.status, count % 2 ? 200 : 401);
      assert.equal(answer.headers['ratelimit-remaining'], String(30 - count));
      assert.equal(answer.headers['ratelimit-policy'], '30;w=60');
    }
    assertLimited(await store(server, doctor, sessionId, 'x'), 30, 60, 'Too many signaling requests, please slow down.');
    assert.equal((await get(server, '/health')).status, 200, 'the rest goes on');
  });

  test('30 session requests a minute, and reads do not use up the creations [c:2.6-sessions]', async () => {
    const { doctor, sessionId } = await makeSession(server);
    for (let count = 1; count <= 30; count += 1) {
      assert.equal((await get(server, `/api/sessions/${sessionId}`, { token: doctor.token })).status, 200, `read ${count}`);
    }
    assertLimited(await get(server, `/api/sessions/${sessionId}`, { token: doctor.token }), 30, 60, 'Too many signaling requests, please slow down.');
    assert.equal((await post(server, '/api/sessions/create', { token: doctor.token, json: { patientId: person('patient').id } })).status, 201);
  });

  test('10 creations in five minutes [c:2.6-creation 2.6-sessions]', async () => {
    const doctor = person('doctor');
    const create = () => post(server, '/api/sessions/create', { token: doctor.token, json: { patientId: person('patient').id } });
    for (let count = 1; count <= 10; count += 1) assert.equal((await create()).status, 201);
    assertLimited(await create(), 10, 300, 'Too many session creation attempts, please wait.');
  });
});

describe('socket events', () => {
  test('10 creations in five minutes and user, over every transport', async () => {
    const doctor = person('doctor');
    const body = () => ({ patientId: person('patient').id });
    const sockets = [await Client.connect(server, doctor), await Client.connect(server, doctor, { transport: 'polling' })];
    for (let count = 0; count < 8; count += 1) assert.equal((await sockets[count % 2].ask('create-session', body())).success, true);
    for (let count = 0; count < 2; count += 1) {
      assert.equal((await post(server, '/api/sessions/create', { token: doctor.token, json: body() })).status, 201);
    }
    const text = 'Too many session creation attempts, please wait.';
    for (const socket of sockets) {
      const refused = await socket.ask('create-session', body());
      assert.deepEqual([refused.success, refused.error, refused.code], [false, text, 'rate_limited']);
      assert.ok(refused.retryAfter > 0 && refused.retryAfter <= 300);
    }
    const byRest = await post(server, '/api/sessions/create', { token: doctor.token, json: body() });
    assert.deepEqual([byRest.status, byRest.body.message, byRest.body.code], [429, text, 'rate_limited']);
    assert.equal(Number(byRest.headers['retry-after']), byRest.body.retryAfter);
    const other = await Client.connect(server, person('doctor'));
    assert.equal((await other.ask('create-session', body())).success, true, 'another user may');
  });

  test('120 chat messages a minute and user; the refusal has a code and says when [c:6.3-chat-rate]', async () => {
    const { doctor, patient, sessionId } = await makeSession(server);
    const first = await Client.connect(server, doctor);
    const second = await Client.connect(server, doctor);
    for (let count = 1; count <= 120; count += 1) {
      assert.equal((await (count % 2 ? first : second).send(sessionId, `${count}`, { clientMessageId: `k${count}` })).success, true);
    }
    const refused = await first.send(sessionId, 'one too many');
    assert.deepEqual([refused.success, refused.error, refused.code], [false, 'Rate limit exceeded for chat messages', 'rate_limited']);
    assert.ok(refused.retryAfter > 0 && refused.retryAfter <= 60);
    assert.deepEqual(await first.next('error'), { message: 'Rate limit exceeded for chat messages' });
    const retry = await second.send(sessionId, '7', { clientMessageId: 'k7' });
    assert.deepEqual([retry.success, retry.duplicate], [true, true], 'a retry is never limited');
    assert.equal((await (await Client.connect(server, patient)).send(sessionId, 'not me')).success, true, 'another user is');
    assert.equal((await store(server, doctor, sessionId, 'by REST')).status, 201, 'the rate counts socket sends only');
    first.close();
    second.close();
    const again = await (await Client.connect(server, doctor)).send(sessionId, 'reconnected');
    assert.equal(again.error, 'Rate limit exceeded for chat messages', 'the window survives a disconnect');
  });

  const kinds = [
    ['webrtc-offer', { offer: { type: 'offer', sdp: 'v=0' } }, 10, 'Rate limit exceeded for offer messages', 'offer'],
    ['webrtc-answer', { answer: { type: 'answer', sdp: 'v=0' } }, 10, 'Rate limit exceeded for answer messages', 'answer'],
    ['ice-candidate', { candidate: { candidate: 'c', sdpMLineIndex: 0, sdpMid: '0' } }, 100, 'Rate limit exceeded for ICE candidate messages',
      'ice-candidate'],
  ];
  for (const [event, body, limit, text] of kinds) {
    test(`${limit} of ${event} a minute [c:6.3-signal-rate 6.3-signal-order]`, async () => {
      const { doctor, patient, sessionId } = await makeSession(server);
      const sender = await Client.connect(server, doctor);
      const ears = await Client.connect(server, patient);
      await ears.join(sessionId);
      for (let count = 0; count < limit; count += 1) sender.emit(event, { sessionId, ...body });
      for (let count = 0; count < limit; count += 1) await ears.next(event);
      sender.emit(event, { sessionId, ...body });
      assert.deepEqual(await sender.next('error'), { message: text, type: event });
      sender.emit(event, {});
      assert.deepEqual(await sender.next('error'), { message: text, type: event }, 'the rate comes first');
    });
  }

  for (const [type, limit] of [['chat', 30], ['join', 5], ['leave', 5]]) {
    test(`${limit} of signaling-message ${type} a minute [c:6.3-generic-rate]`, async () => {
      const { doctor, patient, sessionId } = await makeSession(server);
      const sender = await Client.connect(server, doctor);
      const ears = await Client.connect(server, patient);
      await ears.join(sessionId);
      for (let count = 0; count < limit; count += 1) sender.emit('signaling-message', { sessionId, type, payload: count });
      for (let count = 0; count < limit; count += 1) assert.equal((await ears.next('signaling-message')).payload, count);
      sender.emit('signaling-message', { sessionId, type, payload: {} });
      assert.deepEqual(await sender.next('error'), { message: `Rate limit exceeded for ${type} messages`, type: 'signaling-message' });
    });
  }

  test('signaling-message shares the window of its kind [c:6.3-generic-rate]', async () => {
    const { doctor, patient, sessionId } = await makeSession(server);
    const sender = await Client.connect(server, doctor);
    const ears = await Client.connect(server, patient);
    await ears.join(sessionId);
    const offer = { type: 'offer', sdp: 'v=0' };
    for (let count = 0; count < 5; count += 1) sender.emit('webrtc-offer', { sessionId, offer });
    for (let count = 0; count < 5; count += 1) sender.emit('signaling-message', { sessionId, type: 'offer', payload: offer });
    for (let count = 0; count < 5; count += 1) await ears.next('signaling-message');
    sender.emit('signaling-message', { sessionId, type: 'offer', payload: offer });
    assert.deepEqual(await sender.next('error'), { message: 'Rate limit exceeded for offer messages', type: 'signaling-message' });
  });
});

describe('connections', () => {
  test('10 live ones a user; one that goes makes room [c:6.2-user]', async () => {
    const doctor = person('doctor');
    const sockets = [];
    for (let count = 0; count < 10; count += 1) sockets.push(await Client.connect(server, doctor));
    assert.equal((await Client.refused(server, doctor)).message, 'Too many connections for this user');
    assert.ok((await Client.connect(server, person('patient'))).socket.connected);
    sockets[3].close();
    for (let attempt = 0; ; attempt += 1) {
      const client = new Client(server, doctor);
      const connected = await client.connected().then(() => true, () => false);
      if (connected) break;
      assert.ok(attempt < 100, 'there is room again');
    }
  });

  test('50 an address, before the token is looked at [c:6.2-address]', async () => {
    for (let user = 0; user < 5; user += 1) {
      const doctor = person('doctor');
      for (let count = 0; count < 10; count += 1) await Client.connect(server, doctor);
    }
    for (const who of [person('doctor'), null]) {
      assert.equal((await Client.refused(server, who)).message, 'Too many connections from this IP address');
    }
  });
});
