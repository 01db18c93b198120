// The store on a real MongoDB, and other software that reads the same database. Users come from `users`; mongoose models of API contract §8
// read and populate the documents that Parley writes.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import mongoose from 'mongoose';
import { Client } from '../harness/client.mjs';
import { sharedMongod } from '../harness/database.mjs';
import { models } from '../harness/models.mjs';
import { startMongod } from '../harness/mongod.mjs';
import { get, page, post, remove, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { endSession, makeCall, makeSession } from '../harness/session.mjs';
import { newId, person, sign } from '../harness/token.mjs';
import { until, within } from '../harness/wait.mjs';

const VERDICT_MS = 25_000; // the server's deadline, one try, and a margin

let server;
let connection;
let old; // the models of an earlier server
before(async () => {
  const mongod = await sharedMongod();
  server = await Server.start({ store: mongod.uriWith('', mongod.freshDatabase()) });
  connection = await mongoose.createConnection(server.store).asPromise();
  old = models(connection);
});
afterEach(() => Client.closeAll());
after(async () => {
  await connection.close();
  await server.dispose();
});

const text = (who, call, message) => store(server, who, call.sessionId, message);

test('role, e-mail and name come from the user store, never from the token [c:1.2-store 8-users]', async () => {
  const call = await makeSession(server);
  const claimed = { ...call.doctor.claims, role: 'admin', email: 'claimed@example.org', name: 'Claimed' };
  const token = sign(claimed);
  const asAdmin = await get(server, '/api/sessions/monitoring/metrics', { token });
  assert.equal(asAdmin.status, 403, 'the token says admin, the store says doctor');
  assert.equal((await store(server, { token: sign({ id: call.doctor.id }) }, call.sessionId, 'no role in the token')).status, 201);
  const { body } = await page(server, { token }, call.sessionId);
  assert.deepEqual([body.messages[0].senderId.email, body.messages[0].senderId.role], [call.doctor.email, 'doctor']);
  const stranger = { token: sign({ id: newId(), role: 'doctor' }) };
  const refused = await get(server, '/api/sessions/user/active', stranger);
  assert.deepEqual([refused.status, refused.body], [401, { success: false, message: 'Not authorized, user not found' }]);
  assert.equal((await Client.refused(server, stranger)).message, 'User not found');
});

test('messages are read and populated by mongoose, live and deleted [c:8-chatmessages 8-audits]', async () => {
  const call = await makeCall(server);
  const { body: { chatMessage } } = await text(call.doctor, call, 'for everyone <b>');
  const ack = await call.patientSocket.send(call.sessionId, 'over a socket');
  assert.equal(ack.success, true);
  const found = await until(async () => {
    const all = await old.ChatMessage.find({ sessionId: call.sessionId }).sort({ timestamp: 1, _id: 1 }).populate('senderId', 'name email role');
    return all.length === 2 && all;
  }, 'both are in the collection');
  const [first, second] = found;
  assert.equal(String(first._id), chatMessage._id);
  assert.deepEqual([first.senderId.email, first.senderRole, first.messageType, first.timestamp.toISOString()],
    [call.doctor.email, 'doctor', 'text', chatMessage.timestamp]);
  assert.equal(first.message, chatMessage.message);
  assert.deepEqual([second.message, second.senderId.name, second.__v], ['over a socket', call.patient.name, 0]);
  assert.equal(first.validateSync(), undefined, 'a document of the model');

  assert.equal((await remove(server, `/api/chat/${chatMessage._id}`, { token: call.doctor.token })).status, 200);
  await until(async () => (await old.ChatMessage.countDocuments({ sessionId: call.sessionId })) === 1, 'the deleted one is gone');
  const audit = await until(() => old.Audit.findOne({ targetId: chatMessage._id }), 'its audit record is there');
  assert.deepEqual([audit.action, audit.targetType, String(audit.actor), audit.actorEmail, audit.details.sessionId, String(audit.details.senderId)],
    ['DELETE_CHAT_MESSAGE', 'ChatMessage', call.doctor.id, call.doctor.email, call.sessionId, call.doctor.id]);
  assert.ok(audit.ip && audit.createdAt instanceof Date);
  const everything = JSON.stringify(await server.database.collection('sessionlog').find().toArray());
  assert.ok(!everything.includes(Buffer.from('for everyone').toString('base64').slice(0, 14)), 'the text is in no document');
});

test('sessions are read and populated by mongoose through their life [c:8-sessions]', async () => {
  const appointmentId = newId();
  const call = await makeSession(server, { appointmentId });
  const session = () => old.Session.findOne({ sessionId: call.sessionId }).populate('doctorId patientId', 'name role');
  const created = await session();
  assert.deepEqual([created.status, created.doctorId.name, created.patientId.role, String(created.metadata.appointmentId)],
    ['created', call.doctor.name, 'patient', appointmentId]);
  const without = await makeSession(server);
  const { metadata } = await old.Session.collection.findOne({ sessionId: without.sessionId });
  assert.deepEqual(metadata, { appointmentId: null, duration: 0, participantCount: 0 });
  assert.equal(String(created._id), call.session._id);
  assert.equal(created.createdAt.toISOString(), call.session.createdAt);
  assert.equal((await post(server, `/api/sessions/${call.sessionId}/join`, { token: call.patient.token })).status, 200);
  const active = await session();
  assert.deepEqual([active.status, active.startedAt instanceof Date], ['active', true]);
  const ended = await endSession(server, call);
  const last = await session();
  assert.deepEqual([last.status, last.endedAt.toISOString(), last.metadata.duration, last.__v], ['ended', ended.endedAt, ended.duration, 0]);
  assert.equal(last.validateSync(), undefined);
  assert.equal((await post(server, `/api/sessions/${call.sessionId}/reopen`, { token: call.doctor.token })).status, 200);
  const reopened = await session();
  assert.deepEqual([reopened.status, reopened.startedAt.toISOString(), reopened.metadata.duration],
    ['active', active.startedAt.toISOString(), ended.duration]);
  assert.ok(!('endedAt' in (await old.Session.collection.findOne({ sessionId: call.sessionId }))), 'an open session has no end');
  const again = await endSession(server, call);
  assert.equal((await session()).endedAt.toISOString(), again.endedAt);
});

test('signalling is read and populated by mongoose [c:8-signalingmessages]', async () => {
  const call = await makeCall(server);
  const payload = { sdp: 'v=0', nested: { list: [1, 2.5, 'x', null, true], 'dollar $key': { $set: 1 } } };
  call.doctorSocket.socket.emit('signaling-message', { sessionId: call.sessionId, type: 'chat', payload });
  const found = await until(() => old.SignalingMessage.findOne({ sessionId: call.sessionId }).populate('senderId', 'name'), 'it is recorded');
  assert.deepEqual([found.messageType, found.senderId.name, found.payload], ['chat', call.doctor.name, payload]);
  assert.ok(found.metadata.ipAddress && found.metadata.connectionId && found.timestamp instanceof Date);
});

test('after kill -9 everything acknowledged is there, and the mirror goes on where it was [c:8-chatmessages]', async () => {
  const call = await makeCall(server);
  const acked = [];
  const talking = (async () => {
    for (let i = 0; i < 200; ++i) {
      const answer = await text(i % 2 ? call.doctor : call.patient, call, `text ${i}`).catch(() => null);
      if (answer?.status !== 201) return;
      acked.push(answer.body.chatMessage._id);
    }
  })();
  await until(() => acked.length >= 40, 'a few are acknowledged');
  await server.kill();
  await talking;
  await server.restart();
  const stored = (await page(server, call.doctor, call.sessionId, '?limit=1000')).body.messages.map((each) => each._id);
  assert.deepEqual(acked.filter((id) => !stored.includes(id)), []);
  const mirrored = await until(async () => {
    const ids = (await old.ChatMessage.find({ sessionId: call.sessionId }).sort({ _id: 1 })).map((each) => String(each._id));
    return ids.length === stored.length && ids;
  }, 'the mirror has them all', 30_000);
  assert.deepEqual(mirrored, stored, 'each once, in order');
});

test('a text whose outcome was unknown and that lands later is heard by everybody, though nobody sends again', async (t) => {
  const mongod = await startMongod({ members: 1, gated: true });
  t.after(() => mongod.stop());
  const slow = await Server.start({ store: mongod.uriWith('', mongod.freshDatabase()) });
  t.after(() => slow.dispose());
  const call = await makeCall(slow);
  await mongod.gate().hold('parley-write');
  const sent = call.doctorSocket.socket.emitWithAck('chat-message', { sessionId: call.sessionId, message: 'late' });
  const ack = await within(sent, 'the verdict', VERDICT_MS);
  assert.equal(ack.code, 'outcome_unknown', JSON.stringify(ack));
  assert.deepEqual((await page(slow, call.doctor, call.sessionId)).body.messages, []);
  mongod.gate().release();
  for (const client of [call.doctorSocket, call.patientSocket]) assert.equal((await client.next('chat-message')).message, 'late');
  assert.deepEqual((await page(slow, call.doctor, call.sessionId)).body.messages.map((each) => each.message), ['late']);
});

test('a stop that leaves the mirror behind says so, and the next start writes what lacked', async (t) => {
  const mongod = await startMongod({ members: 1 });
  t.after(() => mongod.stop());
  const database = mongod.freshDatabase();
  const stopped = await Server.start({ store: mongod.uriWith('', database) });
  t.after(() => stopped.dispose());
  const call = await makeCall(stopped);
  await mongod.failPoint(0, {
    configureFailPoint: 'failCommand', mode: 'alwaysOn', data: { failCommands: ['insert'], namespace: `${database}.chatmessages`, errorCode: 91 },
  });
  assert.equal((await store(stopped, call.doctor, call.sessionId, 'in the log')).status, 201);
  assert.deepEqual(await stopped.terminate(), { code: 1, signal: null });
  assert.match(stopped.output, /commits that the collections of other software lack: [1-9]/);
  await mongod.clearFailPoint(0, 'failCommand');
  await stopped.restart();
  const mirrored = () => stopped.database.collection('chatmessages').countDocuments({ message: 'in the log' });
  await until(async () => (await mirrored()) === 1, 'it is mirrored');
  assert.deepEqual(await stopped.terminate(), { code: 0, signal: null });
});

test('the two users of `parley demo` are documents of the model, with a password that is nobody\'s, and added once', async () => {
  const before = await old.User.countDocuments();
  const demo = await Server.start({ command: 'demo', store: server.store });
  try {
    const users = await old.User.find({ email: /@demo\.invalid$/ });
    assert.deepEqual(users.map(({ role, name }) => `${role} ${name}`).sort(), ['doctor Dr. Ada Byron', 'patient Max Sample']);
    for (const user of users) {
      assert.equal(user.validateSync(), undefined, 'a document of the model');
      assert.match(user.password, /^!/, 'no hash of bcrypt begins so');
      assert.notEqual(user.password.length, 60, 'or is so long');
    }
    await demo.restart();
    assert.equal(await old.User.countDocuments(), before + 2);
  } finally {
    await demo.dispose();
  }
});
