// The attacks. Each gives {load}: how much the server, or the system on its side, has taken.
import { gzipSync } from 'node:zlib';
import { delay } from '../clients/javascript/harness/wait.mjs';
import { frame } from '../clients/javascript/harness/raw.mjs';
import { person } from '../clients/javascript/harness/token.mjs';
import { Line, pour, text, webSocket } from './flood.mjs';

const request = (method, path) => Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
const post = (path, headers, body = '') => Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`), Buffer.from(body)]);

/** Asks, and never reads. */
async function unread(target, piece, count) {
  const line = await Line.open(target);
  line.stopReading();
  let taken = 0;
  const batch = Buffer.concat(Array.from({ length: 100 }, () => piece));
  while (taken < count && target.left() > 0 && line.isOpen) {
    await Promise.race([line.write(batch), delay(target.left())]);
    if (target.left() > 0) taken += 100;
  }
  await delay(target.left());
  return { load: taken };
}

/** Asks much, and reads 200 KB every second. */
async function slow(target) {
  const line = await Line.open(target);
  line.stopReading();
  const asked = 2_000;
  await line.write(Buffer.concat(Array.from({ length: asked }, () => request('GET', '/openapi.json'))));
  while (target.left() > 0 && line.isOpen) {
    await delay(Math.min(1000, target.left()));
    const until = line.bytesRead + 200_000;
    line.onData = () => { if (line.bytesRead >= until) line.stopReading(); };
    line.socket.resume();
  }
  return { load: asked };
}

async function idle(target, open, count) {
  let opened = 0;
  while (opened < count && target.left() > 0) {
    await Promise.all(Array.from({ length: 50 }, open));
    opened += 50;
  }
  await delay(target.left());
  return { load: opened };
}

/** Pipelined, and read as fast as it comes. Gives how many answers came. */
async function read(target, piece) {
  let answers = 0;
  await pour(target, {
    lines: 2, pieces: 50, piece,
    open: async () => {
      const line = await Line.open(target);
      line.onData = (bytes) => {
        for (let at = bytes.indexOf('HTTP/1.1 '); at >= 0; at = bytes.indexOf('HTTP/1.1 ', at + 9)) answers += 1;
      };
      return line;
    },
  });
  return { load: answers };
}

async function handshakes(target) {
  const load = await pour(target, { lines: 2, pieces: 100, piece: request('GET', '/socket.io/?EIO=4&transport=polling'), open: () => Line.open(target) });
  return { load };
}

/** Begins something long on a line of its own, many times, and never ends it. */
async function stalled(target, { count, atOnce = 10, open, begin }) {
  let begun = 0;
  const lines = [];
  while (begun < count && target.left() > 0) {
    lines.push(...await Promise.all(Array.from({ length: atOnce }, async () => {
      const line = await open();
      await Promise.race([line.write(begin), delay(target.left())]);
      return line;
    })));
    begun += atOnce;
  }
  await delay(target.left());
  return { load: begun };
}

const nineMegabytes = Buffer.alloc(9_000_000, 'x');
const json = 'Content-Type: application/json\r\n';

async function bodies(target, { body, headers, lines, perSecond }) {
  let answered = 0;
  await Promise.all(Array.from({ length: lines }, async () => {
    while (target.left() > 0) {
      const line = await Line.open(target);
      const came = new Promise((resolve) => {
        line.onData = resolve;
        line.socket.once('close', resolve);
      });
      await line.write(post('/api/chat/store', `${headers}Content-Length: ${body.length}\r\n`, body));
      await Promise.race([came, delay(target.left())]);
      answered += 1;
      line.socket.destroy();
      if (perSecond) await delay(1000 / perSecond);
    }
  }));
  return { load: answered };
}

const form = (fields) => gzipSync(Buffer.alloc(fields * 2, 'a&'));
const bigJson = (bytes) => gzipSync(`{"message":"x","more":[${'1,'.repeat(bytes / 2)}1]}`);

/** Signed-in sockets that emit the same event without an end. */
async function emitting(target, packet, sockets = 4) {
  const load = await pour(target, {
    lines: sockets, pieces: 100, piece: text(packet),
    open: async () => {
      const line = await webSocket(target);
      if (line.isUpgraded) await line.write(text(`40{"token":"${person('doctor').token}"}`));
      return line;
    },
  });
  return { load };
}

export const ATTACKS = {
  'unread answers': (target) => unread(target, request('GET', '/openapi.json'), 20_000),
  'unread pages': (target) => unread(target, request('GET', '/docs'), 20_000),
  'slow reader': slow,
  'idle connections': (target) => idle(target, () => Line.open(target), 3_000),
  'idle websockets': (target) => idle(target, () => webSocket(target), 3_000),
  'document heads': (target) => read(target, request('HEAD', '/openapi.json')),
  metrics: (target) => read(target, request('GET', '/metrics')),
  handshakes,
  'stalled bodies': (target) => stalled(target, {
    count: 150, open: () => Line.open(target), begin: post('/api/chat/store', `${json}Content-Length: 10000000\r\n`, nineMegabytes),
  }),
  'stalled chunked bodies': (target) => stalled(target, {
    count: 150, open: () => Line.open(target),
    begin: post('/api/chat/store', `${json}Transfer-Encoding: chunked\r\n`, `${(9_000_000).toString(16)}\r\n${nineMegabytes}`),
  }),
  'stalled frames': (target) => stalled(target, {
    count: 1_000, atOnce: 50, open: () => webSocket(target), begin: frame(1, Buffer.alloc(990_000, 'x'), { claim: 1_000_000 }),
  }),
  'missing attachments': (target) => stalled(target, {
    count: 200, open: async () => {
      const line = await webSocket(target);
      await line.write(text(`40{"token":"${person('doctor').token}"}`));
      await line.write(text('454-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},{"_placeholder":true,"num":2},{"_placeholder":true,"num":3}]'));
      return line;
    },
    begin: Buffer.concat(Array.from({ length: 3 }, () => frame(2, Buffer.alloc(990_000, 'x')))),
  }),
  'gzip forms': (target) => bodies(target, {
    body: form(4_500_000), headers: 'Content-Type: application/x-www-form-urlencoded\r\nContent-Encoding: gzip\r\n', lines: 3, perSecond: 1.1,
  }),
  'gzip JSON': (target) => bodies(target, { body: bigJson(9_000_000), headers: `${json}Content-Encoding: gzip\r\n`, lines: 4 }),
  'bad connects': async (target) => ({
    load: await pour(target, { lines: 4, pieces: 100, piece: text('40{"token":"nonsense"}'), open: () => webSocket(target) }),
  }),
  pings: async (target) => ({ load: await pour(target, { lines: 4, pieces: 500, piece: frame(9, 'ping'), open: () => webSocket(target) }) }),
  'refused chat': (target) => emitting(target, `42["chat-message",{"sessionId":"${target.known.sessionId}","message":"let me in"}]`),
  'unknown events': (target) => emitting(target, '42["no-such-event",{"sessionId":"x"}]'),
  'joins of nothing': (target) => emitting(target, '42["join-session",{"sessionId":"00000000-0000-4000-8000-000000000000"}]'),
};
