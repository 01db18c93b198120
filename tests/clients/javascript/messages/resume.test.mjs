// Resume at any age, verified (P5): over sockets and REST, after kill -9, after the end of the session (ARCHITECTURE.md).
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Chain } from '../harness/chain.mjs';
import { Client } from '../harness/client.mjs';
import { get, remove, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { endSession, makeCall, makeSession } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';

let server;
before(async () => { server = await Server.start(); });
afterEach(() => Client.closeAll());
after(() => server.dispose());

const texts = (entries) => entries.filter((entry) => entry.kind === 'text' && !entry.deleted).map((entry) => entry.message);
const entriesOf = (who, sessionId, query = '') => get(server, `/api/chat/session/${sessionId}/entries${query}`, { token: who.token });

/** Joins from `position` and reads until nothing is left. Returns all entries, verified. */
async function resume(client, chain, limit) {
  const joined = await client.ask('join-session', { sessionId: chain.sessionId, after: chain.position, core: true, limit });
  assert.equal(joined.success, true, joined.error);
  let answer = chain.take(joined.resume);
  while (answer.more) {
    answer = await client.ask('entries', { sessionId: chain.sessionId, after: chain.position, core: true, limit });
    assert.equal(answer.success, true, answer.error);
    chain.take(answer);
  }
  return chain;
}

for (const transport of ['websocket', 'polling', 'upgrade']) {
  test(`over ${transport}: what was said while away, then what is said now`, async () => {
    const { patient, sessionId, doctorSocket, patientSocket } = await makeCall(server, { transport });
    const chain = await resume(patientSocket, new Chain(sessionId), 100);
    patientSocket.close();
    for (const text of ['one', 'two', 'three']) await doctorSocket.send(sessionId, text);
    const back = await Client.connect(server, patient, { transport });
    await resume(back, chain, 2);
    assert.deepEqual(texts(chain.entries), ['one', 'two', 'three']);
    const now = await doctorSocket.send(sessionId, 'four');
    assert.equal((await back.next('chat-message')).seq, now.chatMessage.seq);
    assert.equal(back.take('chat-message').length, 0, 'nothing twice');
  });
}

test('across kill -9: the position still holds, and nothing is missing or twice', async () => {
  const { doctor, patient, sessionId, doctorSocket, patientSocket } = await makeCall(server);
  const chain = await resume(patientSocket, new Chain(sessionId), 100);
  await doctorSocket.send(sessionId, 'before');
  await server.restart();
  await store(server, doctor, sessionId, 'after');
  const back = await Client.connect(server, patient);
  await resume(back, chain, 100);
  assert.deepEqual(texts(chain.entries), ['before', 'after']);
});

test('while others talk without pause: every text once, in order', async () => {
  const { patient, sessionId, doctorSocket, patientSocket } = await makeCall(server);
  patientSocket.close();
  const said = Array.from({ length: 400 }, (_, index) => `text ${index}`);
  let sent = 0;
  const talking = (async () => {
    for (; sent < said.length; sent += 1) await doctorSocket.send(sessionId, said[sent]);
  })();
  while (sent < 50) await new Promise(setImmediate);
  const back = await Client.connect(server, patient);
  const chain = await resume(back, new Chain(sessionId), 10);
  await talking;
  await back.settle(sessionId);
  assert.deepEqual([...texts(chain.entries), ...back.take('chat-message').map((event) => event.message)], said);
});

test('after the end: the rest goes beside the refusal', async () => {
  const call = await makeCall(server);
  const chain = await resume(call.patientSocket, new Chain(call.sessionId), 100);
  await call.doctorSocket.send(call.sessionId, 'last words');
  await endSession(server, call);
  const back = await Client.connect(server, call.patient);
  const answer = await back.ask('join-session', { sessionId: call.sessionId, after: chain.position, core: true });
  assert.deepEqual([answer.success, answer.error, answer.code], [false, 'Session has already ended', 'session_ended']);
  chain.take(answer.resume);
  assert.deepEqual(chain.entries.slice(-2).map((entry) => entry.kind), ['text', 'ended']);
  assert.equal(chain.entries.at(-1).endedBy, call.doctor.id);
});

test('a position of a history that was lost is answered with a reset, and the whole', async () => {
  const { sessionId, patientSocket, doctorSocket } = await makeCall(server);
  await doctorSocket.send(sessionId, 'here');
  const answer = await patientSocket.ask('join-session', { sessionId, after: '3.0123456789abcdef', core: true });
  assert.equal(answer.resume.reset, true);
  assert.deepEqual(texts(new Chain(sessionId).take(answer.resume).entries), ['here']);
});

describe('GET …/entries', () => {
  test('pages both ways, and what is deleted is gone but the chain holds', async () => {
    const { doctor, patient, sessionId } = await makeSession(server);
    const stored = [];
    for (let index = 0; index < 10; index += 1) stored.push((await store(server, doctor, sessionId, `text ${index}`)).body.chatMessage);
    assert.equal((await remove(server, `/api/chat/${stored[4]._id}`, { token: doctor.token })).status, 200);
    const chain = new Chain(sessionId);
    for (let more = true; more;) more = chain.take((await entriesOf(patient, sessionId, `?after=${chain.position}&limit=3&core=true`)).body).more;
    assert.equal(chain.entries.length, 12);
    const gone = chain.entries.find((entry) => entry.id === stored[4]._id && entry.kind === 'text');
    assert.deepEqual([gone.deleted, 'message' in gone, gone.seq], [true, false, stored[4].seq]);
    const { kind, deletedBy, id } = chain.entries.at(-1);
    assert.deepEqual({ kind, deletedBy, id }, { kind: 'deleted', deletedBy: doctor.id, id: stored[4]._id });

    const newest = (await entriesOf(patient, sessionId, '?before=13&limit=5')).body;
    assert.deepEqual(newest.entries.map((entry) => entry.seq), [8, 9, 10, 11, 12]);
    assert.equal(newest.more, true);
    const older = (await entriesOf(patient, sessionId, `?before=${newest.from.split('.')[0] - 0 + 1}&limit=1000`)).body;
    assert.deepEqual(older.entries.map((entry) => entry.seq), [1, 2, 3, 4, 5, 6, 7]);
    assert.equal(older.more, false);
    assert.deepEqual(older.entries[0].participants, [{ userId: doctor.id, role: 'doctor' }, { userId: patient.id, role: 'patient' }]);
    assert.equal(older.to, newest.from);
  });

  test('refuses what it does not understand, by name, after access', async () => {
    const { doctor, sessionId } = await makeSession(server);
    for (const [query, name] of [['after=x', 'after'], ['before=-1', 'before'], ['limit=0', 'limit'], ['limit=1001', 'limit'], ['core=yes', 'core']]) {
      const answer = await entriesOf(doctor, sessionId, `?${query}`);
      assert.deepEqual([answer.status, answer.body], [400, { message: `Invalid ${name}`, code: 'invalid_argument' }]);
      assert.equal((await entriesOf(person('patient'), sessionId, `?${query}`)).status, 403);
    }
  });
});
