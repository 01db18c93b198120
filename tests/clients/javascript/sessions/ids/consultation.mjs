// The server of the suite, and a consultation over every interface under ids of any kind.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Client } from '../../harness/client.mjs';
import { page, post, remove, request, store } from '../../harness/rest.mjs';
import { Server } from '../../harness/server.mjs';
import { OID } from '../../harness/session.mjs';
import { until } from '../../harness/wait.mjs';

export const ON_MONGODB = process.env.PARLEY_STORE === 'mongodb';
export const onMongodb = { skip: ON_MONGODB ? false : 'sessions of other software are on MongoDB' };

/** The form in which the server returns an id: 24 hexadecimal digits of a user are an ObjectId. */
export const canonical = (user) => (/^[0-9a-f]{24}$/i.test(user) ? user.toLowerCase() : user);
export const pathOf = (sessionId, rest = '') => `/api/sessions/${encodeURIComponent(sessionId)}${rest}`;
export const create = (who, patient, sessionId, at = server) =>
  post(at, '/api/sessions/create', { token: who.token, json: { patientId: patient.id, sessionId } });
export const end = (who, sessionId) => post(server, pathOf(sessionId, '/end'), { token: who.token, json: {} });

export let server;
before(async () => { server = await Server.start(); });
after(() => {
  Client.closeAll();
  return server.dispose();
});

/** The consultations that were held, for what must hold afterwards. */
export const done = [];

/** Runs one consultation over every interface. Returns the facts that must hold after a restart. */
export async function consultation(doctor, patient, sessionId) {
  const called = (method, target, who, json) => request(server, method, target, { token: who.token, json });
  const good = async (status, answer) => {
    const { status: got, body, text } = await answer;
    assert.equal(got, status, text);
    return body;
  };
  const [doctorId, patientId] = [canonical(doctor.id), canonical(patient.id)];

  const created = await good(201, create(doctor, patient, sessionId));
  const { session } = created;
  assert.deepEqual([session.sessionId, session.doctorId._id, session.patientId._id, created.duplicate], [sessionId, doctorId, patientId, undefined]);
  assert.match(session._id, OID);
  await good(200, called('POST', pathOf(sessionId, '/join'), patient));
  const again = await good(201, create(doctor, patient, sessionId));
  assert.deepEqual([again.session._id, again.session.status, again.duplicate], [session._id, 'active', true]);

  const doctorSocket = await Client.connect(server, doctor);
  const patientSocket = await Client.connect(server, patient);
  const ack = await doctorSocket.ask('create-session', { patientId: patient.id, sessionId });
  assert.deepEqual([ack.success, ack.duplicate, ack.session.sessionId, ack.session.doctorId, ack.session.patientId],
    [true, true, sessionId, doctorId, patientId]);
  const joined = await doctorSocket.join(sessionId);
  assert.deepEqual(joined.participants.map(({ userId }) => userId), [doctorId, patientId]);
  await patientSocket.join(sessionId);
  assert.equal((await doctorSocket.next('user-joined')).userId, patientId);

  const { chatMessage } = await good(201, store(server, patient, sessionId, 'by REST'));
  assert.deepEqual([chatMessage.sessionId, chatMessage.senderId._id], [sessionId, patientId]);
  const sent = await doctorSocket.send(sessionId, 'by socket');
  assert.deepEqual([sent.success, sent.chatMessage.sessionId, sent.chatMessage.senderId], [true, sessionId, doctorId]);
  await patientSocket.next('chat-message');
  const heard = await patientSocket.next('chat-message');
  assert.deepEqual([heard.sessionId, heard.senderId, heard.message], [sessionId, doctorId, 'by socket']);
  doctorSocket.emit('webrtc-offer', { sessionId, offer: { type: 'offer', sdp: 'v=0' } });
  assert.equal((await patientSocket.next('webrtc-offer')).senderId, doctorId);

  const chat = `/api/chat/session/${encodeURIComponent(sessionId)}`;
  const { messages } = await good(200, page(server, patient, encodeURIComponent(sessionId)));
  assert.deepEqual(messages.map((one) => [one.sessionId, one.senderId._id, one.message]),
    [[sessionId, patientId, 'by REST'], [sessionId, doctorId, 'by socket']]);
  const history = await good(200, called('GET', pathOf(sessionId, '/chat'), doctor));
  assert.equal(history.messages.length, 2);
  const stats = await good(200, called('GET', `${chat}/stats`, doctor));
  assert.deepEqual([stats.sessionId, stats.totalMessages], [sessionId, 2]);
  const mine = await good(200, called('GET', '/api/sessions/user/active', patient));
  assert.deepEqual(mine.sessions.map((one) => one.sessionId), [sessionId]);
  await until(async () => (await good(200, called('GET', pathOf(sessionId, '/signaling'), doctor))).signalingMessages.length === 1, 'the offer is recorded');
  const signals = await good(200, called('GET', pathOf(sessionId, '/signaling'), doctor));
  assert.deepEqual([signals.sessionId, signals.signalingMessages[0].sessionId, signals.signalingMessages[0].senderId._id], [sessionId, sessionId, doctorId]);
  await good(200, remove(server, `/api/chat/${chatMessage._id}`, { token: patient.token }));
  const deleted = await doctorSocket.next('chat-message-deleted');
  assert.deepEqual([deleted.sessionId, deleted.deletedBy], [sessionId, patientId]);

  doctorSocket.emit('end-session', { sessionId });
  const ended = await patientSocket.next('session-ended');
  assert.deepEqual([ended.sessionId, ended.endedBy], [sessionId, doctorId]);
  const stillTheirs = await good(201, create(doctor, patient, sessionId));
  assert.deepEqual([stillTheirs.session._id, stillTheirs.session.status], [session._id, 'ended']);
  doctorSocket.close();
  patientSocket.close();
  const { entries, to } = await good(200, called('GET', `${chat}/entries`, doctor));
  assert.deepEqual(entries.map((one) => one.kind), ['created', 'participant', 'text', 'text', 'deleted', 'ended']);
  assert.deepEqual([entries[0].participants[0].userId, entries[3].senderId, entries[5].endedBy], [doctorId, doctorId, doctorId]);
  return { doctor, patient, sessionId, _id: session._id, to };
}
