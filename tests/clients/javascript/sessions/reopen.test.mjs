// Reopening an ended session: the people who may, the people who receive it, and the complete record (ARCHITECTURE.md §6, §10).
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Chain } from '../harness/chain.mjs';
import { Client } from '../harness/client.mjs';
import { get, page, post, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { endSession, ISO, makeCall, makeSession } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';

let server;
before(async () => { server = await Server.start(); });
afterEach(() => Client.closeAll());
after(() => server.dispose());

const reopen = (who, sessionId, at = server) => post(at, `/api/sessions/${sessionId}/reopen`, { token: who.token, json: {} });
const sessionOf = async (who, sessionId, at = server) => (await get(at, `/api/sessions/${sessionId}`, { token: who.token })).body.session;
const refusal = ({ status, body }) => [status, body.message, body.code];

describe('POST /api/sessions/:id/reopen', () => {
  test('the session goes on: the room hears it, messages are accepted, and a retry of before the end is the same success', async () => {
    const call = await makeCall(server);
    const said = await call.patientSocket.send(call.sessionId, 'before the end', { clientMessageId: 'one' });
    const started = (await sessionOf(call.doctor, call.sessionId)).startedAt;
    await endSession(server, call);
    for (const socket of [call.doctorSocket, call.patientSocket]) await socket.next('session-ended');
    assert.deepEqual([(await call.doctorSocket.send(call.sessionId, 'too late')).error], ['Session has already ended']);

    const answer = await reopen(call.doctor, call.sessionId);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.message, 'Session reopened successfully');
    const { session } = answer.body;
    assert.deepEqual([session.status, session.startedAt, session.endedAt, session.doctorId.email, session.metadata.participantCount],
      ['active', started, undefined, call.doctor.email, 2]);
    for (const socket of [call.doctorSocket, call.patientSocket]) {
      assert.deepEqual(await socket.next('session-reopened'), { sessionId: call.sessionId, reopenedBy: call.doctor.id });
    }
    assert.equal((await call.doctorSocket.send(call.sessionId, 'after it')).success, true);
    assert.equal((await call.patientSocket.next('chat-message', ({ message }) => message === 'after it')).senderId, call.doctor.id);
    call.doctorSocket.emit('webrtc-offer', { sessionId: call.sessionId, offer: { type: 'offer', sdp: 'v=0' } });
    assert.equal((await call.patientSocket.next('webrtc-offer')).senderId, call.doctor.id);
    const again = await call.patientSocket.send(call.sessionId, 'before the end', { clientMessageId: 'one' });
    assert.deepEqual([again.success, again.duplicate, again.chatMessage.id], [true, true, said.chatMessage.id]);
    const { body } = await page(server, call.doctor, call.sessionId);
    assert.deepEqual(body.messages.map(({ message }) => message), ['before the end', 'after it']);
  });

  test('the log says who, and its chain verifies', async () => {
    const call = await makeCall(server);
    await endSession(server, call);
    assert.equal((await reopen(call.doctor, call.sessionId)).status, 200);
    const answer = await call.patientSocket.ask('entries', { sessionId: call.sessionId, after: null, core: true });
    assert.deepEqual(answer.entries.map(({ kind }) => kind), ['created', 'participant', 'ended', 'reopened']);
    assert.equal(answer.entries[3].reopenedBy, call.doctor.id);
    assert.match(answer.entries[3].timestamp, ISO);
    new Chain(call.sessionId).take(answer);
    const late = await Client.connect(server, call.patient);
    const joined = await late.ask('join-session', { sessionId: call.sessionId, after: answer.entries[2].position });
    assert.deepEqual(joined.resume.entries.map(({ kind, reopenedBy }) => [kind, reopenedBy]), [['reopened', call.doctor.id]]);
  });

  test('refusals in their order', async () => {
    const call = await makeSession(server);
    const [stranger, admin] = [person('doctor'), person('admin')];
    const unknown = '00000000-0000-4000-8000-000000000000';
    for (const who of [call.doctor, admin]) assert.deepEqual(refusal(await reopen(who, unknown)), [404, 'Session not found', 'not_found']);
    assert.deepEqual(refusal(await reopen(stranger, call.sessionId)), [403, 'Unauthorized access to session', 'forbidden']);
    assert.deepEqual(refusal(await reopen(call.patient, call.sessionId)), [403, 'Only the creator of a session can reopen it', 'forbidden']);
    for (const who of [call.doctor, admin]) {
      assert.deepEqual(refusal(await reopen(who, call.sessionId)), [400, 'Session is not ended', 'invalid_argument']);
    }
    await endSession(server, call);
    const joined = await post(server, `/api/sessions/${call.sessionId}/join`, { token: call.doctor.token, json: {} });
    assert.deepEqual(refusal(joined), [400, 'Session has already ended', 'session_ended'], 'a join alone reopens nothing');
    assert.equal((await reopen(admin, call.sessionId)).status, 200, 'an admin may');
    assert.equal((await post(server, `/api/sessions/${call.sessionId}/reopen`, { json: {} })).status, 401);
  });

  test('a pair has one open session', async () => {
    const first = await makeSession(server);
    await endSession(server, first);
    const second = await makeSession(server, { doctor: first.doctor, patient: first.patient });
    const answer = await reopen(first.doctor, first.sessionId);
    assert.deepEqual([answer.status, answer.body.message, answer.body.sessionId], [409, 'Active session already exists', second.sessionId]);
    await endSession(server, second);
    assert.equal((await reopen(first.doctor, first.sessionId)).status, 200);
    const create = await post(server, '/api/sessions/create', { token: first.doctor.token, json: { patientId: first.patient.id } });
    assert.deepEqual([create.status, create.body.sessionId], [409, first.sessionId]);
  });

  test('creates and reopenings at once: one succeeds', async () => {
    const call = await makeSession(server);
    await endSession(server, call);
    const other = await makeSession(server, { doctor: call.doctor, patient: call.patient });
    await endSession(server, other);
    const create = () => post(server, '/api/sessions/create', { token: call.doctor.token, json: { patientId: call.patient.id } });
    const asks = Array.from({ length: 9 }, (_, index) => [create, () => reopen(call.doctor, call.sessionId), () => reopen(call.doctor, other.sessionId)][index % 3]);
    const answers = await Promise.all(asks.map((ask) => ask()));
    assert.equal(answers.filter(({ status }) => status < 300).length, 1, JSON.stringify(answers.map(({ status, body }) => [status, body.message])));
    const active = await get(server, '/api/sessions/user/active', { token: call.doctor.token });
    assert.equal(active.body.sessions.length, 1);
  });

  test('it survives kill -9, and the next end counts all open times', async () => {
    const own = await Server.start();
    try {
      const call = await makeCall(own);
      await store(own, call.doctor, call.sessionId, 'kept');
      const first = await endSession(own, call);
      assert.equal((await reopen(call.doctor, call.sessionId, own)).status, 200);
      await own.restart();
      const session = await sessionOf(call.patient, call.sessionId, own);
      assert.deepEqual([session.status, session.endedAt, session.metadata.duration], ['active', undefined, first.duration]);
      const active = await get(own, '/api/sessions/user/active', { token: call.patient.token });
      assert.deepEqual(active.body.sessions.map(({ sessionId }) => sessionId), [call.sessionId]);
      assert.equal((await store(own, call.patient, call.sessionId, 'and on')).status, 201);
      const last = await endSession(own, call);
      assert.ok(last.duration >= first.duration && last.endedAt > first.endedAt);
    } finally {
      await own.dispose();
    }
  });
});

describe('reopen-session', () => {
  test('the ack holds the session with plain ids; others are refused', async () => {
    const call = await makeCall(server);
    await endSession(server, call);
    const refused = await call.patientSocket.ask('reopen-session', { sessionId: call.sessionId });
    assert.deepEqual(refused, { success: false, error: 'Only the creator of a session can reopen it', code: 'forbidden' });
    const answer = await call.doctorSocket.ask('reopen-session', { sessionId: call.sessionId });
    assert.equal(answer.success, true, answer.error);
    assert.deepEqual([answer.session.sessionId, answer.session.doctorId, answer.session.status, answer.session.endedAt],
      [call.sessionId, call.doctor.id, 'active', undefined]);
    assert.deepEqual(await call.patientSocket.next('session-reopened'), { sessionId: call.sessionId, reopenedBy: call.doctor.id });
    assert.deepEqual(await call.doctorSocket.ask('reopen-session', { sessionId: call.sessionId }),
      { success: false, error: 'Session is not ended', code: 'invalid_argument' });
    const other = await makeSession(server);
    assert.equal((await call.doctorSocket.ask('reopen-session', { sessionId: other.sessionId })).error, 'Unauthorized access to session');
  });
});

describe('where a join reopens', () => {
  let joining;
  before(async () => { joining = await Server.start({ args: ['--reopen', 'join'] }); });
  after(() => joining.dispose());

  test('a person who pressed End is let in again, as the web client does it', async () => {
    const call = await makeCall(joining);
    await call.patientSocket.send(call.sessionId, 'first visit');
    call.doctorSocket.emit('end-session', { sessionId: call.sessionId });
    call.doctorSocket.close();
    await call.patientSocket.next('session-ended');
    const back = await Client.connect(joining, call.doctor);
    const joined = await back.join(call.sessionId);
    assert.deepEqual([joined.session.status, joined.session.endedAt], ['active', undefined]);
    assert.deepEqual(await call.patientSocket.next('session-reopened'), { sessionId: call.sessionId, reopenedBy: call.doctor.id });
    assert.equal((await call.patientSocket.next('user-joined')).userId, call.doctor.id);
    assert.equal((await call.patientSocket.send(call.sessionId, 'second visit')).success, true);
    assert.equal((await back.next('chat-message')).message, 'second visit');
  });

  test('over REST too, by the patient as by the doctor; not by strangers, and not beside another open session', async () => {
    const call = await makeSession(joining);
    const join = (who) => post(joining, `/api/sessions/${call.sessionId}/join`, { token: who.token, json: {} });
    await endSession(joining, call);
    assert.deepEqual(refusal(await join(person('patient'))), [403, 'Unauthorized access to session', 'forbidden']);
    assert.equal((await sessionOf(call.doctor, call.sessionId, joining)).status, 'ended');
    const joined = await join(call.patient);
    assert.deepEqual([joined.status, joined.body.session.status], [200, 'active'], joined.text);
    await endSession(joining, call);
    const other = await makeSession(joining, { doctor: call.doctor, patient: call.patient });
    const inTheWay = await join(call.doctor);
    assert.deepEqual([inTheWay.status, inTheWay.body.message, inTheWay.body.sessionId], [409, 'Active session already exists', other.sessionId]);
    const socket = await Client.connect(joining, call.doctor);
    const ack = await socket.ask('join-session', { sessionId: call.sessionId });
    assert.deepEqual([ack.success, ack.code, ack.sessionId], [false, 'already_exists', other.sessionId]);
  });

  test('both at once come in, and the log has one reopening', async () => {
    const call = await makeSession(joining);
    await endSession(joining, call);
    const sockets = await Promise.all([call.doctor, call.patient].map((who) => Client.connect(joining, who)));
    await Promise.all(sockets.map((socket) => socket.join(call.sessionId)));
    const answer = await sockets[0].ask('entries', { sessionId: call.sessionId, after: null });
    assert.deepEqual(answer.entries.map(({ kind }) => kind), ['created', 'ended', 'reopened']);
  });
});

test('a server may leave it out', async () => {
  const strict = await Server.start({ args: ['--reopen', 'no'] });
  try {
    const call = await makeSession(strict);
    await endSession(strict, call);
    for (const who of [call.doctor, person('admin')]) {
      assert.deepEqual(refusal(await reopen(who, call.sessionId, strict)), [403, 'Sessions cannot be reopened on this server', 'forbidden']);
    }
  } finally {
    await strict.dispose();
  }
});
