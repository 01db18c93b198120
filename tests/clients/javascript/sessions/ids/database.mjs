// Ids of sessions that other software or another server creates in the same database.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import mongoose from 'mongoose';
import { store } from '../../harness/rest.mjs';
import { Server } from '../../harness/server.mjs';
import { newId, person } from '../../harness/token.mjs';
import { create, end, onMongodb, server } from './consultation.mjs';

describe('sessions of other software', onMongodb, () => {
  const insert = (sessionId, doctor, patient) => server.database.collection('sessions').insertOne({
    sessionId, doctorId: new mongoose.Types.ObjectId(doctor.id), patientId: new mongoose.Types.ObjectId(patient.id), status: 'created',
    createdAt: new Date(), metadata: { duration: 0, participantCount: 0 }, __v: 0,
  }, { writeConcern: { w: 'majority' } });

  test('creating the session of an appointment gives the one that is there', async () => {
    const [doctor, patient] = [person('doctor'), person('patient')];
    const appointment = newId();
    const { insertedId } = await insert(appointment, doctor, patient);
    const answer = await create(doctor, patient, appointment);
    assert.deepEqual([answer.status, answer.body.duplicate, answer.body.session._id], [201, true, String(insertedId)]);
    assert.equal((await create(doctor, person('patient'), appointment)).body.message, 'Session ID is already in use');
    assert.equal((await end(patient, appointment)).status, 200);
  });

  test('inserted while it is being created, it is one session', async () => {
    for (let round = 0; round < 20; ++round) {
      const [doctor, patient] = [person('doctor'), person('patient')];
      const sessionId = `both ${round}`;
      await server.introduce();
      const [answer] = await Promise.all([create(doctor, patient, sessionId), insert(sessionId, doctor, patient).catch((error) => {
        assert.equal(error.code, 11000, 'ours was first');
      })]);
      assert.equal(answer.status, 201, answer.text);
      const documents = await server.database.collection('sessions').find({ sessionId }).toArray();
      assert.deepEqual(documents.map(({ _id }) => String(_id)), [answer.body.session._id]);
      assert.equal((await store(server, patient, sessionId, 'x')).status, 201);
    }
  });

  test('two servers create one id: one session, whoever asks', async () => {
    const second = await Server.start({ store: server.store });
    try {
      for (let round = 0; round < 20; ++round) {
        const sessionId = `of two servers ${round}`;
        const [doctor, patient, other] = [person('doctor'), person('patient'), person('patient')];
        await server.introduce();
        await second.introduce();
        const same = await Promise.all([create(doctor, patient, sessionId), create(doctor, patient, sessionId, second)]);
        assert.deepEqual(same.map(({ status }) => status), [201, 201], same.map(({ text }) => text).join());
        assert.equal(new Set(same.map(({ body }) => body.session._id)).size, 1);
        const rivals = await Promise.all([create(person('doctor'), other, `${sessionId}b`), create(person('doctor'), patient, `${sessionId}b`, second)]);
        assert.deepEqual(rivals.map(({ status }) => status).sort(), [201, 409], rivals.map(({ text }) => text).join());
        const logs = await server.database.collection('sessions').find({ sessionId: { $in: [sessionId, `${sessionId}b`] } }).toArray();
        assert.equal(logs.length, 2);
      }
    } finally {
      await second.dispose();
    }
  });
});
