// Checks after all consultations: after a restart, in the database and in the log of the program.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import mongoose from 'mongoose';
import { Client } from '../../harness/client.mjs';
import { models } from '../../harness/models.mjs';
import { get } from '../../harness/rest.mjs';
import { OID } from '../../harness/session.mjs';
import { until } from '../../harness/wait.mjs';
import { canonical, done, onMongodb, pathOf, server } from './consultation.mjs';

/** Checks that the session of `consultation` is still there, also by position. */
async function isThere({ doctor, patient, sessionId, _id, to }) {
  const { body: { session } } = await get(server, pathOf(sessionId), { token: patient.token });
  assert.deepEqual([session.sessionId, session._id, session.status], [sessionId, _id, 'ended']);
  const socket = await Client.connect(server, doctor);
  const refused = await socket.ask('join-session', { sessionId, after: to });
  assert.deepEqual([refused.error, refused.resume.entries, refused.resume.to, refused.resume.reset], ['Session has already ended', [], to, undefined]);
  socket.close();
}

/** Checks the documents that other software reads: an ObjectId if the id of a user is one, else the string. */
async function isInDatabase({ doctor, patient, sessionId, _id }) {
  const document = await server.database.collection('sessions').findOne({ sessionId });
  assert.equal(String(document._id), _id);
  for (const [field, user] of [['doctorId', doctor.id], ['patientId', patient.id]]) {
    assert.equal(typeof document[field], OID.test(canonical(user)) ? 'object' : 'string', field);
    assert.equal(String(document[field]), canonical(user));
  }
  const messages = await until(async () => {
    const all = await server.database.collection('chatmessages').find({ sessionId }).toArray();
    return all.length === 1 && all;
  }, 'the message is mirrored and the deleted one is gone');
  assert.deepEqual([messages[0].senderId, messages[0].message], [document.doctorId, 'by socket']);
  const signal = await server.database.collection('signalingmessages').findOne({ sessionId });
  assert.deepEqual(signal.senderId, document.doctorId);
}

describe('afterwards', () => {
  test('every session is found again after kill -9, at its position', async () => {
    await server.restart();
    for (const session of done) await isThere(session);
  });

  test('the database has an ObjectId where a user id is one, else the string', onMongodb, async () => {
    for (const session of done) await isInDatabase(session);
  });

  test('mongoose finds and populates them, by models that say what their ids are', onMongodb, async () => {
    const connections = await Promise.all([0, 1].map(() => mongoose.createConnection(server.store).asPromise()));
    try {
      const [ofObjectIds, ofStrings] = [models(connections[0]), models(connections[1], { userId: String })];
      for (const { doctor, patient, sessionId } of done) {
        const hexadecimal = [doctor, patient].map(({ id }) => OID.test(canonical(id)));
        if (hexadecimal[0] !== hexadecimal[1]) continue;
        const { Session, ChatMessage } = hexadecimal[0] ? ofObjectIds : ofStrings;
        if (doctor.id in Object.prototype) { // found, but not populated: mongoose looks up such keys in plain objects
          assert.equal((await Session.findOne({ sessionId, doctorId: doctor.id }))?.patientId, patient.id);
          continue;
        }
        const session = await Session.findOne({ sessionId }).populate('doctorId patientId', 'name');
        assert.deepEqual([session?.doctorId?.name, session?.patientId?.name], [doctor.name, patient.name], sessionId);
        const message = await ChatMessage.findOne({ sessionId, senderId: canonical(doctor.id) }).populate('senderId', 'email');
        assert.equal(message?.senderId?.email, doctor.email, sessionId);
      }
    } finally {
      await Promise.all(connections.map((connection) => connection.close()));
    }
  });

  test('the log of the program has one line an entry, whatever ids are in it', () => {
    for (const line of server.output.split('\n').filter((each) => each.includes('component='))) assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f]/);
  });
});
