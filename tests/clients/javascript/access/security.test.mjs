// The security table: every endpoint and every socket event × every caller who must be refused. Tokens come first (docs/api-contract.md §1.3),
// then roles, access and the end of the session (§4, §5, §6.3). Each cell fixes the status and the exact text. After all of it the
// session must look untouched.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { get, page, request, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { endSession, makeSession } from '../harness/session.mjs';
import { badTokens, newId, person, sign } from '../harness/token.mjs';
import { until } from '../harness/wait.mjs';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const text = (status, message) => ({ status, body: { message } });
const denied = (message) => ({ status: 401, body: { success: false, message } });
const NOT_FOUND = text(404, 'Session not found');
const FORBIDDEN = text(403, 'Unauthorized access to session');

let server;
let open;       // a session that is active
let ended;      // a session that has ended
let message;    // a message of the patient in `open`
let snapshot;   // the sessions as the doctor saw them before the table
let cells = 0;
const people = { stranger: person('doctor'), strangerPatient: person('patient'), admin: person('admin') };

before(async () => {
  server = await Server.start();
  open = await makeSession(server);
  ended = await makeSession(server);
  message = (await store(server, open.patient, open.sessionId, 'the secret of this session')).body.chatMessage;
  await store(server, ended.patient, ended.sessionId, 'the secret of the ended one');
  await endSession(server, ended);
  snapshot = await look();
});
after(async () => {
  console.log(`security: ${cells} cells checked`);
  Client.closeAll();
  await server.dispose();
});

async function look() {
  const views = [];
  for (const { doctor, sessionId } of [open, ended]) {
    views.push((await page(server, doctor, sessionId)).body, (await get(server, `/api/sessions/${sessionId}`, { token: doctor.token })).body);
  }
  return views;
}

/** A refusal has the fields of the contract and may add a code; nothing else. */
function assertAnswer(answer, expected, cell) {
  const { code, ...body } = answer.body ?? {};
  assert.deepEqual({ status: answer.status, body }, expected, cell);
  assert.ok(code === undefined || typeof code === 'string', cell);
  assert.doesNotMatch(answer.text, /secret/, cell);
  cells += 1;
}

// Every route that needs a token: method, path, body.
const ROUTES = [
  ['POST', () => '/api/auth/logout', () => ({})],
  ['POST', () => '/api/chat/store', () => ({ sessionId: open.sessionId, message: 'forged' })],
  ['GET', () => `/api/chat/session/${open.sessionId}`],
  ['GET', () => `/api/chat/session/${open.sessionId}/stats`],
  ['GET', () => `/api/chat/session/${open.sessionId}/entries`],
  ['DELETE', () => `/api/chat/${message._id}`],
  ['POST', () => '/api/sessions/create', () => ({ patientId: newId() })],
  ['POST', () => `/api/sessions/${open.sessionId}/join`, () => ({})],
  ['POST', () => `/api/sessions/${open.sessionId}/end`, () => ({})],
  ['POST', () => `/api/sessions/${open.sessionId}/reopen`, () => ({})],
  ['GET', () => `/api/sessions/${open.sessionId}`],
  ['GET', () => `/api/sessions/${open.sessionId}/chat`],
  ['GET', () => `/api/sessions/${open.sessionId}/signaling`],
  ['GET', () => '/api/sessions/user/active'],
  ['GET', () => '/api/sessions/ice-servers'],
  ['POST', () => '/api/sessions/cleanup', () => ({ hoursOld: 0 })],
  ['GET', () => '/api/sessions/ice-servers/health'],
  ['POST', () => '/api/sessions/ice-servers/health-check', () => ({})],
  ['POST', () => '/api/sessions/ice-servers/rotate-credentials', () => ({})],
  ['PUT', () => '/api/sessions/ice-servers/turn-config', () => ({ username: 'x' })],
  ['GET', () => '/api/sessions/monitoring/metrics'],
];
const nameOf = ([method, path]) => `${method} ${String(path).replace(/^\(\) => [`']|[`']$/g, '').replace(/\$\{[^}]*\}/g, ':id')}`;

describe('REST × tokens [c:1.3-header 1.3-missing 1.3-invalid 1.3-no-user 1.3-exact-bearer 1.3-query 1.1-hs256 1.1-times 1.1-role]', () => {
  for (const route of ROUTES) {
    const [method, path, json] = route;
    const ask = (options = {}) => request(server, method, path(), { json: json?.(), ...options });

    test(nameOf(route), async () => {
      const { claims, token } = person('doctor', { id: open.doctor.id });
      const missing = denied('Not authorized, token missing');
      const invalid = denied('Not authorized, token invalid');
      const none = {
        'no header': {},
        'empty header': { authorization: '' },
        'Bearer alone': { authorization: 'Bearer' },
        'Bearer and two spaces': { authorization: 'Bearer  ' },
        'Bearer alone with a good cookie': { authorization: 'Bearer', cookie: `token=${token}` },
        'another scheme': { authorization: `Basic ${token}` },
        'a scheme that begins with Bearer': { authorization: `BearerX ${token}` },
        'Bearer and no space': { authorization: `Bearer${token}` },
        'Bearer and another mark': { authorization: `Bearer:${token}` },
        'an empty cookie': { cookie: 'token=' },
        'another cookie': { cookie: `session=${token}; xtoken=${token}` },
      };
      for (const [name, headers] of Object.entries(none)) assertAnswer(await ask({ headers }), missing, name);
      const inQuery = await request(server, method, `${path()}?token=${token}&access_token=${token}`, { json: json?.() });
      assertAnswer(inQuery, missing, 'a token in the query');
      for (const [name, bad] of Object.entries(badTokens(claims))) {
        assertAnswer(await ask({ token: bad }), invalid, name);
        assertAnswer(await ask({ headers: { cookie: `a=b; token=${encodeURIComponent(bad)}` } }), bad ? invalid : missing, `${name}, as cookie`);
      }
      assertAnswer(await ask({ token: sign({ role: 'doctor' }) }), denied('Not authorized, user not found'), 'no id');
    });
  }
});

describe('REST × who', () => {
  const session = [
    ['GET', (id) => `/api/chat/session/${id}`],
    ['GET', (id) => `/api/chat/session/${id}/stats`],
    ['GET', (id) => `/api/chat/session/${id}/entries`],
    ['POST', (id) => `/api/sessions/${id}/join`, () => ({})],
    ['POST', (id) => `/api/sessions/${id}/end`, () => ({})],
    ['GET', (id) => `/api/sessions/${id}`],
    ['GET', (id) => `/api/sessions/${id}/chat`],
    ['GET', (id) => `/api/sessions/${id}/signaling`],
    ['POST', () => '/api/chat/store', (id) => ({ sessionId: id, message: 'forged' })],
  ];
  for (const [method, path, json] of session) {
    test(`${method} ${path(':id')} [c:4-unknown-session 4-not-participant 4-existence-first]`, async () => {
      const ask = (who, id) => request(server, method, path(encodeURIComponent(id)), { token: who.token, json: json?.(id) });
      for (const [name, who] of Object.entries(people)) {
        assertAnswer(await ask(who, open.sessionId), FORBIDDEN, name);
        assertAnswer(await ask(who, ended.sessionId), FORBIDDEN, `${name}, ended session`);
        assertAnswer(await ask(who, UNKNOWN), NOT_FOUND, `${name}, unknown session`);
      }
      for (const id of [UNKNOWN, 'none', '[object Object]', '{"$ne":null}', '../../etc/passwd', open.sessionId.toUpperCase(), `${open.sessionId} `, '\u0000', 'é', '%']) {
        assertAnswer(await ask(open.doctor, id), NOT_FOUND, `a participant, ${JSON.stringify(id)}`);
      }
    });
  }

  test('an ended session: no writes, reads go on [c:4.1-ended 5.2-ended 5.3-ended]', async () => {
    const ask = (method, path, json) => request(server, method, path, { token: ended.doctor.token, json });
    assertAnswer(await ask('POST', '/api/chat/store', { sessionId: ended.sessionId, message: 'late' }), text(400, 'Session has already ended'), 'store');
    assertAnswer(await ask('POST', `/api/sessions/${ended.sessionId}/join`, {}), text(400, 'Session has already ended'), 'join');
    assertAnswer(await ask('POST', `/api/sessions/${ended.sessionId}/end`, {}), text(400, 'Session is already ended'), 'end');
    assert.equal((await ask('GET', `/api/chat/session/${ended.sessionId}`)).body.pagination.totalMessages, 1);
  });

  test('create-session: roles and bodies [c:5.1-role 5.1-required 5.1-not-a-patient 5.1-patient-id 5.1-appointment-id]', async () => {
    const create = (who, json) => request(server, 'POST', '/api/sessions/create', { token: who.token, json });
    for (const who of [open.patient, people.strangerPatient, people.admin]) {
      for (const json of [{ patientId: newId() }, {}, { patientId: 'x' }]) {
        assertAnswer(await create(who, json), text(403, 'Only doctors can create sessions'), `${who.role} ${JSON.stringify(json)}`);
      }
    }
    const bodies = [
      [{}, 'Patient ID is required'], [{ patientId: null }, 'Patient ID is required'], [{ patientId: '' }, 'Patient ID is required'],
      [{ patientId: 0 }, 'Patient ID is required'], [[], 'Patient ID is required'],
      [{ patientId: 'two\nlines' }, 'Invalid patient ID'], [{ patientId: 'x'.repeat(65) }, 'Invalid patient ID'], [{ patientId: 7 }, 'Invalid patient ID'], [{ patientId: {} }, 'Invalid patient ID'],
      [{ patientId: { $ne: null } }, 'Invalid patient ID'], [{ patientId: [newId()] }, 'Invalid patient ID'], [{ patientId: true }, 'Invalid patient ID'],
      [{ patientId: open.doctor.id }, 'Invalid patient ID'], [{ patientId: people.stranger.id }, 'Invalid patient ID'],
      [{ patientId: people.admin.id }, 'Invalid patient ID'],
      [{ patientId: newId(), appointmentId: 'x' }, 'Invalid appointment ID'], [{ patientId: newId(), appointmentId: 7 }, 'Invalid appointment ID'],
      [{ patientId: newId(), appointmentId: {} }, 'Invalid appointment ID'], [{ patientId: newId(), appointmentId: [] }, 'Invalid appointment ID'],
    ];
    for (const [json, message_] of bodies) assertAnswer(await create(people.stranger, json), text(400, message_), JSON.stringify(json));
  });

  test('DELETE: the sender or an admin, whatever the id [c:4.4-not-sender 4.4-unknown 4.4-no-oid]', async () => {
    const ask = (who, id) => request(server, 'DELETE', `/api/chat/${id}`, { token: who.token });
    for (const who of [open.doctor, people.stranger, people.strangerPatient, ended.patient]) {
      assertAnswer(await ask(who, message._id), text(403, 'Unauthorized to delete this message'), who.role);
    }
    const unknown = [newId(), 'x', '0'.repeat(24), message._id.slice(0, 23), `${message._id}0`, 'zzzzzzzzzzzzzzzzzzzzzzzz', '%00', '%7B%22$ne%22:null%7D',
      open.session._id];
    for (const who of [open.patient, people.stranger, people.admin]) {
      for (const id of unknown) assertAnswer(await ask(who, id), text(404, 'Message not found'), id);
    }
  });

  // §5.5: the server refuses a signed-in caller who is no admin before the handler runs, whatever the body.
  const adminRoutes = ROUTES.filter(([, path]) => /cleanup|ice-servers\/|metrics/.test(String(path)));
  const ADMINS_ONLY = text(403, 'Admin access required');
  test('the routes for admins: six, and nobody else gets through [c:5.5-role]', async () => {
    assert.equal(adminRoutes.length, 6);
    for (const [method, path, json] of adminRoutes) {
      const everybody = { doctor: open.doctor, patient: open.patient, stranger: people.stranger, strangerPatient: people.strangerPatient };
      for (const [name, who] of Object.entries(everybody)) {
        for (const body of [json?.(), { hoursOld: null, servers: 7 }, {}]) {
          assertAnswer(await request(server, method, path(), { token: who.token, json: body }), ADMINS_ONLY, `${name}: ${method} ${path()}`);
        }
        const upper = await request(server, method, `${path().toUpperCase()}/`, { token: who.token, json: json?.() });
        assertAnswer(upper, ADMINS_ONLY, `${name}: ${method} ${path()}, other letters and a slash`);
      }
    }
  });
  test('the routes for admins: an admin gets through', async () => {
    const harmless = { hoursOld: 1e6, username: 'webrtc-user' };
    for (const [method, path] of adminRoutes) {
      const answer = await request(server, method, path(), { token: people.admin.token, json: method === 'GET' ? undefined : harmless });
      assert.equal(answer.status, 200, `${method} ${path()}: ${answer.text}`);
      cells += 1;
    }
  });

  test('no such route [c:2.3-no-route 2.1-nothing]', async () => {
    for (const [method, path] of [['GET', '/nope'], ['POST', '/health'], ['PATCH', '/api/chat/store'], ['GET', '/api/nothing'], ['GET', '/<script>?x=1']]) {
      const answer = await request(server, method, path, { token: open.doctor.token });
      const shown = path.split('?')[0].replace('<', '&lt;').replace('>', '&gt;');
      assert.equal(answer.status, 404, path);
      assert.equal(answer.text, '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n' +
        `<pre>Cannot ${method} ${shown}</pre>\n</body>\n</html>\n`);
      assert.equal(answer.headers['content-security-policy'], "default-src 'none'");
      cells += 1;
    }
  });
});

describe('sockets × tokens', () => {
  for (const transport of ['websocket', 'polling']) {
    test(`CONNECT over ${transport} [c:6.2-invalid 6.2-missing 6.2-no-user]`, async () => {
      const { claims } = person('doctor', { id: open.doctor.id });
      for (const [name, token] of Object.entries(badTokens(claims))) {
        for (const options of [{ auth: { token } }, { auth: {}, query: { token } }]) {
          const refusal = await Client.refused(server, null, { transport, ...options });
          assert.equal(refusal.message, 'Invalid authentication token', name);
          cells += 1;
        }
      }
      for (const auth of [undefined, {}, { token: '' }, { Token: sign(claims) }, { authorization: `Bearer ${sign(claims)}` }]) {
        assert.equal((await Client.refused(server, null, { transport, auth })).message, 'Authentication token required');
        cells += 1;
      }
      assert.equal((await Client.refused(server, null, { transport, auth: { token: sign({ role: 'doctor' }) } })).message, 'User not found');
      cells += 1;
    });
  }
});

describe('sockets × who', () => {
  const sdp = (type) => ({ type, sdp: 'v=0' });
  const candidate = { candidate: 'c', sdpMLineIndex: 0, sdpMid: '0' };
  const EVENTS = {
    'join-session': {},
    'join-session, resuming': { after: 0 },
    entries: { after: 0 },
    'chat-message': { message: 'forged' },
    'webrtc-offer': { offer: sdp('offer') },
    'webrtc-answer': { answer: sdp('answer') },
    'ice-candidate': { candidate },
    'signaling-message': { type: 'chat', payload: 'forged' },
    'end-session': {},
  };
  const signalling = /^(webrtc|ice|signaling)/;
  const ENDED = { 'end-session': 'Session is already ended' };
  const falsyText = (event) => (event === 'chat-message' ? 'Session ID and message are required' : 'Session not found');

  /** Returns how many sockets are in the room. */
  async function inside() {
    const answer = await get(server, `/api/sessions/${open.sessionId}`, { token: open.doctor.token });
    return answer.body.session.metadata.participantCount;
  }

  async function refusalOf(client, row, payload) {
    const event = row.split(',')[0];
    if (event === 'join-session' || event === 'entries') {
      const answer = await client.ask(event, payload);
      assert.equal(answer.success, false);
      return answer.error;
    }
    client.emit(event, payload);
    const error = await client.next('error');
    assert.equal(error.type, signalling.test(event) ? event : undefined, event);
    return error.message;
  }

  for (const [event, fields] of Object.entries(EVENTS)) {
    test(event, async () => {
      const ears = await Client.connect(server, open.doctor);
      await ears.join(open.sessionId);
      for (const [name, who] of Object.entries(people)) {
        const client = await Client.connect(server, who);
        assert.equal(await refusalOf(client, event, { ...fields, sessionId: open.sessionId }), 'Unauthorized access to session', name);
        assert.equal(await refusalOf(client, event, { ...fields, sessionId: ended.sessionId }), 'Unauthorized access to session', name);
        assert.equal(await refusalOf(client, event, { ...fields, sessionId: UNKNOWN }), 'Session not found', name);
        cells += 3;
        assert.deepEqual(client.heard, [], name);
        client.close();
      }
      const insider = await Client.connect(server, open.patient);
      for (const sessionId of [UNKNOWN, 'none', 7, true, {}, [], { $ne: null }, [open.sessionId], open.sessionId.toUpperCase()]) {
        assert.equal(await refusalOf(insider, event, { ...fields, sessionId }), 'Session not found', JSON.stringify(sessionId));
        cells += 1;
      }
      for (const sessionId of [undefined, null, '', 0, false]) {
        assert.equal(await refusalOf(insider, event, { ...fields, sessionId }), falsyText(event), JSON.stringify(sessionId));
        cells += 1;
      }
      const late = await Client.connect(server, ended.patient);
      if (event === 'entries') assert.equal((await late.ask(event, { ...fields, sessionId: ended.sessionId })).success, true, 'it may still be read');
      else assert.equal(await refusalOf(late, event, { ...fields, sessionId: ended.sessionId }), ENDED[event] ?? 'Session has already ended');
      cells += 1;
      await ears.settle(open.sessionId);
      assert.deepEqual(ears.heard, [], 'the room heard nothing of it');
      Client.closeAll();
      await until(async () => (await inside()) === 0, 'the room is empty'); // otherwise the next listener receives their `user-left`
    });
  }

  test('create-session [c:6.3-create-rules 6.3-create-session]', async () => {
    const create = async (who, payload) => {
      const client = await Client.connect(server, who);
      const answer = await client.ask('create-session', payload);
      client.close();
      cells += 1;
      return answer.success ? 'made' : answer.error;
    };
    for (const who of [open.patient, people.strangerPatient, people.admin]) {
      for (const payload of [{ patientId: newId() }, {}, { patientId: 'x' }, null]) {
        assert.equal(await create(who, payload), 'Only doctors can create sessions');
      }
    }
    const doctor = people.stranger;
    for (const payload of [null, {}, [], 'x', { patientId: null }, { patientId: '' }, { patientId: 0 }, { patientId: false }]) {
      assert.equal(await create(doctor, payload), 'Patient ID is required', JSON.stringify(payload));
    }
    for (const patientId of ['two\nlines', 'x'.repeat(65), '0'.repeat(24), 7, {}, [], { $ne: null }, true, doctor.id, open.doctor.id, people.admin.id]) {
      assert.equal(await create(doctor, { patientId }), 'Invalid patient ID', JSON.stringify(patientId));
    }
    for (const appointmentId of ['x', 7, {}, [], 'g'.repeat(24)]) {
      assert.equal(await create(doctor, { patientId: newId(), appointmentId }), 'Invalid appointment ID', JSON.stringify(appointmentId));
    }
    assert.equal(await create(open.doctor, { patientId: open.patient.id }), 'Active session already exists');
  });

  test('a member who joined one session hears nothing of another', async () => {
    const spy = await Client.connect(server, ended.patient);
    assert.equal((await spy.ask('join-session', { sessionId: open.sessionId })).success, false);
    const doctor = await Client.connect(server, open.doctor);
    await doctor.join(open.sessionId);
    doctor.emit('webrtc-offer', { sessionId: open.sessionId, offer: sdp('offer') });
    doctor.close();
    await spy.ask('join-session', { sessionId: open.sessionId });
    assert.deepEqual(spy.heard, []);
    cells += 1;
  });
});

test('after all of it, the sessions are as they were', async () => {
  Client.closeAll();
  const now = await look();
  for (const view of [...snapshot, ...now]) {
    if (!view.session) continue;
    // Only the joins of the doctor and the patient during the table may show.
    view.session.metadata.participantCount = 0;
    delete view.session.startedAt;
    if (view.session.status === 'active') view.session.status = 'created';
  }
  assert.deepEqual(now, snapshot);
  assert.ok(server.alive);
});
