// Every handler survives a missing payload, a payload of any JSON type or binary, and a missing ack (docs/api-contract.md §6.3).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import net from 'node:net';
import { availableParallelism } from 'node:os';
import { after, afterEach, before, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { Server } from '../harness/server.mjs';
import { makeCall } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';
import { until } from '../harness/wait.mjs';

let server;
let pid;
before(async () => {
  server = await Server.start();
  pid = server.pid;
});
afterEach(() => {
  Client.closeAll();
  assert.ok(server.alive && server.pid === pid, `the server lives\n${server.output.slice(-2000)}`);
});
after(() => server.dispose());

const EVENTS = ['create-session', 'join-session', 'chat-message', 'webrtc-offer', 'webrtc-answer', 'ice-candidate', 'signaling-message', 'end-session',
  'reopen-session', 'ping', 'no-such-event', 'entries', 'read', 'typing', 'chat-late'];
const deep = JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`);
const ODD = {
  nothing: [],
  null: [null],
  true: [true],
  zero: [0],
  number: [1e308],
  'empty text': [''],
  text: ['text'],
  'an array': [[]],
  'an array of objects': [[{ sessionId: 'x' }]],
  'an empty object': [{}],
  'falsy fields': [{ sessionId: '', message: '', patientId: '', type: '', payload: null }],
  'numbers for fields': [{ sessionId: 7, message: 7, patientId: 7, type: 7, offer: 7, answer: 7, candidate: 7 }],
  'arrays for fields': [{ sessionId: [], message: [], patientId: [], type: [], offer: [], answer: [], candidate: [] }],
  'query operators': [{ sessionId: { $ne: null }, message: { $gt: '' }, patientId: { $ne: null }, type: { $in: ['offer'] } }],
  binary: [Buffer.from([0, 1, 2, 255])],
  'binary fields': [{ sessionId: Buffer.from('x'), message: Buffer.from('x'), patientId: Buffer.from('x'), offer: { type: 'offer', sdp: Buffer.from('x') } }],
  'deep nesting': [deep],
  'deep fields': [{ sessionId: deep, message: deep, patientId: deep, payload: deep }],
  'many arguments': Array.from({ length: 100 }, (_, index) => index),
  'names of the prototype': [JSON.parse('{"__proto__":{"sessionId":"x"},"constructor":1,"toString":2,"sessionId":"__proto__"}')],
};
/** Words that would show internals of the server. */
const INTERNALS = /cannot|cast|undefined|destructur|validation failed|exception|simdjson|rocksdb|std::|\.cpp|stack/i;

describe('odd payloads', () => {
  for (const event of EVENTS) {
    test(`${event}, without an ack [c:6.3-survives 6.3-internals 6.3-unknown]`, async () => {
      const { sessionId, doctorSocket, patientSocket } = await makeCall(server);
      for (const args of Object.values(ODD)) doctorSocket.emit(event, ...args);
      await doctorSocket.settle(sessionId);
      assert.equal((await doctorSocket.send(sessionId, 'still here')).success, true);
      assert.equal((await patientSocket.next('chat-message')).message, 'still here');
      for (const { message } of doctorSocket.take('error')) {
        assert.equal(typeof message, 'string');
        if (!message.startsWith('Invalid signaling message type')) assert.doesNotMatch(message, INTERNALS);
      }
      assert.deepEqual(patientSocket.heard.filter(({ name }) => name !== 'user-left'), [], 'the other side notices nothing');
    });
  }

  for (const event of ['create-session', 'join-session', 'chat-message']) {
    test(`${event}, with an ack: each gets a refusal [c:6.3-survives 6.3-internals]`, async () => {
      const socket = await Client.connect(server, person('doctor'));
      for (const [name, args] of Object.entries(ODD)) {
        const answer = await socket.ask(event, ...args);
        assert.equal(answer.success, false, name);
        assert.equal(typeof answer.error, 'string', name);
        assert.doesNotMatch(answer.error, INTERNALS, name);
      }
    });
  }
});

test('join-session without an ack does the work [c:6.3-no-ack]', async () => {
  const { doctor, patient, sessionId, doctorSocket } = await makeCall(server);
  const other = await Client.connect(server, patient);
  other.emit('join-session', { sessionId });
  assert.equal((await doctorSocket.next('user-joined')).userId, patient.id);
  assert.equal((await doctorSocket.send(sessionId, 'heard?')).success, true);
  assert.equal((await other.next('chat-message')).senderId, doctor.id);
});

test('create-session without an ack does the work [c:6.3-no-ack]', async () => {
  const doctor = person('doctor');
  const patient = person('patient');
  const socket = await Client.connect(server, doctor);
  socket.emit('create-session', { patientId: patient.id });
  const again = await socket.ask('create-session', { patientId: patient.id });
  assert.deepEqual([again.success, again.error], [false, 'Active session already exists']);
});

test('the client’s ping event has no answer [c:6.3-ping]', async () => {
  const { sessionId, doctorSocket } = await makeCall(server);
  const heard = [];
  doctorSocket.socket.onAny((name) => heard.push(name));
  doctorSocket.emit('ping', { timestamp: Date.now() });
  await doctorSocket.settle(sessionId);
  assert.deepEqual(heard, []);
});

test('binary and unknown acknowledgements from the client are ignored', async () => {
  const { sessionId, doctorSocket } = await makeCall(server);
  const { engine } = doctorSocket.socket.io;
  engine.write('399[]');
  engine.write('3123456789[1,2]');
  await doctorSocket.settle(sessionId);
  assert.ok(doctorSocket.socket.connected);
});

test('out of file descriptors: it says so, those who are in go on, and it takes others again when there is room', async () => {
  const small = await Server.start();
  try {
    const call = await makeCall(small);
    execFileSync('prlimit', ['--pid', String(small.pid), '--nofile=120:120']);
    const crowd = Array.from({ length: 200 }, () => net.connect(small.port, '127.0.0.1').on('error', () => {}));
    await until(() => small.output.includes('Cannot accept connections for now; raise the limit of open files'), 'the complaint');
    const sent = await call.doctorSocket.send(call.sessionId, 'still here');
    assert.equal(sent.success, true);
    assert.equal((await call.patientSocket.next('chat-message')).message, 'still here');
    assert.ok(small.output.match(/Cannot accept connections/g).length <= availableParallelism(), 'once an acceptor, not for each');
    for (const socket of crowd) socket.destroy();
    const late = await Client.connect(small, call.patient);
    assert.equal((await late.join(call.sessionId)).success, true);
    assert.ok(small.alive);
  } finally {
    Client.closeAll();
    await small.dispose();
  }
});
