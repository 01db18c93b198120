// TURN with a real coturn: it accepts the credentials that a running server issues to clients, and no others.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { get, post } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { makeSession } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';
import { TurnClient } from '../harness/turn.mjs';

const SECRET = 'shared with the TURN server';
const DAY_S = 86_400;
const STATIC = { username: 'clinic', credential: 'a password of the clinic' };
const now = () => Math.floor(Date.now() / 1000);
/** A credential as API contract §3 defines it. The tests also make an expired one with it. */
const signed = (username, secret = SECRET) => ({ username, credential: createHmac('sha1', secret).update(username).digest('base64') });

let folder;
let relay;
let port;
let server;
const clients = [];
let allocations = 0;
let refusals = 0;

async function freeUdpPort() {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port: free } = socket.address();
  await new Promise((resolve) => socket.close(resolve));
  return free;
}

async function client(at = port) {
  const made = await TurnClient.open(at);
  clients.push(made);
  return made;
}

/** Starts coturn on `at`. The flags say how it knows its users. Resolves when coturn answers. */
async function startRelay(at, users) {
  const own = mkdtempSync(join(folder, 'relay-'));
  const flags = ['-n', '--listening-ip=127.0.0.1', '--relay-ip=127.0.0.1', `--listening-port=${at}`, ...users,
    '--realm=parley.test', '--no-cli', '--allow-loopback-peers', '--no-tcp', '--no-tls', '--no-dtls', '--fingerprint', '--log-file=stdout', '--simple-log',
    `--pidfile=${join(own, 'pid')}`, `--userdb=${join(own, 'db')}`];
  const child = spawn('turnserver', flags, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => { output = (output + text).slice(-20_000); });
  child.on('error', (error) => { output += error.message; });
  process.on('exit', () => child.kill('SIGKILL'));
  try {
    assert.equal((await (await client(at)).bind()).success, true);
  } catch (error) {
    throw new Error(`${error.message}\n${output}`);
  }
  return child;
}

function secretFile(name, secret) {
  const file = join(folder, name);
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return file;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-turn-'));
  port = await freeUdpPort();
  relay = await startRelay(port, ['--use-auth-secret', `--static-auth-secret=${SECRET}`]);
  server = await Server.start({ args: ['--turn-url', `turn:127.0.0.1:${port}?transport=udp`, '--turn-secret-file', secretFile('secret', SECRET)] });
});
after(async () => {
  console.log(`turn: ${allocations} relay addresses given, ${refusals} wrong or expired credentials refused with 401`);
  for (const each of clients) each.close();
  relay.kill('SIGKILL');
  await server?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function issued(who = person('patient'), by = server) {
  const answer = await get(by, '/api/sessions/ice-servers', { token: who.token });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.iceServers.find(({ urls }) => urls.startsWith('turn:'));
}

async function allocates(credentials, at = port) {
  const turn = await client(at);
  const answer = await turn.allocate(credentials);
  assert.equal(answer.success, true, `refused with ${answer.error}`);
  assert.equal(answer.relay.address, '127.0.0.1');
  assert.ok(answer.relay.port >= 1024 && answer.lifetime > 0, JSON.stringify(answer));
  allocations += 1;
  return { turn, ...answer };
}

async function isRefused(credentials, at = port) {
  const turn = await client(at);
  const answer = await turn.allocate(credentials);
  assert.deepEqual([answer.success, answer.error, answer.relay], [false, 401, undefined]);
  refusals += 1;
}

describe('credentials that the server issues', () => {
  test('are as the contract says and last a day [c:3-turn-credential 3-ice-server]', async () => {
    const ice = await issued();
    assert.equal(ice.urls, `turn:127.0.0.1:${port}?transport=udp`);
    assert.deepEqual({ username: ice.username, credential: ice.credential }, signed(ice.username));
    const [expires, name] = ice.username.split(':');
    assert.equal(name, 'webrtc-user');
    assert.ok(Math.abs(Number(expires) - now() - DAY_S) < 60, ice.username);
  });

  test('allocate a relay address that carries datagrams both ways', async () => {
    const { turn, relay: relayed } = await allocates(await issued());
    const peer = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(peer, 'listening');
    const place = { address: '127.0.0.1', port: peer.address().port };
    assert.equal((await turn.permit(place)).success, true);
    const arrived = once(peer, 'message');
    turn.sendTo(place, Buffer.from('out'));
    const [data, from] = await arrived;
    assert.deepEqual([data.toString(), from.address, from.port], ['out', relayed.address, relayed.port]);
    const back = turn.received();
    peer.send('back', from.port, from.address);
    assert.deepEqual(await back, { data: Buffer.from('back'), peer: place });
    peer.close();
  });

  test('come with the answer to a join too', async () => {
    const { patient, sessionId } = await makeSession(server);
    const answer = await post(server, `/api/sessions/${sessionId}/join`, { token: patient.token, json: {} });
    await allocates(answer.body.iceServers.find(({ urls }) => urls.startsWith('turn:')));
  });
});

describe('the TURN server refuses with 401', () => {
  test('no credentials', async () => {
    const answer = await (await client()).allocateOnce();
    assert.deepEqual([answer.success, answer.error, answer.realm], [false, 401, 'parley.test']);
    refusals += 1;
  });

  test('another password, another secret', async () => {
    const { username } = await issued();
    await isRefused({ username, credential: 'wrong' });
    await isRefused(signed(username, 'another secret'));
  });

  test('an issued credential under another name or a later time', async () => {
    const { username, credential } = await issued();
    const [expires, name] = username.split(':');
    await isRefused({ username: `${Number(expires) + DAY_S}:${name}`, credential });
    await isRefused({ username: `${expires}:somebody-else`, credential });
  });

  test('what was issued more than a day ago; a minute less than a day ago is taken', async () => {
    await isRefused(signed(`${now() - 60}:webrtc-user`));
    await allocates(signed(`${now() + 60}:webrtc-user`));
  });
});

test('static credentials reach clients unchanged, and a TURN server with that user takes them', async () => {
  const at = await freeUdpPort();
  const fixed = await startRelay(at, ['--lt-cred-mech', `--user=${STATIC.username}:${STATIC.credential}`]);
  const own = await Server.start({ args: ['--turn-url', `turn:127.0.0.1:${at}?transport=udp`, '--turn-static-username', STATIC.username,
    '--turn-static-credential-file', secretFile('credential', STATIC.credential)] });
  try {
    const { urls, ...pair } = await issued(undefined, own);
    assert.equal(urls, `turn:127.0.0.1:${at}?transport=udp`);
    assert.deepEqual(pair, STATIC);
    await allocates(pair, at);
    await isRefused({ ...pair, credential: 'another password' }, at);
    await isRefused(signed(`${now() + 60}:webrtc-user`), at);
  } finally {
    await own.dispose();
    fixed.kill('SIGKILL');
  }
});
