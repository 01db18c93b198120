// Engine.IO protocol v4, section by section. `/engine.io/` echoes every message. The upgrade to WebSocket is in upgrade.test.mjs.
import assert from 'node:assert/strict';
import net from 'node:net';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { hasty, PollingSession, request, separator, Server, sleep, Socket, transports, WebSocketSession, within } from './harness.mjs';
import { errors, isRefused, path, server } from './engineio.mjs';

const maxPayload = 1_000_000;

const ask = (method, query, options) => request(server, method, `${path}${query}`, options);

describe('handshake', () => {
  for (const Session of transports) {
    test(`${Session.transport}: the open packet says the terms`, async () => {
      const session = await Session.open(server, path);
      assert.equal(session.openPacket[0], '0');
      const terms = JSON.parse(session.openPacket.slice(1));
      const upgrades = Session === PollingSession ? ['websocket'] : [];
      assert.deepEqual(terms, { sid: terms.sid, upgrades, pingInterval: 25_000, pingTimeout: 20_000, maxPayload });
      assert.match(terms.sid, /^[A-Za-z0-9_-]{20}$/);
      session.close();
    });
  }

  test('sids do not repeat', async () => {
    const sids = new Set();
    for (let index = 0; index < 100; ++index) sids.add((await PollingSession.open(server, path)).sid);
    assert.equal(sids.size, 100);
  });

  test('polling answers are plain UTF-8 text that nobody may store', async () => {
    const { headers } = await ask('GET', '?EIO=4&transport=polling');
    assert.equal(headers['content-type'], 'text/plain; charset=UTF-8');
    assert.equal(headers['cache-control'], 'no-store');
  });

  for (const [what, query, error] of [
    ['no transport', '?EIO=4', errors.transport],
    ['an unknown transport', '?EIO=4&transport=pigeon', errors.transport],
    ['a transport that only looks known', '?EIO=4&transport=Polling', errors.transport],
    ['no version', '?transport=polling', errors.version],
    ['version 3', '?EIO=3&transport=polling', errors.version],
    ['a version that is no number', '?EIO=abc&transport=polling', errors.version],
    ['websocket without an upgrade', '?EIO=4&transport=websocket', errors.request],
    ['an unknown sid', '?EIO=4&transport=polling&sid=nobody', errors.sid],
  ]) {
    test(`GET with ${what} is refused`, () => isRefused(ask('GET', query), error));
  }

  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    test(`${method} opens no session`, () => isRefused(ask(method, '?EIO=4&transport=polling', { body: '' }), errors.method));
  }

  test('PUT with a sid is refused', async () => {
    const session = await PollingSession.open(server, path);
    await isRefused(request(server, 'PUT', session.target, { body: '4x' }), errors.request);
  });

  for (const query of ['?EIO=4', '?EIO=4&transport=abc', '?transport=websocket', '?EIO=3&transport=websocket', '?EIO=4&transport=websocket&sid=nobody']) {
    test(`a WebSocket with ${query} is refused`, () => new Socket(server, `${path}${query}`).whenClosed());
  }

  test('the path needs no closing slash', async () => {
    assert.equal((await request(server, 'GET', '/engine.io?EIO=4&transport=polling')).status, 200);
  });

  test('another path is not Engine.IO', async () => {
    assert.equal((await request(server, 'GET', '/engine.ionic/?EIO=4&transport=polling')).status, 404);
  });
});

describe('messages', () => {
  for (const Session of transports) {
    test(`${Session.transport}: text comes back`, async () => {
      const session = await Session.open(server, path);
      for (const text of ['hello', '', ' ', 'naïve Ω 漢字 👩‍⚕️', '\u0000\n\t', '2probe', 'b', 'x'.repeat(100_000)]) {
        await session.send(`4${text}`);
        assert.equal(await session.next(), `4${text}`);
      }
      session.close();
    });

    test(`${Session.transport}: binary comes back`, async () => {
      const session = await Session.open(server, path);
      for (const bytes of [Buffer.of(1, 2, 3, 4), Buffer.of(), Buffer.of(0, 255, 0x1e), Buffer.alloc(70_000, 7)]) {
        await session.send(bytes);
        assert.deepEqual(await session.next(), bytes);
      }
      session.close();
    });

    test(`${Session.transport}: many packets come back in order, text and binary mixed`, async () => {
      const session = await Session.open(server, path);
      const packets = Array.from({ length: 200 }, (_, index) => (index % 3 === 0 ? Buffer.from([index]) : `4m${index}`));
      await session.send(...packets);
      for (const packet of packets) assert.deepEqual(await session.next(), packet);
      session.close();
    });

    test(`${Session.transport}: at the payload limit it lives, beyond it ends`, async () => {
      const session = await Session.open(server, path);
      const largest = `4${'x'.repeat(maxPayload - 1)}`;
      await session.send(largest);
      assert.equal(await session.next(), largest);
      await session.send(`${largest}x`);
      await session.ended();
    });

    for (const bad of ['abc', '7', '-1', '{}', '']) {
      test(`${Session.transport}: '${bad}' is no packet and ends the session`, async () => {
        const session = await Session.open(server, path);
        await session.send(bad);
        await session.ended();
      });
    }

    test(`${Session.transport}: a ping from the client ends the session`, async () => {
      const session = await Session.open(server, path);
      await session.send('2');
      await session.ended();
    });

    test(`${Session.transport}: packets that mean nothing to a server are ignored`, async () => {
      const session = await Session.open(server, path);
      await session.send('0', '5', '6', '4still here');
      assert.equal(await session.next(), '4still here');
      session.close();
    });
  }
});

describe('long polling', () => {
  test('POST answers ok, as HTML for old browsers', async () => {
    const session = await PollingSession.open(server, path);
    const answer = await session.post('4hello');
    assert.deepEqual([answer.status, answer.text, answer.headers['content-type']], [200, 'ok', 'text/html']);
  });

  test('packets of one POST are joined by 0x1e in one poll', async () => {
    const session = await PollingSession.open(server, path);
    await session.post(['4a', 'bAQIDBA==', '4', '4c'].join(separator));
    assert.equal((await session.poll()).text, ['4a', 'bAQIDBA==', '4', '4c'].join(separator));
  });

  test('packets of several POSTs wait for one poll, in order', async () => {
    const session = await PollingSession.open(server, path);
    for (const text of ['4a', '4b', '4c']) await session.post(text);
    assert.equal((await session.poll()).text, ['4a', '4b', '4c'].join(separator));
  });

  test('a poll hangs until there is something to say', async () => {
    const session = await PollingSession.open(server, path);
    const poll = session.poll();
    await sleep(50);
    await session.post('4now');
    assert.equal((await poll).text, '4now');
  });

  test('a connection is kept alive for many polls', async () => {
    const session = await PollingSession.open(server, path);
    const socket = net.connect(server.port, '127.0.0.1');
    for (let round = 0; round < 5; ++round) {
      await session.post(`4${round}`);
      socket.write(`GET ${session.target} HTTP/1.1\r\nHost: x\r\n\r\n`);
      const [data] = await within(once(socket, 'data'), 'a poll');
      assert.ok(data.toString().endsWith(`\r\n\r\n4${round}`), data.toString());
    }
    socket.destroy();
  });

  test('nothing of a POST with one bad packet is taken', async () => {
    const session = await PollingSession.open(server, path);
    const poll = session.poll();
    assert.equal((await session.post(`4good${separator}bad`)).status, 400);
    assert.equal((await poll).text, '1');
    await session.ended();
  });

  test('base64 that is none ends the session', async () => {
    const session = await PollingSession.open(server, path);
    assert.equal((await session.post('b*')).status, 400);
    await session.ended();
  });

  test('a binary POST is refused', async () => {
    const session = await PollingSession.open(server, path);
    assert.equal((await session.post(Buffer.of(4, 1), { headers: { 'content-type': 'application/octet-stream' } })).status, 400);
    await session.ended();
  });

  test('two polls at once end the session', async () => {
    const session = await PollingSession.open(server, path);
    const first = session.poll();
    await sleep(30);
    assert.equal((await session.poll()).status, 400);
    assert.deepEqual([(await first).status, (await first).text], [200, '1']);
    await isRefused(session.poll(), errors.sid);
  });

  test('a poll that the client gives up ends the session', async () => {
    const session = await PollingSession.open(server, path);
    const abort = new AbortController();
    const poll = session.poll({ signal: abort.signal }).catch(() => 'aborted');
    await sleep(50);
    abort.abort();
    assert.equal(await poll, 'aborted');
    await session.ended();
  });

  test('an answer above the payload limit is still whole', async () => {
    const session = await PollingSession.open(server, path);
    const part = `4${'x'.repeat(600_000)}`;
    await session.post(part);
    await session.post(part);
    assert.equal((await session.poll()).text, part + separator + part);
  });
});

describe('heartbeat', () => {
  let quick;
  before(async () => (quick = await Server.start(hasty)));
  after(() => quick.stop());

  for (const Session of transports) {
    test(`${Session.transport}: the server pings at its interval while it is answered`, async () => {
      const session = await Session.open(quick, path);
      session.answerPings = false;
      const start = performance.now();
      for (let round = 1; round <= 3; ++round) {
        assert.equal(await session.next(), '2');
        assert.ok(performance.now() - start >= round * hasty.pingInterval - 20, `ping ${round} came early`);
        await session.send('3');
      }
      session.close();
    });

    test(`${Session.transport}: without an answer the session ends`, async () => {
      const session = await Session.open(quick, path);
      session.answerPings = false;
      assert.equal(await session.next(), '2');
      await session.ended();
    });

    test(`${Session.transport}: a session that never answers has the interval and the timeout to live`, async () => {
      const session = await Session.open(quick, path);
      session.answerPings = false;
      if (session.poll) await sleep(hasty.pingInterval + hasty.pingTimeout);
      else await session.ended();
      if (session.poll) assert.equal((await session.poll()).status, 400);
    });

    test(`${Session.transport}: messages do not stand in for a pong`, async () => {
      const session = await Session.open(quick, path);
      session.answerPings = false;
      assert.equal(await session.next(), '2');
      await session.send('4hello');
      assert.equal(await session.next(), '4hello');
      await session.ended();
    });
  }
});

describe('close', () => {
  test('polling: a hanging poll is released with a noop', async () => {
    const session = await PollingSession.open(server, path);
    const poll = session.poll();
    await sleep(30);
    assert.equal((await session.post('1')).text, 'ok');
    assert.equal((await poll).text, '6');
    await isRefused(session.poll(), errors.sid);
  });

  test('polling: what follows the close packet is not taken', async () => {
    const session = await PollingSession.open(server, path);
    await session.post(`4before${separator}1${separator}4after`);
    assert.equal((await session.poll()).text, '6');
    await isRefused(session.poll(), errors.sid);
  });

  test('polling: a poll that the close packet overtook on its way is released too, once, and nothing else is taken', async () => {
    const session = await PollingSession.open(server, path);
    await session.post('1');
    await isRefused(session.post('4late'), errors.sid);
    const poll = await session.poll();
    assert.deepEqual([poll.status, poll.text], [200, '6']);
    await isRefused(session.poll(), errors.sid);
  });

  test('polling: the place of a client that said goodbye is kept for a poll under way, not for long', async () => {
    const session = await PollingSession.open(server, path);
    await session.post('1');
    await sleep(1500);
    await isRefused(session.poll(), errors.sid);
  });

  test('websocket: the connection closes', async () => {
    const session = await WebSocketSession.open(server, path);
    await session.send('1');
    await session.ended();
  });

  test('websocket: a client that closes WebSocket in order is closed in order', async () => {
    const session = await WebSocketSession.open(server, path);
    session.socket.socket.close(1000);
    assert.equal(await session.socket.whenClosed(), 1000);
  });
});
