// WebSocket itself (RFC 6455) over TCP, byte by byte, against examples/websocket_echo: a small version of the Autobahn suite.
// The tests of the codec are in tests/unit/protocol. These tests check the answers of a running server and the end of the connection.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';
import { within } from './harness.mjs';

const binary = process.env.WEBSOCKET_ECHO ?? new URL('../../build/release/examples/websocket_echo', import.meta.url).pathname;
const TEXT = 1, BINARY = 2, CONTINUATION = 0, CLOSE = 8, PING = 9, PONG = 10;

let echo;
let port;
before(async () => {
  echo = spawn(binary, ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [text] = await within(once(echo.stdout, 'data'), 'the echo to listen');
  port = Number(/port (\d+)/.exec(text)[1]);
});
after(async () => {
  const ended = once(echo, 'exit');
  echo.kill('SIGTERM');
  assert.deepEqual(await within(ended, 'the echo to stop'), [0, null]);
});

/** A frame as a client sends it. */
function frame(opcode, payload = '', { final = true, reserved = 0, masked = true } = {}) {
  const bytes = Buffer.from(payload);
  const head = [(final ? 0x80 : 0) | (reserved << 4) | opcode];
  const bit = masked ? 0x80 : 0;
  if (bytes.length < 126) head.push(bit | bytes.length);
  else if (bytes.length < 65_536) head.push(bit | 126, bytes.length >> 8, bytes.length & 255);
  else head.push(bit | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (bytes.length >>> shift) & 255));
  const mask = randomBytes(4);
  return masked ? Buffer.concat([Buffer.from(head), mask, bytes.map((byte, index) => byte ^ mask[index & 3])]) : Buffer.concat([Buffer.from(head), bytes]);
}
const closeFrame = (code, reason = '') => frame(CLOSE, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]));

/** Sends pieces one after the other, each in its own turn of the event loop. Returns every frame that came until the server closed. */
async function conversation(...pieces) {
  const socket = net.connect(port, '127.0.0.1').setNoDelay(true);
  const parts = [];
  socket.on('data', (part) => parts.push(part));
  socket.on('error', () => {});  // a reset while this side still writes; the test checks the received frames
  const ended = once(socket, 'close');
  socket.write(`GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, resolve));
    await new Promise(setImmediate);
  }
  await within(ended, 'the server to close');
  const all = Buffer.concat(parts);
  const headEnd = all.indexOf('\r\n\r\n') + 4;
  assert.match(all.subarray(0, headEnd).toString(), /^HTTP\/1\.1 101 /);
  return framesOf(all.subarray(headEnd));
}

function framesOf(bytes) {
  const frames = [];
  for (let at = 0; at < bytes.length;) {
    const opcode = bytes[at] & 15;
    assert.equal(bytes[at] & 0xf0, 0x80, 'a server sends whole frames without reserved bits');
    assert.equal(bytes[at + 1] & 0x80, 0, 'a server does not mask');
    let size = bytes[at + 1];
    at += 2;
    if (size === 126) [size, at] = [bytes.readUInt16BE(at), at + 2];
    else if (size === 127) [size, at] = [Number(bytes.readBigUInt64BE(at)), at + 8];
    frames.push({ opcode, payload: bytes.subarray(at, at + size) });
    at += size;
  }
  return frames;
}

/** Formats frames as readable text, such as `text …` or `pong …`. The reason of a close frame is left out, because its wording is free. */
const said = (frames) => frames.map(({ opcode, payload }) => (opcode === CLOSE ? `close ${payload.length ? payload.readUInt16BE(0) : 'without a code'}`
  : `${{ [TEXT]: 'text', [BINARY]: 'binary', [PONG]: 'pong' }[opcode]} ${payload.length > 40 ? payload.length : payload.toString('latin1')}`));
const BYE = closeFrame(1000);

describe('WebSocket', () => {
  test('messages of every length form come back (1, 9)', async () => {
    for (const size of [0, 125, 126, 65_535, 65_536, 4 * 1024 * 1024]) {
      const payload = Buffer.alloc(size, 'z');
      const [text, bytes, end] = await conversation(frame(TEXT, payload), frame(BINARY, payload), BYE);
      assert.deepEqual([text.opcode, bytes.opcode, end.opcode], [TEXT, BINARY, CLOSE]);
      assert.ok(text.payload.equals(payload) && bytes.payload.equals(payload), `${size} bytes`);
    }
  });

  test('a message cut anywhere into segments is the same message (1.1.8, 2.6)', async () => {
    const bytes = Buffer.concat([frame(TEXT, 'Καλημέρα'), frame(PING, 'still there?'), BYE]);
    assert.deepEqual(said(await conversation(...[...bytes].map((byte) => Buffer.from([byte])))), [`text ${Buffer.from('Καλημέρα').toString('latin1')}`, 'pong still there?', 'close 1000']);
  });

  test('pings are answered with their payload, between fragments too; pongs are not (2, 5)', async () => {
    const pings = Array.from({ length: 10 }, (_, index) => frame(PING, `ping ${index}`));
    const sent = [frame(PONG, 'unasked'), frame(TEXT, 'frag', { final: false }), ...pings, frame(CONTINUATION, 'ment'), BYE];
    assert.deepEqual(said(await conversation(...sent)), [...pings.map((_, index) => `pong ping ${index}`), 'text fragment', 'close 1000']);
  });

  const broken = {
    'a reserved bit': [[frame(TEXT, 'x', { reserved: 4 })], 1002],
    'a reserved opcode': [[frame(5, 'x')], 1002],
    'an unmasked frame': [[frame(TEXT, 'x', { masked: false })], 1002],
    'a control frame of 126 bytes': [[frame(PING, Buffer.alloc(126))], 1002],
    'a fragmented control frame': [[frame(PING, 'x', { final: false })], 1002],
    'a continuation of nothing': [[frame(CONTINUATION, 'x')], 1002],
    'a new message inside a fragmented one': [[frame(TEXT, 'x', { final: false }), frame(TEXT, 'y')], 1002],
    'text that is no UTF-8': [[frame(TEXT, Buffer.from([0xce, 0xba, 0xed, 0xa0, 0x80]))], 1007],
    'a wrong byte in a text whose rest never comes': [[frame(TEXT, Buffer.from('κόσμε'), { final: false }), frame(CONTINUATION, Buffer.from([0xf4, 0x90]), { final: false })], 1007],
    'a close frame of one byte': [[frame(CLOSE, 'x')], 1002],
    'a close reason that is no UTF-8': [[frame(CLOSE, Buffer.from([0x03, 0xe8, 0xff]))], 1007],
    'close code 999': [[closeFrame(999)], 1002],
    'close code 1005': [[closeFrame(1005)], 1002],
    'close code 5000': [[closeFrame(5000)], 1002],
    'close code 65535': [[closeFrame(65_535)], 1002],
  };
  for (const [name, [pieces, code]] of Object.entries(broken)) {
    test(`${name}: what came before is answered, then close ${code} (3, 4, 6, 7)`, async () => {
      assert.deepEqual(said(await conversation(frame(TEXT, 'before'), ...pieces, frame(PING, 'after'))), ['text before', `close ${code}`]);
    });
  }

  test('a close frame is answered with its code, and without one when it has none (7)', async () => {
    for (const code of [1000, 1001, 1003, 1007, 1011, 3000, 4999]) assert.deepEqual(said(await conversation(closeFrame(code, 'over'))), [`close ${code}`]);
    assert.deepEqual(said(await conversation(frame(CLOSE))), ['close without a code']);
  });

  test('a close frame overtakes nothing, and nothing behind it is answered (7.1)', async () => {
    const large = Buffer.alloc(256 * 1024, 'x');
    const burst = Buffer.concat([frame(TEXT, large), frame(TEXT, 'short'), BYE, frame(PING, 'late'), frame(TEXT, 'late')]);
    assert.deepEqual(said(await conversation(burst)), [`text ${large.length}`, 'text short', 'close 1000']);
  });
});
