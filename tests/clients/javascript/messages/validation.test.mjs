// The validation of messages: docs/api-contract.md §4.1 in its order and with its texts, each case over REST and over a socket.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { page, post, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { endSession, makeSession } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';

const REQUIRED = 'Session ID and message are required';
const TOO_LONG = 'Message too long (max 1000 characters)';
const NOT_TEXT = 'Message must be a string';

let server;
let call;
let doctorSocket;
let cells = 0;
before(async () => {
  server = await Server.start();
  call = await makeSession(server);
  doctorSocket = await Client.connect(server, call.doctor);
});
after(async () => {
  console.log(`validation: ${cells} cells checked`);
  Client.closeAll();
  await server.dispose();
});

const WAYS = {
  /** Each returns {stored: text} or {status?, error}. */
  async REST(body) {
    const answer = await post(server, '/api/chat/store', { token: call.doctor.token, body, headers: { 'content-type': 'application/json' } });
    if (answer.status === 201) return { stored: answer.body.chatMessage.message };
    return { status: answer.status, error: answer.body.message };
  },
  async socket(body) {
    // Sends raw text, so that lone surrogates and repeated keys arrive unchanged.
    const answer = await rawAsk(doctorSocket, body);
    if (answer.success) return { stored: answer.chatMessage.message };
    const event = await doctorSocket.next('error');
    assert.equal(event.message, answer.error, 'the error event says the same');
    return { error: answer.error };
  },
};

let nextAck = 100_000;
/** Sends `42<id>["chat-message",<body>]` as text and waits for its ack. */
function rawAsk(client, body) {
  const id = nextAck++;
  return new Promise((resolve) => {
    client.socket.acks[id] = resolve;
    client.socket.io.engine.write(`2${id}["chat-message",${body}]`);
  });
}

/** Returns the body with this session, and this JSON as message. */
const withMessage = (json) => `{"sessionId":${JSON.stringify(call.sessionId)},"message":${json}}`;
const withSession = (json) => `{"sessionId":${json},"message":"text"}`;

function check(name, body, expected) {
  for (const [way, send] of Object.entries(WAYS)) {
    test(`${way}: ${name}${way === 'socket' ? ' [c:6.3-chat-checks 6.3-chat-ack]' : ''}`, async () => {
      const outcome = await send(typeof body === 'function' ? body() : body);
      const wanted = { ...expected };
      if (way === 'socket') delete wanted.status;
      assert.deepEqual(outcome, wanted);
      cells += 1;
    });
  }
}

describe('check 1: both are required [c:4.1-required]', () => {
  for (const json of ['null', '""', '0', 'false', '-0', '0.0', '0e5']) {
    check(`message ${json}`, () => withMessage(json), { status: 400, error: REQUIRED });
    check(`sessionId ${json}`, withSession(json), { status: 400, error: REQUIRED });
  }
  check('message missing', () => `{"sessionId":${JSON.stringify(call.sessionId)}}`, { status: 400, error: REQUIRED });
  check('sessionId missing', '{"message":"text"}', { status: 400, error: REQUIRED });
  check('nothing', '{}', { status: 400, error: REQUIRED });
  check('an array', '[]', { status: 400, error: REQUIRED });
  const blanks = [' ', '\\t', '\\n', '\\r\\n', '\\u000b', '\\u000c', '\\u00a0', '\\ufeff', '\\u1680', '\\u2000\\u200a', '\\u2028', '\\u2029', '\\u202f', '\\u205f', '\\u3000'];
  for (const blank of blanks) check(`only white space ${blank} [c:4.1-white-space]`, () => withMessage(`"${blank}${blank}"`), { status: 400, error: REQUIRED });
  for (const control of ['\\u0000', '\\u0008', '\\u000e', '\\u001f', '\\u007f']) {
    check(`only control characters ${control} [c:4.1-controls]`, () => withMessage(`"${control}"`), { status: 400, error: REQUIRED });
    check(`control characters and white space ${control}`, () => withMessage(`" ${control} "`), { status: 400, error: REQUIRED });
  }
  check('U+200B is not white space', () => withMessage('"\\u200b"'), { stored: '\u200b' });
  check('U+0085 is not white space', () => withMessage('"\\u0085"'), { stored: '\u0085' });
});

describe('a message must be a string [c:4.1-not-string]', () => {
  for (const json of ['7', '-1.5', 'true', '[]', '["text"]', '{}', '{"$ne":null}', '1e300']) {
    check(`message ${json}`, () => withMessage(json), { status: 400, error: NOT_TEXT });
  }
});

describe('check 2: 1000 UTF-16 units [c:4.1-length]', () => {
  const emoji = '👍';
  const edges = [
    ['1000 letters', 'x'.repeat(1000), true],
    ['1001 letters', 'x'.repeat(1001), false],
    ['500 emoji', emoji.repeat(500), true],
    ['501 emoji', emoji.repeat(501), false],
    ['499 emoji and 2 letters', `${emoji.repeat(499)}xx`, true],
    ['499 emoji and 3 letters', `${emoji.repeat(499)}xxx`, false],
    ['1000 of three bytes', '漢'.repeat(1000), true],
    ['1001 of three bytes', '漢'.repeat(1001), false],
    ['1000 newlines between letters', `a${'\n'.repeat(998)}b`, true],
    ['a million letters less the frame', 'x'.repeat(900_000), false],
  ];
  for (const [name, text, fits] of edges) {
    check(name, () => withMessage(JSON.stringify(text)), fits ? { stored: text } : { status: 400, error: TOO_LONG });
  }
  check('controls do not count: 1000 and 50', () => withMessage(JSON.stringify('x'.repeat(1000) + '\u0001'.repeat(50))), { stored: 'x'.repeat(1000) });
  check('white space counts', () => withMessage(JSON.stringify(`${' '.repeat(1000)}x`)), { status: 400, error: TOO_LONG });
  check('1000 lone surrogates', () => withMessage(`"${'\\ud800'.repeat(1000)}"`), { stored: '\ufffd'.repeat(1000) });
  check('1001 lone surrogates', () => withMessage(`"${'\\ud800'.repeat(1001)}"`), { status: 400, error: TOO_LONG });
});

describe('sanitising', () => {
  const removed = [...Array(9).keys(), 0x0b, 0x0c, ...Array.from({ length: 18 }, (_, index) => 0x0e + index), 0x7f];
  for (const code of removed) {
    const escape = `\\u${code.toString(16).padStart(4, '0')}`;
    check(`${escape} is removed [c:4.1-controls]`, () => withMessage(`"a${escape}b"`), { stored: 'ab' });
  }
  for (const [escape, kept] of [['\\t', '\t'], ['\\n', '\n'], ['\\r', '\r'], ['\\u0080', '\u0080'], ['\\u009f', '\u009f'], ['\\u200e', '\u200e']]) {
    check(`${escape} is kept`, () => withMessage(`"a${escape}b"`), { stored: `a${kept}b` });
  }
  const surrogates = [
    ['"\\ud800"', '\ufffd'],
    ['"\\udc00"', '\ufffd'],
    ['"a\\ud83db"', 'a\ufffdb'],
    ['"\\udc4d\\ud83d"', '\ufffd\ufffd'],
    ['"\\ud83d\\ud83d\\udc4d"', '\ufffd👍'],
    ['"\\ud83d\\udc4d"', '👍'],
    ['"\\ud83d\\n\\udc4d"', '\ufffd\n\ufffd'],
    ['"\\ud83d\\u0001\\udc4d"', null],
  ];
  for (const [json, stored] of surrogates) {
    if (stored !== null) check(`surrogates ${json} [c:4.1-surrogate]`, () => withMessage(json), { stored });
  }
});

describe('check 3: the session [c:4.1-session-id-type]', () => {
  for (const json of ['7', 'true', '[]', '{}', '{"$ne":null}', '["x"]', '"none"', '"00000000-0000-4000-8000-000000000000"', '" "', '"\\u0000"', '"../../x"']) {
    check(`sessionId ${json}`, withSession(json), { status: 404, error: 'Session not found' });
  }
  check('upper case is another id', () => withSession(JSON.stringify(call.sessionId.toUpperCase())),
    { status: 404, error: 'Session not found' });
});

describe('the order of checks', () => {
  test('REST: required, length, then session, then access, then the end [c:4.1-required 4.1-length 4.1-access 4.1-not-string 4.1-ended]', async () => {
    const stranger = person('doctor');
    const ended = await makeSession(server);
    await endSession(server, ended);
    const ask = async (who, sessionId, message) => {
      const answer = await store(server, who, sessionId, message);
      return [answer.status, answer.body.message];
    };
    const long = 'x'.repeat(1001);
    assert.deepEqual(await ask(stranger, 'none', ''), [400, REQUIRED]);
    assert.deepEqual(await ask(stranger, 'none', long), [400, TOO_LONG]);
    assert.deepEqual(await ask(stranger, 'none', 'x'), [404, 'Session not found']);
    assert.deepEqual(await ask(stranger, call.sessionId, 7), [400, NOT_TEXT]);
    assert.deepEqual(await ask(stranger, call.sessionId, 'x'), [403, 'Unauthorized access to session']);
    assert.deepEqual(await ask(stranger, ended.sessionId, 'x'), [403, 'Unauthorized access to session']);
    assert.deepEqual(await ask(ended.doctor, ended.sessionId, long), [400, TOO_LONG]);
    assert.deepEqual(await ask(ended.doctor, ended.sessionId, 'x'), [400, 'Session has already ended']);
    cells += 8;
  });

  test('socket: session, then access, then the end, then content [c:6.3-chat-access 6.3-chat-checks]', async () => {
    const stranger = await Client.connect(server, person('doctor'));
    const ended = await makeSession(server);
    await endSession(server, ended);
    const insider = await Client.connect(server, ended.doctor);
    const ask = async (client, sessionId, message) => {
      const { error } = await client.send(sessionId, message);
      assert.deepEqual((await client.next('error')).message, error);
      return error;
    };
    assert.equal(await ask(stranger, '', 7), REQUIRED);
    assert.equal(await ask(stranger, 'none', ''), 'Session not found');
    assert.equal(await ask(stranger, call.sessionId, ''), 'Unauthorized access to session');
    assert.equal(await ask(stranger, ended.sessionId, ''), 'Unauthorized access to session');
    assert.equal(await ask(insider, ended.sessionId, ''), 'Session has already ended');
    cells += 5;
  });
});

describe('clientMessageId', () => {
  for (const json of ['7', 'true', '[]', '{}', JSON.stringify('x'.repeat(65)), JSON.stringify('ä'.repeat(33))]) {
    check(`${json.slice(0, 12)} is refused`, () => `{"sessionId":${JSON.stringify(call.sessionId)},"message":"m","clientMessageId":${json}}`,
      { status: 400, error: 'Invalid clientMessageId' });
  }
  for (const json of ['""', 'null', JSON.stringify('x'.repeat(64)), JSON.stringify('ä'.repeat(32))]) {
    check(`${json.slice(0, 12)} is allowed`, () => `{"sessionId":${JSON.stringify(call.sessionId)},"message":"m","clientMessageId":${json}}`, { stored: 'm' });
  }

  test('the header Idempotency-Key is the same; both and different is refused', async () => {
    const send = (headers, clientMessageId) =>
      post(server, '/api/chat/store', { token: call.doctor.token, headers, json: { sessionId: call.sessionId, message: 'keyed', clientMessageId } });
    const first = await send({ 'idempotency-key': 'header-key' });
    assert.deepEqual([first.status, first.body.chatMessage.clientMessageId], [201, 'header-key']);
    const second = await send({}, 'header-key');
    assert.deepEqual([second.status, second.body.duplicate, second.body.chatMessage._id], [201, true, first.body.chatMessage._id]);
    assert.equal((await send({ 'idempotency-key': 'header-key' }, 'header-key')).status, 201);
    const third = await send({ 'idempotency-key': 'one' }, 'other');
    assert.deepEqual([third.status, third.body.code], [400, 'invalid_argument']);
    cells += 4;
  });
});

test('nothing but the text is taken from the client [c:4.1-extra 3-sender-role]', async () => {
  const answer = await post(server, '/api/chat/store', {
    token: call.patient.token,
    json: {
      sessionId: call.sessionId, message: 'mine', senderId: call.doctor.id, senderRole: 'doctor', messageType: 'system', timestamp: '2001-01-01T00:00:00.000Z',
      _id: '0'.repeat(24), id: '0'.repeat(24), seq: 1, deleted: true, __v: 9,
    },
  });
  const { chatMessage } = answer.body;
  assert.deepEqual([chatMessage.senderId._id, chatMessage.senderRole, chatMessage.messageType, chatMessage.__v], [call.patient.id, 'patient', 'text', 0]);
  assert.ok(chatMessage.timestamp > '2020');
  assert.notEqual(chatMessage._id, '0'.repeat(24));
});

test('a repeated key: the last counts', async () => {
  const answer = await WAYS.REST(`{"sessionId":"x","message":"first","sessionId":${JSON.stringify(call.sessionId)},"message":"last"}`);
  assert.deepEqual(answer, { stored: 'last' });
});

test('a form says the same as JSON [c:2.1-body]', async () => {
  const form = new URLSearchParams({ sessionId: call.sessionId, message: 'by form & ünïcode' }).toString();
  const answer = await post(server, '/api/chat/store', {
    token: call.doctor.token, body: form, headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.deepEqual([answer.status, answer.body.chatMessage?.message], [201, 'by form & ünïcode']);
});

test('what was refused is nowhere', async () => {
  const stored = (await page(server, call.doctor, call.sessionId, '?limit=1000')).body.messages;
  assert.ok(stored.every((message) => message.message.length > 0 && message.message.length <= 1000));
  assert.ok(stored.every((message) => message.sessionId === call.sessionId));
});
