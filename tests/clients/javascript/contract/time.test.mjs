// Statements of docs/api-contract.md that need time to pass (§5.4, §6.1, §6.4, §7). For hours and days the test starts the server in the past, under
// libfaketime, and starts it again later with the same data. Seconds pass for real, for all tests of a group at once. It is not enough that
// something ends: it must not end too early, and a busy machine cannot fake that.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { frame, Raw } from '../harness/raw.mjs';
import { get, post, store } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { makeCall, makeSession } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';
import { until } from '../harness/wait.mjs';

const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'.replace('x86_64', process.arch === 'arm64' ? 'aarch64' : 'x86_64');
const started = [];
after(async () => {
  Client.closeAll();
  await Promise.all(started.map((one) => one.dispose()));
});

async function start(options = {}) {
  const one = await Server.start(options);
  started.push(one);
  return one;
}
// Fakes only the time of day. Timers run normally.
const inThePast = (ago) => ({ LD_PRELOAD: FAKETIME, FAKETIME: `-${ago}`, FAKETIME_DONT_FAKE_MONOTONIC: '1' });
async function restartAt(server, env) {
  server.env = env;
  await server.restart();
}

describe('days and hours', { skip: existsSync(FAKETIME) ? false : 'libfaketime is not installed', concurrency: true }, () => {
  const sessionOf = async (server, { doctor, sessionId }) => (await get(server, `/api/sessions/${sessionId}`, { token: doctor.token })).body.session;
  const begin = (server, { doctor, sessionId }) => post(server, `/api/sessions/${sessionId}/join`, { token: doctor.token });

  test('sessions created 2 h and begun 24 h ago are ended, younger ones are not [c:7-upkeep-created 7-upkeep-active]', async () => {
    const server = await start({ env: inThePast('1470m') });
    const begunLongAgo = await makeSession(server);
    await begin(server, begunLongAgo);
    await restartAt(server, inThePast('1410m'));
    const begunBefore = await makeSession(server);
    await begin(server, begunBefore);
    await restartAt(server, inThePast('130m'));
    const createdLongAgo = await makeSession(server);
    await restartAt(server, inThePast('110m'));
    const createdBefore = await makeSession(server);
    await restartAt(server, {});
    const ended = (call) => until(async () => {
      const session = await sessionOf(server, call);
      return session.status === 'ended' && session;
    }, 'upkeep has ended it', 40_000);
    const first = await ended(begunLongAgo);
    assert.ok(Math.abs(Date.parse(first.endedAt) - Date.now()) < 600_000, first.endedAt);
    assert.equal(first.metadata.duration, Math.floor((Date.parse(first.endedAt) - Date.parse(first.startedAt)) / 1000));
    assert.ok(first.metadata.duration >= 24.4 * 3600);
    assert.equal((await ended(createdLongAgo)).metadata.duration, 0);
    assert.equal((await sessionOf(server, begunBefore)).status, 'active');
    assert.equal((await sessionOf(server, createdBefore)).status, 'created');
  });

  test('cleanup without a body ends what was created more than 24 h ago [c:5.5-cleanup 5.5-cleanup-hours]', async () => {
    const server = await start({ env: inThePast('25h') });
    const older = await makeSession(server);
    await restartAt(server, inThePast('23h'));
    const younger = await makeSession(server);
    for (const call of [older, younger]) await begin(server, call);
    await restartAt(server, {});
    const cleanUp = async (json) => (await post(server, '/api/sessions/cleanup', { token: person('admin').token, json })).body.sessionsUpdated;
    assert.equal(await cleanUp(undefined), 1);
    assert.deepEqual([(await sessionOf(server, older)).status, (await sessionOf(server, younger)).status], ['ended', 'active']);
    assert.deepEqual([await cleanUp({ hoursOld: 23.5 }), await cleanUp({ hoursOld: '22.5' })], [0, 1]);
  });

  test('the signalling record is kept 30 days [c:5.4-signaling-kept]', async () => {
    const server = await start({ env: inThePast('31d') });
    const call = await makeSession(server);
    const { doctor, sessionId } = call;
    const listed = async () => (await get(server, `/api/sessions/${sessionId}/signaling`, { token: doctor.token })).body.signalingMessages.map(({ payload }) => payload);
    const record = async (payload) => {
      const socket = await Client.connect(server, doctor);
      socket.emit('signaling-message', { sessionId, type: 'chat', payload });
      await until(async () => (await listed())[0] === payload, 'it is recorded');
      socket.close();
    };
    await record('31 days ago');
    await restartAt(server, inThePast('29d'));
    await record('29 days ago');
    assert.deepEqual(await listed(), ['29 days ago', '31 days ago']);
    await restartAt(server, {});
    assert.deepEqual(await listed(), ['29 days ago']);
  });

  test('texts are kept, and before finds them by their time [c:4.2-before]', async () => {
    const server = await start({ env: inThePast('400d') });
    const { doctor, sessionId } = await makeSession(server);
    await store(server, doctor, sessionId, 'last year');
    await restartAt(server, {});
    await store(server, doctor, sessionId, 'now');
    const texts = async (query) => (await get(server, `/api/chat/session/${sessionId}${query}`, { token: doctor.token })).body.messages.map(({ message }) => message);
    assert.deepEqual(await texts(''), ['last year', 'now']);
    assert.deepEqual(await texts(`?before=${new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)}`), ['last year']);
  });
});

describe('seconds', { concurrency: true }, () => {
  const timeOf = async (promise) => {
    const began = Date.now();
    await promise;
    return Date.now() - began;
  };

  test('a transport that sends no CONNECT is closed after 45 s [c:6.1-connect-timeout]', async () => {
    const server = await start();
    const raw = await Raw.webSocket(server);
    await raw.until(/"sid"/);
    const closed = await timeOf(until(() => raw.closed, 'the server closes it', 60_000));
    assert.ok(closed > 40_000, `${closed} ms`);
  });

  test('windows begin with the first of what they count and are over after 60 s, whatever came in between [c:2.6-windows 6.3-chat-rate 6.3-signal-rate]', async () => {
    const server = await start({ limits: 'on', args: ['--limit-requests', '3', '--limit-chat-events', '2', '--limit-session-requests', '0', '--trusted-proxy', '127.0.0.1'] });
    const call = await makeCall(server);
    const offer = { sessionId: call.sessionId, offer: { type: 'offer', sdp: 'v=0' } };
    const ask = async () => (await get(server, '/health', { headers: { 'x-forwarded-for': '192.0.2.9' } })).headers;
    const began = Date.now();
    assert.equal((await ask())['ratelimit-remaining'], '2');
    assert.equal((await call.doctorSocket.send(call.sessionId, 'first')).success, true);
    for (let count = 0; count < 10; count += 1) call.doctorSocket.emit('webrtc-offer', offer);
    await until(() => Date.now() > began + 35_000, 'half of the window is over', 60_000);
    const half = await ask();
    assert.equal(half['ratelimit-remaining'], '1');
    assert.ok(Number(half['ratelimit-reset']) <= 26, half['ratelimit-reset']);
    assert.equal((await call.doctorSocket.send(call.sessionId, 'second')).success, true);
    assert.equal((await call.doctorSocket.send(call.sessionId, 'third')).error, 'Rate limit exceeded for chat messages');
    call.doctorSocket.emit('webrtc-offer', offer);
    await call.doctorSocket.next('error', ({ type }) => type === 'webrtc-offer');
    await until(() => Date.now() > began + 62_000, 'the window is over', 60_000);
    assert.equal((await ask())['ratelimit-remaining'], '2', 'a window that slides would have one left');
    for (const text of ['fourth', 'fifth']) assert.equal((await call.doctorSocket.send(call.sessionId, text)).success, true, text);
    call.patientSocket.take('webrtc-offer');
    call.doctorSocket.emit('webrtc-offer', offer);
    await call.patientSocket.next('webrtc-offer');
  });

  test('an upgrade that is not finished in 10 s ends, and polling goes on [c:6.1-upgrade-timeout]', async () => {
    const server = await start();
    const { doctorSocket, sessionId } = await makeCall(server, { transport: 'polling' });
    const raw = await Raw.webSocket(server, `?EIO=4&transport=websocket&sid=${doctorSocket.socket.io.engine.id}`);
    raw.write(frame(1, '2probe'));
    await raw.until(/3probe/);
    const closed = await timeOf(until(() => raw.closed, 'the server gives the upgrade up', 30_000));
    assert.ok(closed > 8_000, `${closed} ms`);
    assert.equal((await doctorSocket.send(sessionId, 'by polling')).success, true);
  });

  test('a client that answers no ping is gone after both times: ping timeout [c:6.4-user-left 6.1-handshake]', async () => {
    const server = await start();
    const { doctorSocket, patient, sessionId } = await makeCall(server);
    const raw = await Raw.webSocket(server);
    raw.write(frame(1, `40${JSON.stringify({ token: patient.token })}`));
    await raw.until(/40\{"sid"/);
    raw.write(frame(1, `421["join-session",${JSON.stringify({ sessionId })}]`));
    await raw.until(/431\[/);
    await doctorSocket.next('user-joined');
    const silent = await timeOf(until(() => doctorSocket.heard.some(({ name }) => name === 'user-left'), 'it is given up', 120_000));
    assert.ok(silent > 75_000, `${silent} ms`);
    assert.equal((await doctorSocket.next('user-left')).reason, 'ping timeout');
  });
});
