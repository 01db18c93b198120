// Bodies that are too large, that are not JSON, or not what their headers say.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Raw } from '../../harness/raw.mjs';
import { get, post } from '../../harness/rest.mjs';
import { MIB, server, storePath, stranger } from './bystanders.mjs';

const BODY_MAX = 10 * MIB;
const jsonType = { 'content-type': 'application/json' };
/** With `token` null, no token is sent. */
const send = (body, headers = jsonType, token = stranger.token) => post(server, storePath, { token: token ?? undefined, body, headers });
/** Returns a valid JSON body of exactly `size` bytes. */
function bodyOf(size) {
  const frameOf = (fill) => `{"sessionId":"none","message":"x","pad":"${fill}"}`;
  return frameOf('p'.repeat(size - frameOf('').length));
}

describe('bodies', () => {
  test('10 MiB is read, one byte more is 413 [c:2.3-too-large 2.1-body-limit]', async () => {
    const at = await send(bodyOf(BODY_MAX));
    assert.deepEqual([at.status, at.body.message], [404, 'Session not found']);
    const over = await send(bodyOf(BODY_MAX + 1)).catch((error) => ({ error }));
    if (!over.error) assert.deepEqual([over.status, over.body], [413, { success: false, message: 'request entity too large' }]);
    else assert.match(over.error.code, /ECONNRESET|EPIPE/);
  });

  test('over the limit without a token, with only the header sent, is 413 and a close', async () => {
    const raw = await Raw.open(server);
    raw.write(`POST ${storePath} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${BODY_MAX + 1}\r\n\r\n`);
    assert.match(await raw.until(/request entity too large/, '413'), /^HTTP\/1\.1 413/);
    raw.destroy();
  });

  test('chunked, over the limit, is 413 or a close, not memory', async () => {
    const raw = await Raw.open(server);
    raw.write(`POST ${storePath} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65536, 32), Buffer.from('\r\n')]);
    for (let sent = 0; sent <= BODY_MAX + MIB && !raw.closed && !raw.text().includes('HTTP/1.1 '); sent += 65536) await raw.writeAll(chunk);
    if (!raw.closed) await raw.until(/HTTP\/1\.1 413/, '413');
    raw.destroy();
  });

  test('a small gzip of a large body is 413 [c:2.1-body-limit]', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * MIB, 32));
    const answer = await send(bomb, { ...jsonType, 'content-encoding': 'gzip' });
    assert.deepEqual([answer.status, answer.body.message], [413, 'request entity too large']);
  });

  test('content that is not what its encoding says is a 4xx', async () => {
    for (const encoding of ['gzip', 'deflate', 'br']) {
      const answer = await send(randomBytes(1000), { ...jsonType, 'content-encoding': encoding });
      assert.ok(answer.status >= 400 && answer.status < 500, `${encoding} ${answer.status}`);
    }
    const unknown = await send('{}', { ...jsonType, 'content-encoding': 'rot13' });
    assert.ok([400, 415].includes(unknown.status), String(unknown.status));
  });

  const broken = {
    'not JSON': '{"sessionId":',
    'a top-level string': '"text"',
    'a top-level number': '7',
    'a top-level null': 'null',
    'two documents': '{}{}',
    'a trailing comma': '{"a":1,}',
    'single quotes': "{'a':1}",
    'a bare word': '{a:1}',
    NaN: '{"a":NaN}',
    'a control character in a string': '{"a":"\u0001"}',
    'a bad escape': '{"a":"\\x"}',
    'half an escape': '{"a":"\\u12"}',
    'broken UTF-8': Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
    'overlong UTF-8': Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc0, 0x80, 0x22, 0x7d]),
    'a surrogate in UTF-8': Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d]),
    'half a character at the end': Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xe2, 0x82]),
    'random bytes': randomBytes(4096),
    zeros: Buffer.alloc(4096),
  };
  for (const [name, body] of Object.entries(broken)) {
    test(`${name} is a 400, with and without a token [c:2.3-bad-json 2.1-body-before-token]`, async () => {
      for (const token of [stranger.token, 'bad', null]) {
        const answer = await send(body, jsonType, token);
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.body.success, false);
        assert.equal(typeof answer.body.message, 'string');
      }
    });
  }

  test('JSON 100,000 deep is a 400', async () => {
    for (const depth of [5_000, 100_000, 2_000_000]) {
      for (const body of ['['.repeat(depth) + ']'.repeat(depth), `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`, '['.repeat(depth)]) {
        assert.equal((await send(body.slice(0, BODY_MAX))).status, 400);
      }
    }
  });

  test('a hundred thousand keys are read', async () => {
    const body = `{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":${index}`).join(',')},"sessionId":"none","message":"x"}`;
    assert.equal((await send(body)).status, 404);
  });

  test('other types are not parsed: the handler’s own 400 [c:2.1-other-types 2.3-no-body 2.3-charset]', async () => {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x', '', 'a/b/c;;;']) {
      const answer = await send('{"sessionId":"none","message":"x"}', { 'content-type': type });
      assert.deepEqual([answer.status, answer.body.message], [400, 'Session ID and message are required'], type);
    }
    const charset = await send('{}', { 'content-type': 'application/json; charset=latin1' });
    assert.deepEqual([charset.status, charset.body], [415, { success: false, message: 'unsupported charset "LATIN1"' }]);
  });

  test('an undecodable path parameter is a 400 [c:2.3-undecodable]', async () => {
    const answer = await get(server, '/api/sessions/%E0%A4%A', { token: stranger.token });
    assert.deepEqual([answer.status, answer.body], [400, { success: false, message: "Failed to decode param '%E0%A4%A'" }]);
  });
});
