// Ids of users: every kind works everywhere, or the refusal names it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from '../../harness/client.mjs';
import { get } from '../../harness/rest.mjs';
import { newId, person, sign } from '../../harness/token.mjs';
import { consultation, create, done, pathOf, server } from './consultation.mjs';
import { NO_IDS, USER_KINDS } from './kinds.mjs';

describe('user ids', { concurrency: 8 }, () => {
  for (const [kind, make] of Object.entries(USER_KINDS)) {
    test(kind, async () => {
      const [doctor, patient] = [person('doctor', { id: make('d') }), person('patient', { id: make('p') })];
      done.push(await consultation(doctor, patient, `of users: ${kind}`));
    });
  }

  test('of 24 hexadecimal digits, either case is the same user', async () => {
    const id = newId();
    const [doctor, patient] = [person('doctor'), person('patient', { id })];
    await create(doctor, patient, 'either case');
    const upper = { token: sign({ ...patient.claims, id: id.toUpperCase() }) };
    assert.equal((await get(server, pathOf('either case'), upper)).status, 200);
    const again = await create(doctor, { id: id.toUpperCase() }, 'either case');
    assert.deepEqual([again.status, again.body.duplicate], [201, true]);
  });

  test('those that look alike are two', async () => {
    const doctor = person('doctor');
    for (const [one, other] of [['\u00c5 user', 'A\u030a user'], ['User', 'uSER'], ['7', '07'], ['ﬁ user', 'fi user']]) {
      const [first, second] = [person('patient', { id: one }), person('patient', { id: other })];
      const { body } = await create(doctor, first, `of ${one}`);
      assert.equal(body.session.patientId._id, one);
      assert.equal((await get(server, pathOf(`of ${one}`), { token: second.token })).status, 403);
    }
  });

  test('those that cannot be one are refused by name', async () => {
    const doctor = person('doctor');
    const socket = await Client.connect(server, doctor);
    for (const [kind, id] of Object.entries({ ...NO_IDS, '24 zeros': '0'.repeat(24) })) {
      const { status, body } = await create(doctor, { id }, undefined);
      assert.deepEqual([status, body.message], [400, 'Invalid patient ID'], kind);
      assert.equal((await socket.ask('create-session', { patientId: id })).error, 'Invalid patient ID', kind);
      if (kind === 'U+FFFD') continue;
      const token = sign({ ...doctor.claims, id });
      const answer = await get(server, '/api/sessions/user/active', { token });
      assert.deepEqual([answer.status, answer.body], [401, { success: false, message: 'Not authorized, token invalid' }], kind);
      assert.equal((await Client.refused(server, { token })).message, 'Invalid authentication token', kind);
    }
  });
});
