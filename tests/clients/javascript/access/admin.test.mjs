// The actions of admins, against a running server (docs/api-contract.md §5.5). security.test.mjs checks that nobody else may do them.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { findTurnServer, freePort, stunServer, turnServer } from '../harness/ice.mjs';
import { get, request } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { endSession, ISO, makeCall, makeSession } from '../harness/session.mjs';
import { person } from '../harness/token.mjs';
import { until } from '../harness/wait.mjs';

const admin = person('admin');
let server;
before(async () => { server = await Server.start(); });
afterEach(() => Client.closeAll());
after(() => server.dispose());

const askOf = (of, method, path, options = {}) => request(of, method, `/api/sessions/${path}`, { token: admin.token, ...options });
const ask = (method, path, options) => askOf(server, method, path, options);
const sessionOf = async (who, sessionId) => (await get(server, `/api/sessions/${sessionId}`, { token: who.token })).body.session;

describe('cleanup', () => {
  const cleanup = (json, options) => ask('POST', 'cleanup', { json, ...options });

  test('ends what is older, tells the room, and counts what it really ended [c:5.5-cleanup]', async () => {
    const call = await makeCall(server);
    const over = await makeSession(server);
    await endSession(server, over);
    assert.deepEqual((await cleanup({})).body, { message: 'Cleanup completed', sessionsUpdated: 0 });
    assert.deepEqual((await cleanup({ hoursOld: 0 })).body, { message: 'Cleanup completed', sessionsUpdated: 1 });
    for (const socket of [call.doctorSocket, call.patientSocket]) {
      assert.deepEqual(await socket.next('session-ended'), { sessionId: call.sessionId, endedBy: admin.id });
    }
    const session = await sessionOf(call.patient, call.sessionId);
    assert.equal(session.status, 'ended');
    assert.match(session.endedAt, ISO);
    assert.ok(Number.isInteger(session.metadata.duration) && session.metadata.duration >= 0);
    assert.equal((await cleanup({ hoursOld: 0 })).body.sessionsUpdated, 0);
    await server.restart();
    assert.deepEqual({ ...await sessionOf(call.patient, call.sessionId), metadata: 0 }, { ...session, metadata: 0 });
  });

  test('hoursOld: absent is 24, numeric text is a number; null, negative and what is no number end nothing [c:5.5-cleanup-hours]', async () => {
    const { doctor, sessionId } = await makeSession(server);
    const refused = [null, -1, -0.5, '-1', 'x', '', 'Infinity', 'NaN', '1e999', true, false, {}, [], [24]];
    for (const hoursOld of refused) {
      const answer = await cleanup({ hoursOld });
      assert.deepEqual([answer.status, answer.body.message], [400, 'Invalid hoursOld'], JSON.stringify(hoursOld));
    }
    assert.equal((await ask('POST', 'cleanup', { headers: { 'content-type': 'application/json' }, body: '{"hoursOld":1e999}' })).status, 400);
    const accepted = [undefined, 24, '24', 0.5, '1e300', 1e300, 876_000];
    for (const hoursOld of accepted) {
      const answer = await cleanup({ hoursOld });
      assert.deepEqual([answer.status, answer.body.sessionsUpdated], [200, 0], JSON.stringify(hoursOld));
    }
    for (const options of [{}, { headers: { 'content-type': 'application/json' }, body: '' }, { headers: { 'content-type': 'text/plain' }, body: 'x' }]) {
      assert.deepEqual((await ask('POST', 'cleanup', options)).body, { message: 'Cleanup completed', sessionsUpdated: 0 });
    }
    assert.equal((await sessionOf(doctor, sessionId)).status, 'created');
    const form = { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'hoursOld=0' };
    assert.equal((await ask('POST', 'cleanup', form)).body.sessionsUpdated, 1);
  });

  test('hundreds of sessions, durable, while others go on talking', async () => {
    const doctor = person('doctor');
    const count = 500;
    const sessions = [];
    while (sessions.length < count) {
      sessions.push(...await Promise.all(Array.from({ length: 25 }, () => makeSession(server, { doctor }))));
    }
    const swept = cleanup({ hoursOld: 0 });
    const talk = await makeCall(server);
    await talk.doctorSocket.ask('chat-message', { sessionId: talk.sessionId, message: 'still here' });
    const { sessionsUpdated } = (await swept).body;
    assert.ok(sessionsUpdated >= count, `${sessionsUpdated} of ${count}`);
    await server.restart();
    const open = (await get(server, '/api/sessions/user/active', { token: doctor.token })).body.sessions;
    assert.deepEqual(open, []);
  });
});

describe('ICE servers', () => {
  const DEFAULT = ['', '1', '2', '3', '4'].map((number) => `stun:stun${number}.l.google.com:19302`);
  const started = [];
  const start = async (args) => {
    const one = await Server.start({ args });
    started.push(one);
    return one;
  };
  after(() => Promise.all(started.map((one) => one.dispose())));
  const health = async (of) => (await askOf(of, 'GET', 'ice-servers/health')).body;
  const check = async (of) => {
    const answer = await askOf(of, 'POST', 'ice-servers/health-check', { json: {} });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  const configure = (of, json) => askOf(of, 'PUT', 'ice-servers/turn-config', { json });
  const given = async (of) => (await get(of, '/api/sessions/ice-servers', { token: person('doctor').token })).body.iceServers;

  function assertServer(server_, type) {
    assert.deepEqual(Object.keys(server_).sort(), ['error', 'healthy', 'lastCheck', 'responseTime', 'type']);
    assert.equal(server_.type, type);
    assert.match(server_.lastCheck, ISO);
    if (server_.healthy) assert.equal(server_.error, null);
    else assert.equal(typeof server_.error, 'string');
    assert.ok(server_.responseTime === null || (typeof server_.responseTime === 'number' && server_.responseTime > 0));
  }

  test('before a check: five servers, none looked at, a rotation that is dated [c:5.5-health]', async () => {
    const { summary, servers, ...rest } = await health(server);
    assert.deepEqual([rest, servers], [{}, {}]);
    assert.deepEqual([summary.totalServers, summary.healthyServers], [5, 0]);
    for (const time of [summary.lastCheck, ...Object.values(summary.credentialRotation)]) assert.match(time, ISO);
    const { lastRotation, nextRotation } = summary.credentialRotation;
    assert.equal(Date.parse(nextRotation) - Date.parse(lastRotation), 24 * 3600 * 1000);
  });

  test('a check of the five by default: true or false, but nothing invented [c:5.5-health-check 5.5-measured]', async () => {
    const checked = await check(server);
    assert.equal(checked.message, 'Health check completed');
    assert.deepEqual(Object.keys(checked.servers), DEFAULT);
    for (const each of Object.values(checked.servers)) {
      assertServer(each, 'STUN');
      if (!each.healthy) assert.equal(each.responseTime, null);
    }
    const { message, ...rest } = checked;
    assert.deepEqual(await health(server), rest, message);
    assert.equal((await given(server)).length, 3);
  });

  test('servers that answer, that are not there, that keep silent, that have no name; calls at once share a check [c:5.5-health-check 5.5-measured 5.5-health]', async () => {
    const good = await stunServer();
    const silent = await stunServer({ silent: true });
    const closed = `stun:127.0.0.1:${await freePort()}`;
    const urls = [good.url, silent.url, closed, 'stun:no-such-name.invalid', 'stuns:127.0.0.1'];
    const own = await start(urls.flatMap((url) => ['--stun-url', url]));
    const all = await Promise.all(Array.from({ length: 5 }, () => check(own)));
    for (const each of all) assert.deepEqual(each, all[0]);
    assert.equal(good.requests(), 1);
    const { summary, servers } = all[0];
    assert.deepEqual([summary.totalServers, summary.healthyServers], [5, 1]);
    for (const url of urls) assertServer(servers[url], 'STUN');
    assert.equal(servers[good.url].healthy, true);
    assert.equal(typeof servers[good.url].responseTime, 'number');
    assert.equal(servers[silent.url].error, 'Timed out: no answer');
    assert.equal(servers[closed].error, 'Refused: nothing listens there');
    assert.match(servers['stun:no-such-name.invalid'].error, /^The name does not resolve: |^Timed out: the name was not resolved$/);
    assert.equal(servers['stuns:127.0.0.1'].error, 'Not checked: only servers over UDP are');
    good.close();
    silent.close();
  });

  test('turn-config: what clients get from then on, until a restart [c:5.5-turn-config 5.5-turn-config-none 5.5-turn-config-invalid]', async () => {
    const own = await start([]);
    for (const json of [{}, [], { servers: null }, { username: '', secret: 0 }, { other: 1 }]) {
      const answer = await configure(own, json);
      assert.deepEqual([answer.status, answer.body.message], [400, 'At least one configuration parameter is required'], JSON.stringify(json));
    }
    const senseless = [{ servers: 'turn:a.example' }, { servers: {} }, { servers: [7] }, { servers: ['http://a.example'] }, { username: 7 }, { secret: {} }];
    for (const json of senseless) {
      const answer = await configure(own, json);
      assert.deepEqual([answer.status, answer.body.message], [400, 'Invalid configuration'], JSON.stringify(json));
    }
    assert.equal((await given(own)).length, 3);
    const answer = await configure(own, { servers: ['turn:turn.example.org:3478', 'turns:turn.example.org'], username: 'calls', secret: 'shared' });
    assert.equal(answer.status, 200);
    assert.deepEqual(Object.keys(answer.body), ['message', 'timestamp']);
    assert.equal(answer.body.message, 'TURN configuration updated successfully');
    assert.match(answer.body.timestamp, ISO);
    const servers = await given(own);
    assert.deepEqual(servers.slice(3).map(({ urls }) => urls), ['turn:turn.example.org:3478', 'turns:turn.example.org']);
    for (const each of servers.slice(3)) assert.match(each.username, /^\d+:calls$/);
    const call = await makeSession(own);
    const socket = await Client.connect(own, call.doctor);
    assert.equal((await socket.ask('join-session', { sessionId: call.sessionId })).iceServers.length, 5);
    assert.equal((await configure(own, { servers: [] })).status, 200);
    assert.equal((await given(own)).length, 3);
    await configure(own, { servers: ['turn:turn.example.org'] });
    await own.restart();
    assert.equal((await given(own)).length, 3);
  });

  test('rotation: the time of it, and the secret read again [c:5.5-rotate]', async () => {
    const own = await start([]);
    const before = (await health(own)).summary.credentialRotation.lastRotation;
    const answer = await askOf(own, 'POST', 'ice-servers/rotate-credentials', { json: {} });
    assert.deepEqual([answer.status, answer.body.message], [200, 'TURN credential rotation initiated']);
    const { lastRotation } = (await health(own)).summary.credentialRotation;
    assert.equal(lastRotation, answer.body.timestamp);
    assert.ok(lastRotation > before);
  });

  test('a TURN server for real: the issued credentials get an allocation, others do not [c:5.5-measured 5.5-rotate]', { skip: findTurnServer() ? false : 'coturn is not installed' }, async () => {
    const turn = await turnServer('the secret of coturn');
    try {
      const file = join(server.folder, 'turn-secret');
      writeFileSync(file, 'an old secret\n');
      const server_ = await start(['--turn-url', turn.url, '--turn-secret-file', file]);
      let refused;
      // coturn receives packets before it answers any, so a check may time out while coturn starts.
      const answers = async () => (refused = (await check(server_)).servers[turn.url]).error?.startsWith('The server answered');
      await until(answers, 'coturn answers', 60_000);
      assertServer(refused, 'TURN');
      assert.deepEqual([refused.healthy, refused.error], [false, 'The server answered 401 Unauthorized']);

      writeFileSync(file, 'the secret of coturn\n');
      assert.equal((await askOf(server_, 'POST', 'ice-servers/rotate-credentials', { json: {} })).status, 200);
      const granted = (await check(server_)).servers[turn.url];
      assertServer(granted, 'TURN');
      assert.equal(granted.healthy, true, granted.error);
      assert.equal(typeof granted.responseTime, 'number');

      await configure(server_, { secret: 'another one' });
      assert.equal((await check(server_)).servers[turn.url].healthy, false);
    } finally {
      await turn.close();
    }
  });
});

describe('monitoring', () => {
  const figuresOf = async (of) => (await askOf(of, 'GET', 'monitoring/metrics')).body;
  /** Returns the value of one line of /metrics. */
  const metric = async (of, name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec((await get(of, '/metrics')).text)[1]);
  let own;
  before(async () => { own = await Server.start({ limits: 'on', args: ['--limit-connections', '8', '--limit-requests', '0', '--limit-session-requests', '0', '--limit-chat-requests', '3', '--limit-chat-events', '2'] }); });
  after(() => own.dispose());

  test('every key, and true numbers as sockets come, join, are refused, and go [c:5.5-metrics 5.5-metrics-numbers]', async () => {
    const atFirst = await figuresOf(own);
    assert.deepEqual(Object.keys(atFirst), ['timestamp', 'totalConnections', 'activeConnections', 'peakConnections', 'connectionsPerMinute',
      'lastMinuteConnections', 'rejectedConnections', 'rateLimitedRequests', 'activeSessions', 'rateLimiterEntries', 'connectionLimits',
      'iceServerHealth', 'memoryUsage', 'uptime']);
    assert.match(atFirst.timestamp, ISO);
    assert.deepEqual([atFirst.totalConnections, atFirst.activeConnections, atFirst.peakConnections, atFirst.activeSessions], [0, 0, 0, 0]);
    assert.deepEqual(atFirst.connectionLimits, { maxConnectionsPerUser: 10, maxConnectionsPerIP: 50, maxTotalConnections: 8 });
    assert.deepEqual(atFirst.iceServerHealth, (await askOf(own, 'GET', 'ice-servers/health')).body);
    const { rss, ...heap } = atFirst.memoryUsage;
    assert.deepEqual(heap, { heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 });
    assert.ok(Math.abs(rss - own.rssBytes()) < 8 * 2 ** 20, `${rss} is far from what the system says`);

    const began = Date.now();
    const call = await makeCall(own);
    const others = await Promise.all(Array.from({ length: 6 }, () => Client.connect(own, person('doctor'))));
    assert.equal((await Client.refused(own, person('doctor'))).message, 'Server at capacity, please try again later');
    const full = await figuresOf(own);
    assert.deepEqual([full.totalConnections, full.activeConnections, full.peakConnections, full.connectionsPerMinute], [8, 8, 8, 8]);
    assert.equal(full.lastMinuteConnections.length, 8);
    for (const time of full.lastMinuteConnections) assert.ok(Number.isInteger(time) && time >= began - 1 && time <= Date.now() + 1, time);
    assert.deepEqual([full.rejectedConnections, full.activeSessions], [1, 1]);
    assert.ok(full.uptime > atFirst.uptime);

    for (const other of others) other.close();
    call.doctorSocket.close();
    call.patientSocket.close();
    await until(async () => (await figuresOf(own)).activeConnections === 0, 'all are gone');
    await until(async () => (await figuresOf(own)).activeSessions === 0, 'the room is empty');
    const emptied = await figuresOf(own);
    assert.deepEqual([emptied.totalConnections, emptied.peakConnections], [8, 8]);
  });

  test('what a rate refuses, over sockets and HTTP, and /metrics says the same [c:5.5-metrics]', async () => {
    const before_ = (await figuresOf(own)).rateLimitedRequests;
    const call = await makeCall(own);
    for (let number = 0; number < 3; ++number) {
      await call.doctorSocket.ask('chat-message', { sessionId: call.sessionId, message: `${number}` });
    }
    for (let number = 0; number < 5; ++number) await get(own, `/api/chat/session/${call.sessionId}`, { token: call.doctor.token });
    const figures = await figuresOf(own);
    assert.equal(figures.rateLimitedRequests, before_ + 1 + 2);
    assert.ok(figures.rateLimiterEntries >= 2);
    assert.equal(await metric(own, 'parley_refused_rate_limited_total') + await metric(own, 'parley_requests_rate_limited_total'), figures.rateLimitedRequests);
    for (const [name, value] of Object.entries({
      parley_sockets_open: figures.activeConnections, parley_sockets_total: figures.totalConnections, parley_sockets_peak: figures.peakConnections,
      parley_sockets_refused_total: figures.rejectedConnections, parley_sessions_joined: figures.activeSessions,
      parley_sockets_last_minute: figures.connectionsPerMinute,
    })) assert.equal(await metric(own, name), value, name);
  });
});
