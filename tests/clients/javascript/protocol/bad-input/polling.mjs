// Packets of Engine.IO and Socket.IO over long polling.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { get, request } from '../../harness/rest.mjs';
import { within } from '../../harness/wait.mjs';
import { PAYLOAD_MAX, server, stranger } from './bystanders.mjs';

describe('Engine.IO by polling', () => {
  const sidOf = async () => JSON.parse((await get(server, '/socket.io/?EIO=4&transport=polling')).text.slice(1)).sid;
  const say = (sid, body, headers = {}) => request(server, 'POST', `/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
    body, headers: { 'content-type': 'text/plain;charset=UTF-8', ...headers },
  });
  const gone = async (sid) => {
    const answer = await get(server, `/socket.io/?EIO=4&transport=polling&sid=${sid}`);
    return answer.status === 400 || /(^|\x1e)1$/.test(answer.text) || answer.text === '';
  };
  const bodies = {
    'an unknown packet type': '9',
    'letters': 'hello',
    'nothing': '',
    'only separators': '\x1e\x1e\x1e',
    'a pong nobody asked for': '3',
    'a probe by polling': '2probe',
    'binary that is no base64': 'b***',
    'a message before CONNECT': '42["chat-message",{}]',
    'an ack before CONNECT': '430[]',
    'a packet type of Socket.IO beyond': '49',
    'an event that is no array': '42{"a":1}',
    'an event without a name': '42[]',
    'an event named by a number': '42[7]',
    'broken JSON': '42["x",{',
    'a binary event without its parts': '451-["x",{"_placeholder":true,"num":0}]',
    'a binary event with a million parts': '45999999-["x"]',
    'a namespace without an end': '40/admin',
    'a very long namespace': `40/${'n'.repeat(50_000)},`,
    'a CONNECT payload that is no object': '40[1,2]',
    'a CONNECT payload that breaks off': '40{"token":',
    'a CONNECT that is an error': '44{"message":"x"}',
    'two thousand packets': Array(2000).fill('2').join('\x1e'),
    'random bytes': randomBytes(10_000),
    'broken UTF-8': Buffer.from([0x34, 0x32, 0x5b, 0x22, 0xff, 0xfe, 0x22, 0x5d]),
  };
  for (const [name, body] of Object.entries(bodies)) {
    test(`${name}: an answer, and the session is closed or goes on`, async () => {
      const sid = await sidOf();
      const answer = await say(sid, body);
      assert.ok([200, 400, 413].includes(answer.status), `${answer.status} ${answer.text}`);
    });
  }

  test('garbage after CONNECT closes that session and no other', async () => {
    for (const body of ['9', '49', '42{"a":1}', '42["x",{', '451-["x"]\x1e42["y"]', '42["a"]\x1ehello']) {
      const sid = await sidOf();
      await say(sid, `40${JSON.stringify({ token: stranger.token })}`);
      assert.match((await get(server, `/socket.io/?EIO=4&transport=polling&sid=${sid}`)).text, /^40\{"sid"/);
      await say(sid, body);
      assert.ok(await gone(sid), `closed after ${JSON.stringify(body)}`);
    }
  });

  test('a body at maxPayload is taken, one above is not', async () => {
    const packet = (size) => `42["no-such-event","${'x'.repeat(size - 20 - 1)}"]`.padEnd(size, ' ');
    const sid = await sidOf();
    await say(sid, `40${JSON.stringify({ token: stranger.token })}`);
    await get(server, `/socket.io/?EIO=4&transport=polling&sid=${sid}`);
    const at = packet(PAYLOAD_MAX - 100);
    assert.deepEqual([(await say(sid, at)).status], [200]);
    const over = await say(sid, packet(PAYLOAD_MAX + 1000)).catch((error) => ({ status: error.code }));
    assert.ok([400, 413, 'ECONNRESET', 'EPIPE'].includes(over.status), String(over.status));
  });

  test('two polls at once: one of them ends, the server goes on', async () => {
    const sid = await sidOf();
    await say(sid, `40${JSON.stringify({ token: stranger.token })}`);
    await get(server, `/socket.io/?EIO=4&transport=polling&sid=${sid}`);
    const polls = [1, 2].map(() => get(server, `/socket.io/?EIO=4&transport=polling&sid=${sid}`).catch(() => ({ status: 0 })));
    const first = await within(Promise.race(polls), 'one of two polls to end');
    assert.ok([0, 200, 400].includes(first.status));
    await say(sid, '1').catch(() => {});
    await Promise.allSettled(polls);
  });

  test('a thousand sessions that are never used', async () => {
    for (let round = 0; round < 50; round += 1) await Promise.all(Array.from({ length: 20 }, sidOf));
  });
});
