// Frames of WebSocket and the packets in them.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { frame, Raw } from '../../harness/raw.mjs';
import { Server } from '../../harness/server.mjs';
import { makeCall } from '../../harness/session.mjs';
import { delay } from '../../harness/wait.mjs';
import { PAYLOAD_MAX, server, stranger } from './bystanders.mjs';

describe('WebSocket', () => {
  const connect = `40${JSON.stringify({ token: stranger.token })}`;
  async function opened() {
    const raw = await Raw.webSocket(server);
    raw.write(frame(1, connect));
    await raw.until(/40\{"sid"/, 'CONNECT');
    return raw;
  }
  const closing = {
    'an unmasked frame': frame(1, '2', { masked: false }),
    'a reserved bit': frame(1, '2', { reserved: 0x40 }),
    'an unknown opcode': frame(3, 'x'),
    'an unknown control opcode': frame(11, ''),
    'a ping above 125 bytes': frame(9, Buffer.alloc(126)),
    'a ping in pieces': frame(9, 'x', { final: false }),
    'a continuation of nothing': frame(0, 'x'),
    'a text inside a text': Buffer.concat([frame(1, '4', { final: false }), frame(1, '2')]),
    'broken UTF-8': frame(1, Buffer.from([0x34, 0x32, 0x5b, 0x22, 0xff, 0x22, 0x5d])),
    'broken UTF-8 across pieces': Buffer.concat([frame(1, Buffer.from([0x34, 0xe2]), { final: false }), frame(0, Buffer.from([0x28, 0xa1]))]),
    'a surrogate in UTF-8': frame(1, Buffer.from([0x34, 0x32, 0x5b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x5d])),
    'a close of one byte': frame(8, Buffer.from([3])),
    'a close with a bad code': frame(8, Buffer.from([0x03, 0xed])),
    'a length of 2^63': Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
    'a frame that claims a gigabyte': frame(1, 'x', { claim: 1 << 30 }),
    'a frame above maxPayload': frame(1, 'x'.repeat(PAYLOAD_MAX + 1)),
    'pieces that grow above maxPayload': Buffer.concat([frame(1, 'x'.repeat(600_000), { final: false }), frame(0, 'x'.repeat(600_000))]),
    'an unknown Engine.IO packet': frame(1, '9'),
    'an unknown Socket.IO packet': frame(1, '49'),
    'an event that is no array': frame(1, '42{"a":1}'),
    'broken JSON': frame(1, '42["x",{'),
    'JSON 100,000 deep': frame(1, `42["x",${'['.repeat(100_000)}${']'.repeat(100_000)}]`),
    'a binary frame nobody announced': frame(2, Buffer.from([1, 2, 3])),
    'text where a binary part should be': Buffer.concat([frame(1, '451-["x",{"_placeholder":true,"num":0}]'), frame(1, '42["y"]')]),
    'a binary event with a million parts': frame(1, '45999999-["x"]'),
    'a placeholder out of range': Buffer.concat([frame(1, '451-["x",{"_placeholder":true,"num":7}]'), frame(2, Buffer.from([1]))]),
    'random bytes': randomBytes(5_000),
    'zeros': Buffer.alloc(5_000),
  };
  const may = new Set(['a placeholder out of range']);  // Some parsers call it malformed, others accept it. Both are fine.
  for (const [name, bytes] of Object.entries(closing)) {
    test(`${name} closes that connection [c:6.1-malformed]`, async () => {
      const raw = await opened();
      await raw.writeAll(bytes);
      if (may.has(name)) await delay(50);
      else await raw.end();
      raw.destroy();
    });
  }

  test('what is odd but allowed goes on', async () => {
    const raw = await opened();
    const allowed = [frame(9, 'ping me'), frame(10, 'unasked pong'), frame(1, '42["no-such-event",{"a":[1,2,{"b":null}]}]'), frame(1, '3'), frame(1, '430[]'),
      frame(1, '4299["no-such-event"]'), Buffer.concat([frame(1, '42["pie', { final: false }), frame(9, 'in between'), frame(0, 'ces"]')]),
      Buffer.concat([frame(1, '451-["bin",{"_placeholder":true,"num":0}]'), frame(2, randomBytes(1000))]), frame(1, `42["big","${'x'.repeat(999_000)}"]`)];
    for (const bytes of allowed) await raw.writeAll(bytes);
    raw.write(frame(1, '421["join-session",{"sessionId":"none"}]'));
    await raw.until(/431\[\{"success":false/, 'an answer after all of it');
    for (const byte of frame(1, '422["join-session",{"sessionId":"none"}]')) await raw.writeAll(Buffer.from([byte]));
    await raw.until(/432\[\{"success":false/, 'an answer to a frame that came byte by byte');
    raw.destroy();
  });

  test('bad upgrades are refused', async () => {
    const head = 'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
    const bad = [head, `${head}Sec-WebSocket-Version: 13\r\n`, `${head}Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n`,
      `${head}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 7\r\n`];
    for (const text of bad) {
      const raw = await Raw.open(server);
      raw.write(`${text}\r\n`);
      assert.match(await raw.until(/HTTP\/1\.1 \d{3}/), /^HTTP\/1\.1 4\d\d/);
      raw.destroy();
    }
  });

  test('2,000 connections of random frames, seeded', async () => {
    const seed = Number(process.env.SEED ?? 1);
    const random = generator(seed);
    for (let round = 0; round < 2000; round += 1) {
      if (round % 4 === 0) {
        const raw = await Raw.open(server);
        raw.write(random.bytes(random.below(2000)));
        raw.destroy();
        continue;
      }
      const raw = await (round % 2 ? opened() : Raw.webSocket(server));
      for (let count = random.below(6); count >= 0; count -= 1) {
        const payload = random.below(2) ? random.bytes(random.below(300)) : `4${random.below(8)}${random.bytes(random.below(40)).toString('latin1')}`;
        raw.write(frame(random.below(3), payload, { final: random.below(4) > 0 }));
      }
      if (random.below(2)) await delay(0);
      raw.destroy();
    }
  });

  test('a reader that never reads is cut, and the room goes on', async () => {
    const own = await Server.start();
    const call = await makeCall(own);
    const slow = await Raw.webSocket(own);
    slow.write(frame(1, `40${JSON.stringify({ token: call.patient.token })}`));
    await slow.until(/40\{"sid"/);
    slow.write(frame(1, `421["join-session",{"sessionId":"${call.sessionId}"}]`));
    await slow.until(/431\[/);
    await call.doctorSocket.next('user-joined');
    slow.pause();
    const payload = { text: 'x'.repeat(60_000) };
    for (let count = 0; count < 700; count += 1) {
      call.doctorSocket.emit('signaling-message', { sessionId: call.sessionId, type: 'chat', payload });
      await call.patientSocket.next('signaling-message');
    }
    const left = await call.doctorSocket.next('user-left');
    assert.equal(left.userId, call.patient.id);
    assert.equal((await call.doctorSocket.send(call.sessionId, 'we go on')).success, true);
    assert.equal((await call.patientSocket.next('chat-message')).message, 'we go on');
    slow.destroy();
    call.doctorSocket.close();
    call.patientSocket.close();
    await own.dispose();
  });
});

/** Random bytes, the same for the same seed. */
function generator(seed) {
  let counter = 0;
  let pool = Buffer.alloc(0);
  const bytes = (count) => {
    while (pool.length < count) pool = Buffer.concat([pool, createHash('sha512').update(`${seed}:${counter++}`).digest()]);
    const taken = pool.subarray(0, count);
    pool = pool.subarray(count);
    return taken;
  };
  return { bytes, below: (limit) => bytes(4).readUInt32LE() % limit };
}
