// Ids of sessions: every kind works everywhere, or the refusal names it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from '../../harness/client.mjs';
import { get, page, store } from '../../harness/rest.mjs';
import { UUID } from '../../harness/session.mjs';
import { person } from '../../harness/token.mjs';
import { consultation, create, done, pathOf, server } from './consultation.mjs';
import { NO_IDS, RESERVED, SESSION_KINDS } from './kinds.mjs';

describe('session ids', { concurrency: 8 }, () => {
  for (const [kind, make] of Object.entries(SESSION_KINDS)) {
    test(kind, async () => {
      done.push(await consultation(person('doctor'), person('patient'), make('s')));
    });
  }

  test('those that look alike are two', async () => {
    for (const [one, other] of [['\u00c5', 'A\u030a'], ['abc', 'ABC'], ['x', 'x '], ['ﬁ', 'fi'], ['a%2Fb', 'a/b']]) {
      const [first, second] = [person('patient'), person('patient')];
      const doctor = person('doctor');
      const made = [await create(doctor, first, one), await create(doctor, second, other)];
      assert.deepEqual(made.map(({ status, body }) => [status, body.duplicate]), [[201, undefined], [201, undefined]], `${one} and ${other}`);
      await store(server, first, one, 'of the first');
      const { body } = await page(server, second, encodeURIComponent(other));
      assert.deepEqual(body.messages, []);
    }
  });

  test('those that cannot be one are refused by name, over REST and socket', async () => {
    const [doctor, patient] = [person('doctor'), person('patient')];
    const socket = await Client.connect(server, doctor);
    for (const [kind, sessionId] of Object.entries(NO_IDS)) {
      const { status, body } = await create(doctor, patient, sessionId);
      assert.deepEqual([status, body], [400, { message: 'Invalid session ID', code: 'invalid_argument' }], kind);
      const ack = await socket.ask('create-session', { patientId: patient.id, sessionId });
      assert.deepEqual(ack, { success: false, error: 'Invalid session ID', code: 'invalid_argument' }, kind);
      if (kind === 'U+FFFD' || typeof sessionId !== 'string') continue;
      const asked = await socket.ask('join-session', { sessionId });
      assert.equal(asked.error, 'Session not found', kind);
      if (/[\ud800-\udfff]/u.test(sessionId)) continue; // encodeURIComponent refuses lone surrogates
      assert.equal((await get(server, pathOf(sessionId), { token: doctor.token })).status, 404, kind);
    }
  });

  test('words of routes are refused by name, in any case of their letters', async () => {
    const [doctor, patient] = [person('doctor'), person('patient')];
    const socket = await Client.connect(server, doctor);
    const cases = RESERVED.flatMap((word) => [word, word.toUpperCase(), word[0].toUpperCase() + word.slice(1)]);
    for (const sessionId of [...cases, '.', '..']) {
      const message = `Session ID "${sessionId}" is reserved`;
      const { status, body } = await create(doctor, patient, sessionId);
      assert.deepEqual([status, body], [400, { message, code: 'invalid_argument' }]);
      assert.equal((await socket.ask('create-session', { patientId: patient.id, sessionId })).error, message);
    }
    const { body: document } = await get(server, '/openapi.json');
    const words = Object.keys(document.paths).map((path) => /^\/api\/sessions\/([^/{]+)/.exec(path)?.[1]).filter(Boolean);
    assert.deepEqual([...new Set(words)].sort(), [...RESERVED].sort(), 'no route is missing among them');
  });

  test('without one, or with a falsy one, the server makes a UUID', async () => {
    for (const sessionId of [undefined, null, '', 0, false]) {
      const { status, body } = await create(person('doctor'), person('patient'), sessionId);
      assert.equal(status, 201);
      assert.match(body.session.sessionId, UUID);
    }
  });

  test('that of other people is in use; the pair\'s open session is looked at after that', async () => {
    const [doctor, first, second] = [person('doctor'), person('patient'), person('patient')];
    await create(doctor, first, 'taken');
    await create(doctor, second, 'open');
    for (const [who, patient, sessionId, message, named] of [
      [doctor, second, 'taken', 'Session ID is already in use', 'taken'],
      [person('doctor'), first, 'taken', 'Session ID is already in use', 'taken'],
      [doctor, second, 'another', 'Active session already exists', 'open'],
    ]) {
      const { status, body } = await create(who, patient, sessionId);
      assert.deepEqual([status, body], [409, { message, sessionId: named, code: 'already_exists' }]);
    }
    const socket = await Client.connect(server, doctor);
    const ack = await socket.ask('create-session', { patientId: second.id, sessionId: 'taken' });
    assert.deepEqual(ack, { success: false, error: 'Session ID is already in use', code: 'already_exists', sessionId: 'taken' });
  });

  test('wanted by ten pairs at once, it becomes the session of one', async () => {
    for (let round = 0; round < 10; ++round) {
      const sessionId = `race ${round}`;
      const answers = await Promise.all(Array.from({ length: 10 }, () => create(person('doctor'), person('patient'), sessionId)));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(9).fill(409)]);
      for (const { status, body } of answers) if (status === 409) assert.equal(body.message, 'Session ID is already in use');
    }
  });

  test('wanted ten times at once by the same people, it is one session', async () => {
    const [doctor, patient] = [person('doctor'), person('patient')];
    const answers = await Promise.all(Array.from({ length: 10 }, () => create(doctor, patient, 'the same')));
    assert.deepEqual(answers.map(({ status }) => status), Array(10).fill(201));
    assert.equal(new Set(answers.map(({ body }) => body.session._id)).size, 1);
    assert.equal(answers.filter(({ body }) => !body.duplicate).length, 1);
  });
});

describe('in a path', () => {
  test('an id is decoded once', async () => {
    const [doctor, patient] = [person('doctor'), person('patient')];
    const sessionId = 'once/%2F twice';
    await create(doctor, patient, sessionId);
    const answered = async (segment) => (await get(server, `/api/sessions/${segment}`, { token: doctor.token })).status;
    assert.equal(await answered('once%2F%252F%20twice'), 200);
    assert.equal(await answered('%6f%6E%63%65%2f%25%32%46%20twice'), 200, 'in either case of the digits');
    assert.equal(await answered('once%2F%2F%20twice'), 404);
    assert.equal(await answered('once/%252F%20twice'), 404, 'a slash as such ends the segment');
    assert.equal(await answered('once%2F%252F+twice'), 404, 'a plus sign is one');
  });

  test('what is no UTF-8 is refused by name, and what no session can have is not found', async () => {
    const { token } = person('doctor');
    for (const segment of ['%E0%A4%A', '%', '%zz', '%ED%A0%80', '%FF', '%C0%AF']) {
      const { status, body } = await get(server, `/api/sessions/${segment}`, { token });
      assert.deepEqual([status, body], [400, { success: false, message: `Failed to decode param '${segment}'` }]);
    }
    for (const segment of ['%00', '%0A', '%C2%85', 'x'.repeat(65), '%2E', '%2e%2E', '%63reate', 'CREATE']) {
      const { status, body } = await get(server, `/api/sessions/${segment}`, { token });
      assert.deepEqual([status, body.message], [404, 'Session not found'], segment);
    }
  });

  test('an id in the page of an unknown route is escaped', async () => {
    const { status, text } = await get(server, `/api/sessions/<b>"'&/nope`, { token: person('doctor').token });
    assert.equal(status, 404);
    assert.ok(text.includes('<pre>Cannot GET /api/sessions/&lt;b&gt;&quot;&#39;&amp;/nope</pre>'), text);
  });

  test('answers have the ETag of what they say', async () => {
    const [doctor, patient] = [person('doctor'), person('patient')];
    await create(doctor, patient, '🙂 tag');
    const { headers } = await get(server, pathOf('🙂 tag'), { token: doctor.token });
    const second = await get(server, pathOf('🙂 tag'), { token: doctor.token, headers: { 'if-none-match': headers.etag } });
    assert.equal(second.status, 304);
  });
});
