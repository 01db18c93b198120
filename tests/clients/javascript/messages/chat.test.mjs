// Two people in one session, over every transport, in both directions: docs/api-contract.md §4, §6.3. Order, and exactly once.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { get, page, remove, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { ISO, makeCall, makeSession, OID } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';
import { within } from '../harness/wait.mjs';

let server;
before(async () => { server = await Server.start(); });
afterEach(() => Client.closeAll());
after(() => server.dispose());

/** The keys of a ChatEvent that the contract fixes. More keys are allowed. */
function eventOf({ id, sessionId, senderId, senderRole, message, timestamp, messageType }) {
  return { id, sessionId, senderId, senderRole, message, timestamp, messageType };
}

test('what a polling client has buffered, thousands of messages in one body, is taken whole and in order', async () => {
  const { doctor, sessionId } = await makeSession(server);
  const client = new Client(server, doctor, { transport: 'polling', autoConnect: false });
  const texts = Array.from({ length: 3000 }, (_, index) => `buffered ${index} ${'x'.repeat(24)}`);
  const answers = texts.map((message) => client.socket.emitWithAck('chat-message', { sessionId, message }));
  client.socket.connect();
  assert.deepEqual((await within(Promise.all(answers), 'every answer', 60_000)).map((answer) => answer.chatMessage?.message), texts);
  assert.deepEqual(client.disconnects, []);
  const pages = [];
  for (const number of [3, 2, 1]) pages.push(...(await page(server, doctor, sessionId, `?limit=1000&page=${number}`)).body.messages);
  assert.deepEqual(pages.map((each) => each.message), texts);
});

for (const transport of ['websocket', 'polling', 'upgrade']) {
  describe(`over ${transport}`, () => {
    test('a message reaches both, the sender too, and the ack says the same [c:6.3-chat-message 6.3-chat-ack 6.4-chat-message 3-chat-event 3-chat-event-same 6.5-echo]', async () => {
      const { doctor, sessionId, doctorSocket, patientSocket } = await makeCall(server, { transport });
      const answer = await doctorSocket.send(sessionId, 'Good morning');
      assert.equal(answer.success, true);
      const event = eventOf(answer.chatMessage);
      assert.match(event.id, OID);
      assert.match(event.timestamp, ISO);
      assert.deepEqual(event, {
        id: event.id, sessionId, senderId: doctor.id, senderRole: 'doctor', message: 'Good morning', timestamp: event.timestamp, messageType: 'text',
      });
      assert.deepEqual(eventOf(await patientSocket.next('chat-message')), event);
      assert.deepEqual(eventOf(await doctorSocket.next('chat-message')), event);
      const stored = (await page(server, doctor, sessionId)).body.messages.at(-1);
      assert.deepEqual([stored._id, stored.message, stored.timestamp], [event.id, event.message, event.timestamp]);
    });

    test('without an ack it works as well', async () => {
      const { patient, sessionId, doctorSocket, patientSocket } = await makeCall(server, { transport });
      patientSocket.emit('chat-message', { sessionId, message: 'no ack wanted' });
      const heard = await doctorSocket.next('chat-message');
      assert.deepEqual([heard.message, heard.senderId, heard.senderRole], ['no ack wanted', patient.id, 'patient']);
      assert.equal((await patientSocket.next('chat-message')).id, heard.id);
    });

    test('a burst of 200 keeps its order, live, in acks and in pages [c:3-order]', async () => {
      const { doctor, sessionId, doctorSocket, patientSocket } = await makeCall(server, { transport });
      const texts = Array.from({ length: 200 }, (_, index) => `burst ${index}`);
      const answers = await Promise.all(texts.map((text) => doctorSocket.send(sessionId, text)));
      assert.deepEqual(answers.map((answer) => answer.chatMessage.message), texts);
      const seqs = answers.map((answer) => answer.chatMessage.seq);
      assert.ok(seqs.every((seq, index) => index === 0 || seq === seqs[index - 1] + 1), 'the log is dense');
      for (const ears of [doctorSocket, patientSocket]) {
        const heard = [];
        while (heard.length < texts.length) heard.push((await ears.next('chat-message')).message);
        assert.deepEqual(heard, texts);
      }
      const stored = (await page(server, doctor, sessionId, '?limit=1000')).body;
      assert.deepEqual(stored.messages.map((message) => message.message), texts);
      assert.deepEqual(stored.pagination, { currentPage: 1, totalPages: 1, totalMessages: 200, hasMore: false });
    });

    test('two senders at once: one order for everybody [c:3-order]', async () => {
      const { doctor, sessionId, doctorSocket, patientSocket } = await makeCall(server, { transport });
      const sends = [];
      for (let index = 0; index < 50; index += 1) {
        sends.push(doctorSocket.send(sessionId, `d${index}`), patientSocket.send(sessionId, `p${index}`));
      }
      await Promise.all(sends);
      const stored = (await page(server, doctor, sessionId, '?limit=1000')).body.messages.map((message) => message.message);
      for (const ears of [doctorSocket, patientSocket]) {
        await ears.settle(sessionId);
        assert.deepEqual(ears.take('chat-message').map((message) => message.message), stored);
      }
      for (const side of ['d', 'p']) {
        assert.deepEqual(stored.filter((text) => text[0] === side), Array.from({ length: 50 }, (_, index) => `${side}${index}`));
      }
    });

    test('a message stored by REST reaches the room; a message by socket is in the next page [c:4.1-relayed 3-user-ref]', async () => {
      const { doctor, patient, sessionId, doctorSocket, patientSocket } = await makeCall(server, { transport });
      const answer = await store(server, patient, sessionId, 'by REST');
      assert.equal(answer.status, 201);
      const { chatMessage } = answer.body;
      for (const ears of [doctorSocket, patientSocket]) {
        assert.deepEqual(eventOf(await ears.next('chat-message')), {
          id: chatMessage._id, sessionId, senderId: patient.id, senderRole: 'patient', message: 'by REST', timestamp: chatMessage.timestamp,
          messageType: 'text',
        });
      }
      const sent = (await doctorSocket.send(sessionId, 'by socket')).chatMessage;
      const { messages } = (await page(server, patient, sessionId)).body;
      assert.deepEqual(messages.map((message) => [message._id, message.message]), [[chatMessage._id, 'by REST'], [sent.id, 'by socket']]);
      assert.deepEqual(messages[1].senderId, { _id: doctor.id, email: doctor.email, role: 'doctor', name: doctor.name });
    });

    test('deletion is told, and the text is in no answer any more [c:4.4-not-sender 4.4-deleted 4.4-absent]', async () => {
      const { doctor, patient, sessionId, doctorSocket, patientSocket } = await makeCall(server, { transport });
      await doctorSocket.send(sessionId, 'stays');
      const { id } = (await doctorSocket.send(sessionId, 'goes')).chatMessage;
      const refused = await remove(server, `/api/chat/${id}`, { token: patient.token });
      assert.deepEqual([refused.status, refused.body.message], [403, 'Unauthorized to delete this message']);
      const answer = await remove(server, `/api/chat/${id}`, { token: doctor.token });
      assert.deepEqual([answer.status, answer.body], [200, { message: 'Chat message deleted successfully' }]);
      for (const ears of [doctorSocket, patientSocket]) {
        const told = await ears.next('chat-message-deleted');
        assert.deepEqual([told.id, told.sessionId, told.deletedBy], [id, sessionId, doctor.id]);
        assert.match(told.timestamp, ISO);
        assert.equal(typeof told.seq, 'number');
      }
      const stored = (await page(server, patient, sessionId)).body;
      assert.deepEqual(stored.messages.map((message) => message.message), ['stays']);
      assert.equal(stored.pagination.totalMessages, 1);
      const again = await remove(server, `/api/chat/${id}`, { token: doctor.token });
      assert.deepEqual([again.status, again.body.message], [404, 'Message not found']);
      const stats = (await get(server, `/api/chat/session/${sessionId}/stats`, { token: doctor.token })).body;
      assert.equal(stats.totalMessages, 1);
    });

    test('the same clientMessageId is one message, on whichever path the retry comes', async () => {
      const { patient, sessionId, doctorSocket, patientSocket } = await makeCall(server, { transport });
      const clientMessageId = 'retry-1';
      const first = await patientSocket.send(sessionId, 'once', { clientMessageId });
      assert.equal(first.chatMessage.clientMessageId, clientMessageId);
      const second = await patientSocket.send(sessionId, 'once', { clientMessageId });
      assert.deepEqual([second.success, second.duplicate, second.chatMessage.id], [true, true, first.chatMessage.id]);
      const third = await store(server, patient, sessionId, 'once', { clientMessageId });
      assert.deepEqual([third.status, third.body.duplicate, third.body.chatMessage._id], [201, true, first.chatMessage.id]);
      const other = await store(server, patient, sessionId, 'another text', { clientMessageId });
      assert.deepEqual([other.status, other.body.code], [409, 'idempotency_conflict']);
      await doctorSocket.settle(sessionId);
      assert.equal(doctorSocket.take('chat-message').length, 1);
      assert.equal((await page(server, patient, sessionId)).body.pagination.totalMessages, 1);
    });
  });
}

test('one transport each: WebSocket and polling in one room hear the same', async () => {
  const { doctor, patient, sessionId } = await makeSession(server);
  const ears = [
    await Client.connect(server, doctor, { transport: 'websocket' }),
    await Client.connect(server, patient, { transport: 'polling' }),
    await Client.connect(server, patient, { transport: 'upgrade' }),
  ];
  for (const client of ears) await client.join(sessionId);
  const texts = Array.from({ length: 30 }, (_, index) => `mixed ${index}`);
  for (const [index, text] of texts.entries()) await ears[index % 3].send(sessionId, text);
  for (const client of ears) {
    await client.settle(sessionId);
    assert.deepEqual(client.take('chat-message').map((message) => message.message), texts);
  }
});

test('sending needs participation, not joining [c:6.3-chat-message]', async () => {
  const { doctor, patient, sessionId } = await makeSession(server);
  const outside = await Client.connect(server, patient);
  const inside = await Client.connect(server, doctor);
  await inside.join(sessionId);
  assert.equal((await outside.send(sessionId, 'from outside')).success, true);
  assert.equal((await inside.next('chat-message')).message, 'from outside');
  assert.deepEqual(outside.take('chat-message'), []);
});

test('what two sessions say stays in each', async () => {
  const one = await makeCall(server);
  const other = await makeCall(server);
  await one.doctorSocket.send(one.sessionId, 'for one');
  await other.doctorSocket.send(other.sessionId, 'for the other');
  await one.patientSocket.settle(one.sessionId);
  await other.patientSocket.settle(other.sessionId);
  assert.deepEqual(one.patientSocket.take('chat-message').map((message) => message.message), ['for one']);
  assert.deepEqual(other.patientSocket.take('chat-message').map((message) => message.message), ['for the other']);
});

test('text comes back exactly: no trimming, no escaping, newlines and emoji kept [c:4.1-exact]', async () => {
  const { doctor, patient, sessionId, doctorSocket, patientSocket } = await makeCall(server);
  const texts = ['  spaces  ', '<b>&amp;"\'</b>', 'two\nlines\r\n\tand a tab', '👩‍⚕️ naïve Ω 漢字', 'a\u2028\u2029b', '{"json":true}', '\\u0041 \\n', '\u0085\u009f'];
  for (const text of texts) {
    assert.equal((await doctorSocket.send(sessionId, text)).chatMessage.message, text);
    assert.equal((await patientSocket.next('chat-message')).message, text);
    assert.equal((await store(server, patient, sessionId, text)).body.chatMessage.message, text);
    assert.equal((await patientSocket.next('chat-message')).message, text);
  }
  const stored = (await page(server, doctor, sessionId)).body.messages.map((message) => message.message);
  assert.deepEqual(stored, texts.flatMap((text) => [text, text]));
});

describe('pages', () => {
  let call;
  before(async () => {
    call = await makeSession(server);
    const socket = await Client.connect(server, call.doctor);
    await Promise.all(Array.from({ length: 120 }, (_, index) => socket.send(call.sessionId, `${index}`)));
  });
  const numbers = (answer) => answer.body.messages.map((message) => Number(message.message));
  const range = (first, last) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

  const cases = [
    ['', range(70, 119), { currentPage: 1, totalPages: 3, totalMessages: 120, hasMore: true }, '[c:4.2-page 4.2-newest 4.2-defaults 4.2-totals]'],
    ['?page=2', range(20, 69), { currentPage: 2, totalPages: 3, totalMessages: 120, hasMore: true }, '[c:4.2-newest 4.2-totals]'],
    ['?page=3', range(0, 19), { currentPage: 3, totalPages: 3, totalMessages: 120, hasMore: false }, '[c:4.2-totals]'],
    ['?page=4', [], { currentPage: 4, totalPages: 3, totalMessages: 120, hasMore: false }, '[c:4.2-past-the-end]'],
    ['?limit=5&page=2', range(110, 114), { currentPage: 2, totalPages: 24, totalMessages: 120, hasMore: true }],
    ['?limit=2abc', range(118, 119), { currentPage: 1, totalPages: 60, totalMessages: 120, hasMore: true }, '[c:4.2-numbers]'],
    ['?limit=2.7', range(118, 119), { currentPage: 1, totalPages: 60, totalMessages: 120, hasMore: true }, '[c:4.2-numbers]'],
    ['?limit=1e2', range(119, 119), { currentPage: 1, totalPages: 120, totalMessages: 120, hasMore: true }, '[c:4.2-numbers]'],
    ['?limit=3&limit=9', range(117, 119), { currentPage: 1, totalPages: 40, totalMessages: 120, hasMore: true }, '[c:4.2-numbers]'],
    ['?limit=0', range(70, 119), { currentPage: 1, totalPages: 3, totalMessages: 120, hasMore: true }, '[c:4.2-bounds]'],
    ['?limit=-4', range(70, 119), { currentPage: 1, totalPages: 3, totalMessages: 120, hasMore: true }, '[c:4.2-bounds]'],
    ['?limit=abc', range(70, 119), { currentPage: 1, totalPages: 3, totalMessages: 120, hasMore: true }, '[c:4.2-bounds]'],
    ['?limit=', range(70, 119), { currentPage: 1, totalPages: 3, totalMessages: 120, hasMore: true }, '[c:4.2-bounds]'],
    ['?limit=99999999999', range(0, 119), { currentPage: 1, totalPages: 1, totalMessages: 120, hasMore: false }],
    ['?page=0', range(70, 119), { currentPage: 1, totalPages: 3, totalMessages: 120, hasMore: true }, '[c:4.2-bounds]'],
    ['?page=-1', range(70, 119), { currentPage: 1, totalPages: 3, totalMessages: 120, hasMore: true }, '[c:4.2-bounds]'],
    ['?page=abc', range(70, 119), { currentPage: 1, totalPages: 3, totalMessages: 120, hasMore: true }, '[c:4.2-bounds]'],
    ['?before=', range(70, 119), { currentPage: 1, totalPages: 3, totalMessages: 120, hasMore: true }, '[c:4.2-before-empty]'],
    ['?before=2000-01-01', [], { currentPage: 1, totalPages: 0, totalMessages: 0, hasMore: false }, '[c:4.2-before-forms 4.2-before-counted]'],
    ['?before=2000-01-01T00:00:00.000Z', [], { currentPage: 1, totalPages: 0, totalMessages: 0, hasMore: false }, '[c:4.2-before-forms]'],
    ['?before=1', [], { currentPage: 1, totalPages: 0, totalMessages: 0, hasMore: false }, '[c:4.2-before-forms]'],
    ['?before=99999999999999', range(70, 119), { currentPage: 1, totalPages: 3, totalMessages: 120, hasMore: true }],
  ];
  for (const [query, expected, pagination, mark = ''] of cases) {
    test(`${query || 'the newest'} ${mark}`, async () => {
      const answer = await page(server, call.patient, call.sessionId, query);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(numbers(answer), expected);
      assert.deepEqual(answer.body.pagination, pagination);
    });
  }

  test('before counts and shows only what is strictly older [c:4.2-before 4.2-before-counted 4.2-before-forms]', async () => {
    const all = (await page(server, call.doctor, call.sessionId, '?limit=1000')).body.messages;
    const { timestamp } = all[60];
    const older = all.filter((message) => message.timestamp < timestamp);
    for (const before of [timestamp, String(Date.parse(timestamp))]) {
      const answer = await page(server, call.doctor, call.sessionId, `?limit=1000&before=${before}`);
      assert.deepEqual(answer.body.messages.map((message) => message._id), older.map((message) => message._id));
      assert.equal(answer.body.pagination.totalMessages, older.length);
    }
  });

  for (const before of ['yesterday', '2024-13-45', '12:00', 'NaN', '-1x']) {
    test(`before=${before} is refused [c:4.2-before-forms]`, async () => {
      const answer = await page(server, call.doctor, call.sessionId, `?before=${encodeURIComponent(before)}`);
      assert.deepEqual([answer.status, answer.body.message], [400, 'Invalid before timestamp']);
    });
  }

  test('the history of a session is its last 100, oldest first [c:5.4-chat 5.4-chat-last]', async () => {
    const answer = await get(server, `/api/sessions/${call.sessionId}/chat`, { token: call.patient.token });
    assert.equal(answer.status, 200);
    assert.deepEqual(numbers(answer), range(20, 119));
  });

  test('pages survive a restart unchanged [c:4.1-durable 3-order]', async () => {
    const before_ = await page(server, call.doctor, call.sessionId, '?limit=1000');
    await server.restart();
    const after_ = await page(server, call.doctor, call.sessionId, '?limit=1000');
    assert.deepEqual(after_.body, before_.body);
  });
});

test('stats count roles, code points and time [c:4.3-stats 4.3-code-points 4.3-empty 4.3-role-order]', async () => {
  const { doctor, patient, sessionId, doctorSocket } = await makeCall(server);
  const url = `/api/chat/session/${sessionId}/stats`;
  const empty = (await get(server, url, { token: doctor.token })).body;
  assert.deepEqual(empty, { sessionId, totalMessages: 0, messagesByRole: [], chatDuration: 0 });
  const first = (await store(server, patient, sessionId, '👍👍')).body.chatMessage;
  await doctorSocket.send(sessionId, 'abc');
  const last = (await doctorSocket.send(sessionId, 'abcd')).chatMessage;
  const stats = (await get(server, url, { token: patient.token })).body;
  assert.deepEqual(stats.messagesByRole, [
    { _id: 'doctor', messageCount: 2, avgMessageLength: 3.5 },
    { _id: 'patient', messageCount: 1, avgMessageLength: 2 },
  ]);
  assert.equal(stats.totalMessages, 3);
  assert.equal(stats.sessionId, sessionId);
  assert.equal(stats.firstMessageAt, first.timestamp);
  assert.equal(stats.lastMessageAt, last.timestamp);
  assert.equal(stats.chatDuration, Math.floor((Date.parse(last.timestamp) - Date.parse(first.timestamp)) / 1000));
});

test('an admin may delete anybody’s message and read nobody’s [c:4.4-not-sender]', async () => {
  const { patient, sessionId } = await makeSession(server);
  const admin = person('admin');
  const { chatMessage } = (await store(server, patient, sessionId, 'mine')).body;
  assert.equal((await page(server, admin, sessionId)).status, 403);
  assert.equal((await remove(server, `/api/chat/${chatMessage._id}`, { token: admin.token })).status, 200);
  assert.equal((await page(server, patient, sessionId)).body.pagination.totalMessages, 0);
});
