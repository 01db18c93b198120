// Swapping in: the nginx configuration of the guide, in front of a running server and a stub of the backend that was there before.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import net from 'node:net';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client } from './harness/client.mjs';
import { get, page, post, request, store } from './harness/rest.mjs';
import { Server } from './harness/server.mjs';
import { makeCall, makeSession } from './harness/session.mjs';
import { person } from './harness/token.mjs';
import { until } from './harness/wait.mjs';

const CONFIGURATION = new URL('../../../examples/nginx/parley.conf', import.meta.url);
const BODY_MAX = 10 * 1024 * 1024;
const CHAT_REQUESTS = 5;

let parley;
let old;
let nginx;
let proxy;  // what tests speak to: {port, origin}, as a server
const seen = { old: 0, parley: 0 };

/** The backend that was there before: says what it was asked. */
async function startOldBackend() {
  const server = http.createServer((incoming, response) => {
    incoming.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ old: true, method: incoming.method, url: incoming.url, forwardedFor: incoming.headers['x-forwarded-for'] }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The file as it is in the guide but for its three ports; replacing what is not there is an error. */
function configurationFor(ports) {
  let text = readFileSync(CONFIGURATION, 'utf8');
  for (const [from, to] of Object.entries(ports)) {
    assert.equal(text.split(from).length, 2, `${from} stands once in the configuration`);
    text = text.replace(from, to);
  }
  return text;
}

async function startNginx(port, parleyPort) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-nginx-'));
  mkdirSync(join(folder, 'temp'));
  writeFileSync(join(folder, 'parley.conf'), configurationFor({
    '127.0.0.1:3000': `127.0.0.1:${parleyPort}`, '127.0.0.1:4000': `127.0.0.1:${old.address().port}`, 'listen 80;': `listen 127.0.0.1:${port};`,
  }));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path ${folder}/temp/${kind};`);
  writeFileSync(join(folder, 'nginx.conf'), ['daemon off;', 'worker_processes 1;', `user ${process.getuid() === 0 ? 'root' : 'nobody'};`, `pid ${folder}/nginx.pid;`, 'error_log stderr warn;',
    'events {}', 'http {', '  access_log off;', ...temporary, `  include ${folder}/parley.conf;`, '}', ''].join('\n'));
  const child = spawn('nginx', ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` } });
  child.folder = folder;
  child.output = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { child.output += text; });
  child.on('error', (error) => { child.output += error.message; });
  process.on('exit', () => child.kill('SIGTERM'));
  const answers = () => get({ port }, '/').then(() => true, () => false);
  await until(async () => (await answers()) || child.exitCode !== null || child.pid === undefined, 'nginx to serve');
  assert.ok(child.pid !== undefined && child.exitCode === null, child.output);
  return child;
}

async function stopNginx(child) {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  rmSync(child.folder, { recursive: true, force: true });
}

before(async () => {
  old = await startOldBackend();
  const port = await freePort();
  parley = await Server.start({ args: ['--trusted-proxy', '127.0.0.1'] });
  proxy = { port, origin: `http://127.0.0.1:${port}` };
  nginx = await startNginx(port, parley.port);
});
after(async () => {
  console.log(`replacing: ${seen.parley} paths went to Parley, ${seen.old} to the old backend; REST, WebSocket, polling and upgrade through nginx`);
  Client.closeAll();
  await stopNginx(nginx);
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
    const port = await freePort();
    const front = await startNginx(port, limited.port);
    const ask = async (address, headers = {}) => (await get({ port }, '/api/chat/x', { agent: from(address), headers })).status;
    try {
      for (let count = 0; count < CHAT_REQUESTS; count += 1) assert.equal(await ask('127.0.0.8', { 'x-forwarded-for': `203.0.113.${count}` }), 401);
      assert.equal(await ask('127.0.0.8', { 'x-forwarded-for': '203.0.113.99' }), 429);
      assert.equal(await ask('127.0.0.9'), 401);
    } finally {
      await stopNginx(front);
      await limited.dispose();
    }
  });
});
