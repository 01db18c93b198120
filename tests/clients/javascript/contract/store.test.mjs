// The answers and events that clients receive while the disk refuses writes, after kill -9, and when a handler fails: docs/api-contract.md §2.3, §4.1,
// §6.3. A message that was not written must reach nobody.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { after, afterEach, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { get, page, post, remove, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { makeCall, makeSession } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';

const started = [];
afterEach(() => Client.closeAll());
after(() => Promise.all(started.map((one) => one.dispose())));

/** A server whose writes can be made to fail. The system refuses to write beyond a file size, and the server ignores the signal for it. */
async function start() {
  const server = await Server.start({ wrap: ['sh', '-c', 'trap "" XFSZ; exec "$0" "$@"'] });
  started.push(server);
  return server;
}
const refuseWrites = (server) => execFileSync('prlimit', ['--pid', String(server.pid), '--fsize=1:1']);

const offer = { type: 'offer', sdp: 'v=0' };

describe('while the disk refuses to write', () => {
  test('a message is refused, and nobody hears it [c:6.3-chat-durable 4.1-durable]', async () => {
    const server = await start();
    const { doctor, sessionId, doctorSocket, patientSocket } = await makeCall(server);
    assert.equal((await doctorSocket.send(sessionId, 'stored')).success, true);
    assert.equal((await patientSocket.next('chat-message')).message, 'stored');
    doctorSocket.take('chat-message');
    refuseWrites(server);
    const answer = await doctorSocket.send(sessionId, 'lost');
    assert.deepEqual([answer.success, typeof answer.error], [false, 'string']);
    const rest = await store(server, doctor, sessionId, 'lost as well');
    assert.equal(rest.status, 503, rest.text);
    doctorSocket.emit('webrtc-offer', { sessionId, offer });
    await patientSocket.next('webrtc-offer');  // the session sent this after the rest
    for (const client of [doctorSocket, patientSocket]) assert.deepEqual(client.take('chat-message'), []);
    await server.restart();
    assert.deepEqual((await page(server, doctor, sessionId)).body.messages.map(({ message }) => message), ['stored']);
  });

  test('signalling is relayed although it cannot be recorded [c:6.3-recorded]', async () => {
    const server = await start();
    const { sessionId, doctorSocket, patientSocket } = await makeCall(server);
    refuseWrites(server);
    for (let count = 0; count < 3; count += 1) {
      doctorSocket.emit('webrtc-offer', { sessionId, offer });
      assert.deepEqual((await patientSocket.next('webrtc-offer')).offer, offer);
    }
  });

  test('no end, no deletion, no first join and no session is told of before it is written', async () => {
    const server = await start();
    const { doctor, sessionId, doctorSocket, patientSocket } = await makeCall(server);
    const { id } = (await doctorSocket.send(sessionId, 'stays')).chatMessage;
    const other = await makeSession(server, { doctor });
    for (const client of [doctorSocket, patientSocket]) await client.next('chat-message');
    refuseWrites(server);
    const { token } = doctor;
    const refused = [await post(server, `/api/sessions/${sessionId}/end`, { token, json: {} }), await remove(server, `/api/chat/${id}`, { token }),
      await post(server, `/api/sessions/${other.sessionId}/join`, { token, json: {} }),
      await post(server, '/api/sessions/create', { token, json: { patientId: person('patient').id } })];
    for (const { status, text } of refused) assert.ok(status === 503 || status === 504, text);
    doctorSocket.emit('end-session', { sessionId });
    await doctorSocket.next('error');
    doctorSocket.emit('webrtc-offer', { sessionId, offer });
    await patientSocket.next('webrtc-offer');
    for (const client of [doctorSocket, patientSocket]) {
      assert.deepEqual([...client.take('session-ended'), ...client.take('chat-message-deleted')], []);
    }
    await server.restart();
    const { session } = (await get(server, `/api/sessions/${sessionId}`, { token })).body;
    assert.equal(session.status, 'active');
    assert.equal((await page(server, doctor, sessionId)).body.messages.length, 1);
  });
});

test('kill -9 right behind the answer loses nothing that was answered or heard [c:4.1-durable 6.3-chat-durable]', async () => {
  const server = await Server.start();
  started.push(server);
  const { doctor, sessionId } = await makeSession(server);
  const told = [];
  for (let round = 0; round < 5; round += 1) {
    const sender = await Client.connect(server, doctor);
    await sender.join(sessionId);
    const sends = Array.from({ length: 20 }, (_, index) => sender.send(sessionId, `${round}.${index}`).then((answer) => told.push(answer.chatMessage.id)));
    await sends[10];
    await server.kill();
    for (const { id } of sender.take('chat-message')) told.push(id);
    sender.close();
    Promise.allSettled(sends);
    await server.restart();
    const stored = new Set((await page(server, doctor, sessionId, '?limit=1000')).body.messages.map(({ _id }) => _id));
    for (const id of told) assert.ok(stored.has(id), id);
  }
  assert.ok(told.length > 50);
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal}: what was taken is written, sockets are closed, nobody is let in, and the exit is 0 [c:7-stop]`, async () => {
    const server = await Server.start();
    started.push(server);
    const { doctor, sessionId, doctorSocket, patientSocket } = await makeCall(server);
    const stored = [];
    const sends = Array.from({ length: 200 }, (_, index) => doctorSocket.send(sessionId, `${index}`).then(({ success, chatMessage }) => success && stored.push(chatMessage.id)));
    await sends[20];
    const left = server.terminate(signal);
    await Promise.all([doctorSocket.disconnected(), patientSocket.disconnected()]);
    assert.deepEqual(await left, { code: 0, signal: null });
    await assert.rejects(get(server, '/health'), { code: 'ECONNREFUSED' });
    const told = [...stored, ...patientSocket.take('chat-message').map(({ id }) => id)];
    Promise.allSettled(sends);
    await server.restart();
    const kept = new Set((await page(server, doctor, sessionId, '?limit=1000')).body.messages.map(({ _id }) => _id));
    for (const id of told) assert.ok(kept.has(id), id);
  });
}

test('an unexpected failure in a handler is a 500 that says nothing of the inside, and the server goes on [c:2.3-failure]', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-fault-'));
  try {
    // The fault is injected into a library call: inflating throws an exception that no handler expects.
    writeFileSync(join(folder, 'fault.cpp'), '#include <stdexcept>\nextern "C" int inflateInit2_(void*, int, const char*, int) { throw std::runtime_error("injected"); }\n');
    execFileSync('g++', ['-shared', '-fPIC', '-o', join(folder, 'fault.so'), join(folder, 'fault.cpp')]);
    const server = await Server.start({ env: { LD_PRELOAD: join(folder, 'fault.so') } });
    started.push(server);
    const { token } = person('doctor');
    const answer = await post(server, '/api/chat/store', { token, body: gzipSync('{}'), headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } });
    assert.deepEqual([answer.status, answer.body], [500, { message: 'Server error' }]);
    assert.equal((await post(server, '/api/chat/store', { token, json: {} })).status, 400);
    assert.ok(server.alive);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
