// An earlier server and Parley use one database in turns. Each shows the messages that the other wrote (docs/guide/adopting.md).
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, afterEach, test } from 'node:test';
import { promisify } from 'node:util';
import { Client } from '../harness/client.mjs';
import { databaseOf, sharedMongod } from '../harness/database.mjs';
import { OldServer } from '../harness/old-server.mjs';
import { get, page, post, remove, store } from '../harness/rest.mjs';
import { PARLEY, Server } from '../harness/server.mjs';
import { person } from '../harness/token.mjs';
import { until } from '../harness/wait.mjs';
import { Chain } from '../harness/chain.mjs';

const SEED = Number(process.env.SEED ?? 1);
const run = promisify(execFile);
const figures = { sessions: 0, messages: 0, turns: 0 };
const open = [];
afterEach(async () => {
  Client.closeAll();
  for (const each of open.splice(0)) await (each.stop ?? each.dispose).call(each);
});
after(() => console.log(`cutover: ${figures.sessions} sessions, ${figures.messages} messages, ${figures.turns} turns, all equal both directions`));

/** Returns a function that draws 0 ≤ n < below, the same for the same seed. */
function random(seed) {
  let state = seed >>> 0 || 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function freshUri() {
  const mongod = await sharedMongod();
  return mongod.uriWith('', mongod.freshDatabase());
}
async function startOld(uri) {
  const old = await OldServer.start(uri);
  open.push(old);
  return old;
}
async function startParley(uri, options = {}) {
  const server = await Server.start({ store: uri, ...options });
  open.push(server);
  return server;
}

/** A message in the form that both servers show. */
const view = ({ _id, sessionId, senderId, senderRole, message, messageType, timestamp, __v }) =>
  ({ _id, sessionId, senderId: { _id: senderId._id, email: senderId.email, role: senderId.role, name: senderId.name }, senderRole, message, messageType, timestamp, __v });

async function parleyMessages(server, call) {
  const { status, body } = await page(server, call.doctor, call.sessionId, '?limit=1000');
  assert.equal(status, 200);
  assert.equal(body.pagination.totalMessages, body.messages.length);
  return body.messages.map(view);
}
async function oldMessages(old, call) {
  return (await old.messages(call.sessionId)).map(view);
}
/** The texts in order, to compare with the texts that the test sent. */
const texts = (messages) => messages.map((each) => each.message);

async function makeCalls(old, count) {
  const calls = [];
  for (let index = 0; index < count; ++index) {
    const call = { doctor: person('doctor'), patient: person('patient'), said: [], ended: false };
    await old.signUp(call.doctor, call.patient);
    calls.push(call);
  }
  return calls;
}

async function talkOld(old, call, pick, count) {
  for (let index = 0; index < count; ++index) {
    const who = pick(2) ? call.doctor : call.patient;
    const message = `old ${call.said.length} ${'é🙂<b>\n'.repeat(pick(4))}`;
    const id = await old.store(call.sessionId, who, message, pick(10) === 0 ? { messageType: 'system' } : {});
    call.said.push({ id, message });
    if (pick(8) === 0) await old.remove(call.said.pop().id);
  }
}

async function talkParley(server, call, pick, count) {
  const socket = await Client.connect(server, call.patient);
  assert.equal((await socket.join(call.sessionId)).success, true);
  for (let index = 0; index < count; ++index) {
    const message = `Parley ${call.said.length} ${'é🙂<b>\n'.repeat(pick(4))}`;
    const overHttp = pick(2) === 0;
    const answer = overHttp ? (await store(server, call.doctor, call.sessionId, message)).body : await socket.send(call.sessionId, message);
    const id = overHttp ? answer.chatMessage._id : answer.chatMessage.id;
    assert.ok(id, JSON.stringify(answer));
    call.said.push({ id, message });
    if (pick(6) === 0) {
      const [gone] = call.said.splice(pick(call.said.length), 1);  // the sender may be either of the two
      const owner = (await remove(server, `/api/chat/${gone.id}`, { token: call.doctor.token })).status === 200;
      if (!owner) assert.equal((await remove(server, `/api/chat/${gone.id}`, { token: call.patient.token })).status, 200);
    }
  }
  socket.close();
}

const said = (call) => call.said.map((each) => each.message);

test(`old → Parley → old → Parley → old: nothing lost, doubled or out of order (seed ${SEED}) [c:3-system 8-sessions 8-chatmessages]`, async () => {
  const pick = random(SEED);
  const uri = await freshUri();
  const old = await startOld(uri);
  const calls = await makeCalls(old, 8);
  for (const call of calls) call.sessionId = await old.create(call.doctor, call.patient);

  for (let turn = 0; turn < 2; ++turn) {
    for (const call of calls) {
      if (call.ended) continue;
      if (pick(2)) await old.join(call.sessionId);
      await talkOld(old, call, pick, 5 + pick(20));
      if (pick(5) === 0) {
        await old.end(call.sessionId);
        call.ended = true;
        await talkOld(old, call, pick, 2); // earlier servers accepted messages after the end
      }
    }
    const server = await startParley(uri);
    for (const call of calls) {
      const before = await oldMessages(old, call);
      assert.deepEqual(texts(before), said(call));
      assert.deepEqual(await parleyMessages(server, call), before, 'what the earlier server wrote, Parley shows just so');
      const { body: { session } } = await get(server, `/api/sessions/${call.sessionId}`, { token: call.doctor.token });
      const { __v, ...expected } = await old.session(call.sessionId);
      assert.deepEqual({ ...session, metadata: { ...session.metadata, duration: expected.metadata.duration } }, { ...expected, __v: 0 });
      if (!call.ended) await talkParley(server, call, pick, 5 + pick(15));
      if (!call.ended && pick(5) === 0) {
        assert.equal((await post(server, `/api/sessions/${call.sessionId}/end`, { token: call.doctor.token, json: {} })).status, 200);
        call.ended = true;
      }
      const after_ = await parleyMessages(server, call);
      assert.deepEqual(texts(after_), said(call));
      call.shown = after_;
    }
    assert.equal((await server.terminate()).code, 0); // before it exits it writes the rest of the mirror
    for (const call of calls) {
      assert.deepEqual(await oldMessages(old, call), call.shown, 'what Parley shows, the earlier server reads just so');
      assert.equal((await old.session(call.sessionId)).status === 'ended', call.ended);
    }
    figures.turns += 2;
  }
  figures.sessions += calls.length;
  figures.messages += calls.reduce((sum, call) => sum + call.said.length, 0);
});

test('a conversation of a thousand messages is one when it is first opened, and its log proves itself', async () => {
  const uri = await freshUri();
  const old = await startOld(uri);
  const [call] = await makeCalls(old, 1);
  call.sessionId = await old.create(call.doctor, call.patient);
  const start = Date.now() - 10_000_000;
  const documents = Array.from({ length: 1000 }, (_, index) => ({ sessionId: call.sessionId, senderId: call.doctor.id, senderRole: 'doctor',
    message: `message ${index}`, timestamp: new Date(start + Math.floor(index / 3)) }));
  await old.models.ChatMessage.insertMany(documents);
  await old.models.Session.updateOne({ sessionId: call.sessionId }, { createdAt: new Date(start - 1000) });
  const server = await startParley(uri);
  // All requests come at once, and each one opens the session.
  const pages = await Promise.all(Array.from({ length: 8 }, () => parleyMessages(server, call)));
  for (const each of pages) assert.deepEqual(texts(each), texts(documents));
  const chain = new Chain(call.sessionId);
  for (let more = true; more;) {
    const target = `/api/chat/session/${call.sessionId}/entries?after=${chain.position}&limit=400&core=true`;
    more = chain.take((await get(server, target, { token: call.doctor.token })).body).more;
  }
  assert.deepEqual([...new Set(chain.entries.map(({ kind }) => kind))], ['created', 'adopted', 'text']);
  figures.messages += 1000;
  ++figures.sessions;
});

test('a message of an earlier server is deleted by its id before anybody opened its session', async () => {
  const uri = await freshUri();
  const old = await startOld(uri);
  const [call] = await makeCalls(old, 1);
  call.sessionId = await old.create(call.doctor, call.patient);
  const id = await old.store(call.sessionId, call.doctor, 'delete me');
  await old.store(call.sessionId, call.patient, 'keep me');
  const server = await startParley(uri);
  const target = `/api/chat/${id}`;
  assert.equal((await remove(server, target, { token: call.patient.token })).status, 403);
  assert.equal((await remove(server, target, { token: call.doctor.token })).status, 200);
  assert.deepEqual(texts(await parleyMessages(server, call)), ['keep me']);
  assert.equal((await remove(server, target, { token: call.doctor.token })).status, 404);
  await server.terminate();
  assert.deepEqual(texts(await oldMessages(old, call)), ['keep me']);
  ++figures.sessions;
});

test('an open session of an earlier server is the open session of its pair', async () => {
  const uri = await freshUri();
  const old = await startOld(uri);
  const [call] = await makeCalls(old, 1);
  call.sessionId = await old.create(call.doctor, call.patient);
  const server = await startParley(uri);
  const answer = await post(server, '/api/sessions/create', { token: call.doctor.token, json: { patientId: call.patient.id } });
  assert.deepEqual([answer.status, answer.body.sessionId], [409, call.sessionId]);
  const { body } = await get(server, '/api/sessions/user/active', { token: call.patient.token });
  assert.deepEqual(body.sessions.map(({ sessionId }) => sessionId), [call.sessionId]);
  ++figures.sessions;
});

/** The statements that the page tells operators to enter in mongosh. */
function snippetForFormat1() {
  const page_ = readFileSync(new URL('../../../../docs/operations/mongodb.md', import.meta.url), 'utf8');
  const section = page_.slice(page_.indexOf('## A database of format 1'));
  const code = section.match(/```js\n([^]*?)```/)[1];
  const statements = code.split('\n').filter((line) => line.startsWith('db.'));
  assert.equal(statements.length, 4);
  return statements;
}

test('a database whose log was taken away as the page says is adopted anew, and every text is there', async () => {
  const uri = await freshUri();
  const old = await startOld(uri);
  const pick = random(SEED + 3);
  const [call] = await makeCalls(old, 1);
  call.sessionId = await old.create(call.doctor, call.patient);
  await talkOld(old, call, pick, 10);
  const first = await startParley(uri);
  await talkParley(first, call, pick, 10);
  const before = await parleyMessages(first, call);
  assert.equal((await first.terminate()).code, 0);
  const db = new Proxy({}, { get: (_, name) => databaseOf(uri).collection(name) });
  for (const statement of snippetForFormat1()) await new Function('db', `return ${statement}`)(db);
  const second = await startParley(uri);
  assert.deepEqual(await parleyMessages(second, call), before);
  assert.deepEqual(texts(before), said(call));
});

test('parley adopt takes whole collections, names what it leaves alone, and is done when run again', async () => {
  const uri = await freshUri();
  const old = await startOld(uri);
  const calls = await makeCalls(old, 20);
  const pick = random(SEED + 7);
  for (const call of calls) {
    call.sessionId = await old.create(call.doctor, call.patient);
    await talkOld(old, call, pick, 10);
    if (pick(2)) await old.end(call.sessionId);
  }
  const messages = calls.reduce((sum, call) => sum + call.said.length, 0);
  const raw = old.models.ChatMessage.collection;
  const { insertedId } = await raw.insertOne({ sessionId: calls[0].sessionId, senderId: 'two\nlines', message: 'x', timestamp: new Date() });
  const broken = await old.models.Session.collection.insertOne({ sessionId: 'two\nlines', status: 'created' });
  const gone = Array.from({ length: 3 }, (_, index) => ({ sessionId: '00000000-0000-4000-8000-000000000000', senderId: calls[0].doctor.id, senderRole: 'doctor', message: `${index}` }));
  const { insertedIds: orphans } = await raw.insertMany(gone);
  const adopt = async () => (await run(PARLEY, ['adopt', '--store', uri])).stdout.trim().split('\n');
  const first = await adopt();
  assert.equal(first.at(-1), `PASS adopt: 20 sessions, ${messages} messages adopted, 5 left alone; 21 sessions looked at`);
  assert.deepEqual(first.slice(0, -1).sort(), [
    `left alone: chatmessages ${insertedId}: senderId is not 1 to 64 bytes of UTF-8 without control characters`,
    `left alone: chatmessages ${orphans[0]}: sessionId "00000000-0000-4000-8000-000000000000" is not in sessions (3 messages, the first is named)`,
    `left alone: sessions ${broken.insertedId}: sessionId is not 1 to 64 bytes of UTF-8 without control characters`,
  ].sort());
  assert.equal((await adopt()).at(-1), 'PASS adopt: 0 sessions, 0 messages adopted, 5 left alone; 21 sessions looked at');
  const server = await startParley(uri);
  for (const call of calls) assert.deepEqual(texts(await parleyMessages(server, call)), said(call));
  figures.sessions += 20;
  figures.messages += messages;
});

test('parley adopt that is killed goes on when it is run again, beside a server that opens sessions meanwhile', async () => {
  const uri = await freshUri();
  const old = await startOld(uri);
  const calls = await makeCalls(old, 60);
  const start = Date.now() - 1_000_000;
  for (const call of calls) {
    call.sessionId = await old.create(call.doctor, call.patient);
    call.said = Array.from({ length: 150 }, (_, index) => ({ message: `message ${index}` }));
    await old.models.ChatMessage.insertMany(call.said.map(({ message }, index) => ({ sessionId: call.sessionId, senderId: call.doctor.id,
      senderRole: 'doctor', message, timestamp: new Date(start + index) })));
  }
  const server = await startParley(uri);
  const log = server.database.collection('sessionlog');
  const opening = (async () => {
    for (const call of calls.slice(30)) assert.deepEqual(texts(await parleyMessages(server, call)), said(call));
  })();
  for (let round = 0; round < 3; ++round) {
    const before = await log.countDocuments();
    const killed = spawn(PARLEY, ['adopt', '--store', uri], { stdio: 'ignore' });
    await until(async () => killed.exitCode !== null || (await log.countDocuments()) > before + 5, 'it adopts');
    killed.kill('SIGKILL');
    if (killed.exitCode === null && killed.signalCode === null) await once(killed, 'exit');
  }
  await opening;
  const last = (await run(PARLEY, ['adopt', '--store', uri])).stdout.trim().split('\n').at(-1);
  assert.match(last, /^PASS adopt: .* 0 left alone; 60 sessions looked at$/);
  for (const call of calls) assert.deepEqual(texts(await parleyMessages(server, call)), said(call));
  figures.sessions += 60;
  figures.messages += 60 * 150;
});
