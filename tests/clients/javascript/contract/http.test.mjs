// Statements of docs/api-contract.md about HTTP that no other suite proves (§1–§2): the headers of every answer, the order of the checks,
// cross-origin requests, limiters and their keys.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { after, before, describe, test } from 'node:test';
import { get, post, request, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { makeSession } from '../harness/session.mjs';
import { newId, person, sign } from '../harness/token.mjs';

let server;
let call;
const started = [];
const start = async (args) => {
  const one = await Server.start({ limits: 'on', args });
  started.push(one);
  return one;
};
before(async () => {
  server = await Server.start();
  call = await makeSession(server);
});
after(() => Promise.all([server, ...started].map((one) => one.dispose())));

const SECURITY = {
  'content-security-policy': "default-src 'self';style-src 'self' 'unsafe-inline';script-src 'self';img-src 'self' data: https:;connect-src 'self' wss: ws:;" +
    "font-src 'self';object-src 'none';media-src 'self';frame-src 'none';base-uri 'self';form-action 'self';frame-ancestors 'self';" +
    "script-src-attr 'none';upgrade-insecure-requests",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};
const securityOf = ({ headers }) => Object.fromEntries(Object.keys(SECURITY).filter((name) => name in headers).map((name) => [name, headers[name]]));
const sessionPath = () => `/api/sessions/${call.sessionId}`;
const asDoctor = (options = {}) => ({ token: call.doctor.token, ...options });

describe('identity', () => {
  test('times have no leeway, and what has none is valid [c:1.1-times]', async () => {
    const { claims } = call.doctor;
    const now = Math.floor(Date.now() / 1000);
    const statusOf = async (more) => (await get(server, sessionPath(), { token: sign({ ...claims, ...more }) })).status;
    assert.equal(await statusOf({}), 200);
    assert.equal(await statusOf({ exp: now + 60, nbf: now - 60 }), 200);
    assert.equal(await statusOf({ exp: now - 1 }), 401);
    assert.equal(await statusOf({ nbf: now + 60 }), 401);
  });

  test('a cookie is taken where there is no header, and only there [c:1.3-cookie 1.3-header]', async () => {
    const cookie = `a=b; token=${call.doctor.token}`;
    assert.equal((await get(server, sessionPath(), { headers: { cookie } })).status, 200);
    const both = await get(server, sessionPath(), { headers: { cookie, authorization: `Bearer ${person('doctor').token}` } });
    assert.equal(both.status, 403, 'the header wins');
    const more = await get(server, sessionPath(), { headers: { authorization: `Bearer ${call.doctor.token} and more` } });
    assert.equal(more.status, 200, 'the second piece is the token');
  });

  test('each verified token updates the directory that other answers are filled from [c:1.2-directory 3-user-unseen 3-user-ref]', async () => {
    const doctor = person('doctor');
    const patient = person('patient');
    const made = await makeSession(server, { doctor, patient });
    assert.deepEqual(made.session.patientId, { _id: patient.id }, 'never seen');
    const seenBy = async () => (await get(server, `/api/sessions/${made.sessionId}`, { token: doctor.token })).body.session.patientId;
    await get(server, '/health', { token: patient.token });
    assert.deepEqual(await seenBy(), { _id: patient.id }, 'no step that verifies');
    await get(server, '/api/sessions/user/active', { token: patient.token });
    assert.deepEqual(await seenBy(), { _id: patient.id, email: patient.email, role: 'patient', name: patient.name });
    await get(server, '/api/sessions/user/active', { token: sign({ ...patient.claims, name: 'Another name' }) });
    assert.equal((await seenBy()).name, 'Another name');
  });

  test('other errors are a message without success [c:1.4-form]', async () => {
    const refused = [await store(server, call.doctor, call.sessionId, ''), await get(server, sessionPath()),
      await get(server, sessionPath(), { token: person('patient').token }), await get(server, '/api/sessions/none', asDoctor())];
    assert.deepEqual(refused.map(({ status }) => status), [400, 401, 403, 404]);
    for (const { status, body } of refused) {
      assert.equal(typeof body.message, 'string');
      assert.equal('success' in body, status === 401);
    }
  });
});

describe('every answer', () => {
  test('GET / is a page, and no other step runs for it [c:2.1-root]', async () => {
    for (const headers of [{}, { origin: 'https://elsewhere.example' }, { authorization: 'Bearer x' }]) {
      const answer = await get(server, '/', { headers });
      assert.deepEqual([answer.status, answer.headers['content-type'], answer.text], [200, 'text/html; charset=utf-8', 'Server is Live!']);
      assert.deepEqual(securityOf(answer), {});
      assert.equal(answer.headers.vary, undefined);
    }
  });

  test('has the security headers: 200, 201, 4xx, OPTIONS, pages [c:2.1-security-headers 2.4-headers]', async () => {
    const json = { 'content-type': 'application/json' };
    const answers = {
      200: await get(server, '/health'), 201: await store(server, call.doctor, call.sessionId, 'text'), 204: await request(server, 'OPTIONS', '/nope'),
      400: await post(server, '/api/chat/store', { headers: json, body: '{' }), 401: await get(server, sessionPath()),
      403: await get(server, '/health', { headers: { origin: 'https://elsewhere.example' } }), 404: await get(server, '/api/sessions/none', asDoctor()),
    };
    for (const [status, answer] of Object.entries(answers)) {
      assert.equal(answer.status, Number(status));
      assert.deepEqual(securityOf(answer), SECURITY, status);
    }
    assert.deepEqual(securityOf(await get(server, '/nope')), { ...SECURITY, 'content-security-policy': "default-src 'none'" });
  });

  test('of Socket.IO has none of them [c:2.4-not-socketio]', async () => {
    for (const path of ['/socket.io/?EIO=4&transport=polling', '/socket.io/?EIO=3']) assert.deepEqual(securityOf(await get(server, path)), {});
  });

  test('is JSON of that type [c:2.2-type 2.1-health]', async () => {
    const health = await get(server, '/health');
    assert.deepEqual([health.status, health.body], [200, { ok: true, env: 'dev' }]);
    for (const answer of [health, await get(server, sessionPath()), await get(server, sessionPath(), asDoctor())]) {
      assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
    }
    assert.deepEqual((await get(await start(['--environment', 'staging']), '/health')).body, { ok: true, env: 'staging' });
  });

  test('has a tag of its bytes; who has them already gets 304 [c:2.2-etag 2.2-not-modified]', async () => {
    for (const path of ['/health', sessionPath(), '/', '/nope', '/api/sessions/none']) {
      const answer = await get(server, path, asDoctor());
      const bytes = Buffer.from(answer.text);
      const tag = `W/"${bytes.length.toString(16)}-${createHash('sha1').update(bytes).digest('base64').slice(0, 27)}"`;
      assert.equal(answer.headers.etag, tag, path);
      if (answer.status !== 200) continue;
      for (const method of ['GET', 'HEAD']) {
        const again = await request(server, method, path, asDoctor({ headers: { 'if-none-match': tag } }));
        assert.deepEqual([again.status, again.text], [304, ''], `${method} ${path}`);
        assert.equal((await request(server, method, path, asDoctor({ headers: { 'if-none-match': 'W/"0-x"' } }))).status, 200);
      }
    }
    const stored = await post(server, '/api/chat/store', asDoctor({ headers: { 'if-none-match': '*' }, json: { sessionId: call.sessionId, message: 'x' } }));
    assert.equal(stored.status, 201, 'GET and HEAD only');
    assert.match(stored.headers.etag, new RegExp(`^W/"${Buffer.byteLength(stored.text).toString(16)}-.{27}"$`));
    assert.equal((await request(server, 'OPTIONS', '/health')).headers.etag, undefined, 'without a body there is none');
  });

  test('to HEAD is that to GET without the body [c:2.2-head]', async () => {
    for (const path of ['/', '/health', sessionPath(), '/nope', '/api/sessions/none']) {
      const [whole, head] = [await get(server, path, asDoctor()), await request(server, 'HEAD', path, asDoctor())];
      assert.deepEqual([head.status, head.text, head.headers['content-type']], [whole.status, '', whole.headers['content-type']], path);
      if (path !== '/nope') assert.equal(head.headers.etag, whole.headers.etag, path);  // the body of that page contains the method
    }
  });

  test('does not depend on the case of the path or one slash at its end [c:2.2-paths]', async () => {
    for (const path of ['/HEALTH', '/health/', `/API/Sessions/${call.sessionId}/`, `/api/CHAT/session/${call.sessionId}/stats/`]) {
      assert.equal((await get(server, path, asDoctor())).status, 200, path);
    }
    assert.equal((await get(server, '/health//')).status, 404);
  });

  test('to encoded path parameters is that to the plain ones [c:2.2-decoded]', async () => {
    const encoded = [...call.sessionId].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
    assert.equal((await get(server, `/api/sessions/${encoded}`, asDoctor())).body.session.sessionId, call.sessionId);
  });
});

describe('bodies', () => {
  const send = (body, headers) => post(server, '/api/chat/store', asDoctor({ body, headers }));
  const text = () => JSON.stringify({ sessionId: call.sessionId, message: 'ä text' });

  test('JSON with charset utf-8 or none, as it is or compressed [c:2.1-body]', async () => {
    const types = ['application/json', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"'];
    for (const type of types) assert.equal((await send(text(), { 'content-type': type })).status, 201, type);
    for (const [coding, pack] of [['gzip', gzipSync], ['deflate', deflateSync], ['br', brotliCompressSync]]) {
      const answer = await send(pack(text()), { 'content-type': 'application/json', 'content-encoding': coding });
      assert.deepEqual([answer.status, answer.body.chatMessage?.message], [201, 'ä text'], coding);
    }
  });

  test('an empty one of type JSON counts as {}, and so does none [c:2.3-empty-body 2.3-no-body]', async () => {
    const required = [400, 'Session ID and message are required'];
    for (const options of [{ headers: { 'content-type': 'application/json' }, body: '' }, { headers: { 'content-type': 'application/json' } }, {}]) {
      const answer = await post(server, '/api/chat/store', asDoctor(options));
      assert.deepEqual([answer.status, answer.body.message], required);
    }
    const { doctor, sessionId } = await makeSession(server);
    assert.equal((await post(server, `/api/sessions/${sessionId}/join`, { token: doctor.token })).status, 200);
  });
});

describe('other origins', () => {
  const DEFAULT = ['http://localhost:5173', 'http://localhost:3000', 'http://localhost:3001', 'http://localhost:4173', 'http://localhost:8080',
    'https://localhost:5173'];
  const corsOf = ({ headers }) => Object.keys(headers).filter((name) => name.startsWith('access-control'));
  const from = (of, origin, method = 'GET', path = '/health') => request(of, method, path, { headers: origin ? { origin } : {} });

  test('the known ones are allowed by name, with credentials [c:2.5-origins 2.5-allowed]', async () => {
    const own = await start(['--front-end', 'https://front.example', '--origin', 'https://a.example', '--origin', 'https://b.example']);
    const lists = [[server, DEFAULT], [own, ['https://front.example', ...DEFAULT.slice(1), 'https://a.example', 'https://b.example']]];
    for (const [of, origins] of lists) {
      for (const origin of origins) {
        const answer = await from(of, origin);
        assert.equal(answer.status, 200, origin);
        assert.equal(answer.headers['access-control-allow-origin'], origin);
        assert.deepEqual([answer.headers.vary, answer.headers['access-control-allow-credentials']], ['Origin', 'true']);
      }
    }
    assert.equal((await from(own, DEFAULT[0])).status, 403, 'the front end is another one');
  });

  test('none is allowed [c:2.5-no-origin 2.5-allowed]', async () => {
    const answer = await from(server);
    assert.equal(answer.status, 200);
    assert.deepEqual(corsOf(answer), ['access-control-allow-credentials']);
    assert.equal(answer.headers.vary, 'Origin');
  });

  test('another is refused before anything else, without allow headers [c:2.3-origin]', async () => {
    for (const origin of ['https://elsewhere.example', 'http://localhost:5174', 'null', 'https://localhost:3000']) {
      for (const [method, path] of [['GET', '/health'], ['OPTIONS', '/health'], ['GET', '/nope'], ['POST', '/api/chat/store']]) {
        const answer = await from(server, origin, method, path);
        assert.deepEqual([answer.status, answer.body], [403, { success: false, message: 'Not allowed by CORS' }], `${method} ${path} ${origin}`);
        assert.deepEqual(corsOf(answer), []);
      }
    }
  });

  test('what is refused for other reasons carries the allow headers too [c:2.5-allowed]', async () => {
    const own = await start(['--limit-requests', '4']);
    const origin = DEFAULT[1];
    const json = { 'content-type': 'application/json', origin };
    const refused = [await from(own, origin, 'GET', '/api/sessions/x'), await from(own, origin, 'GET', '/nope'), await post(own, '/api/chat/store', { headers: json, body: '{' }),
      await post(own, '/api/chat/store', { headers: { ...json, 'content-type': 'application/json; charset=x' }, body: '{}' }),
      await from(own, origin), await from(own, origin), await from(own, origin)];
    assert.deepEqual(refused.map(({ status }) => status), [401, 404, 400, 415, 200, 200, 429]);
    for (const { status, headers } of refused) {
      assert.deepEqual([headers['access-control-allow-origin'], headers['access-control-allow-credentials'], headers.vary], [origin, 'true', 'Origin'], String(status));
    }
  });

  test('OPTIONS ends with 204 and what is allowed, wherever it goes, and is not counted [c:2.5-options 2.1-options]', async () => {
    const own = await start(['--limit-requests', '1']);
    for (const path of ['/health', '/nope', '/api/chat/store', '/api/sessions/x/y/z', '/health']) {
      const answer = await from(own, DEFAULT[0], 'OPTIONS', path);
      assert.deepEqual([answer.status, answer.text, answer.headers['content-length']], [204, '', '0'], path);
      assert.deepEqual(
        ['origin', 'credentials', 'methods', 'headers'].map((name) => answer.headers[`access-control-allow-${name}`]),
        [DEFAULT[0], 'true', 'GET,POST,PUT,PATCH,DELETE,OPTIONS', 'Content-Type,Authorization,X-Requested-With,Idempotency-Key'],
      );
      assert.deepEqual([answer.headers['access-control-max-age'], answer.headers.vary], ['86400', 'Origin']);
    }
  });
});

describe('limiters', () => {
  const limited = async (of, options, path = '/health') => (await get(of, path, options)).status === 429;

  test('a window begins with the first request and is the client’s own [c:2.6-windows 2.6-headers]', async () => {
    const own = await start(['--limit-requests', '3', '--trusted-proxy', '127.0.0.1']);
    const from = (address) => get(own, '/health', { headers: { 'x-forwarded-for': address } });
    const remaining = [];
    for (let count = 0; count < 4; count += 1) {
      const { status, headers } = await from('192.0.2.1');
      remaining.push([status, headers['ratelimit-remaining'], headers['ratelimit-policy'], headers['ratelimit-limit']]);
      assert.ok(Number(headers['ratelimit-reset']) > 0 && Number(headers['ratelimit-reset']) <= 60);
    }
    assert.deepEqual(remaining, [[200, '2', '3;w=60', '3'], [200, '1', '3;w=60', '3'], [200, '0', '3;w=60', '3'], [429, '0', '3;w=60', '3']]);
    assert.equal((await from('192.0.2.2')).headers['ratelimit-remaining'], '2');
  });

  test('an IPv4-mapped address is that IPv4 address, IPv6 counts by /56 [c:2.6-addresses]', async () => {
    const own = await start(['--limit-requests', '2', '--trusted-proxy', '127.0.0.1']);
    const from = (address) => limited(own, { headers: { 'x-forwarded-for': address } });
    assert.deepEqual([await from('::ffff:192.0.2.1'), await from('192.0.2.1'), await from('::ffff:192.0.2.1')], [false, false, true]);
    assert.equal(await from('::ffff:192.0.2.2'), false, 'another IPv4 address has its own');
    assert.deepEqual([await from('2001:db8:0:100::1'), await from('2001:db8:0:1ff::2'), await from('2001:db8:0:100::3')], [false, false, true]);
    assert.equal(await from('2001:db8:0:200::1'), false, 'another /56');
  });

  test('X-Forwarded-For counts from a trusted proxy only [c:2.6-forwarded]', async () => {
    const own = await start(['--limit-requests', '2']);
    const from = (address) => limited(own, { headers: { 'x-forwarded-for': address } });
    assert.deepEqual([await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.3')], [false, false, true]);
  });

  test('every limit is configurable, and 0 is off [c:2.6-configurable]', async () => {
    const flags = { '--limit-chat-requests': '/api/chat/session/x', '--limit-session-requests': '/api/sessions/x', '--limit-requests': '/health' };
    for (const [flag, path] of Object.entries(flags)) {
      const [two, off] = [await start([flag, '2']), await start([flag, '0'])];
      const seen = [];
      for (let count = 0; count < 3; count += 1) seen.push(await limited(two, {}, path));
      assert.deepEqual(seen, [false, false, true], flag);
      const policy = (await get(off, path)).headers['ratelimit-policy'];
      assert.equal(policy, flag === '--limit-requests' ? undefined : '80;w=60', flag);
    }
    const one = await start(['--limit-session-creates', '1']);
    const create = () => post(one, '/api/sessions/create', { token: person('doctor').token, json: { patientId: newId() } });
    assert.deepEqual([(await create()).status, (await create()).status], [201, 429]);
  });

  test('what is below /api/sessions and /api/chat is limited and asks for a token, be it a route or not [c:2.1-areas 2.1-nothing]', async () => {
    const own = await start([]);
    for (const path of ['/api/sessions', '/api/sessions/x/y/z', '/api/chat', '/api/chat/x/y/z', '/API/CHAT/x/y/z/']) {
      const [without, withOne] = [await get(own, path), await get(own, path, { token: person('doctor').token })];
      assert.deepEqual([without.status, withOne.status], [401, 404], path);
      for (const { headers } of [without, withOne]) assert.equal(headers['ratelimit-policy'], '30;w=60', path);
      assert.match(withOne.text, /<pre>Cannot GET /, path);
    }
    for (const path of ['/api', '/api/chatter', '/api/sessionsx']) {
      const { status, headers } = await get(own, path);
      assert.deepEqual([status, headers['ratelimit-policy']], [404, '80;w=60'], path);
    }
  });

  test('the inner one speaks; then the token, then the handler [c:2.6-inner 2.1-areas 2.1-limit-before-token 2.1-body-before-token]', async () => {
    const own = await start(['--limit-chat-requests', '2']);
    const ask = (token) => get(own, '/api/chat/session/none', { token });
    const { token } = person('doctor');
    assert.equal((await get(own, '/health')).headers['ratelimit-policy'], '80;w=60');
    const answers = [await ask('bad'), await ask(token), await ask('bad')];
    assert.deepEqual(answers.map(({ status }) => status), [401, 404, 429]);
    assert.deepEqual(answers.map(({ headers }) => headers['ratelimit-policy']), Array(3).fill('2;w=60'));
    assert.equal((await get(own, '/api/nothing', { token })).status, 404);
    const malformed = (server) => post(server, '/api/chat/store', { token: 'bad', headers: { 'content-type': 'application/json' }, body: '{' });
    assert.equal((await malformed(own)).status, 429, 'a client that is over its limit may hear of that before its body is read');
    const other = await start(['--limit-chat-requests', '2']);
    for (let times = 0; times < 4; times += 1) assert.equal((await malformed(other)).status, 400, 'the body comes before the limiter, which does not count it, and before the token');
  });
});
