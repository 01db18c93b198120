// Requests that are not HTTP, and clients that are slow, leave early or never read.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Raw } from '../../harness/raw.mjs';
import { get } from '../../harness/rest.mjs';
import { delay, within } from '../../harness/wait.mjs';
import { bystanders, RSS_GROWTH_MAX, rssBefore, server, storePath } from './bystanders.mjs';

describe('HTTP by hand', () => {
  const requests = {
    'no HTTP at all': 'hello\r\n\r\n',
    'a bad version': 'GET / HTTP/9.9\r\n\r\n',
    'a bad method': 'G<T / HTTP/1.1\r\nHost: x\r\n\r\n',
    'a header without a colon': 'GET / HTTP/1.1\r\nnonsense\r\n\r\n',
    'a negative length': `POST ${storePath} HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n`,
    'two lengths': `POST ${storePath} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
    'length and chunked': `POST ${storePath} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'a bad chunk size': `POST ${storePath} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`,
    'a huge length': `POST ${storePath} HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n`,
    'a 100 KiB header': `GET / HTTP/1.1\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
    'a 100 KiB target': `GET /${'y'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    'ten thousand headers': `GET / HTTP/1.1\r\n${'A: b\r\n'.repeat(10_000)}\r\n`,
    'a NUL in the target': 'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n',
    'TLS': Buffer.from('160301020001fc0303', 'hex'),
    'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  };
  for (const [name, bytes] of Object.entries(requests)) {
    test(`${name}: an error or a close`, async () => {
      const raw = await Raw.open(server);
      raw.write(bytes);
      if (name === 'TLS') raw.destroy();  // Half a line: the server may wait for the rest.
      else {
        const settled = await within(Promise.race([raw.end().catch(() => raw.text()), raw.until(/^HTTP\/1\.[01] \d{3}/).catch(() => raw.text())]), name);
        if (settled) assert.match(settled, /^HTTP\/1\.[01] [45]\d\d/);
      }
      raw.destroy();
    });
  }

  test('pipelined requests are answered in order; garbage behind them ends the connection', async () => {
    const raw = await Raw.open(server);
    raw.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /nope HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n\u0000garbage\r\n\r\n');
    const all = await raw.end('the connection to end');
    const statuses = [...all.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1]);
    assert.deepEqual(statuses.slice(0, 3), ['200', '404', '200']);
  });

  test('500 half requests and slow senders stay open and harm nobody', async () => {
    const slow = [];
    for (let index = 0; index < 500; index += 1) {
      const raw = await Raw.open(server);
      raw.write(index % 2 ? 'GET /health HTT' : `POST ${storePath} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"a":"`);
      slow.push(raw);
    }
    for (let round = 0; round < 5; round += 1) {
      for (const raw of slow) raw.write('x');
      await bystanders.check();
    }
    assert.equal((await get(server, '/health')).status, 200);
    for (const raw of slow) raw.destroy();
  });

  test('clients that leave while they are answered', async () => {
    const { doctor, sessionId } = bystanders.call;
    for (let round = 0; round < 200; round += 1) {
      const raw = await Raw.open(server);
      raw.write(`GET /api/chat/session/${sessionId}?limit=1000 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${doctor.token}\r\n\r\n`.repeat(5));
      if (round % 2) await delay(1);
      raw.destroy();
    }
  });

  test('a reader that never reads is not a leak', async () => {
    const { doctor, sessionId } = bystanders.call;
    const readers = [];
    for (let count = 0; count < 20; count += 1) {
      const raw = await Raw.open(server);
      raw.pause();
      raw.write(`GET /api/chat/session/${sessionId}?limit=1000 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${doctor.token}\r\n\r\n`.repeat(200));
      readers.push(raw);
    }
    await bystanders.check();
    assert.ok(server.rssBytes() - rssBefore < RSS_GROWTH_MAX);
    for (const raw of readers) raw.destroy();
  });
});
