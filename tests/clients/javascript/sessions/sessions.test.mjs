// Sessions: create, join, presence, end, over sockets and REST (docs/api-contract.md §5, §6.3–6.5).
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { get, page, post, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { endSession, ISO, makeCall, makeSession, OID, UUID } from '../harness/session.mjs';
import { newId, person } from '../harness/token.mjs';
import { until } from '../harness/wait.mjs';

let server;
before(async () => { server = await Server.start(); });
afterEach(() => Client.closeAll());
after(() => server.dispose());

const sessionOf = async (who, sessionId) => (await get(server, `/api/sessions/${sessionId}`, { token: who.token })).body.session;

describe('create-session', () => {
  test('gives the session with plain ids; REST gives the same, populated [c:6.3-create-session 3-session 3-session-ack 3-user-ref 5.4-session]', async () => {
    const doctor = person('doctor');
    const patient = person('patient');
    const socket = await Client.connect(server, doctor);
    await Client.connect(server, patient);  // afterwards the directory knows the patient
    const appointmentId = newId();
    const answer = await socket.ask('create-session', { patientId: patient.id, appointmentId });
    assert.equal(answer.success, true, answer.error);
    const { session } = answer;
    assert.match(session.sessionId, UUID);
    assert.match(session._id, OID);
    assert.match(session.createdAt, ISO);
    assert.deepEqual(session, {
      sessionId: session.sessionId, doctorId: doctor.id, patientId: patient.id, status: 'created',
      metadata: { appointmentId, participantCount: 0, duration: 0 }, _id: session._id, createdAt: session.createdAt, __v: 0,
    });
    const populated = await sessionOf(patient, session.sessionId);
    const ref = ({ id, email, role, name }) => ({ _id: id, email, role, name });
    assert.deepEqual(populated, { ...session, doctorId: ref(doctor), patientId: ref(patient) });
  });

  test('one open session a pair, whichever way it is made [c:5.1-open-pair 6.3-create-rules]', async () => {
    const { doctor, patient, sessionId } = await makeSession(server);
    const socket = await Client.connect(server, doctor);
    const answer = await socket.ask('create-session', { patientId: patient.id });
    assert.deepEqual([answer.success, answer.error, answer.sessionId], [false, 'Active session already exists', sessionId]);
    const rest = await post(server, '/api/sessions/create', { token: doctor.token, json: { patientId: patient.id } });
    assert.equal(rest.status, 409);
    assert.deepEqual([rest.body.message, rest.body.sessionId], ['Active session already exists', sessionId]);
    await endSession(server, { doctor, sessionId });
    assert.equal((await socket.ask('create-session', { patientId: patient.id })).success, true);
  });

  test('twenty creates at once: one succeeds [c:5.1-simultaneous]', async () => {
    const doctor = person('doctor');
    const patient = person('patient');
    const create = () => post(server, '/api/sessions/create', { token: doctor.token, json: { patientId: patient.id } });
    const statuses = (await Promise.all(Array.from({ length: 20 }, create))).map((answer) => answer.status).sort();
    assert.deepEqual(statuses, [201, ...Array(19).fill(409)]);
  });
});

describe('join-session', () => {
  test('shows the session as it was before, tells the others, and starts it once [c:6.3-join-session 6.3-join-before 6.3-join-counts 6.3-join-starts 6.4-user-joined 3-ice-default 3-session-ack]', async () => {
    const { doctor, patient, sessionId } = await makeSession(server);
    const first = await Client.connect(server, doctor);
    const second = await Client.connect(server, patient);
    const firstAnswer = await first.join(sessionId);
    assert.deepEqual([firstAnswer.session.status, firstAnswer.session.metadata.participantCount], ['created', 0]);
    assert.equal(firstAnswer.session.doctorId, doctor.id);
    assert.deepEqual(firstAnswer.iceServers.map((one) => one.urls), [
      'stun:stun.l.google.com:19302', 'stun:stun1.l.google.com:19302', 'stun:stun2.l.google.com:19302',
    ]);
    const secondAnswer = await second.join(sessionId);
    assert.deepEqual([secondAnswer.session.status, secondAnswer.session.metadata.participantCount], ['active', 1]);
    assert.match(secondAnswer.session.startedAt, ISO);
    assert.deepEqual(await first.next('user-joined'), { userId: patient.id, userRole: 'patient', userEmail: patient.email });
    await second.settle(sessionId);
    assert.deepEqual(second.take('user-joined'), [], 'who joins is not told of himself');
    const now = await sessionOf(doctor, sessionId);
    assert.deepEqual([now.status, now.metadata.participantCount, now.startedAt], ['active', 2, secondAnswer.session.startedAt]);
  });

  test('a repeated join changes nothing and tells no one [c:6.3-join-repeated 6.3-join-started-once]', async () => {
    const { sessionId, doctor, doctorSocket, patientSocket } = await makeCall(server);
    const { startedAt } = await sessionOf(doctor, sessionId);
    for (let round = 0; round < 3; round += 1) await patientSocket.join(sessionId);
    await doctorSocket.settle(sessionId);
    assert.deepEqual(doctorSocket.take('user-joined'), []);
    const now = await sessionOf(doctor, sessionId);
    assert.deepEqual([now.metadata.participantCount, now.startedAt], [2, startedAt]);
  });

  test('REST join starts the session too and counts nobody [c:5.2-starts 5.2-answer 5.2-no-count 5.2-repeatable]', async () => {
    const { doctor, sessionId } = await makeSession(server);
    const answer = await post(server, `/api/sessions/${sessionId}/join`, { token: doctor.token, json: {} });
    assert.equal(answer.status, 200);
    assert.deepEqual([answer.body.message, answer.body.userRole, answer.body.iceServers.length], ['Successfully joined session', 'doctor', 3]);
    assert.deepEqual([answer.body.session.status, answer.body.session.metadata.participantCount], ['active', 0]);
    const again = await post(server, `/api/sessions/${sessionId}/join`, { token: doctor.token, json: {} });
    assert.equal(again.body.session.startedAt, answer.body.session.startedAt);
  });
});

describe('leaving', () => {
  const ways = {
    'client namespace disconnect': (client) => client.socket.disconnect(),
    'transport close': (client) => client.cut(),
    'parse error': (client) => client.socket.io.engine.write('9not a packet'),
    'transport error': (client) => client.socket.io.engine.write('x'.repeat(1_000_001)),
  };
  for (const [reason, leave] of Object.entries(ways)) {
    test(`the others hear user-left: ${reason} [c:6.4-user-left 6.4-count-drops]`, async () => {
      const { doctor, patient, sessionId, doctorSocket, patientSocket } = await makeCall(server);
      leave(patientSocket);
      assert.deepEqual(await doctorSocket.next('user-left'), { userId: patient.id, userRole: 'patient', reason });
      const now = await sessionOf(doctor, sessionId);
      assert.deepEqual([now.metadata.participantCount, now.status], [1, 'active']);
    });
  }

  test('a polling client that says goodbye is told of at once [c:6.4-user-left]', async () => {
    const { patient, doctorSocket, patientSocket } = await makeCall(server, { transport: 'polling' });
    patientSocket.socket.disconnect();
    const left = await doctorSocket.next('user-left');
    assert.deepEqual([left.userId, left.reason], [patient.id, 'client namespace disconnect']);
  });

  test('every room that was joined hears it, not only the last [c:6.4-user-left-rooms]', async () => {
    const doctor = person('doctor');
    const one = await makeSession(server, { doctor });
    const other = await makeSession(server, { doctor });
    const doctorSocket = await Client.connect(server, doctor);
    const ears = [await Client.connect(server, one.patient), await Client.connect(server, other.patient)];
    await ears[0].join(one.sessionId);
    await ears[1].join(other.sessionId);
    await doctorSocket.join(one.sessionId);
    await doctorSocket.join(other.sessionId);
    doctorSocket.close();
    for (const client of ears) assert.equal((await client.next('user-left')).userId, doctor.id);
  });

  test('a disconnect of one who never joined is nobody’s business', async () => {
    const { doctor, patient, sessionId, doctorSocket } = await makeCall(server);
    (await Client.connect(server, patient)).close();
    await doctorSocket.settle(sessionId);
    await doctorSocket.settle(sessionId);
    assert.deepEqual(doctorSocket.take('user-left'), []);
    assert.equal((await sessionOf(doctor, sessionId)).metadata.participantCount, 2);
  });

  test('a server that is told to stop says so, and exits with 0 [c:7-stop]', async () => {
    const own = await Server.start();
    const { doctorSocket, patientSocket, sessionId } = await makeCall(own);
    await doctorSocket.send(sessionId, 'before the end');
    const left = await own.terminate();
    assert.deepEqual(left, { code: 0, signal: null });
    for (const client of [doctorSocket, patientSocket]) {
      assert.match(await client.disconnected(), /^(io server disconnect|transport close)$/);
    }
    await own.dispose();
  });
});

describe('end-session', () => {
  test('everybody in the room hears it, and it is over [c:6.3-end-session 6.3-end-works 6.4-session-ended 4.1-ended 6.3-join-ended 6.3-join-started-once]', async () => {
    const { doctor, patient, sessionId, doctorSocket, patientSocket } = await makeCall(server);
    await doctorSocket.send(sessionId, 'goodbye');
    doctorSocket.emit('end-session', { sessionId });
    for (const client of [doctorSocket, patientSocket]) {
      assert.deepEqual(await client.next('session-ended'), { sessionId, endedBy: doctor.id });
    }
    const now = await sessionOf(patient, sessionId);
    assert.equal(now.status, 'ended');
    assert.match(now.endedAt, ISO);
    const send = await patientSocket.send(sessionId, 'too late');
    assert.deepEqual([send.success, send.error], [false, 'Session has already ended']);
    const rest = await store(server, patient, sessionId, 'too late');
    assert.deepEqual([rest.status, rest.body.message], [400, 'Session has already ended']);
    const join = await (await Client.connect(server, patient)).ask('join-session', { sessionId });
    assert.deepEqual([join.success, join.error], [false, 'Session has already ended']);
    assert.equal((await sessionOf(patient, sessionId)).startedAt, now.startedAt, 'nobody restarts it');
    doctorSocket.emit('end-session', { sessionId });
    assert.equal((await doctorSocket.next('error', ({ message }) => message === 'Session is already ended')).type, undefined);
    assert.equal((await page(server, patient, sessionId)).body.messages.at(-1).message, 'goodbye', 'history stays readable');
  });

  test('over REST the room is told as well [c:5.3-answer 5.3-told 5.3-ended 6.4-session-ended]', async () => {
    const { doctor, patient, sessionId, doctorSocket, patientSocket } = await makeCall(server);
    const answer = await post(server, `/api/sessions/${sessionId}/end`, { token: patient.token, json: {} });
    assert.equal(answer.status, 200);
    const { message, session } = answer.body;
    assert.equal(message, 'Session ended successfully');
    assert.deepEqual({ ...session, endedAt: '' }, { sessionId, status: 'ended', endedAt: '', duration: session.duration });
    assert.ok(Number.isInteger(session.duration));
    for (const client of [doctorSocket, patientSocket]) {
      assert.deepEqual(await client.next('session-ended'), { sessionId, endedBy: patient.id });
    }
    const again = await post(server, `/api/sessions/${sessionId}/end`, { token: doctor.token, json: {} });
    assert.deepEqual([again.status, again.body.message], [400, 'Session is already ended']);
    assert.equal((await sessionOf(doctor, sessionId)).metadata.duration, session.duration);
  });

  test('a session that never started has no duration [c:5.3-duration]', async () => {
    const call = await makeSession(server);
    assert.equal((await endSession(server, call)).duration, 0);
  });

  for (const transport of ['websocket', 'polling']) {
    test(`end-session and then at once a disconnect is carried out (${transport}) [c:6.5-end-and-go]`, async () => {
      const { patient, sessionId, doctorSocket, patientSocket } = await makeCall(server, { transport });
      doctorSocket.emit('end-session', { sessionId });
      doctorSocket.socket.disconnect();
      await patientSocket.next('session-ended');
      assert.equal((await sessionOf(patient, sessionId)).status, 'ended');
    });
  }

  test('a retry of a message that was stored before the end still succeeds', async () => {
    const { doctor, patient, sessionId } = await makeSession(server);
    const first = await store(server, patient, sessionId, 'just in time', { clientMessageId: 'k' });
    await endSession(server, { doctor, sessionId });
    const again = await store(server, patient, sessionId, 'just in time', { clientMessageId: 'k' });
    assert.deepEqual([again.status, again.body.duplicate, again.body.chatMessage._id], [201, true, first.body.chatMessage._id]);
  });
});

test('active sessions are one’s own open ones, newest first [c:5.4-active]', async () => {
  const doctor = person('doctor');
  const made = [];
  for (let round = 0; round < 3; round += 1) {
    made.push(await makeSession(server, { doctor }));
    await until(async () => Date.now() > Date.parse(made.at(-1).session.createdAt), 'the next millisecond');
  }
  await endSession(server, made[1]);
  const listed = async (who) => (await get(server, '/api/sessions/user/active', { token: who.token })).body.sessions.map((one) => one.sessionId);
  assert.deepEqual(await listed(doctor), [made[2].sessionId, made[0].sessionId]);
  assert.deepEqual(await listed(made[0].patient), [made[0].sessionId]);
  assert.deepEqual(await listed(made[1].patient), []);
  assert.deepEqual(await listed(person('doctor')), []);
});

test('nobody is present after a restart, and the session is as it was', async () => {
  const { doctor, sessionId } = await makeCall(server);
  const before_ = await sessionOf(doctor, sessionId);
  assert.equal(before_.metadata.participantCount, 2);
  Client.closeAll();
  await server.restart();
  assert.deepEqual(await sessionOf(doctor, sessionId), { ...before_, metadata: { ...before_.metadata, participantCount: 0 } });
});
