// The length limit of messages at other settings than the contract's: on every path, in pages and entries, and after the limit is lowered.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { get, page, store } from '../harness/rest.mjs';
import { PARLEY, Server } from '../harness/server.mjs';
import { makeCall } from '../harness/session.mjs';

const LARGEST = 10_000;
/** One character of each size in UTF-8: 1, 2, 3 and 4 bytes. The last has two UTF-16 units. */
const CHARACTERS = ['a', 'ü', '世', '🙂'];
const longest = (character, units) => character.repeat(units / character.length);
const tooLong = (units) => `Message too long (max ${units} characters)`;

describe(`a server that allows ${LARGEST}`, () => {
  let server;
  let call;
  const sent = [];
  before(async () => {
    server = await Server.start({ env: { PARLEY_MESSAGE_LENGTH_MAX: String(LARGEST) } });
    call = await makeCall(server);
  });
  after(async () => {
    Client.closeAll();
    await server.dispose();
  });

  for (const character of CHARACTERS) {
    test(`stores and relays the longest text of ${character} over REST`, async () => {
      const text = longest(character, LARGEST);
      const answer = await store(server, call.doctor, call.sessionId, text);
      assert.equal(answer.status, 201, answer.text);
      assert.equal(answer.body.chatMessage.message, text);
      assert.equal((await call.patientSocket.next('chat-message')).message, text);
      assert.equal((await store(server, call.doctor, call.sessionId, `${text}a`)).body.message, tooLong(LARGEST));
      sent.push(text);
    });

    for (const transport of ['websocket', 'polling']) {
      test(`stores and relays the longest text of ${character} over ${transport}`, async () => {
        const client = await Client.connect(server, call.doctor, { transport });
        const text = longest(character, LARGEST);
        const answer = await client.ask('chat-message', { sessionId: call.sessionId, message: text });
        assert.equal(answer.success, true, answer.error);
        assert.equal((await call.patientSocket.next('chat-message')).message, text);
        const refused = await client.ask('chat-message', { sessionId: call.sessionId, message: `${text}a` });
        assert.equal(refused.error, tooLong(LARGEST));
        sent.push(text);
        client.close();
      });
    }
  }

  test('says so in both documents', async () => {
    for (const path of ['/openapi.json', '/asyncapi.json']) {
      const { text } = await get(server, path);
      assert.ok(text.includes(`"maxLength":${LARGEST},`) && text.includes(tooLong(LARGEST)) && !text.includes(tooLong(1000)), path);
    }
  });

  test('pages, history, entries and resume show them whole, kept in memory or read from the store', async () => {
    for (let index = 0; index < 110; ++index) {
      const text = `${index}`.padEnd(LARGEST, '世');
      assert.equal((await store(server, call.doctor, call.sessionId, text, { clientMessageId: `long-${index}` })).status, 201);
      sent.push(text);
    }
    for (const again of [false, true]) {
      if (again) await server.restart();
      const paged = [];
      for (let number = 1; ; ++number) {
        const { body } = await page(server, call.patient, call.sessionId, `?limit=1000&page=${number}`);
        assert.ok(body.messages.length <= 100);
        paged.unshift(...body.messages.map(({ message }) => message));
        assert.equal(body.pagination.totalPages, Math.ceil(sent.length / 100));
        if (!body.pagination.hasMore) break;
      }
      assert.deepEqual(paged, sent);
      const history = await get(server, `/api/sessions/${call.sessionId}/chat`, { token: call.patient.token });
      assert.deepEqual(history.body.messages.map(({ message }) => message), sent.slice(-100));
      assert.deepEqual(await textsOfEntries((query) => get(server, `/api/chat/session/${call.sessionId}/entries${query}`, { token: call.patient.token })
        .then(({ body }) => body)), sent);
      const client = await Client.connect(server, call.patient);
      assert.deepEqual(await textsOfEntries((query) => client.ask('entries', { sessionId: call.sessionId, ...Object.fromEntries(new URLSearchParams(query)) })), sent);
      client.close();
    }
  });

  test('set back to 1000, it keeps them, repeats them and refuses new ones', async () => {
    server.env = {};
    await server.restart();
    const last = sent.at(-1);
    const repeat = await store(server, call.doctor, call.sessionId, last, { clientMessageId: 'long-109' });
    assert.deepEqual([repeat.status, repeat.body.duplicate, repeat.body.chatMessage?.message], [201, true, last]);
    assert.equal((await store(server, call.doctor, call.sessionId, last)).body.message, tooLong(1000));
    const { status, body } = await page(server, call.patient, call.sessionId, '?limit=1000');
    assert.deepEqual([status, body.message], [400, 'Page too large, ask for a limit of at most 100']);
    assert.deepEqual((await page(server, call.patient, call.sessionId, '?limit=100')).body.messages.map(({ message }) => message), sent.slice(-100));
  });
});

test('one unit is the least that can be allowed', async () => {
  const server = await Server.start({ args: ['--message-length-max', '1'] });
  const call = await makeCall(server);
  assert.equal((await store(server, call.doctor, call.sessionId, '世')).status, 201);
  for (const text of ['aa', '🙂']) assert.equal((await store(server, call.doctor, call.sessionId, text)).body.message, tooLong(1));
  Client.closeAll();
  await server.dispose();
});

for (const wrong of ['0', '10001', 'many']) {
  test(`a setting of ${wrong} is refused at start`, () => {
    const { status, stderr } = spawnSync(PARLEY, ['serve', '--message-length-max', wrong], { encoding: 'utf8', env: { PATH: process.env.PATH } });
    assert.equal(status, 2);
    assert.ok(stderr.includes(`message_length_max = "${wrong}" (flag --message-length-max) must be a whole number from 1 to 10000.`), stderr);
  });
}

/** Reads every text of the log. */
async function textsOfEntries(ask) {
  const texts = [];
  for (let query = '?after='; ;) {
    const answer = await ask(query);
    texts.push(...answer.entries.filter(({ kind }) => kind === 'text').map(({ message }) => message));
    if (!answer.more) return texts;
    query = `?after=${answer.to}`;
  }
}
