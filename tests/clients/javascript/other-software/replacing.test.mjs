// Replacing a backend: nginx with the configuration of the guide, in front of a running server and a stub of the old backend.
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { startNginx } from '../harness/nginx.mjs';
import { get, page, post, request, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { makeCall, makeSession } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';
import { until } from '../harness/wait.mjs';

const BODY_MAX = 10 * 1024 * 1024;
const CHAT_REQUESTS = 5;

let parley;
let old;
let nginx;
const proxy = { get port() { return nginx.port; }, get origin() { return nginx.origin; } };  // tests use it like a server
const seen = { old: 0, parley: 0 };

const askedOld = [];  // the requests that the old backend received, mirrored copies included
const SIGN_INS_MAX = 3;

/** The old backend: it answers with the request it received. It limits sign-ins by address, and trusts the proxy or not. */
async function startOldBackend({ trustsProxy = true } = {}) {
  const signIns = new Map();
  const server = http.createServer((incoming, response) => {
    incoming.resume().on('end', () => {
      const { method, url, headers } = incoming;
      askedOld.push({ method, url, authorization: headers.authorization, host: headers.host });
      response.setHeader('content-type', 'application/json');
      const address = trustsProxy ? headers['x-forwarded-for'].split(',').at(-1).trim() : incoming.socket.remoteAddress;
      if (url === '/api/auth/sign-in') signIns.set(address, (signIns.get(address) ?? 0) + 1);
      if (signIns.get(address) > SIGN_INS_MAX) response.statusCode = 429;
      response.end(JSON.stringify({ old: true, method: incoming.method, url: incoming.url, forwardedFor: incoming.headers['x-forwarded-for'] }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

before(async () => {
  old = await startOldBackend();
  parley = await Server.start({ args: ['--trusted-proxy', '127.0.0.1'] });
  nginx = await startNginx({ parley: parley.port, old: old.address().port });
});
after(async () => {
  console.log(`replacing: ${seen.parley} paths went to Parley, ${seen.old} to the old backend; REST, WebSocket, polling and upgrade through nginx`);
  Client.closeAll();
  await nginx.stop();
  old.close();
  await parley.dispose();
});

describe('what goes where', () => {
  for (const path of ['/', '/health', '/api/auth/login', '/api/auth/logout/all', '/api/users/me', '/api/chatty', '/api/sessionsx', '/socket.iox/', '/assets/a.js?x=1']) {
    test(`${path} goes to the old backend, as it was sent`, async () => {
      const answer = await post(proxy, path, { json: {} });
      assert.deepEqual(answer.body, { old: true, method: 'POST', url: path, forwardedFor: '127.0.0.1' });
      seen.old += 1;
    });
  }

  const parleys = ['/api/chat/store', '/API/Chat/store/', '/api/sessions/create', '/api/sessions/x/end', '/api/auth/logout', '/api/auth/logout/'];
  for (const path of parleys) {
    test(`${path} goes to Parley`, async () => {
      const answer = await post(proxy, path, { json: {} });
      assert.equal(answer.headers['x-permitted-cross-domain-policies'], 'none', 'a header of Parley, and not of the old backend');
      assert.deepEqual([answer.status, answer.body], [401, { success: false, message: 'Not authorized, token missing' }]);
      seen.parley += 1;
    });
  }

  test('/socket.io/ goes to Parley', async () => {
    const answer = await get(proxy, '/socket.io/?EIO=4&transport=polling');
    assert.match(answer.text, /^0\{"sid"/);
    seen.parley += 1;
  });

  test('a browser’s preflight is answered by Parley', async () => {
    const answer = await request(proxy, 'OPTIONS', '/api/chat/store', { headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' } });
    assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [204, 'http://localhost:5173']);
  });
});

describe('through nginx', () => {
  for (const transport of ['websocket', 'polling', 'upgrade']) {
    test(`a call by ${transport}: chat both ways, by socket and by REST`, async () => {
      const call = await makeCall(proxy, { transport });
      const { doctorSocket, patientSocket, sessionId } = call;
      for (const [from, to, text] of [[doctorSocket, patientSocket, 'Καλημέρα 🩺'], [patientSocket, doctorSocket, 'x'.repeat(1000)]]) {
        assert.equal((await from.send(sessionId, text)).success, true);
        assert.equal((await to.next('chat-message', ({ message }) => message === text)).message, text);
      }
      assert.equal((await store(proxy, call.doctor, sessionId, 'by REST')).status, 201);
      assert.equal((await patientSocket.next('chat-message', ({ message }) => message === 'by REST')).senderRole, 'doctor');
      assert.equal((await page(proxy, call.patient, sessionId)).body.pagination.totalMessages, 3);
      assert.equal(doctorSocket.transport, transport === 'polling' ? 'polling' : 'websocket');
      for (const socket of [doctorSocket, patientSocket]) socket.close();
    });
  }

  test('a body of 10 MiB passes; one byte more is refused by Parley, in its words', async () => {
    const who = person('doctor');
    const bodyOf = (size) => `{"sessionId":"none","message":"x","pad":"${'p'.repeat(size - 43)}"}`;
    assert.equal(bodyOf(1000).length, 1000);
    const send = (size) => post(proxy, '/api/chat/store', { token: who.token, body: bodyOf(size), headers: { 'content-type': 'application/json' } });
    assert.deepEqual([(await send(BODY_MAX)).body.message], ['Session not found']);
    const over = await send(BODY_MAX + 1);
    assert.deepEqual([over.status, over.body], [413, { success: false, message: 'request entity too large' }]);
  });

  test('the server dies and comes back: 502 meanwhile, clients reconnect, everything is there', async () => {
    const call = await makeSession(proxy);
    const doctor = await Client.connect(proxy, call.doctor, { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200 });
    await doctor.join(call.sessionId);
    assert.equal((await doctor.send(call.sessionId, 'before')).success, true);
    const back = new Promise((resolve) => doctor.socket.io.once('reconnect', resolve));
    await parley.kill();
    assert.equal((await get(proxy, `/api/sessions/${call.sessionId}`, { token: call.doctor.token })).status, 502);
    assert.equal((await get(proxy, '/health')).body.old, true);
    await parley.restart();
    await back;
    await until(() => doctor.socket.connected, 'the doctor to be connected');
    await doctor.join(call.sessionId);
    assert.deepEqual((await page(proxy, call.doctor, call.sessionId)).body.messages.map(({ message }) => message), ['before']);
    doctor.close();
  });
});

describe('who the client is', () => {
  const from = (localAddress) => new http.Agent({ localAddress, keepAlive: true });

  test('a socket’s address is the client’s, not nginx’s', async () => {
    const call = await makeSession(proxy);
    const doctor = await Client.connect(proxy, call.doctor, { localAddress: '127.0.0.7' });
    await doctor.join(call.sessionId);
    doctor.emit('webrtc-offer', { sessionId: call.sessionId, offer: { type: 'offer', sdp: 'v=0' } });
    const record = await until(async () => {
      const listing = await get(proxy, `/api/sessions/${call.sessionId}/signaling`, { token: call.doctor.token });
      return listing.body.signalingMessages.find(({ messageType }) => messageType === 'offer');
    }, 'the offer to be recorded');
    assert.equal(record.metadata.ipAddress, '127.0.0.7');
    doctor.close();
  });

  test('limits count each client for itself, and a client cannot write itself another address', async () => {
    const limited = await Server.start({ limits: 'on', args: ['--trusted-proxy', '127.0.0.1', '--limit-chat-requests', String(CHAT_REQUESTS)] });
    const front = await startNginx({ parley: limited.port, old: old.address().port });
    const ask = async (address, headers = {}) => (await get(front, '/api/chat/x', { agent: from(address), headers })).status;
    try {
      for (let count = 0; count < CHAT_REQUESTS; count += 1) assert.equal(await ask('127.0.0.8', { 'x-forwarded-for': `203.0.113.${count}` }), 401);
      assert.equal(await ask('127.0.0.8', { 'x-forwarded-for': '203.0.113.99' }), 429);
      assert.equal(await ask('127.0.0.9'), 401);
    } finally {
      await front.stop();
      await limited.dispose();
    }
  });
});

describe('sign-out is known to both sides', () => {
  const copies = (token) => askedOld.filter(({ authorization }) => authorization === `Bearer ${token}`);

  for (const path of ['/api/auth/logout', '/API/auth/Logout/?from=menu']) {
    test(`${path}: Parley answers, and the old backend receives the same request`, async () => {
      const who = person('patient');
      const answer = await post(proxy, path, { token: who.token, json: {} });
      assert.deepEqual([answer.status, answer.body], [200, { success: true }]);
      await until(() => copies(who.token).length > 0, 'the old backend to hear of it');
      assert.deepEqual(copies(who.token).map(({ method, url }) => `${method} ${url}`), [`POST ${path}`]);
      assert.equal((await get(proxy, '/api/sessions/user/active', { token: who.token })).status, 401, 'Parley knows it');
    });
  }

  test('the answer does not depend on the old backend', async () => {
    const alone = await startNginx({ parley: parley.port, old: 1 });  // no server listens on this port
    try {
      const who = person('patient');
      assert.equal((await post(alone, '/api/auth/logout', { token: who.token, json: {} })).status, 200);
    } finally {
      await alone.stop();
    }
  });

  test('the place of the copy is not for clients', async () => {
    assert.equal((await get(proxy, '/copy-to-the-old-backend')).status, 404);
  });
});

describe('the old backend’s own limits', () => {
  const signIn = (front, localAddress) => post(front, '/api/auth/sign-in', { json: {}, agent: new http.Agent({ localAddress }) });

  for (const trustsProxy of [true, false]) {
    test(trustsProxy ? 'count each client, when it trusts the proxy' : 'count all clients together, when it does not', async () => {
      const backend = await startOldBackend({ trustsProxy });
      const front = await startNginx({ parley: parley.port, old: backend.address().port });
      try {
        for (let count = 0; count < SIGN_INS_MAX; count += 1) assert.equal((await signIn(front, '127.0.0.11')).status, 200);
        assert.equal((await signIn(front, '127.0.0.11')).status, 429);
        assert.equal((await signIn(front, '127.0.0.12')).status, trustsProxy ? 200 : 429);
      } finally {
        await front.stop();
        backend.close();
      }
    });
  }
});
