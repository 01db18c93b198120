// What admins may do, over a running server (docs/api-contract.md §5.5). Who gets through at all is security.test.mjs.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Client } from './harness/client.mjs';
import { get, request } from './harness/rest.mjs';
import { Server } from './harness/server.mjs';
import { endSession, ISO, makeCall, makeSession } from './harness/session.mjs';
import { person } from './harness/token.mjs';

const admin = person('admin');
let server;
before(async () => { server = await Server.start(); });
afterEach(() => Client.closeAll());
after(() => server.dispose());

const ask = (method, path, options = {}) => request(server, method, `/api/sessions/${path}`, { token: admin.token, ...options });
const sessionOf = async (who, sessionId) => (await get(server, `/api/sessions/${sessionId}`, { token: who.token })).body.session;

describe('cleanup', () => {
  const cleanup = (json, options) => ask('POST', 'cleanup', { json, ...options });

  test('ends what is older, tells the room, and counts what it really ended', async () => {
    const call = await makeCall(server);
    const over = await makeSession(server);
    await endSession(server, over);
    assert.deepEqual((await cleanup({})).body, { message: 'Cleanup completed', sessionsUpdated: 0 });
    assert.deepEqual((await cleanup({ hoursOld: 0 })).body, { message: 'Cleanup completed', sessionsUpdated: 1 });
    for (const socket of [call.doctorSocket, call.patientSocket]) {
      assert.deepEqual(await socket.next('session-ended'), { sessionId: call.sessionId, endedBy: admin.id });
    }
    const session = await sessionOf(call.patient, call.sessionId);
    assert.equal(session.status, 'ended');
    assert.match(session.endedAt, ISO);
    assert.ok(Number.isInteger(session.metadata.duration) && session.metadata.duration >= 0);
    assert.equal((await cleanup({ hoursOld: 0 })).body.sessionsUpdated, 0);
    await server.restart();
    assert.deepEqual({ ...await sessionOf(call.patient, call.sessionId), metadata: 0 }, { ...session, metadata: 0 });
  });

  test('hoursOld: absent is 24, numeric text is a number; null, negative and what is no number end nothing', async () => {
    const { doctor, sessionId } = await makeSession(server);
    const refused = [null, -1, -0.5, '-1', 'x', '', 'Infinity', 'NaN', '1e999', true, false, {}, [], [24]];
    for (const hoursOld of refused) {
      const answer = await cleanup({ hoursOld });
      assert.deepEqual([answer.status, answer.body.message], [400, 'Invalid hoursOld'], JSON.stringify(hoursOld));
    }
    assert.equal((await ask('POST', 'cleanup', { headers: { 'content-type': 'application/json' }, body: '{"hoursOld":1e999}' })).status, 400);
    const accepted = [undefined, 24, '24', 0.5, '1e300', 1e300, 876_000];
    for (const hoursOld of accepted) {
      const answer = await cleanup({ hoursOld });
      assert.deepEqual([answer.status, answer.body.sessionsUpdated], [200, 0], JSON.stringify(hoursOld));
    }
    for (const options of [{}, { headers: { 'content-type': 'application/json' }, body: '' }, { headers: { 'content-type': 'text/plain' }, body: 'x' }]) {
      assert.deepEqual((await ask('POST', 'cleanup', options)).body, { message: 'Cleanup completed', sessionsUpdated: 0 });
    }
    assert.equal((await sessionOf(doctor, sessionId)).status, 'created');
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'hoursOld=0' };
    assert.equal((await ask('POST', 'cleanup', form)).body.sessionsUpdated, 1);
  });

  test('hundreds of sessions, durable, while others go on talking', async () => {
    const doctor = person('doctor');
    const count = 500;
    const sessions = [];
    while (sessions.length < count) {
      sessions.push(...await Promise.all(Array.from({ length: 25 }, () => makeSession(server, { doctor }))));
    }
    const swept = cleanup({ hoursOld: 0 });
    const talk = await makeCall(server);
    await talk.doctorSocket.ask('chat-message', { sessionId: talk.sessionId, message: 'still here' });
    const { sessionsUpdated } = (await swept).body;
    assert.ok(sessionsUpdated >= count, `${sessionsUpdated} of ${count}`);
    await server.restart();
    const open = (await get(server, '/api/sessions/user/active', { token: doctor.token })).body.sessions;
    assert.deepEqual(open, []);
  });
});
