// Ids of every kind. Each works everywhere (REST, sockets, the database, after a restart), or the refusal names it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import mongoose from 'mongoose';
import { Client } from '../harness/client.mjs';
import { models } from '../harness/models.mjs';
import { get, page, post, remove, request, store } from '../harness/rest.mjs';
import { PARLEY, Server } from '../harness/server.mjs';
import { OID, UUID } from '../harness/session.mjs';
import { newId, person, sign } from '../harness/token.mjs';
import { until } from '../harness/wait.mjs';

const ON_MONGODB = process.env.PARLEY_STORE === 'mongodb';
const onMongodb = { skip: ON_MONGODB ? false : 'sessions of other software are on MongoDB' };

/** Kinds of ids that sessions and users accept. `c` is a letter that keeps the ids of one kind apart. */
const KINDS = {
  'one byte': (c) => c,
  '64 bytes': (c) => c.repeat(64),
  '64 bytes of emoji': (c) => ({ s: '🙂', d: '🦊', p: '🐻' })[c].repeat(16),
  'a number': (c) => String(c.charCodeAt(0)),
  'an e-mail address': (c) => `${c}+tag@example.org`,
  'a subject of an identity provider': (c) => `auth0|${c}5f7c8ec7`,
  'a UUID in upper case': (c) => `3F2B8A54-6C1D-4E0F-9A7B-${c.charCodeAt(0)}5D8E1C2F4A`,
  'hexadecimal, 23 digits': (c) => `${c.charCodeAt(0)}`.padEnd(23, 'a'),
  'hexadecimal, 25 digits': (c) => `${c.charCodeAt(0)}`.padEnd(25, 'a'),
  'spaces inside': (c) => `room ${c} seven`,
  'spaces around': (c) => ` ${c} `,
  slashes: (c) => `tenant/${c}/7`,
  'a slash at the end': (c) => `${c}/`,
  'a slash at the beginning': (c) => `/${c}`,
  'two slashes': (c) => `${c}//${c}`,
  backslashes: (c) => `C:\\${c}\\n`,
  'three dots and more': (c) => `...${c}`,
  'a way up': (c) => `../${c}`,
  'a dot and a slash': (c) => `./${c}/.`,
  'a percent sign': (c) => `100% ${c}`,
  'a percent-encoded slash': (c) => `${c}%2F${c}`,
  'percent-encoded twice': (c) => `${c}%252F`,
  'a percent sign at the end': (c) => `${c}%`,
  quotes: (c) => `say "${c}" and '${c}'`,
  markup: (c) => `<b>${c}</b>&amp;<script>`,
  'signs of URLs': (c) => `${c}?a=1&b=2#c;d+e:f@g`,
  'signs of templates': (c) => `{{${c}}} \${${c}} @${c}@`,
  'signs of databases': (c) => `$ne.${c}`,
  'signs of log lines': (c) => `${c}=1 level=error`,
  'a name of objects in ECMAScript': (c) => ({ s: '__proto__', d: 'constructor', p: 'toString' })[c],
  'a word of JSON': (c) => ({ s: 'null', d: 'false', p: 'undefined' })[c],
  zero: (c) => ({ s: '0', d: '00', p: '000' })[c],
  'composed (NFC)': (c) => `${c}\u00e9`,
  'decomposed (NFD)': (c) => `${c}e\u0301`,
  'from right to left': (c) => `زيارة ${c}`,
  'of no width': (c) => `${c}\u200b\ufeff`,
  'a line separator of Unicode': (c) => `${c}\u2028${c}`,
  'the last character of Unicode': (c) => `${c}\u{10ffff}`,
};
/** Kinds for sessions only, whose ids keep their letters. As an id of a user, 24 hexadecimal digits are an ObjectId. */
const SESSION_KINDS = {
  ...KINDS,
  'hexadecimal, 24 digits': () => 'abcdefabcdefabcdefabcdef',
  'hexadecimal, 24 digits in upper case': () => 'ABCDEFABCDEFABCDEFABCDEF',
  '24 zeros': () => '0'.repeat(24),
  'a UUID': () => '3f2b8a54-6c1d-4e0f-9a7b-5d8e1c2f4a60',
  'nearly a route': () => 'creates',
  'a route with more behind it': () => 'user/active',
  'a route with a space': () => 'create ',
  'a route of chat': () => 'store',
  'a part of a route': () => 'join',
};
const USER_KINDS = {
  ...KINDS,
  'hexadecimal, 24 digits': (c) => `${c.charCodeAt(0)}`.padEnd(24, 'b'),
  'hexadecimal, 24 digits in upper case': (c) => `${c.charCodeAt(0)}`.padEnd(24, 'B').replace('B', 'C'),
  'dots alone': (c) => ({ d: '.', p: '..' })[c],
};
const RESERVED = ['create', 'user', 'ice-servers', 'cleanup', 'monitoring'];
const NO_IDS = {
  '65 bytes': 'x'.repeat(65),
  '65 bytes, fewer characters': `${'🙂'.repeat(16)}x`,
  'U+0000': 'a\u0000b',
  'a newline': 'a\nb',
  'a tab': 'a\tb',
  'U+007F': 'a\u007fb',
  'U+0085': 'a\u0085b',
  'U+009B': 'a\u009bb',
  'half of a surrogate pair': 'a\ud800b',
  'the other half': '\udc00',
  'U+FFFD': 'a\ufffdb',
  'a number': 7,
  true: true,
  'an object': { $ne: null },
  'an array': ['a'],
};
/** The form in which the server returns an id: 24 hexadecimal digits of a user are an ObjectId. */
const canonical = (user) => (/^[0-9a-f]{24}$/i.test(user) ? user.toLowerCase() : user);
const pathOf = (sessionId, rest = '') => `/api/sessions/${encodeURIComponent(sessionId)}${rest}`;
const create = (who, patient, sessionId, at = server) =>
  post(at, '/api/sessions/create', { token: who.token, json: { patientId: patient.id, sessionId } });
const end = (who, sessionId) => post(server, pathOf(sessionId, '/end'), { token: who.token, json: {} });

let server;
before(async () => { server = await Server.start(); });
after(() => {
  Client.closeAll();
  return server.dispose();
});

/** Runs one consultation over every interface. Returns the facts that must hold after a restart. */
async function consultation(doctor, patient, sessionId) {
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

const done = [];

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

describe('where ids are printed', () => {
  test('parley session takes the id of the session', async () => {
    const run = promisify(execFile);
    const [doctor, patient] = [person('doctor'), person('patient')];
    await server.introduce?.();
    const { PARLEY_STORE, ...env } = process.env; // that variable is for these tests
    const session = (...more) => run(PARLEY, ['session', '--url', server.origin, '--jwt-secret-file', join(server.folder, 'secret'),
      '--doctor', doctor.id, '--patient', patient.id, ...more], { env });
    const sessionId = `it's "7"/ä %`;
    assert.equal((await session('--session', sessionId)).stdout, `${sessionId}\n`);
    assert.equal((await session('--session', sessionId)).stdout, `${sessionId}\n`, 'again');
    await assert.rejects(session('--session', 'create'), /Session ID \\"create\\" is reserved/);
    await assert.rejects(session('--session', 'another'), /Active session already exists/);
  });

  test('the link of the demo opens a session whatever its id', { skip: ON_MONGODB && 'one store will do' }, async () => {
    const demo = await Server.start({ command: 'demo' });
    try {
      const links = () => [...demo.output.matchAll(/http:\S+\/demo(#\S+)/g)].map(([, fragment]) => new URLSearchParams(fragment.slice(1)));
      const [doctor, patient] = (await until(() => links().length >= 2 && links(), 'it prints its links')).map((fields) => ({ token: fields.get('token') }));
      patient.id = JSON.parse(Buffer.from(patient.token.split('.')[1], 'base64url')).id;
      await post(demo, pathOf(links()[0].get('session'), '/end'), { token: doctor.token, json: {} });
      const sessionId = `it's "7" & 100% #1 ä@doctor@`;
      assert.equal((await create(doctor, patient, sessionId, demo)).status, 201);
      demo.output = '';
      await demo.restart();
      await until(() => links().length >= 2, 'it prints them again');
      assert.equal(links()[1].get('session'), sessionId);
      const line = /const sessionId = (.*);/.exec(demo.output)[1];
      assert.equal(JSON.parse(line), sessionId);
      const shell = /-d '(.*)'\n/.exec(demo.output)[1].replaceAll(`'\\''`, "'");
      assert.equal(JSON.parse(shell).sessionId, sessionId);
    } finally {
      await demo.dispose();
    }
  });
});

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
