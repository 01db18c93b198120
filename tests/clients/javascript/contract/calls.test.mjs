// Statements of docs/api-contract.md about sessions and messages over HTTP that no other suite proves (§3–§5): whole shapes and rare cases.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { get, page, post, remove, request, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { endSession, ISO, makeCall, makeSession, OID, UUID } from '../harness/session.mjs';
import { newId, person } from '../harness/token.mjs';
import { until } from '../harness/wait.mjs';

let server;
before(async () => { server = await Server.start(); });
afterEach(() => Client.closeAll());
after(() => server.dispose());

const refOf = ({ id, email, role, name }) => ({ _id: id, email, role, name });
const sessionOf = async (who, sessionId) => (await get(server, `/api/sessions/${sessionId}`, { token: who.token })).body.session;
/** Sends one request of each person, so that answers know their names. */
async function known(...people) {
  for (const { token } of people) assert.equal((await get(server, '/api/sessions/user/active', { token })).status, 200);
}
const create = (who, json) => post(server, '/api/sessions/create', { token: who.token, json });
const withoutCode = ({ code, ...body }) => body;

describe('the id of a user', () => {
  for (const id of ['a', 'me@example.org', 'with spaces/and?signs%41', 'ä'.repeat(32), '😀', 'x'.repeat(64)]) {
    test(`may be ${JSON.stringify(id)} [c:1.2-user-ids]`, async () => {
      const doctor = person('doctor', { id });
      const { sessionId, session, doctorSocket, patientSocket } = await makeCall(server, { doctor });
      assert.equal(session.doctorId._id, id);
      assert.equal((await doctorSocket.send(sessionId, 'hello')).success, true);
      assert.equal((await patientSocket.next('chat-message')).senderId, id);
      assert.deepEqual((await page(server, doctor, sessionId)).body.messages.map(({ senderId }) => senderId), [refOf(doctor)]);
    });
  }

  test('has at most 64 bytes and no control characters [c:1.2-user-ids]', async () => {
    for (const id of ['x'.repeat(65), `${'ä'.repeat(32)}x`, 'a\u0000', 'a\nb', '\u007f', 'a\u0085']) {
      const { token } = person('doctor', { id });
      const answer = await get(server, '/api/sessions/user/active', { token });
      assert.deepEqual([answer.status, answer.body], [401, { success: false, message: 'Not authorized, token invalid' }], JSON.stringify(id));
      assert.equal((await Client.refused(server, { token })).message, 'Invalid authentication token', JSON.stringify(id));
    }
  });

  test('is the same in upper and lower case when it is 24 hex digits, and only then [c:1.2-hex-ids]', async () => {
    const lower = newId();
    const { sessionId, session } = await makeSession(server, { doctor: person('doctor', { id: lower.toUpperCase() }) });
    assert.equal(session.doctorId._id, lower);
    assert.equal((await store(server, person('doctor', { id: lower }), sessionId, 'the same person')).status, 201);
    const named = await makeSession(server, { doctor: person('doctor', { id: 'Somebody' }) });
    assert.equal((await store(server, person('doctor', { id: 'somebody' }), named.sessionId, 'another')).status, 403);
  });
});

describe('a message', () => {
  test('as it is stored and listed [c:4.1-stored 3-chat-message 3-sender-role 5.4-chat]', async () => {
    const { doctor, patient, sessionId } = await makeSession(server);
    await known(doctor, patient);
    for (const [who, senderRole] of [[doctor, 'doctor'], [patient, 'patient']]) {
      const answer = await store(server, who, sessionId, `by the ${senderRole}`);
      assert.equal(answer.status, 201);
      assert.equal(answer.body.message, 'Chat message stored successfully');
      const { _id, timestamp, seq, position, ...rest } = answer.body.chatMessage;
      assert.match(_id, OID);
      assert.match(timestamp, ISO);
      assert.ok(Math.abs(Date.parse(timestamp) - Date.now()) < 60_000, timestamp);
      assert.deepEqual(rest, { sessionId, senderId: refOf(who), senderRole, message: `by the ${senderRole}`, messageType: 'text', __v: 0 });
      for (const path of [`/api/chat/session/${sessionId}`, `/api/sessions/${sessionId}/chat`]) {
        const { messages } = (await get(server, path, { token: patient.token })).body;
        assert.deepEqual(messages.at(-1), answer.body.chatMessage);
      }
    }
  });

  test('a lone surrogate becomes U+FFFD before it is stored and before it is relayed [c:4.1-surrogate 4.1-controls]', async () => {
    const { doctor, sessionId, patientSocket } = await makeCall(server);
    const body = `{"sessionId":"${sessionId}","message":"a\\ud800b\\u0007c"}`;
    const answer = await post(server, '/api/chat/store', { token: doctor.token, headers: { 'content-type': 'application/json' }, body });
    assert.equal(answer.body.chatMessage.message, 'a\ufffdbc');
    assert.equal((await patientSocket.next('chat-message')).message, 'a\ufffdbc');
    assert.equal((await page(server, doctor, sessionId)).body.messages[0].message, 'a\ufffdbc');
  });

  test('of another session is refused whatever comes after: 404, then 403, then the rest [c:4.1-access 4-existence-first 4-unknown-session 4-not-participant]', async () => {
    const { sessionId } = await makeSession(server);
    for (const who of [person('doctor'), person('patient'), person('admin')]) {
      const unknown = await store(server, who, '00000000-0000-4000-8000-000000000000', 'x');
      assert.deepEqual([unknown.status, withoutCode(unknown.body)], [404, { message: 'Session not found' }]);
      const foreign = await store(server, who, sessionId, 'x');
      assert.deepEqual([foreign.status, withoutCode(foreign.body)], [403, { message: 'Unauthorized access to session' }]);
    }
  });

  test('deleted: in no page, history, stats, count or event; its trace says who, what and when [c:4.4-absent 4.4-trace 4.4-deleted]', async () => {
    const { doctor, patient, sessionId } = await makeSession(server);
    await store(server, doctor, sessionId, 'first');
    const { _id } = (await store(server, patient, sessionId, 'a word to forget')).body.chatMessage;
    const at = Date.now();
    assert.deepEqual((await remove(server, `/api/chat/${_id}`, { token: patient.token })).body, { message: 'Chat message deleted successfully' });
    const views = [];
    for (const path of [`chat/session/${sessionId}`, `chat/session/${sessionId}/stats`, `sessions/${sessionId}/chat`, `chat/session/${sessionId}/entries`]) {
      views.push(await get(server, `/api/${path}`, { token: doctor.token }));
      assert.doesNotMatch(views.at(-1).text, /a word to forget/, path);
    }
    const [paged, stats, history, log] = views.map(({ body }) => body);
    assert.deepEqual([paged.pagination.totalMessages, paged.messages.length, stats.totalMessages, history.messages.length], [1, 1, 1, 1]);
    assert.deepEqual(stats.messagesByRole.map((each) => each._id), ['doctor']);
    assert.deepEqual([stats.firstMessageAt, stats.lastMessageAt, stats.chatDuration], [paged.messages[0].timestamp, paged.messages[0].timestamp, 0]);
    const trace = log.entries.at(-1);
    assert.deepEqual([trace.kind, trace.id, trace.sessionId, trace.deletedBy], ['deleted', _id, sessionId, patient.id]);
    assert.ok(Math.abs(Date.parse(trace.timestamp) - at) < 60_000);
    assert.equal(log.entries.find(({ id, kind }) => id === _id && kind === 'text').deleted, true, 'the tombstone');
    await server.restart();
    assert.equal((await page(server, doctor, sessionId)).body.pagination.totalMessages, 1);
    const again = await remove(server, `/api/chat/${_id}`, { token: patient.token });
    assert.deepEqual([again.status, withoutCode(again.body)], [404, { message: 'Message not found' }]);
  });

  test('limits of pages: 1000 at most, and what is on them [c:4.2-bounds 4.2-newest]', async () => {
    const { doctor, sessionId } = await makeSession(server);
    const socket = await Client.connect(server, doctor);
    const said = Array.from({ length: 1001 }, (_, index) => `${index}`);
    await Promise.all(said.map((text) => socket.send(sessionId, text)));
    for (const [query, count, totalPages] of [['?limit=1001', 1000, 2], ['?limit=1000', 1000, 2], ['?limit=999', 999, 2], ['', 50, 21]]) {
      const { messages, pagination } = (await page(server, doctor, sessionId, query)).body;
      assert.deepEqual([messages.length, pagination.totalPages, pagination.totalMessages], [count, totalPages, 1001], query);
      assert.deepEqual(messages.map(({ message }) => message), said.slice(-count), query);
    }
  });

  test('has one order by time, whoever asks and after a restart, and ties keep theirs [c:3-order 4.2-newest]', async () => {
    const { doctor, patient, sessionId } = await makeSession(server);
    await Promise.all(Array.from({ length: 60 }, (_, index) => store(server, index % 2 ? doctor : patient, sessionId, `${index}`)));
    const listed = async (who) => (await page(server, who, sessionId, '?limit=1000')).body.messages.map(({ _id, timestamp }) => `${timestamp} ${_id}`);
    const first = await listed(doctor);
    assert.deepEqual(first.map((each) => each.slice(0, 24)), first.map((each) => each.slice(0, 24)).sort());
    assert.deepEqual(await listed(patient), first);
    await server.restart();
    assert.deepEqual(await listed(doctor), first);
  });
});

describe('a session', () => {
  test('as it is created: 201 and the whole of it [c:5.1-created 3-session]', async () => {
    const [doctor, patient, appointmentId] = [person('doctor'), person('patient'), newId()];
    await known(patient);
    const answer = await create(doctor, { patientId: patient.id, appointmentId });
    assert.equal(answer.status, 201);
    const { message, session } = answer.body;
    assert.equal(message, 'Session created successfully');
    const { sessionId, _id, createdAt } = session;
    assert.match(sessionId, UUID);
    assert.match(_id, OID);
    assert.match(createdAt, ISO);
    assert.deepEqual(session, {
      sessionId, doctorId: refOf(doctor), patientId: refOf(patient), status: 'created', metadata: { appointmentId, participantCount: 0, duration: 0 },
      _id, createdAt, __v: 0,
    });
    const bare = await create(doctor, { patientId: newId() });
    assert.equal(bare.body.session.metadata.appointmentId, null);
  });

  test('refusals in their order: role, patient, appointment, the pair [c:5.1-role 5.1-required 5.1-open-pair 5.1-not-a-patient]', async () => {
    const { doctor, patient, sessionId } = await makeSession(server);
    const ask = async (who, json) => {
      const { status, body } = await create(who, json);
      return [status, withoutCode(body)];
    };
    assert.deepEqual(await ask(patient, {}), [403, { message: 'Only doctors can create sessions' }]);
    assert.deepEqual(await ask(doctor, { appointmentId: 'x' }), [400, { message: 'Patient ID is required' }]);
    assert.deepEqual(await ask(doctor, { patientId: 'two\nlines', appointmentId: 'x' }), [400, { message: 'Invalid patient ID' }]);
    assert.deepEqual(await ask(doctor, { patientId: doctor.id, appointmentId: 'x' }), [400, { message: 'Invalid patient ID' }]);
    assert.deepEqual(await ask(doctor, { patientId: patient.id }), [409, { message: 'Active session already exists', sessionId }]);
    await post(server, `/api/sessions/${sessionId}/join`, { token: doctor.token });
    assert.equal((await ask(doctor, { patientId: patient.id }))[0], 409, 'active as well');
  });

  test('times come once it has started and once it has ended [c:3-session-times 5.3-duration 5.2-starts]', async () => {
    const { doctor, sessionId, session } = await makeSession(server);
    assert.deepEqual(['startedAt', 'endedAt'].filter((name) => name in session), []);
    await post(server, `/api/sessions/${sessionId}/join`, { token: doctor.token });
    const begun = await sessionOf(doctor, sessionId);
    assert.match(begun.startedAt, ISO);
    assert.equal('endedAt' in begun, false);
    await until(() => Date.now() > Date.parse(begun.startedAt) + 1100, 'a second has passed');
    const ended = await endSession(server, { doctor, sessionId });
    const now = await sessionOf(doctor, sessionId);
    assert.equal(now.endedAt, ended.endedAt);
    const seconds = Math.floor((Date.parse(ended.endedAt) - Date.parse(begun.startedAt)) / 1000);
    assert.ok(seconds >= 1);
    assert.deepEqual([ended.duration, now.metadata.duration], [seconds, seconds]);
  });

  test('is joined and ended by its participants alone [c:5.2-access 5.3-access 5.2-ended 5.3-ended]', async () => {
    const { doctor, sessionId } = await makeSession(server);
    const ask = async (who, what, id = sessionId) => {
      const { status, body } = await post(server, `/api/sessions/${id}/${what}`, { token: who.token, json: {} });
      return [status, body.message];
    };
    for (const what of ['join', 'end']) {
      assert.deepEqual(await ask(person('admin'), what), [403, 'Unauthorized access to session']);
      assert.deepEqual(await ask(person('admin'), what, 'none'), [404, 'Session not found']);
    }
    await endSession(server, { doctor, sessionId });
    assert.deepEqual(await ask(person('doctor'), 'join'), [403, 'Unauthorized access to session'], 'access comes first');
    assert.deepEqual(await ask(doctor, 'join'), [400, 'Session has already ended']);
    assert.deepEqual(await ask(doctor, 'end'), [400, 'Session is already ended']);
  });

  test('joined over REST: all of the answer [c:5.2-answer 3-ice-server 3-ice-default]', async () => {
    const { patient, sessionId } = await makeSession(server);
    const { status, body } = await post(server, `/api/sessions/${sessionId}/join`, { token: patient.token });
    assert.equal(status, 200);
    assert.deepEqual(body, {
      message: 'Successfully joined session', session: await sessionOf(patient, sessionId), userRole: 'patient',
      iceServers: ['', '1', '2'].map((number) => ({ urls: `stun:stun${number}.l.google.com:19302` })),
    });
  });

  test('active ones are listed whole, with who is there [c:5.4-active 3-session]', async () => {
    const { doctor, patient, sessionId } = await makeCall(server);
    const listed = async (who) => (await get(server, '/api/sessions/user/active', { token: who.token })).body;
    for (const who of [doctor, patient]) assert.deepEqual(await listed(who), { sessions: [await sessionOf(doctor, sessionId)] });
    assert.equal((await listed(doctor)).sessions[0].metadata.participantCount, 2);
  });

  test('limits of connections, unless they are configured [c:5.5-metrics 6.2-total 6.2-address 6.2-user]', async () => {
    const own = await Server.start({ limits: 'on' });
    try {
      const { body } = await get(own, '/api/sessions/monitoring/metrics', { token: person('admin').token });
      assert.deepEqual(body.connectionLimits, { maxConnectionsPerUser: 10, maxConnectionsPerIP: 50, maxTotalConnections: 1000 });
    } finally {
      await own.dispose();
    }
  });

  test('any one segment is a session id [c:5.4-any-segment 5.4-session]', async () => {
    const { doctor, sessionId, session } = await makeSession(server);
    for (const segment of ['create', 'cleanup', 'user', 'monitoring', 'x']) {
      const answer = await get(server, `/api/sessions/${segment}`, { token: doctor.token });
      assert.deepEqual([answer.status, withoutCode(answer.body)], [404, { message: 'Session not found' }], segment);
    }
    assert.deepEqual((await get(server, `/api/sessions/${sessionId}`, { token: doctor.token })).body, { session });
  });

  test('ICE servers, and when they were asked for [c:5.4-ice-servers 3-ice-default]', async () => {
    const { status, body } = await get(server, '/api/sessions/ice-servers', { token: person('admin').token });
    assert.equal(status, 200);
    assert.match(body.timestamp, ISO);
    assert.deepEqual({ ...body, timestamp: '' }, {
      iceServers: ['', '1', '2'].map((number) => ({ urls: `stun:stun${number}.l.google.com:19302` })), serverCount: 3, timestamp: '',
    });
  });

  test('the signalling record: limits, and the whole of an element [c:5.4-signaling-limit 5.4-signaling-element]', async () => {
    const { doctor, sessionId } = await makeSession(server);
    await known(doctor);
    const socket = await Client.connect(server, doctor, { transport: 'polling', extraHeaders: { 'user-agent': 'a browser' } });
    for (let count = 0; count < 1005; count += 1) socket.emit('signaling-message', { sessionId, type: 'chat', payload: count });
    const listing = (query) => request(server, 'GET', `/api/sessions/${sessionId}/signaling${query}`, { token: doctor.token });
    const newest = async () => (await listing('?limit=1')).body.signalingMessages[0];
    await until(async () => (await newest())?.payload === 1004, 'the record is written');
    for (const [query, count] of [['', 100], ['?limit=0', 100], ['?limit=x', 100], ['?limit=-1', 100], ['?limit=7', 7], ['?limit=1000', 1000], ['?limit=1001', 1000]]) {
      const { body } = await listing(query);
      assert.deepEqual([body.sessionId, body.count, body.signalingMessages.length], [sessionId, count, count], query);
      assert.deepEqual(body.signalingMessages.map(({ payload }) => payload), Array.from({ length: count }, (_, index) => 1004 - index));
    }
    const { _id, timestamp, metadata, ...rest } = await newest();
    assert.match(_id, OID);
    assert.match(timestamp, ISO);
    assert.deepEqual(rest, { sessionId, senderId: refOf(doctor), messageType: 'chat', payload: 1004, __v: 0 });
    assert.deepEqual({ ...metadata, connectionId: typeof metadata.connectionId }, { userAgent: 'a browser', ipAddress: '127.0.0.1', connectionId: 'string' });
  });

  /** Reads every page of a list by `before`. */
  async function pagesOf(path, token) {
    const pages = [];
    for (let before = ''; before !== undefined;) {
      const { status, body } = await request(server, 'GET', `${path}before=${encodeURIComponent(before)}`, { token });
      assert.equal(status, 200);
      assert.equal(body.more, body.before === undefined ? undefined : true);
      pages.push(body);
      before = body.before;
    }
    return pages;
  }

  test('a signalling record that is longer than an answer is read page by page, by bytes and by number [c:5.4-signaling-more]', async () => {
    const { doctor, sessionId } = await makeSession(server);
    const socket = await Client.connect(server, doctor);
    const count = 70;
    for (let number = 0; number < count; number += 1) socket.emit('signaling-message', { sessionId, type: 'chat', payload: `${number} ${'x'.repeat(65_000)}` });
    const path = `/api/sessions/${sessionId}/signaling`;
    const numberOf = ({ payload }) => Number(payload.split(' ')[0]);
    await until(async () => numberOf((await request(server, 'GET', `${path}?limit=1`, { token: doctor.token })).body.signalingMessages[0] ?? { payload: '-1' }) === count - 1, 'the record is written');
    for (const [query, least] of [['?limit=1000&', 2], ['?limit=7&', 10]]) {
      const pages = await pagesOf(path + query, doctor.token);
      assert.ok(pages.length >= least, `${pages.length} pages with ${query}`);
      for (const page of pages) {
        assert.equal(page.count, page.signalingMessages.length);
        assert.ok(JSON.stringify(page).length < 4 * 1024 * 1024 + 70_000);
      }
      assert.deepEqual(pages.flatMap((page) => page.signalingMessages.map(numberOf)), Array.from({ length: count }, (_, index) => count - 1 - index), query);
    }
    for (const before of ['x', '1.', '.6955b900a1b2c3d4e5000003', '12345678901234567.6955b900a1b2c3d4e5000003']) {
      const refused = await request(server, 'GET', `${path}?before=${before}`, { token: doctor.token });
      assert.deepEqual([refused.status, refused.body.message], [400, 'Invalid before'], before);
    }
    const stranger = person('doctor');
    const unseen = await request(server, 'GET', `${path}?before=x`, { token: stranger.token });
    assert.equal(unseen.status, 403, 'who may not see the session learns that first');
  });

  test('more open sessions than an answer holds are read page by page [c:5.4-active-more]', async () => {
    const doctor = person('doctor');
    const created = [];
    for (let number = 0; number < 1_003; number += 1) {
      const { body } = await create(doctor, { patientId: newId() });
      created.push(body.session.sessionId);
    }
    const pages = await pagesOf('/api/sessions/user/active?', doctor.token);
    assert.deepEqual(pages.map(({ sessions }) => sessions.length), [1_000, 3]);
    const listed = pages.flatMap(({ sessions }) => sessions);
    assert.deepEqual(listed.map(({ sessionId }) => sessionId).sort(), created.sort());
    assert.deepEqual(listed.map(({ createdAt }) => createdAt), listed.map(({ createdAt }) => createdAt).sort().reverse());
    for (const before of ['x', '12.', '.a']) {
      const refused = await request(server, 'GET', `/api/sessions/user/active?before=${before}`, { token: doctor.token });
      assert.deepEqual([refused.status, refused.body.message], [400, 'Invalid before'], before);
    }
  });
});
