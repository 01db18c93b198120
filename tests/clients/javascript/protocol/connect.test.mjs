// Connecting with socket.io-client: the three transports, every refusal of docs/api-contract.md §6.2, and the Engine.IO errors of §6.1.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { Client } from '../harness/client.mjs';
import { frame, Raw } from '../harness/raw.mjs';
import { get, request } from '../harness/rest.mjs';
import { Server } from '../harness/server.mjs';
import { badTokens, person, sign } from '../harness/token.mjs';

let server;
before(async () => { server = await Server.start(); });
afterEach(() => Client.closeAll());
after(() => server.dispose());

describe('a good token gets in', () => {
  for (const [transport, ends] of [['websocket', 'websocket'], ['polling', 'polling'], ['upgrade', 'websocket']]) {
    test(`by ${transport} [c:6.1-transports]`, async () => {
      const client = await Client.connect(server, person('doctor'), { transport });
      assert.equal(client.transport, ends);
      assert.match(client.socket.id, /^[\w-]{20}$/);
      assert.notEqual(client.socket.id, client.socket.io.engine.id, 'the two layers have ids of their own');
      const answer = await client.ask('join-session', { sessionId: 'none' });
      assert.deepEqual({ success: answer.success, error: answer.error }, { success: false, error: 'Session not found' });
    });
  }

  test('from the query [c:6.2-token]', async () => {
    const { token } = person('patient');
    const client = await Client.connect(server, null, { query: { token } });
    assert.ok(client.socket.connected);
  });

  for (const falsy of ['', null, false, 0]) {
    test(`from the query when auth.token is ${JSON.stringify(falsy)} [c:6.2-token]`, async () => {
      const { token } = person('patient');
      const client = await Client.connect(server, null, { auth: { token: falsy }, query: { token } });
      assert.ok(client.socket.connected);
    });
  }
});

describe('a client that asks for a subprotocol', () => {
  for (const transport of ['websocket', 'upgrade']) {
    for (const protocols of ['chat', ['v2.chat', 'chat']]) {
      test(`gets the first of ${JSON.stringify(protocols)} by ${transport}`, async () => {
        const client = await Client.connect(server, person('doctor'), { transport, protocols });
        assert.equal(client.socket.io.engine.transport.ws.protocol, [protocols].flat()[0]);
        assert.equal((await client.ask('join-session', { sessionId: 'none' })).error, 'Session not found');
      });
    }
  }
});

describe('without a token [c:6.2-missing]', () => {
  const refusal = { message: 'Authentication token required', data: undefined };
  for (const transport of ['websocket', 'polling']) {
    for (const auth of [undefined, {}, { token: '' }, { token: null }, { token: false }, { token: 0 }]) {
      test(`${transport}, auth ${JSON.stringify(auth)}`, async () => {
        assert.deepEqual(await Client.refused(server, null, { transport, auth }), refusal);
      });
    }
  }

  test('an Authorization header is not looked at', async () => {
    const extraHeaders = { authorization: `Bearer ${person('doctor').token}`, cookie: `token=${person('doctor').token}` };
    assert.deepEqual(await Client.refused(server, null, { transport: 'polling', extraHeaders }), refusal);
  });
});

describe('with a bad token', () => {
  const refusal = { message: 'Invalid authentication token', data: undefined };
  const { claims } = person('doctor');
  const bad = Object.entries(badTokens(claims));
  for (const [name, token] of bad) {
    test(`${name} [c:6.2-invalid 1.1-hs256 1.1-role]`, async () => {
      assert.deepEqual(await Client.refused(server, null, { auth: { token } }), refusal);
    });
  }
  for (const token of [7, true, {}, [], { token: 'x' }, ['x']]) {
    test(`${JSON.stringify(token)} [c:6.2-invalid]`, async () => {
      assert.deepEqual(await Client.refused(server, null, { auth: { token } }), refusal);
    });
  }

  test('a good one in the query does not rescue it [c:6.2-invalid 6.2-token]', async () => {
    const { token } = person('doctor');
    for (const odd of ['x', 7, true, {}, [token]]) {
      assert.deepEqual(await Client.refused(server, null, { auth: { token: odd }, query: { token } }), refusal, JSON.stringify(odd));
    }
  });

  test('in the query', async () => {
    assert.deepEqual(await Client.refused(server, null, { query: { token: 'x' } }), refusal);
  });

  test('a token without an id belongs to nobody [c:6.2-no-user]', async () => {
    const token = sign({ role: 'doctor' });
    assert.deepEqual(await Client.refused(server, null, { auth: { token } }), { message: 'User not found', data: undefined });
  });

  test('a token without exp is valid [c:1.1-times]', async () => {
    assert.ok((await Client.connect(server, person('doctor'))).socket.connected);
  });
});

test('another namespace is refused by name [c:6.1-namespace]', async () => {
  const client = await Client.connect(server, person('doctor'));
  const other = client.socket.io.socket('/admin', { auth: { token: client.who.token } });
  const error = await new Promise((resolve) => other.once('connect_error', resolve).connect());
  assert.equal(error.message, 'Invalid namespace');
});

describe('the handshake', () => {
  test('says what the contract says [c:6.1-handshake 6.1-polling]', async () => {
    const answer = await get(server, '/socket.io/?EIO=4&transport=polling');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=UTF-8');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.text[0], '0');
    const { sid, ...rest } = JSON.parse(answer.text.slice(1));
    assert.match(sid, /^[\w-]{20}$/);
    assert.deepEqual(rest, { upgrades: ['websocket'], pingInterval: 25000, pingTimeout: 60000, maxPayload: 1000000 });
  });

  const errors = [
    ['unknown transport [c:6.1-error-0]', 'GET', '?EIO=4&transport=carrier', 0, 'Transport unknown'],
    ['no transport [c:6.1-error-0]', 'GET', '?EIO=4', 0, 'Transport unknown'],
    ['unknown sid [c:6.1-error-1]', 'GET', '?EIO=4&transport=polling&sid=none', 1, 'Session ID unknown'],
    ['unknown sid, POST [c:6.1-error-1]', 'POST', '?EIO=4&transport=polling&sid=none', 1, 'Session ID unknown'],
    ['handshake by POST [c:6.1-error-2]', 'POST', '?EIO=4&transport=polling', 2, 'Bad handshake method'],
    ['EIO 3 [c:6.1-error-5 6.1-no-eio3]', 'GET', '?EIO=3&transport=polling', 5, 'Unsupported protocol version'],
    ['no EIO [c:6.1-error-5]', 'GET', '?transport=polling', 5, 'Unsupported protocol version'],
    ['websocket without an upgrade [c:6.1-error-3]', 'GET', '?EIO=4&transport=websocket', 3, 'Bad request'],
  ];
  for (const [name, method, query, code, message] of errors) {
    test(name, async () => {
      const answer = await request(server, method, `/socket.io/${query}`, {});
      assert.equal(answer.status, 400);
      assert.match(answer.headers['content-type'], /^application\/json/);
      assert.deepEqual(answer.body, { code, message });
    });
  }

  test('a polling POST answers ok [c:6.1-polling 6.1-no-recovery]', async () => {
    const { sid } = JSON.parse((await get(server, '/socket.io/?EIO=4&transport=polling')).text.slice(1));
    const answer = await request(server, 'POST', `/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
      body: `40${JSON.stringify({ token: person('doctor').token })}`,
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
    });
    assert.deepEqual([answer.status, answer.text, answer.headers['content-type']], [200, 'ok', 'text/html']);
    const opened = await get(server, `/socket.io/?EIO=4&transport=polling&sid=${sid}`);
    assert.match(opened.text, /^40\{"sid":"[\w-]{20}"\}$/);
  });

  test('a packet that waits between two polls survives the upgrade', async () => {
    const { sid } = JSON.parse((await get(server, '/socket.io/?EIO=4&transport=polling')).text.slice(1));
    await request(server, 'POST', `/socket.io/?EIO=4&transport=polling&sid=${sid}`, { body: `40${JSON.stringify({ token: person('doctor').token })}` });
    const raw = await Raw.webSocket(server, `?EIO=4&transport=websocket&sid=${sid}`);
    raw.write(frame(1, '2probe'));
    await raw.until(/3probe/, 'the probe to be answered');
    raw.write(frame(1, '5'));
    await raw.until(/40\{"sid":/, 'the answer to CONNECT');
    raw.destroy();
  });

  test('an answer to a poll holds at most 16 packets, and the rest comes with the next ones, in order', async () => {
    const { sid } = JSON.parse((await get(server, '/socket.io/?EIO=4&transport=polling')).text.slice(1));
    const say = (body) => request(server, 'POST', `/socket.io/?EIO=4&transport=polling&sid=${sid}`, { body });
    const poll = async () => (await get(server, `/socket.io/?EIO=4&transport=polling&sid=${sid}`)).text.split('\x1e');
    await say(`40${JSON.stringify({ token: person('doctor').token })}`);
    await poll();
    await say(Array.from({ length: 100 }, (_, id) => `42${id}["join-session",{"sessionId":"no\\u0000id"}]`).join('\x1e'));
    const ids = [];
    while (ids.length < 100) {
      const packets = await poll();
      assert.ok(packets.length <= 16, `${packets.length} packets: python-engineio would end the connection`);
      ids.push(...packets.map((packet) => Number(/^43(\d+)/.exec(packet)[1])));
    }
    assert.deepEqual(ids, Array.from({ length: 100 }, (_, id) => id));
  });

  test('a foreign Origin is served without an allow header, a known one with it [c:6.1-cors]', async () => {
    const ask = (origin) => get(server, '/socket.io/?EIO=4&transport=polling', { headers: { origin } });
    const foreign = await ask('https://elsewhere.example');
    assert.deepEqual([foreign.status, foreign.headers['access-control-allow-origin']], [200, undefined]);
    const known = await ask('http://localhost:3000');
    assert.deepEqual([known.status, known.headers['access-control-allow-origin']], [200, 'http://localhost:3000']);
    assert.equal(known.headers['access-control-allow-credentials'], 'true');
  });
});
